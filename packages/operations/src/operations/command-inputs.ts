/**
 * Puts the input of a `command` where CloudConvert has it: `/input/<task>/<name>`. Two files of one task and one name keep
 * their folders: `/input/<task>/<dir>/<name>`. The user's own files are never within reach of a write: they are linked
 * where the sandbox makes them read-only, and copied elsewhere.
 */
import { constants, copyFile, mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Artifact, Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';

export async function placeInputs(
  inputs: readonly Artifact[],
  { inputDir, isMounted }: { readonly inputDir: string; readonly isMounted: boolean },
): Promise<Result<void, Failure>> {
  const places = inputs.map((input) => placeOf(input, inputs));
  const twice = places.find((place, index) => places.indexOf(place) !== index);
  if (twice !== undefined) {
    return err(
      failure('unsupported', `Two input files would both be /input/${twice}`, {
        hint: 'Give one of them another name with `filename`.',
      }),
    );
  }
  for (const [index, input] of inputs.entries()) {
    const target = path.join(inputDir, places[index] ?? '');
    await mkdir(path.dirname(target), { recursive: true });
    if (isMounted) await symlink(input.path, target);
    else await copyFile(input.path, target, constants.COPYFILE_FICLONE);
  }
  return ok(undefined);
}

function placeOf({ task, name, dir }: Artifact, all: readonly Artifact[]): string {
  const isOnly = all.filter((other) => other.task === task && other.name === name).length === 1;
  return isOnly ? `${task}/${name}` : path.posix.join(task, dir, name);
}

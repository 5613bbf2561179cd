/**
 * `export/url` on this machine: puts files where they outlive the run, `.pipeline/results/<job>/<key>/<name>` below the
 * project root, and gives `file://` addresses. The key is made of the action and the file, so that files of one name
 * get an address each, as CloudConvert gives them.
 *
 * `inline` and `inline_additional` choose a header of the HTTP answer. A `file://` address has none: they change
 * nothing here, and are taken so that a CloudConvert job runs as it is.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  ActionRequest,
  Artifact,
  Failure,
  Operation,
  OperationContext,
  OutputFile,
} from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { atomicWrite } from '../../files/atomic-write.ts';
import { stemOf } from '../../files/output-name.ts';
import { projectRoot } from '../../files/paths.ts';
import { flagOption } from '../../read-options.ts';

export const exportUrl: Operation = {
  plan: (request) => {
    const files = isPacked(request) ? [{ dir: '', name: zipName(request) }] : request.inputs;
    return ok({ outputs: files.map(({ dir, name }) => ({ dir, name })) });
  },

  run: async (request, context) => {
    const files = isPacked(request) ? await packed(request, context) : ok(request.inputs);
    if (!files.ok) return files;
    const outputs: OutputFile[] = [];
    for (const [index, file] of files.value.entries()) {
      const output = await publish(file, request, {
        ...context,
        progress: (percent) => context.progress(((index + (percent ?? 0) / 100) / files.value.length) * 100),
      });
      if (!output.ok) return output;
      outputs.push(output.value);
    }
    return ok({ outputs });
  },
};

const isPacked = ({ options, inputs }: ActionRequest): boolean =>
  flagOption(options, 'archive_multiple_files') && inputs.length > 1;

const zipName = ({ task }: ActionRequest): string => `${task.name}.zip`;

/** Throws nothing: what `archive` does not expect, such as a full disk, is a failure to write. */
async function packed(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { archive } = await import('../archive.ts');
  const name = zipName(request);
  const options = { output_format: 'zip', filename: name };
  const result = await archive.run({ ...request, inputs: withPlaces(request.inputs), options }, context);
  return result.ok ? ok(result.value.outputs) : result;
}

/** `dir/a.pdf`, then `dir/a-2.pdf`: files of several tasks may share a place, and an archive has each place once. */
function withPlaces(inputs: readonly Artifact[]): readonly Artifact[] {
  const taken = new Set<string>();
  return inputs.map((input) => {
    const stem = stemOf(input.name);
    let name = input.name;
    for (let number = 2; taken.has(`${input.dir}/${name}`); number += 1) {
      name = `${stem}-${number}${input.name.slice(stem.length)}`;
    }
    taken.add(`${input.dir}/${name}`);
    return { ...input, name };
  });
}

async function publish(
  file: OutputFile,
  { address }: ActionRequest,
  context: OperationContext,
): Promise<Result<OutputFile, Failure>> {
  const { dir, name } = file;
  const store = path.join(projectRoot(context), '.pipeline');
  const key = createHash('sha256').update(`${address}\0${file.path}`).digest('hex').slice(0, 12);
  const target = path.join(store, 'results', context.jobId, key, name);
  await hideFromGit(store);
  const written = await atomicWrite({
    source: file.path,
    target,
    baseDir: context.baseDir,
    caller: context,
    progress: context.progress,
  });
  if (!written.ok) return written;
  const sha256 = written.value.sha256 ?? file.sha256;
  return ok({
    dir,
    name,
    path: target,
    url: pathToFileURL(target).href,
    ...(sha256 !== undefined && { sha256 }),
  });
}

/** Results are nothing to commit. Where this fails the write that follows says why. */
async function hideFromGit(store: string): Promise<void> {
  await mkdir(store, { recursive: true }).catch(() => undefined);
  await writeFile(path.join(store, '.gitignore'), '*\n', { flag: 'wx' }).catch(() => undefined);
}

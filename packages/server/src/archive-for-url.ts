/** What `export/url` exports: its input files as they are, or one ZIP archive of them. */
import {
  type ActionRequest,
  type Artifact,
  type Backend,
  failure,
  type Failure,
  type OperationContext,
  type OutputFile,
} from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';

export async function archivedForUrl(
  request: ActionRequest,
  context: OperationContext,
  backend: Backend,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputs, options, task } = request;
  if (options['archive_multiple_files'] !== true || inputs.length < 2) return ok(inputs);
  const archive = await backend.load('archive');
  if (archive === undefined) return err(failure('not-available', 'this server packs no archives'));
  const name = `${task.name}.zip`;
  const packed = await archive.run(
    { ...request, inputs: withPlaces(inputs), options: { output_format: 'zip', filename: name } },
    context,
  );
  return packed.ok ? ok(packed.value.outputs) : packed;
}

/** `a.pdf`, then `a-2.pdf`: an archive has each place once. */
function withPlaces(inputs: readonly Artifact[]): readonly Artifact[] {
  const taken = new Set<string>();
  return inputs.map((input) => {
    const dot = input.name.lastIndexOf('.');
    const stem = dot > 0 ? input.name.slice(0, dot) : input.name;
    let { name } = input;
    for (let number = 2; taken.has(`${input.dir}/${name}`); number += 1) {
      name = `${stem}-${number}${input.name.slice(stem.length)}`;
    }
    taken.add(`${input.dir}/${name}`);
    return { ...input, name };
  });
}

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
import type { ActionRequest, Failure, Operation, OperationContext, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { atomicWrite } from '../atomic-write.ts';
import { projectRoot } from '../paths.ts';
import { flagOption } from '../read-options.ts';
import { zipFiles } from './zip-files.ts';

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

async function packed(
  request: ActionRequest,
  { workDir, startedAt, signal }: OperationContext,
): Promise<Result<readonly OutputFile[], Failure>> {
  const name = zipName(request);
  const target = path.join(workDir, name);
  const zipped = await zipFiles({ files: request.inputs, target, startedAt, signal });
  return zipped.ok ? ok([{ dir: '', name, path: target }]) : zipped;
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
    signal: context.signal,
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

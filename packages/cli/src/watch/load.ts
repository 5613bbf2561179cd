/**
 * The pipeline of a watch, loaded again whenever its file changes: what is wrong with it is said, with its code frame, and
 * the last good one stays. It also knows which files of its own it depends on.
 */
import path from 'node:path';
import type { Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import type { Composition } from '../compose.ts';
import { openPipeline } from '../open-pipeline.ts';
import type { Invocation } from '../parse-arguments.ts';
import { type PreparedRun, prepareRun } from '../prepare-run.ts';
import { readRunOptions } from '../run-options.ts';
import type { Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

export interface LoadRequest {
  readonly invocation: Invocation;
  readonly surroundings: Surroundings;
  /** Ends the line that counts mistakes. */
  readonly consequence: string;
}

/** The error is the exit code; all that there is to say has been said. */
export async function loadPipeline(request: LoadRequest): Promise<Result<PreparedRun, number>> {
  const { invocation, surroundings, consequence } = request;
  const options = await readRunOptions(invocation, surroundings.cwd);
  if (!options.ok) return { ok: false, error: usageError(options.error, surroundings.stderr) };
  const opened = await openPipeline(options.value.file, surroundings, consequence);
  if (!opened.ok) return opened;
  return prepareRun({ options: options.value, opened: opened.value, surroundings, consequence });
}

/** CloudConvert's backend is made for one run: the next one gets its own. What is warm on this machine stays. */
export async function renewed(
  request: LoadRequest,
  prepared: PreparedRun,
): Promise<Result<PreparedRun, number>> {
  if (prepared.composition.backends.cloudconvert === undefined) return ok(prepared);
  const { options, opened } = prepared;
  const again = await prepareRun({ ...request, options, opened });
  if (again.ok) await release(prepared.composition);
  return again;
}

/** All but what is kept warm on this machine. */
export async function release({ cache, backends: { cloudconvert } }: Composition): Promise<void> {
  cache?.close();
  await cloudconvert?.close();
}

/** The pipeline itself and the file of its params; a pipeline from standard input has no file. */
export function ownFiles(
  { opened }: PreparedRun,
  { invocation, surroundings }: LoadRequest,
): readonly string[] {
  const { source, baseDir } = opened;
  const params = invocation.flags.values.get('params-file');
  return [
    ...(source.path === '<stdin>' ? [] : [path.join(baseDir, path.basename(source.path))]),
    ...(params === undefined ? [] : [path.resolve(surroundings.cwd, params)]),
  ];
}

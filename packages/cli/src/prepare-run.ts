/**
 * From what the user wants to all that a run needs: values bound, backends composed. It plans nothing and starts
 * nothing; whatever is wrong has been said when it returns.
 */
import type { Selection } from '@pipeline/engine';
import type { Diagnostic, Result, RunValues } from '@pipeline/schema';
import { bindValues, err, ok } from '@pipeline/schema';
import { withProfile } from './cloud-profile.ts';
import { type Composition, compose } from './compose.ts';
import { exitCode } from './exit-code.ts';
import { ioReason } from './io-reason.ts';
import { type Masker, createMasker } from './masker.ts';
import type { OpenedPipeline } from './open-pipeline.ts';
import type { Environment } from './parse-arguments.ts';
import { countProblems, printProblems } from './print-problems.ts';
import type { RunOptions } from './run-options.ts';
import type { Surroundings } from './surroundings.ts';
import { textStyle } from './text-style.ts';
import { usageError } from './usage-error.ts';

/** Serves any number of runs, one after the other. Its backends are to be closed by whoever has it. */
export interface PreparedRun {
  readonly opened: OpenedPipeline;
  readonly values: RunValues;
  readonly options: RunOptions;
  readonly composition: Composition;
  readonly masker: Masker;
}

export interface PrepareRequest {
  readonly options: RunOptions;
  readonly opened: OpenedPipeline;
  readonly surroundings: Surroundings;
  /** Ends the line that counts the mistakes: `; nothing ran`. */
  readonly consequence: string;
}

/** The error is the exit code; all that there is to say has been said. */
export async function prepareRun(request: PrepareRequest): Promise<Result<PreparedRun, number>> {
  const { options, opened, surroundings } = request;
  const values = bind(request);
  if (!values.ok) return values;
  const onCacheProblem = (error: unknown): void => {
    surroundings.stderr.write(
      `pipeline: results cannot be kept for the next run: ${ioReason(error)}; this run goes on without\n`,
    );
  };
  const env =
    options.profile === undefined ? ok(surroundings.env) : withProfile(options.profile, surroundings.env);
  if (!env.ok) return err(usageError(env.error, surroundings.stderr));
  const composed = await compose({ ...opened, options, env: env.value, onCacheProblem });
  if (!composed.ok) return err(usageError(composed.error, surroundings.stderr));
  const masker = createMasker({ ...values.value.secrets, ...apiKey(env.value) });
  return ok({ opened, values: values.value, options, composition: composed.value, masker });
}

function bind(request: PrepareRequest): Result<RunValues, number> {
  const { options, opened, surroundings } = request;
  const bound = bindValues(opened.pipeline, { params: options.params, env: surroundings.env });
  if (bound.ok) return bound;
  tellProblems(bound.error, request);
  // Nothing is wrong with the pipeline when all that it lacks are credentials.
  const isLacking = bound.error.every(({ code }) => code === 'PL215');
  return err(isLacking ? exitCode.missing : exitCode.mistake);
}

/** Whatever comes back from CloudConvert: nobody may read the key there. */
function apiKey(env: Environment): Readonly<Record<string, string>> {
  const key = env['CLOUDCONVERT_API_KEY'];
  return key === undefined ? {} : { CLOUDCONVERT_API_KEY: key };
}

export function tellProblems(
  diagnostics: readonly Diagnostic[],
  {
    opened: { source },
    surroundings: { stderr, env },
    consequence,
  }: Pick<PrepareRequest, 'opened' | 'surroundings' | 'consequence'>,
): void {
  if (diagnostics.length === 0) return;
  printProblems(diagnostics, { source, stream: stderr, style: textStyle(stderr, env) });
  stderr.write(`${countProblems(diagnostics, source)}${consequence}\n`);
}

export function selectionOf({ select }: RunOptions): Selection {
  const { only, from, until } = select;
  return {
    ...(only.length === 0 ? {} : { only }),
    ...(from.length === 0 ? {} : { from }),
    ...(until.length === 0 ? {} : { until }),
  };
}

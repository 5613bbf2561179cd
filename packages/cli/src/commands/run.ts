/**
 * `pipeline run`: reads, checks, binds, plans, runs and closes, in this order; whatever is wrong is said before
 * anything runs. It makes no decision about how work is done or drawn.
 */
import type { JobPlan, Selection, Workspace } from '@pipeline/engine';
import { openWorkspace, planJob, runJob } from '@pipeline/engine';
import type { Result, RunValues } from '@pipeline/schema';
import { bindValues, err, ok } from '@pipeline/schema';
import { closeBackends, type Composition, compose } from '../compose.ts';
import { exitCode } from '../exit-code.ts';
import { type Masker, createMasker } from '../masker.ts';
import { type OpenedPipeline, openPipeline } from '../open-pipeline.ts';
import { openReporters } from '../open-reporters.ts';
import type { Invocation } from '../parse-arguments.ts';
import { planDiagnostics, problemsExitCode, selectionProblems } from '../plan-problems.ts';
import { countProblems, printProblems } from '../print-problems.ts';
import { type RunOptions, readRunOptions } from '../run-options.ts';
import { type Stop, listenForStop } from '../stop.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { textStyle } from '../text-style.ts';
import { usageError } from '../usage-error.ts';

export const run: Command = async (invocation, surroundings) => {
  const options = await readRunOptions(invocation, surroundings.cwd);
  if (!options.ok) return usageError(options.error, surroundings.stderr);
  const opened = await openPipeline(options.value.file, surroundings, '; nothing ran');
  if (!opened.ok) return opened.error;
  const planned = await plan({ options: options.value, opened: opened.value, surroundings });
  if (!planned.ok) return planned.error;
  return execute(planned.value, { invocation, options: options.value, surroundings });
};

interface Planned {
  readonly plan: JobPlan;
  readonly composition: Composition;
  readonly masker: Masker;
}

interface PlanRequest {
  readonly options: RunOptions;
  readonly opened: OpenedPipeline;
  readonly surroundings: Surroundings;
}

/** The error is the exit code; all that there is to say has been said. */
async function plan({ options, opened, surroundings }: PlanRequest): Promise<Result<Planned, number>> {
  const { stderr } = surroundings;
  const values = bind({ options, opened, surroundings });
  if (!values.ok) return values;
  const composed = await compose({ ...opened, options, env: surroundings.env });
  if (!composed.ok) return err(usageError(composed.error, stderr));
  const { backends, context } = composed.value;
  const masker = createMasker({ ...values.value.secrets, ...apiKey(surroundings) });
  const planned = await planJob({
    pipeline: opened.pipeline,
    values: values.value,
    backends,
    context,
    defaultBackend: options.backend,
    select: selection(options),
  });
  if (planned.ok) return ok({ plan: planned.value, composition: composed.value, masker });
  await closeBackends(backends);
  for (const { message, hint } of selectionProblems(planned.error))
    usageError({ message, hint: hint ?? '' }, stderr);
  tell(planDiagnostics(planned.error, masker), opened, surroundings);
  return err(problemsExitCode(planned.error));
}

/** Whatever comes back from CloudConvert: nobody may read the key there. */
function apiKey({ env }: Surroundings): Readonly<Record<string, string>> {
  const key = env['CLOUDCONVERT_API_KEY'];
  return key === undefined ? {} : { CLOUDCONVERT_API_KEY: key };
}

function bind({ options, opened, surroundings }: PlanRequest): Result<RunValues, number> {
  const bound = bindValues(opened.pipeline, { params: options.params, env: surroundings.env });
  if (bound.ok) return bound;
  tell(bound.error, opened, surroundings);
  // Nothing is wrong with the pipeline when all that it lacks are credentials.
  const isLacking = bound.error.every(({ code }) => code === 'PL215');
  return err(isLacking ? exitCode.missing : exitCode.mistake);
}

function tell(
  diagnostics: Parameters<typeof printProblems>[0],
  { source }: OpenedPipeline,
  { stderr, env }: Surroundings,
): void {
  if (diagnostics.length === 0) return;
  printProblems(diagnostics, { source, stream: stderr, style: textStyle(stderr, env) });
  stderr.write(`${countProblems(diagnostics, source)}; nothing ran\n`);
}

function selection({ select }: RunOptions): Selection {
  const { only, from, until } = select;
  return {
    ...(only.length === 0 ? {} : { only }),
    ...(from.length === 0 ? {} : { from }),
    ...(until.length === 0 ? {} : { until }),
  };
}

interface RunRequest {
  readonly invocation: Invocation;
  readonly options: RunOptions;
  readonly surroundings: Surroundings;
}

async function execute({ plan, composition, masker }: Planned, request: RunRequest): Promise<number> {
  const { options, surroundings } = request;
  const { stderr, processEvents, exit } = surroundings;
  const { backends, context, workDir, maxActions, now } = composition;
  const open: { workspace?: Workspace; isLive: boolean } = { isLive: false };
  // On a second Ctrl-C and on a crash nobody can wait: processes are killed, and the workspace goes at once.
  const abandon = (): void => {
    void closeBackends(backends);
    open.workspace?.closeSync();
  };
  const stop: Stop = listenForStop({
    processEvents,
    timeoutMs: options.timeoutMs,
    onStop: ({ message }) => {
      if (!open.isLive) stderr.write(`${message}: cancelling; Ctrl-C now kills\n`);
    },
    onKill: exit,
  });
  const reporters = await openReporters({ ...request, masker, onQuit: stop.interrupt });
  if (!reporters.ok) {
    stop.close();
    await closeBackends(backends);
    return usageError(reporters.error, stderr);
  }
  const { reporter, isLive } = reporters.value;
  open.isLive = isLive;
  processEvents.on('exit', abandon);
  try {
    const workspace = await openWorkspace({ dir: workDir, jobId: context.jobId });
    open.workspace = workspace;
    const outcome = await runJob(plan, {
      workspace,
      now,
      onEvent: (event) => {
        reporter.event(event);
        backends.cloudconvert?.hear(event);
      },
      signal: stop.signal,
      maxActions,
      ...(options.onError === undefined ? {} : { onError: options.onError }),
    });
    return outcome.exitCode;
  } finally {
    await Promise.all([reporter.close(), closeBackends(backends), open.workspace?.close()]);
    processEvents.off('exit', abandon);
    stop.close();
  }
}

/**
 * `pipeline run`: reads, checks, binds, plans, runs and closes, in this order; whatever is wrong is said before
 * anything runs. It makes no decision about how work is done or drawn.
 */
import { ok, type Result } from '@pipeline/schema';
import type { Action, EventSink, JobPlan, PlanProblem, Workspace } from '@pipeline/engine';
import { closeBackends, closeComposition } from '../compose.ts';
import { openRunJournal, retryFailed, tellJournalProblem } from '../history/run-journal.ts';
import type { FinishedRun } from '../incremental/describe-run.ts';
import { type NarrowedPlan, planNarrowed, withUnchanged } from '../incremental/narrowed-plan.ts';
import { knownPipeline } from '../incremental/known-pipeline.ts';
import { type QuickLook, type StartTime, startTime } from '../incremental/quick-look.ts';
import { missingFolders } from '../incremental/missing-folders.ts';
import { nothingPruned, type Pruned } from '../incremental/prune.ts';
import { prunedLines } from '../incremental/pruned-lines.ts';
import { saveManifest } from '../incremental/save-manifest.ts';
import type { OpenedPipeline } from '../open-pipeline.ts';
import { openReporters } from '../open-reporters.ts';
import type { Invocation } from '../parse-arguments.ts';
import type { Reporter } from '../reporters/reporter.ts';
import { tellPlanProblems } from '../plan-problems.ts';
import { type PreparedRun, prepareRun } from '../prepare-run.ts';
import { type RunOptions, readRunOptions } from '../run-options.ts';
import { planOnce, runOnce } from '../run-once.ts';
import { type Stop, listenForStop } from '../stop.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

const consequence = '; nothing ran';

export const run: Command = async (invocation, surroundings) => {
  if (invocation.flags.switches.has('dry-run'))
    return (await import('./plan.ts')).plan(invocation, surroundings);
  if (invocation.flags.switches.has('watch'))
    return (await import('./watch.ts')).watch(invocation, surroundings);
  const options = await readRunOptions(invocation, surroundings.cwd);
  if (!options.ok) return usageError(options.error, surroundings.stderr);
  const { look } = surroundings;
  return runPipeline({
    invocation,
    options: options.value,
    surroundings,
    ...(look !== undefined && { look }),
  });
};

export interface PipelineRequest {
  readonly invocation: Invocation;
  readonly options: RunOptions;
  readonly surroundings: Surroundings;
  /** What to run instead when it cannot be planned as asked; undefined: nothing, the problems are told. */
  readonly amend?: (problems: readonly PlanProblem[]) => RunOptions | undefined;
  readonly look?: QuickLook;
}

/** The exit code; all that there is to say has been said. */
export async function runPipeline({
  invocation,
  options,
  surroundings,
  amend,
  look,
}: PipelineRequest): Promise<number> {
  const started = look?.started ?? startTime();
  const opened = await open(options, surroundings, look);
  if (!opened.ok) return opened.error;
  const request = { options, opened: opened.value, surroundings, consequence };
  const prepared = await prepareRun(request);
  if (!prepared.ok) return prepared.error;
  let run = prepared.value;
  const narrowed = await planNarrowed(run, look);
  if (narrowed !== undefined) {
    return execute(narrowed.plan, { invocation, prepared: run, surroundings, started, narrowed });
  }
  let planned = await planOnce(run);
  while (!planned.ok) {
    const amended = amend?.(planned.error);
    if (amended === undefined) {
      await closeComposition(run.composition);
      return tellPlanProblems(planned.error, { ...request, masker: run.masker });
    }
    run = { ...run, options: amended };
    planned = await planOnce(run);
  }
  return execute(planned.value, { invocation, prepared: run, surroundings, started });
}

/** What has not changed since it was checked is not checked again: the language is not even loaded. */
async function open(
  { file }: RunOptions,
  surroundings: Surroundings,
  look: QuickLook | undefined,
): Promise<Result<OpenedPipeline, number>> {
  const known = look === undefined ? undefined : knownPipeline(look, surroundings.cwd);
  if (known !== undefined) return ok(known);
  return (await import('../open-pipeline.ts')).openPipeline(file, surroundings, consequence);
}

interface RunRequest {
  readonly invocation: Invocation;
  readonly prepared: PreparedRun;
  readonly surroundings: Surroundings;
  readonly started: StartTime;
  readonly narrowed?: NarrowedPlan;
}

/** What has to be told, or to go, when the process ends at once. */
interface Open {
  workspace?: Workspace | undefined;
  reporter?: Reporter;
  isLive: boolean;
}

async function execute(plan: JobPlan, request: RunRequest): Promise<number> {
  const { invocation, prepared, surroundings } = request;
  const { masker, composition } = prepared;
  const { stderr, processEvents } = surroundings;
  const foldersToMake = missingFolders(plan);
  const journal = openRunJournal(plan.context, { invocation, prepared, surroundings });
  const open: Open = { isLive: false };
  // On a second Ctrl-C and on a crash nobody can wait: processes are killed, and the workspace goes at once.
  const abandon = (): void => {
    open.reporter?.flush?.();
    void closeComposition(composition);
    open.workspace?.closeSync();
    journal.close();
  };
  const stop = listenForOrders(open, request);
  const reporters = await openReporters({
    invocation,
    surroundings,
    masker,
    onQuit: stop.interrupt,
    retryFailed: () => retryFailed(journal, { invocation, prepared, surroundings }),
  });
  if (!reporters.ok) {
    stop.close();
    await closeComposition(composition);
    return usageError(reporters.error, stderr);
  }
  const { reporter, isLive } = reporters.value;
  open.isLive = isLive;
  open.reporter = reporter;
  const ended: Action[] = [];
  let pruned = nothingPruned;
  const tell: EventSink = (event) => {
    journal.event(event);
    reporter.event(event);
  };
  processEvents.on('exit', abandon);
  try {
    const outcome = await runOnce(plan, {
      prepared,
      signal: stop.signal,
      onEvent: request.narrowed === undefined ? tell : withUnchanged(request.narrowed.narrowing, tell),
      onEnded: (action) => ended.push(action),
      onWorkspace: (workspace) => (open.workspace = workspace),
    });
    pruned = await conclude({ ...request, ...request.started, plan, ended, outcome, foldersToMake });
    return outcome.exitCode;
  } finally {
    await Promise.all([reporter.close(), closeComposition(composition)]);
    journal.close();
    for (const line of prunedLines(pruned, surroundings.cwd)) stderr.write(`${line}\n`);
    tellJournalProblem(journal, surroundings);
    processEvents.off('exit', abandon);
    stop.close();
  }
}

/** Writes down what was done; the processes of the converters end meanwhile. */
async function conclude(run: FinishedRun): Promise<Pruned> {
  const [pruned] = await Promise.all([saveManifest(run), closeBackends(run.prepared.composition.backends)]);
  return pruned;
}

function listenForOrders(open: Open, { prepared, surroundings }: RunRequest): Stop {
  const { stderr, processEvents, exit } = surroundings;
  return listenForStop({
    processEvents,
    timeoutMs: prepared.options.timeoutMs,
    onStop: ({ message }) => {
      open.reporter?.flush?.();
      if (!open.isLive) stderr.write(`${message}: cancelling; Ctrl-C now kills\n`);
    },
    onKill: exit,
  });
}

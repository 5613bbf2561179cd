/**
 * `pipeline run`: reads, checks, binds, plans, runs and closes, in this order; whatever is wrong is said before
 * anything runs. It makes no decision about how work is done or drawn.
 */
import type { JobPlan, Workspace } from '@pipeline/engine';
import { closeComposition } from '../compose.ts';
import { openPipeline } from '../open-pipeline.ts';
import { openReporters } from '../open-reporters.ts';
import type { Invocation } from '../parse-arguments.ts';
import { tellPlanProblems } from '../plan-problems.ts';
import { type PreparedRun, prepareRun } from '../prepare-run.ts';
import { readRunOptions } from '../run-options.ts';
import { planOnce, runOnce } from '../run-once.ts';
import { type Stop, listenForStop } from '../stop.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';

const consequence = '; nothing ran';

export const run: Command = async (invocation, surroundings) => {
  if (invocation.flags.switches.has('dry-run'))
    return (await import('./plan.ts')).plan(invocation, surroundings);
  const options = await readRunOptions(invocation, surroundings.cwd);
  if (!options.ok) return usageError(options.error, surroundings.stderr);
  const opened = await openPipeline(options.value.file, surroundings, consequence);
  if (!opened.ok) return opened.error;
  const request = { options: options.value, opened: opened.value, surroundings, consequence };
  const prepared = await prepareRun(request);
  if (!prepared.ok) return prepared.error;
  const planned = await planOnce(prepared.value);
  if (planned.ok) return execute(planned.value, { invocation, prepared: prepared.value, surroundings });
  await closeComposition(prepared.value.composition);
  return tellPlanProblems(planned.error, { ...request, masker: prepared.value.masker });
};

interface RunRequest {
  readonly invocation: Invocation;
  readonly prepared: PreparedRun;
  readonly surroundings: Surroundings;
}

async function execute(plan: JobPlan, { invocation, prepared, surroundings }: RunRequest): Promise<number> {
  const { masker, options, composition } = prepared;
  const { stderr, processEvents, exit } = surroundings;
  const open: { workspace?: Workspace | undefined; isLive: boolean } = { isLive: false };
  // On a second Ctrl-C and on a crash nobody can wait: processes are killed, and the workspace goes at once.
  const abandon = (): void => {
    void closeComposition(composition);
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
  const reporters = await openReporters({ invocation, surroundings, masker, onQuit: stop.interrupt });
  if (!reporters.ok) {
    stop.close();
    await closeComposition(composition);
    return usageError(reporters.error, stderr);
  }
  const { reporter, isLive } = reporters.value;
  open.isLive = isLive;
  processEvents.on('exit', abandon);
  try {
    const outcome = await runOnce(plan, {
      prepared,
      signal: stop.signal,
      onEvent: (event) => reporter.event(event),
      onWorkspace: (workspace) => (open.workspace = workspace),
    });
    return outcome.exitCode;
  } finally {
    await Promise.all([reporter.close(), closeComposition(composition)]);
    processEvents.off('exit', abandon);
    stop.close();
  }
}

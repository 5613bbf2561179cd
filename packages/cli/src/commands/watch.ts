/**
 * `pipeline watch`: runs a pipeline, and again whenever a file that it reads has changed. It makes the parts and closes
 * them; how watching goes is told in `watch/`.
 */
import type { Workspace } from '@pipeline/engine';
import { closeComposition } from '../compose.ts';
import { watchJournals } from '../history/watch-journals.ts';
import { openReporters } from '../open-reporters.ts';
import type { Reporter } from '../reporters/reporter.ts';
import type { PreparedRun } from '../prepare-run.ts';
import { listenForStop } from '../stop.ts';
import type { Command } from '../surroundings.ts';
import { usageError } from '../usage-error.ts';
import { loadPipeline } from '../watch/load.ts';
import { watchPipeline } from '../watch/watch-pipeline.ts';

/** What has to be told, or to go, when the process ends at once. */
interface Open {
  workspace?: Workspace | undefined;
  reporter?: Reporter;
  isLive: boolean;
  prepared: PreparedRun;
}

export const watch: Command = async (invocation, surroundings) => {
  const { stderr, processEvents, exit } = surroundings;
  const prepared = await loadPipeline({ invocation, surroundings, consequence: '; nothing ran' });
  if (!prepared.ok) return prepared.error;
  const open: Open = { isLive: false, prepared: prepared.value };
  const journals = watchJournals(() => ({ invocation, prepared: open.prepared, surroundings }));
  const abandon = (): void => {
    open.reporter?.flush?.();
    void closeComposition(open.prepared.composition);
    open.workspace?.closeSync();
    journals.close();
  };
  const stop = listenForStop({
    processEvents,
    timeoutMs: undefined,
    onStop: ({ message }) => {
      open.reporter?.flush?.();
      if (!open.isLive && open.workspace !== undefined)
        stderr.write(`${message}: cancelling; Ctrl-C now kills\n`);
    },
    onKill: exit,
  });
  const reporters = await openReporters({
    invocation,
    surroundings,
    masker: {
      text: (text) => open.prepared.masker.text(text),
      event: (event) => open.prepared.masker.event(event),
    },
    onQuit: stop.interrupt,
  });
  if (!reporters.ok) {
    stop.close();
    await closeComposition(open.prepared.composition);
    return usageError(reporters.error, stderr);
  }
  const { reporter, isLive } = reporters.value;
  open.isLive = isLive;
  open.reporter = reporter;
  processEvents.on('exit', abandon);
  try {
    return await watchPipeline({
      prepared: prepared.value,
      load: { invocation, surroundings, consequence: '; the last good pipeline stays' },
      isPolling: invocation.flags.switches.has('poll'),
      stop,
      onEvent: (event) => journals.event(event, (same) => reporter.event(same)),
      onWorkspace: (workspace) => (open.workspace = workspace),
      onPrepared: (next) => (open.prepared = next),
    });
  } finally {
    await Promise.all([reporter.close(), closeComposition(open.prepared.composition)]);
    journals.end();
    processEvents.off('exit', abandon);
    stop.close();
  }
};

/** `pipeline run`, at its cheapest: where nothing has changed it says so, and loads nothing of what a run needs. */
import { exitCode } from '../exit-code.ts';
import { lookQuickly } from '../incremental/quick-look.ts';
import { formatDuration, plural } from '../reporters/quantity.ts';
import type { Command } from '../surroundings.ts';

export const quickRun: Command = async (invocation, surroundings) => {
  const look = lookQuickly(invocation, surroundings);
  if (look?.isUpToDate !== true) {
    const { run } = await import('./run.ts');
    return run(invocation, surroundings, look);
  }
  const files = plural(look.manifest.filesOut, 'file');
  surroundings.stderr.write(`up to date: ${files}, ${formatDuration(performance.now())}\n`);
  return exitCode.done;
};

/**
 * Loads what draws, when it is to be drawn. In the bundle that is modules, and the rest are scripts: this is the only
 * place that imports from there, since a script with `import()` cannot be kept in compiled form.
 */
import type { Reporter, ReporterOptions } from './reporter.ts';

export async function loadLiveReporter(
  options: ReporterOptions,
  terminal: NodeJS.WriteStream,
): Promise<Reporter> {
  return options.isWatch === true
    ? (await import('../tui/watch-live.ts')).createWatchLiveReporter(options, terminal)
    : (await import('../tui/live.ts')).createLiveReporter(options, terminal);
}

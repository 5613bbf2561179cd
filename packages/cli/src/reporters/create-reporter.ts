/**
 * Chooses and loads reporters: the flag's text `lines,json:events.ndjson` becomes one `Reporter`. Each kind is loaded
 * when it is asked for, so that a run in a pipe never pays for the live view.
 */
import path from 'node:path';
import type { Result } from '@pipeline/schema';
import { err, ok, unreachable } from '@pipeline/schema';
import { canDrawLive } from './can-draw-live.ts';
import { loadLiveReporter } from './load-view.ts';
import { openReport } from './open-report.ts';
import { printable } from './printable.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { combineReporters } from './reporter.ts';

export const reporterKinds = ['live', 'lines', 'json', 'github', 'junit'] as const;
export type ReporterKind = (typeof reporterKinds)[number];

export interface ReporterSpec {
  readonly kind: ReporterKind;
  readonly file?: string;
}

/** What a run without `--reporter` uses. */
export function defaultReporter({ stderr, env }: Pick<ReporterOptions, 'stderr' | 'env'>): ReporterKind {
  if (env['GITHUB_ACTIONS'] === 'true') return 'github';
  return canDrawLive(stderr, env) ? 'live' : 'lines';
}

/** The value of `--reporter`; the error is a message for the user. */
export function parseReporters(text: string): Result<readonly ReporterSpec[], string> {
  const specs: ReporterSpec[] = [];
  for (const part of text.split(',')) {
    const [name = '', ...rest] = part.trim().split(':');
    const kind = reporterKinds.find((kind) => kind === name);
    const file = rest.join(':');
    const shown = printable(part.trim());
    if (kind === undefined)
      return err(`there is no reporter "${shown}"; there are ${reporterKinds.join(', ')}`);
    if (rest.length > 0 && file === '') return err(`"${shown}" names no file: write "${kind}:<file>"`);
    if (kind === 'live' && file !== '')
      return err('the live reporter draws on a terminal, not into a file: use lines');
    if (kind === 'junit' && file === '') return err('the junit reporter needs a file: junit:report.xml');
    specs.push({ kind, ...(file === '' ? {} : { file }) });
  }
  const targets = specs.map(targetOf);
  const twice = targets.find((target, index) => targets.indexOf(target) < index);
  if (twice !== undefined)
    return err(`two reporters would write to ${printable(twice)}: name a file for one of them`);
  return ok(specs);
}

/** Relative files start in `cwd`. The error is a message for the user. */
export async function createReporters(
  text: string,
  options: ReporterOptions & { readonly cwd: string },
): Promise<Result<Reporter, string>> {
  const specs = parseReporters(text);
  if (!specs.ok) return specs;
  if (options.isWatch === true && specs.value.some(({ kind }) => kind === 'junit'))
    return err('a junit report is about one run, and a watch has many: use lines, or json');
  const reporters: Reporter[] = [];
  for (const { kind, file } of specs.value) {
    const opened = file === undefined ? ok(undefined) : await openReport(path.resolve(options.cwd, file));
    if (!opened.ok) {
      await combineReporters(reporters).close();
      return err(`cannot write the ${kind} report to "${printable(file ?? '')}": ${opened.error}`);
    }
    const report = opened.value;
    const reporter = await createReporter(kind, report === undefined ? options : report.optionsFrom(options));
    reporters.push(report === undefined ? reporter : report.closedWith(reporter, options.stderr));
  }
  return ok(combineReporters(reporters));
}

/** `live` on anything but a terminal, and when nothing but failures is to be said, is `lines`. */
export async function createReporter(kind: ReporterKind, options: ReporterOptions): Promise<Reporter> {
  switch (kind) {
    case 'live': {
      const { stderr, env, verbosity } = options;
      if (!canDrawLive(stderr, env) || verbosity === 'quiet') return createReporter('lines', options);
      return loadLiveReporter(options, stderr);
    }
    case 'lines':
      return (await import('./lines.ts')).createLinesReporter(options);
    case 'json':
      return (await import('./json.ts')).createJsonReporter(options.stdout);
    case 'github':
      return (await import('./github.ts')).createGithubReporter(options);
    case 'junit':
      return (await import('./junit.ts')).createJunitReporter(options.stdout);
    default:
      return unreachable(kind);
  }
}

function targetOf({ kind, file }: ReporterSpec): string {
  return file ?? (kind === 'json' ? 'standard output' : 'standard error');
}

/** Which reporters a run gets, from its flags and from where its output goes; each sees masked events only. */
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { Masker } from './masker.ts';
import type { Invocation, UsageError } from './parse-arguments.ts';
import { createOutputPrinter } from './reporters/print-outputs.ts';
import { createReporters, defaultReporter } from './reporters/create-reporter.ts';
import { combineReporters, type Reporter } from './reporters/reporter.ts';
import type { Surroundings } from './surroundings.ts';

export interface RunReporters {
  readonly reporter: Reporter;
  /** It owns the terminal: nobody else may write to it before it is closed. */
  readonly isLive: boolean;
}

export interface ReportersRequest {
  readonly invocation: Invocation;
  readonly surroundings: Surroundings;
  readonly masker: Masker;
  readonly onQuit: () => void;
  /** What runs again all that failed, if anything can; asked when the run is over. */
  readonly retryFailed?: () => readonly string[] | undefined;
}

export async function openReporters({
  invocation,
  surroundings,
  masker,
  onQuit,
  retryFailed,
}: ReportersRequest): Promise<Result<RunReporters, UsageError>> {
  const { flags } = invocation;
  const { stdout, stderr, stdin, env, cwd } = surroundings;
  const names = reporterNames(invocation, surroundings);
  const isLive = names.split(',').includes('live');
  const created = await createReporters(names, {
    stdout,
    stderr,
    env,
    cwd,
    verbosity: verbosity(invocation),
    isWatch: invocation.command === 'watch' || invocation.flags.switches.has('watch'),
    command: commandAgain(invocation),
    onQuit,
    ...(retryFailed === undefined ? {} : { retryFailed }),
    // When the pipeline itself came that way, there is no keyboard behind it; and only a live view listens to one.
    ...(isLive && !isStdinUsed(invocation) && { stdin: stdin() }),
  });
  if (!created.ok)
    return err({ message: created.error, hint: 'pipeline run --help says more of --reporter' });
  const printer = flags.switches.has('print-outputs') ? [createOutputPrinter(stdout)] : [];
  const all = combineReporters([created.value, ...printer]);
  return ok({
    reporter: {
      event: (event) => all.event(masker.event(event)),
      flush: () => all.flush?.(),
      close: () => all.close(),
    },
    isLive,
  });
}

/** `--json` is `--reporter json`; both add up. */
function reporterNames({ flags }: Invocation, surroundings: Surroundings): string {
  const json = flags.switches.has('json') ? ['json'] : [];
  const named = flags.values.get('reporter');
  if (named !== undefined) return [...json, named].join(',');
  if (json.length > 0) return 'json';
  const usual = defaultReporter(surroundings);
  return usual === 'live' && flags.switches.has('no-tui') ? 'lines' : usual;
}

function verbosity({ flags }: Invocation): 'quiet' | 'normal' | 'verbose' {
  if (flags.switches.has('quiet')) return 'quiet';
  return flags.switches.has('verbose') ? 'verbose' : 'normal';
}

function isStdinUsed({ arguments: [argument], flags }: Invocation): boolean {
  return (argument ?? flags.values.get('file')) === '-';
}

const keptValues = ['cwd', 'params-file', 'on', 'region'] as const;
const keptLists = ['param', 'allow-path'] as const;

/** The same run without what it selects and how it reports: the stem of every "run this again". */
function commandAgain({ arguments: [argument], flags }: Invocation): readonly string[] {
  const file = argument ?? flags.values.get('file');
  const values = keptValues.flatMap((name) => {
    const value = flags.values.get(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  const lists = keptLists.flatMap((name) =>
    (flags.lists.get(name) ?? []).flatMap((value) => [name === 'param' ? '-p' : `--${name}`, value]),
  );
  const sandbox = flags.switches.has('sandbox') ? ['--sandbox'] : [];
  return ['pipeline', 'run', ...(file === undefined ? [] : [file]), ...values, ...sandbox, ...lists];
}

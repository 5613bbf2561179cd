/** The flags of `run`, read and checked: what the user wants of this run. It does not know the pipeline. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BackendName, JsonScalar, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { ioReason } from './io-reason.ts';
import type { FlagValues, Invocation, UsageError } from './parse-arguments.ts';
import { parseDuration } from './parse-duration.ts';
import { readConcurrency } from './read-concurrency.ts';
import { readMaxBytes } from './tidy/read-limits.ts';

export interface RunOptions {
  /** Undefined: the default file. */
  readonly file: string | undefined;
  readonly params: Readonly<Record<string, JsonScalar>>;
  readonly select: Readonly<Record<'only' | 'from' | 'until', readonly string[]>>;
  /** Undefined: what the pipeline says. */
  readonly concurrency: number | { readonly percent: number } | undefined;
  readonly backend: BackendName;
  readonly isSandbox: boolean;
  /** Whose CloudConvert account; undefined: that of the environment. */
  readonly profile: string | undefined;
  /** Of CloudConvert; undefined: its own choice. */
  readonly region: string | undefined;
  /** Undefined: what the pipeline says. */
  readonly onError: 'continue' | 'stop' | undefined;
  readonly timeoutMs: number | undefined;
  readonly cache: CacheOptions;
  /** Absolute. */
  readonly allowedPaths: readonly string[];
}

export interface CacheOptions {
  readonly mode: 'read-write' | 'read' | 'off';
  /** Absolute; undefined: the project's own. */
  readonly dir: string | undefined;
  /** Whatever was asked for is made anew. */
  readonly isForced: boolean;
  /** It is made smaller when it is larger. */
  readonly maxBytes: number;
}

export async function readRunOptions(
  { arguments: [argument], flags }: Invocation,
  cwd: string,
): Promise<Result<RunOptions, UsageError>> {
  const flagged = flags.values.get('file');
  if (argument !== undefined && flagged !== undefined) {
    return err({
      message: `two files are named: ${argument} and --file ${flagged}`,
      hint: 'give one of them',
    });
  }
  const concurrency = readConcurrency(flags);
  if (!concurrency.ok) return concurrency;
  const timeout = readTimeout(flags);
  if (!timeout.ok) return timeout;
  const maxBytes = readMaxBytes(flags, 'cache-max-size');
  if (!maxBytes.ok) return maxBytes;
  const params = await readParams(flags, cwd);
  if (!params.ok) return params;
  return ok({
    file: argument ?? flagged,
    params: params.value,
    select: { only: names(flags, 'only'), from: names(flags, 'from'), until: names(flags, 'until') },
    concurrency: concurrency.value,
    backend: flags.values.get('on') === 'cloudconvert' ? 'cloudconvert' : 'local',
    isSandbox: flags.switches.has('sandbox'),
    profile: flags.values.get('profile'),
    region: flags.values.get('region'),
    onError: readOnError(flags),
    timeoutMs: timeout.value,
    cache: { ...readCache(flags, cwd), maxBytes: maxBytes.value },
    allowedPaths: (flags.lists.get('allow-path') ?? []).map((folder) => path.resolve(cwd, folder)),
  });
}

const cacheModes = { r: 'read', off: 'off', rw: 'read-write' } as const;

function readCache({ values, switches }: FlagValues, cwd: string): Omit<CacheOptions, 'maxBytes'> {
  const mode = values.get('cache');
  const dir = values.get('cache-dir');
  return {
    mode: cacheModes[mode === 'r' || mode === 'off' ? mode : 'rw'],
    dir: dir === undefined ? undefined : path.resolve(cwd, dir),
    isForced: switches.has('force'),
  };
}

function readOnError(flags: FlagValues): RunOptions['onError'] {
  if (flags.switches.has('fail-fast')) return 'stop';
  return flags.switches.has('keep-going') ? 'continue' : undefined;
}

function readTimeout(flags: FlagValues): Result<number | undefined, UsageError> {
  const text = flags.values.get('timeout');
  if (text === undefined) return ok(undefined);
  const milliseconds = parseDuration(text);
  return milliseconds === undefined
    ? err({
        message: `--timeout cannot be "${text}"`,
        hint: 'give seconds, or 90s, 10m, 1h30m, up to 24 days',
      })
    : ok(milliseconds);
}

/** `--only pdf,web` names two; commas inside `pdf[a,b.docx]` belong to the address. */
function names(flags: FlagValues, flag: string): readonly string[] {
  return (flags.lists.get(flag) ?? [])
    .flatMap((text) => text.split(/,(?![^[]*\])/))
    .filter((name) => name !== '');
}

async function readParams(flags: FlagValues, cwd: string): Promise<Result<RunOptions['params'], UsageError>> {
  const file = flags.values.get('params-file');
  const fromFile = file === undefined ? ok({}) : await readParamsFile(file, cwd);
  if (!fromFile.ok) return fromFile;
  const given: [string, JsonScalar][] = [];
  for (const text of flags.lists.get('param') ?? []) {
    const at = text.indexOf('=');
    if (at < 1)
      return err({
        message: `--param needs name=value, not "${text}"`,
        hint: `write -p ${at === 0 ? 'name' : text}=value`,
      });
    given.push([text.slice(0, at), text.slice(at + 1)]);
  }
  return ok({ ...fromFile.value, ...Object.fromEntries(given) });
}

async function readParamsFile(file: string, cwd: string): Promise<Result<RunOptions['params'], UsageError>> {
  const what = `the params file ${file}`;
  let parsed: unknown;
  try {
    const { parse } = await import('yaml');
    parsed = parse(await readFile(path.resolve(cwd, file), 'utf8'));
  } catch (error) {
    // The parser's message ends in a drawing; the sentence is enough.
    const [why = ''] = ioReason(error).split('\n');
    return err({ message: `${what} cannot be read`, hint: why.replace(/:$/, '') });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return err({
      message: `${what} must be a map from names to values`,
      hint: 'one line a param: `quality: 90`',
    });
  }
  const entries: [string, JsonScalar][] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (!isScalar(value)) {
      return err({
        message: `${what}: "${name}" is not a single value`,
        hint: 'a param is a string, a number, true or false',
      });
    }
    entries.push([name, value]);
  }
  return ok(Object.fromEntries(entries));
}

function isScalar(value: unknown): value is JsonScalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

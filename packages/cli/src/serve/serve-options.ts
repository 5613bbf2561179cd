/** The flags of `serve`, read and checked: where the server listens, whom it lets in, what it may do. It starts nothing. */
import { readFile, realpath } from 'node:fs/promises';
import { isIPv4, isIPv6 } from 'node:net';
import path from 'node:path';
import type { Allowances, ApiKey, ServerLimits } from '@pipeline/server';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { actionsAtOnce } from '../actions-at-once.ts';
import { ioReason } from '../io-reason.ts';
import type { FlagValues, UsageError } from '../parse-arguments.ts';
import { parseDuration } from '../parse-duration.ts';
import { parseSize } from '../parse-size.ts';
import { readConcurrency } from '../read-concurrency.ts';
import { keysOfFile, readKeys } from './api-keys.ts';
import { serveDefaults } from './serve-flags.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  readonly keys: readonly ApiKey[];
  readonly publicUrl: string | undefined;
  /** Undefined: the one in the data folder. */
  readonly signingSecret: string | undefined;
  readonly retentionMs: number;
  readonly graceMs: number;
  readonly limits: ServerLimits;
  readonly allow: Allowances;
  /** What is fetched for others, and webhooks: anywhere, or to public addresses only. */
  readonly network: 'any' | 'public';
  readonly isQuiet: boolean;
}

type Default = keyof typeof serveDefaults;

/** Collects the first mistake, so that a list of flags reads as a list. */
class Reader {
  readonly #flags: FlagValues;
  mistake: UsageError | undefined;

  constructor(flags: FlagValues) {
    this.#flags = flags;
  }

  text(name: Default): string {
    return this.#flags.values.get(name) ?? serveDefaults[name];
  }

  read(name: Default, parse: (text: string) => number | undefined, hint: string): number {
    const text = this.text(name);
    const value = parse(text);
    if (value !== undefined) return value;
    this.mistake ??= { message: `--${name} cannot be "${text}"`, hint };
    return Number.NaN;
  }

  whole(name: Default): number {
    return this.read(name, (text) => wholeNumber(text, 1), 'give a whole number from 1 up');
  }

  size(name: Default): number {
    return this.read(name, parseSize, 'give bytes, or a size such as 500kB, 16MB, 10GB');
  }

  duration(name: Default): number {
    return this.read(name, parseDuration, 'give seconds, or 90s, 10m, 24h, up to 24 days');
  }
}

export async function readServeOptions(
  flags: FlagValues,
  cwd: string,
): Promise<Result<ServeOptions, UsageError>> {
  const reader = new Reader(flags);
  const concurrency = readConcurrency(flags);
  if (!concurrency.ok) return concurrency;
  const options = {
    host: bareHost(reader.text('host')),
    port: reader.read('port', portNumber, 'give a number from 0 to 65535'),
    dataDir: path.resolve(cwd, reader.text('data-dir')),
    signingSecret: flags.values.get('signing-secret'),
    retentionMs: reader.duration('retention'),
    graceMs: reader.duration('grace'),
    limits: {
      bodyBytes: reader.size('max-body'),
      uploadBytes: reader.size('max-upload'),
      actions: actionsAtOnce(concurrency.value),
      openJobs: reader.whole('max-jobs'),
      tasksPerJob: reader.whole('max-tasks'),
      jobMs: reader.duration('job-timeout'),
      createdPerMinute: reader.whole('rate-limit'),
    },
    network: flags.switches.has('allow-private-network') ? ('any' as const) : ('public' as const),
    isQuiet: flags.switches.has('quiet'),
  };
  if (reader.mistake !== undefined) return err(reader.mistake);
  const publicUrl = readPublicUrl(flags.values.get('public-url'));
  if (!publicUrl.ok) return publicUrl;
  const keys = await allKeys(flags, cwd);
  if (!keys.ok) return keys;
  const local = await localFolder(flags, { cwd, dataDir: options.dataDir });
  if (!local.ok) return local;
  const allow = {
    localFiles: local.value !== undefined,
    ...(local.value === undefined ? {} : { localFolder: local.value }),
    command: flags.switches.has('allow-command'),
  };
  const open = openDoor(options.host, keys.value);
  return open === undefined
    ? ok({ ...options, allow, publicUrl: publicUrl.value, keys: keys.value })
    : err(open);
}

function wholeNumber(text: string, least: number): number | undefined {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least ? number : undefined;
}

function portNumber(text: string): number | undefined {
  const port = wholeNumber(text, 0);
  return port !== undefined && port <= 65_535 ? port : undefined;
}

/** `[::1]` → `::1` */
const bareHost = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

function readPublicUrl(text: string | undefined): Result<string | undefined, UsageError> {
  if (text === undefined) return ok(undefined);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url !== undefined && url.search === '' && url.hash === '' && url.username === '';
  if (isPlain && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return ok(url.href.replace(/\/+$/, '').replace(/\/v2$/, ''));
  }
  return err({
    message: `--public-url cannot be "${text}"`,
    hint: 'write it as https://convert.example.com, without /v2',
  });
}

async function allKeys(flags: FlagValues, cwd: string): Promise<Result<readonly ApiKey[], UsageError>> {
  const given = (flags.lists.get('api-key') ?? []).map((text) => ({ text, where: '--api-key' }));
  const file = flags.values.get('api-keys');
  if (file === undefined) return readKeys(given);
  try {
    const written = keysOfFile(await readFile(path.resolve(cwd, file), 'utf8'), file);
    if (written.length > 0) return readKeys([...given, ...written]);
    return err({ message: `--api-keys: there is no key in ${file}`, hint: 'write one key a line' });
  } catch (error) {
    return err({ message: `--api-keys: ${file} cannot be read`, hint: ioReason(error) });
  }
}

interface Folders {
  readonly cwd: string;
  readonly dataDir: string;
}

/** Undefined: none is allowed. Never one that shares a file with the server's own: its secrets and everybody's jobs are there. */
async function localFolder(
  flags: FlagValues,
  { cwd, dataDir }: Folders,
): Promise<Result<string | undefined, UsageError>> {
  const given = flags.values.get('allow-local-files');
  if (given === undefined) return ok(undefined);
  const folder = await realpath(path.resolve(cwd, given)).catch(() => undefined);
  if (folder === undefined) {
    return err({ message: `--allow-local-files: there is no folder ${given}`, hint: 'check the path' });
  }
  const own = await realpath(dataDir).catch(() => dataDir);
  if (!isInside(own, folder) && !isInside(folder, own)) return ok(folder);
  return err({
    message: `--allow-local-files ${given} and the data folder ${dataDir} share files`,
    hint: 'keep the data elsewhere, with --data-dir, or allow a folder beside it',
  });
}

function isInside(inner: string, outer: string): boolean {
  const way = path.relative(outer, inner);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

/** Long enough not to be guessed over a network. */
const leastKeyLength = 16;

/** Whoever reaches a server can do everything that it does: what is open beyond this machine needs a key. */
function openDoor(host: string, keys: readonly ApiKey[]): UsageError | undefined {
  if (isLoopback(host)) return undefined;
  if (keys.length === 0) {
    return {
      message: `--host ${host} lets other machines in, and there is no API key`,
      hint: 'set one: PIPELINE_API_KEYS=$(openssl rand -hex 24), or --api-keys <file>; or leave --host out',
    };
  }
  const short = keys.find(({ key }) => key.length < leastKeyLength);
  return short === undefined
    ? undefined
    : {
        message: `--host ${host} lets other machines in, and an API key is shorter than ${leastKeyLength} signs`,
        hint: 'take one that cannot be guessed: openssl rand -hex 24',
      };
}

function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return isIPv6(host) ? new URL(`http://[${host}]`).hostname === '[::1]' : host.toLowerCase() === 'localhost';
}

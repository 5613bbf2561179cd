/** `pipeline cache`: how large the store of results is, and making it smaller. How it lies on the disk is not known here. */
import path from 'node:path';
import {
  type CacheSurvey,
  clearCache,
  collectGarbage,
  findGarbage,
  type Garbage,
  readRuns,
} from '@pipeline/engine';
import { nearest } from '@pipeline/schema';
import { exitCode } from '../exit-code.ts';
import { type StateFolder, stateFolder } from '../history/state-folder.ts';
import { ioReason } from '../io-reason.ts';
import type { FlagValues } from '../parse-arguments.ts';
import { shortPath } from '../read-pipeline.ts';
import { formatBytes, plural } from '../reporters/quantity.ts';
import type { Command, Surroundings } from '../surroundings.ts';
import { runningSince } from '../tidy/cache-tidier.ts';
import { cacheStats, statsText } from '../tidy/cache-stats.ts';
import { readMaxAge, readMaxBytes } from '../tidy/read-limits.ts';
import { usageError } from '../usage-error.ts';

interface Request {
  readonly dir: string;
  readonly state: StateFolder;
  readonly flags: FlagValues;
  readonly surroundings: Surroundings;
}

const parts: Readonly<Record<string, (request: Request) => number>> = { stats, gc, clear };

export const cache: Command = async ({ arguments: [named = 'stats'], flags }, surroundings) => {
  const part = Object.hasOwn(parts, named) ? parts[named] : undefined;
  if (part === undefined) return usageError(unknownPart(named), surroundings.stderr);
  const limit = ['max-size', 'older-than'].find((name) => isTyped(name, surroundings));
  if (limit !== undefined && named !== 'gc') {
    const hint = `pipeline cache gc --${limit} … makes the cache smaller`;
    return usageError(
      { message: `--${limit} has no meaning for pipeline cache ${named}`, hint },
      surroundings.stderr,
    );
  }
  const state = stateFolder(surroundings.cwd);
  const given = flags.values.get('cache-dir');
  const dir = given === undefined ? path.join(state.dir, 'cache') : path.resolve(surroundings.cwd, given);
  return part({ dir, state, flags, surroundings });
};

/** In the environment it is there for all commands. */
function isTyped(flag: string, { argv }: Surroundings): boolean {
  return argv.some((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
}

function unknownPart(named: string): { message: string; hint: string } {
  const near = nearest(named, Object.keys(parts));
  const list = `it has ${Object.keys(parts).join(', ')}`;
  return {
    message: `pipeline cache has no "${named}"`,
    hint: near === undefined ? list : `did you mean "${near}"? ${list}`,
  };
}

function stats({ dir, state, flags, surroundings }: Request): number {
  const { stdout, stderr, cwd } = surroundings;
  const limit = readMaxBytes(flags, 'max-size');
  if (!limit.ok) return usageError(limit.error, stderr);
  const [last] = readRuns(state.runs).runs;
  const told = cacheStats({ dir, maxBytes: limit.value, last });
  stdout.write(flags.switches.has('json') ? json(told) : statsText(told, shortPath(cwd, dir)));
  return exitCode.done;
}

function gc({ dir, state, flags, surroundings }: Request): number {
  const { stdout, stderr } = surroundings;
  const limit = readMaxBytes(flags, 'max-size');
  if (!limit.ok) return usageError(limit.error, stderr);
  const age = readMaxAge(flags, 'older-than');
  if (!age.ok) return usageError(age.error, stderr);
  const since = runningSince(state.runs);
  const options = {
    dir,
    maxBytes: limit.value,
    now: Date.now(),
    ...(age.value === undefined ? {} : { maxAgeMs: age.value }),
    ...(since === undefined ? {} : { busySince: since }),
  };
  const isDry = flags.switches.has('dry-run');
  const garbage = isDry ? findGarbage(options) : collectGarbage(options);
  const left = garbage.survey.objectBytes - garbage.bytes;
  const told = {
    removed: !isDry,
    objects: garbage.objects.length,
    bytes: garbage.bytes,
    records: garbage.records,
    left_bytes: left,
    max_bytes: limit.value,
  };
  stdout.write(
    flags.switches.has('json') ? json(told) : gcText(garbage, { isDry, left, maxBytes: limit.value }),
  );
  return exitCode.done;
}

interface GcFacts {
  readonly isDry: boolean;
  readonly left: number;
  readonly maxBytes: number;
}

function gcText({ objects, bytes, records }: Garbage, { isDry, left, maxBytes }: GcFacts): string {
  const verb = isDry ? 'would remove' : 'removed';
  const head =
    objects.length === 0 && records === 0
      ? `nothing to remove: ${formatBytes(left)} of at most ${formatBytes(maxBytes)}`
      : `${verb} ${plural(objects.length, 'file')}, ${formatBytes(bytes)}, of ${plural(records, 'result')}; ${formatBytes(left)} ${isDry ? 'would be' : 'are'} left`;
  const over =
    left > maxBytes
      ? `\n  more cannot go yet: it was used within the last two hours, or may be in use by a run that is going on`
      : '';
  return `${head}${over}\n`;
}

function clear({ dir, state, flags, surroundings }: Request): number {
  const { cwd, stdout, stderr } = surroundings;
  const busy = readRuns(state.runs).runs.find((run) => run.state === 'running');
  if (busy !== undefined) {
    const message = `a run is going on in process ${busy.header.pid}, and may need what is there`;
    return usageError({ message, hint: 'wait for its end, or stop it' }, stderr);
  }
  const isDry = flags.switches.has('dry-run');
  let cleared: CacheSurvey;
  try {
    cleared = clearCache(dir, { isDry });
  } catch (error) {
    stderr.write(`pipeline: the cache in ${shortPath(cwd, dir)} cannot be removed: ${ioReason(error)}\n`);
    return exitCode.failed;
  }
  const { objects, objectBytes, logBytes, otherFormats } = cleared;
  const bytes = objectBytes + logBytes;
  const told = { removed: !isDry, objects: objects.size, bytes, other_formats: otherFormats };
  const verb = isDry ? 'would remove' : 'removed';
  const others =
    otherFormats.length === 0
      ? ''
      : `left alone, as other versions of pipeline wrote it: ${otherFormats.map((name) => shortPath(cwd, path.join(dir, name))).join(', ')}\n`;
  const text =
    bytes === 0 ? 'the cache is empty' : `${verb} ${plural(objects.size, 'file')}, ${formatBytes(bytes)}`;
  stdout.write(flags.switches.has('json') ? json(told) : `${text}\n${others}`);
  return exitCode.done;
}

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

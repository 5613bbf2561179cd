/**
 * The journals of a project: which runs there were, how each ended, and which are old enough to go. It reads only the
 * first and the last line of a run that has ended; files that are not named as journals are never touched.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Counts } from '../event.ts';
import { type HeaderFault, parseEvent, parseHeader, progressOf, type RunHeader } from '../journal.ts';
import type { Progress } from '../progress.ts';
import { namesIn } from './names-in.ts';
import { lifeOf } from './process-life.ts';

/** `elsewhere`: begun on another machine, with no end so far. */
export type RunState = 'finished' | 'failed' | 'timed-out' | 'interrupted' | 'running' | 'elsewhere';

export interface PastRun {
  readonly header: RunHeader;
  /** Absolute. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly state: RunState;
  /** Until it ended, or until the last that is known of it. */
  readonly ms: number;
  readonly counts: Counts;
  /** Absent: it has not ended by itself. */
  readonly exitCode?: number;
}

export interface UnreadableRun {
  readonly file: string;
  readonly fault: HeaderFault | { readonly type: 'unreadable'; readonly error: unknown };
}

export interface PastRuns {
  /** The newest first. */
  readonly runs: readonly PastRun[];
  readonly unreadable: readonly UnreadableRun[];
}

/** No more than these are kept, whichever comes first. */
const keptRuns = 50;
const keptBytes = 64 * 1024 * 1024;

/** What a machine that is not this one has not ended after so long, it never will. */
const elsewhereMs = 24 * 60 * 60 * 1000;

const journalPattern = /^\d{8}T\d{9}Z-[\w-]+\.jsonl$/;

/** Those whose file (absolute) `isWanted`; all of them when it is absent. */
export function readRuns(dir: string, isWanted: (file: string) => boolean = () => true): PastRuns {
  const runs: PastRun[] = [];
  const unreadable: UnreadableRun[] = [];
  const files = newestFirst(dir).flatMap((name) => (name.endsWith('.jsonl') ? join(dir, name) : []));
  for (const file of files.filter(isWanted)) {
    const read = readRun(file);
    if ('fault' in read) unreadable.push(read);
    else runs.push(read);
  }
  return { runs, unreadable };
}

/** Everything that its journal tells. */
export function readProgress({ file }: Pick<PastRun, 'file'>): Progress {
  return progressOf(readFileSync(file, 'utf8'));
}

/** Removes the oldest until the rest is few and small; never that of a living process, nor the newest. */
export function removeOldRuns(dir: string): void {
  for (const { file } of oldRuns(dir)) remove(file);
}

export interface OldRun {
  readonly file: string;
  readonly sizeBytes: number;
}

export function oldRuns(dir: string): readonly OldRun[] {
  let bytes = 0;
  return newestFirst(dir)
    .filter((name) => journalPattern.test(name))
    .flatMap((name, index): OldRun[] => {
      const file = join(dir, name);
      const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      bytes += sizeBytes;
      const isKept = index === 0 || (index < keptRuns && bytes <= keptBytes);
      return isKept || isInUse(file) ? [] : [{ file, sizeBytes }];
    });
}

/** The newest first: names begin with the time. */
const newestFirst = (dir: string): readonly string[] => namesIn(dir).toReversed();

function readRun(file: string): PastRun | UnreadableRun {
  try {
    const ends = readEnds(file);
    const header = parseHeader(ends.first);
    if (!('job' in header)) return { file, fault: header };
    const { sizeBytes, changedAt } = ends;
    const last = parseEvent(ends.last);
    if (last?.type === 'job.finished') {
      const { ms, counts, exit_code: exitCode } = last;
      return { header, file, sizeBytes, state: endState(exitCode), ms, counts, exitCode };
    }
    const { counts, ms, end } = progressOf(readFileSync(file, 'utf8'));
    if (end !== undefined) {
      const { exitCode } = end;
      return { header, file, sizeBytes, state: endState(exitCode), ms, counts: end.counts, exitCode };
    }
    const { done: ran, cached, skipped, failed, notRun: not_run } = counts;
    const state = openState(header, changedAt);
    return { header, file, sizeBytes, state, ms, counts: { ran, cached, skipped, failed, not_run } };
  } catch (error) {
    return { file, fault: { type: 'unreadable', error } };
  }
}

function endState(exitCode: number): RunState {
  if (exitCode === 0) return 'finished';
  if (exitCode === 124) return 'timed-out';
  return exitCode > 128 ? 'interrupted' : 'failed';
}

function openState(header: RunHeader, changedAt: number): RunState {
  const life = lifeOf(header);
  if (life === 'alive') return 'running';
  return life === 'elsewhere' && Date.now() - changedAt < elsewhereMs ? 'elsewhere' : 'interrupted';
}

function isInUse(file: string): boolean {
  const read = readRun(file);
  // Whether a run of a newer version still goes on cannot be known here.
  if ('fault' in read) return read.fault.type === 'newer';
  return read.state === 'running' || read.state === 'elsewhere';
}

interface Ends {
  readonly first: string;
  /** The last line that was written whole. */
  readonly last: string;
  readonly sizeBytes: number;
  readonly changedAt: number;
}

/** Hardly any line is longer; where one is, the whole file is read. */
const endBytes = 64 * 1024;

function readEnds(path: string): Ends {
  const file = openSync(path, 'r');
  try {
    const { size, mtimeMs } = fstatSync(file);
    const begin = readAt(file, 0, Math.min(size, endBytes));
    const head = begin.includes('\n') ? begin : readFileSync(path, 'utf8');
    const tail = readAt(file, Math.max(0, size - endBytes), Math.min(size, endBytes));
    const end = tail.lastIndexOf('\n');
    const start = end <= 0 ? -1 : tail.lastIndexOf('\n', end - 1);
    return {
      first: head.slice(0, Math.max(0, head.indexOf('\n'))),
      last: tail.slice(start + 1, Math.max(0, end)),
      sizeBytes: size,
      changedAt: mtimeMs,
    };
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, position: number, length: number): string {
  const buffer = Buffer.alloc(length);
  return buffer.toString('utf8', 0, readSync(file, buffer, 0, length, position));
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The next run tries again.
  }
}

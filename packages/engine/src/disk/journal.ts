/**
 * Writes the journal of one run to `.pipeline/runs/<time>-<job>.jsonl`. It costs next to nothing: events gather in
 * memory and go out a few times a second. A run that finds nothing to do writes none, and a journal that cannot be
 * written never fails a run: what happened is kept in `problem` for whoever talks to people.
 *
 *     waiting ── the first real work, or an end that is not good ──▶ open ── close ──▶ closed
 *        └── everything was up to date ──▶ closed, no file     open ── the disk refuses ──▶ closed, problem
 */
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JobEvent, TaskSummary } from '../event.ts';
import { journalLine, journalVersion, type RunCall, type RunHeader } from '../journal.ts';
import { ignoreInGit } from './ignore-in-git.ts';
import { removeOldRuns } from './journal-folder.ts';
import { ownMark } from './process-life.ts';

export interface Journal {
  readonly event: (event: JobEvent) => void;
  /** Whether there is a file of this run. */
  readonly isWritten: () => boolean;
  /** Why there is none, or only a part of it. */
  readonly problem: () => unknown;
  /** Writes what is left; for exit handlers too. Twice does no harm. */
  readonly close: () => void;
}

export interface JournalOptions {
  /** `<project root>/.pipeline/runs`; not there yet, perhaps. */
  readonly dir: string;
  readonly call: RunCall;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Takes secrets out. */
  readonly mask: (event: JobEvent) => JobEvent;
}

/** A run that is killed loses what happened in so short a time. */
const flushMs = 50;

/** Events in one piece: some hundred kilobytes. */
const chunkLength = 500;

export function openJournal(options: JournalOptions): Journal {
  const journal = new JournalWriter(options);
  return {
    event: (event) => journal.event(event),
    isWritten: () => journal.isWritten,
    problem: () => journal.problem,
    close: () => journal.close(),
  };
}

/** Sorts by time as a name; no `:`, which Windows does not allow. */
function journalName(startedAt: number, job: string): string {
  const time = new Date(startedAt).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${job.replaceAll(/[^\w-]/g, '')}.jsonl`;
}

class JournalWriter {
  isWritten = false;
  problem: unknown;
  readonly #options: JournalOptions;
  readonly #tasks = new Map<string, TaskSummary>();
  #pending: JobEvent[] = [];
  #file: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isTidy = false;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  event(event: JobEvent): void {
    if (this.#isClosed || event.type === 'action.progress') return;
    if (event.type === 'job.started') for (const task of event.tasks) this.#tasks.set(task.task, task);
    this.#pending.push(event);
    if (this.#file === undefined && this.#isWork(event)) this.#open();
    if (this.#file !== undefined) this.#timer ??= setTimeout(this.#onTime, flushMs).unref();
  }

  close(): void {
    this.#flush();
    this.#end();
    this.#tidy();
  }

  readonly #onTime = (): void => {
    this.#flush();
    this.#tidy();
  };

  /** Once, and not before the first action has started: mostly, it is being waited for then. */
  #tidy(): void {
    if (!this.isWritten || this.#isTidy) return;
    this.#isTidy = true;
    removeOldRuns(this.#options.dir);
  }

  /** Looking for files is no work: a run that did nothing else found all as it was. */
  #isWork(event: JobEvent): boolean {
    switch (event.type) {
      case 'action.started':
        return !this.#isLook(event.task);
      case 'action.retried':
        return true;
      case 'action.finished':
        return event.status === 'error' || event.status === 'cancelled';
      case 'job.finished':
        return event.exit_code !== 0;
      default:
        return false;
    }
  }

  #isLook(name: string): boolean {
    const operation = this.#tasks.get(name)?.operation;
    return operation === 'import/local' || operation === 'import/raw';
  }

  #open(): void {
    const { dir, call, startedAt } = this.#options;
    const header: RunHeader = {
      type: 'run',
      v: journalVersion,
      ...call,
      at: new Date(startedAt).toISOString(),
      ...ownMark(),
    };
    this.#guard(() => {
      mkdirSync(dir, { recursive: true });
      ignoreInGit(dirname(dir));
      const path = join(dir, journalName(startedAt, call.job));
      this.#file = openSync(path, 'wx', 0o600);
      try {
        writeAll(this.#file, `${JSON.stringify(header)}\n`);
        this.isWritten = true;
      } catch (error) {
        // Without its first line it tells nothing.
        rmSync(path, { force: true });
        throw error;
      }
    });
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const file = this.#file;
    if (file === undefined) return;
    const events = this.#pending;
    this.#pending = [];
    for (let start = 0; start < events.length && !this.#isClosed; start += chunkLength) {
      const text = this.#textOf(events.slice(start, start + chunkLength));
      this.#guard(() => writeAll(file, text));
    }
  };

  /** When an action is over before its start is written, its end says all: when, for how long, and by what. */
  #textOf(events: readonly JobEvent[]): string {
    const ended = new Set<string>();
    for (const event of events) if (event.type === 'action.finished') ended.add(event.action);
    let text = '';
    for (const event of events) {
      const isShort = event.type === 'action.started' && event.attempt === 1 && ended.has(event.action);
      if (!isShort) text += journalLine(this.#options.mask(event));
    }
    return text;
  }

  #guard(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.problem = error;
      this.#end();
    }
  }

  #end(): void {
    this.#isClosed = true;
    this.#pending = [];
    const file = this.#file;
    this.#file = undefined;
    if (file === undefined) return;
    try {
      closeSync(file);
    } catch (error) {
      this.problem ??= error;
    }
  }
}

/** On a disk that is nearly full, a part may go. */
function writeAll(file: number, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
}

/**
 * A reporter turns events into text for a person or a program, on the stream that it was given and nowhere else.
 * This file knows the shape, not the kinds.
 */
import type { JobEvent } from '@pipeline/engine';
import type { Clock } from './clock.ts';

export interface Reporter {
  /** Never throws and never waits: a slow or closed stream must not slow or fail the run. */
  event(event: JobEvent): void;
  /** What it has gathered goes out at once, as far as it gathers anything: the process is about to end. */
  flush?(): void;
  /** Everything is written and the terminal is as it was. Safe to call twice. */
  close(): Promise<void>;
}

/** A terminal, a pipe or a file. */
export type ReportStream =
  | NodeJS.WriteStream
  | (NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number | undefined });

export type Verbosity = 'quiet' | 'normal' | 'verbose';

export interface ReporterOptions {
  /** Results: only `json` writes here. */
  readonly stdout: ReportStream;
  /** For people. */
  readonly stderr: ReportStream;
  /** The keys of the live view; without it, or when it is no terminal, the view has no keys. */
  readonly stdin?: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly verbosity?: Verbosity;
  /** Runs follow each other, and something is to be seen between them. */
  readonly isWatch?: boolean;
  /** What starts this run again, without a selection: `['pipeline', 'run', 'site.yaml', '-p', 'quality=90']`. */
  readonly command?: readonly string[];
  /** What runs again all that failed in this run, if anything can; asked when it is over. */
  readonly retryFailed?: () => readonly string[] | undefined;
  /** `q` or Ctrl-C in the live view, once per press: the first asks for a polite end, the second for an immediate one. */
  readonly onQuit?: () => void;
  readonly clock?: Clock;
}

/** Several at once see the same events, and all are closed even when one of them fails to. */
export function combineReporters(reporters: readonly Reporter[]): Reporter {
  const [only] = reporters;
  if (only !== undefined && reporters.length === 1) return only;
  return {
    event: (event) => {
      for (const reporter of reporters) reporter.event(event);
    },
    flush: () => {
      for (const reporter of reporters) reporter.flush?.();
    },
    close: async () => {
      const closed = await Promise.allSettled(reporters.map((reporter) => reporter.close()));
      for (const outcome of closed) if (outcome.status === 'rejected') throw outcome.reason;
    },
  };
}

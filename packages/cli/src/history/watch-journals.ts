/**
 * The journals of a watch: one for each of its runs, from its first event to its last. A run that finds nothing to do
 * leaves none, so that the history is not one of idle looks.
 */
import type { JobEvent, Journal } from '@pipeline/engine';
import type { Surroundings } from '../surroundings.ts';
import { openRunJournal, type RunFacts, tellJournalProblem } from './run-journal.ts';

export interface WatchJournals {
  /** Written down first, then passed on: who hears of the end can read of it. */
  readonly event: (event: JobEvent, passOn: (event: JobEvent) => void) => void;
  /** For exit handlers. */
  readonly close: () => void;
  /** Also says, once, that the history could not be kept. */
  readonly end: () => void;
}

/** `facts`: of the pipeline as it is now; its file may change while it is watched. */
export function watchJournals(
  facts: () => RunFacts & { readonly surroundings: Pick<Surroundings, 'stderr'> },
): WatchJournals {
  let current: Journal | undefined;
  let failed: Journal | undefined;
  const close = (): void => {
    current?.close();
    if (current?.problem() !== undefined) failed ??= current;
    current = undefined;
  };
  return {
    event: (event, passOn) => {
      if (event.type === 'job.started') {
        close();
        current = openRunJournal({ jobId: event.job, startedAt: Date.now() - event.ms }, facts());
      }
      current?.event(event);
      passOn(event);
      if (event.type === 'job.finished') close();
    },
    close,
    end: () => {
      close();
      if (failed !== undefined) tellJournalProblem(failed, facts().surroundings);
    },
  };
}

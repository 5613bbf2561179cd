/** Writes a change of a task down, and tries again where that fails: an end must not get lost, and nobody may believe in it before. */
import type { JobStore, TaskChange } from './job-store.ts';
import type { Pauses } from './pauses.ts';
import type { LogEntry } from './server-options.ts';

const pauseMs = 1000;

export interface SureUpdateParts {
  readonly store: Pick<JobStore, 'updateTask'>;
  readonly log: (entry: LogEntry) => void;
  /** Over: it gives up. */
  readonly pauses: Pauses;
}

export async function sureUpdate(
  id: string,
  change: TaskChange,
  { store, log, pauses }: SureUpdateParts,
): Promise<void> {
  for (;;) {
    try {
      await store.updateTask(id, change);
      return;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log({ level: 'error', message: 'the end of a task was not written', task: id, error: why });
      await pauses.take(pauseMs);
      if (pauses.areOver) return;
    }
  }
}

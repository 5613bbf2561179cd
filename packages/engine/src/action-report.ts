/** Tells what one action does while it runs: its attempts, and how far each has come. It keeps no times. */
import type { EventSink } from './event.ts';
import { converterOf, variantOf } from './job-events.ts';
import type { ActionListener } from './run-action.ts';
import type { Action } from './task-run.ts';

/** The same for all actions of a job. */
export interface ActionTelling {
  /** Milliseconds since the job started. */
  readonly ms: () => number;
  readonly onEvent: EventSink;
  readonly maskText: (text: string) => string;
}

export class ActionReport implements ActionListener {
  readonly #action: Action;
  readonly #startedMs: number;
  readonly #telling: ActionTelling;
  #last: string | undefined;

  constructor(action: Action, startedMs: number, telling: ActionTelling) {
    this.#action = action;
    this.#startedMs = startedMs;
    this.#telling = telling;
  }

  onAttempt(attempt: number): void {
    const { ms, onEvent } = this.#telling;
    const { address, task, file, owner } = this.#action;
    const used = converterOf(this.#action);
    onEvent({
      type: 'action.started',
      ms: attempt === 1 ? this.#startedMs : ms(),
      action: address,
      task,
      file,
      variant: variantOf(this.#action),
      backend: owner.planned.backend,
      converter: used?.name,
      version: used?.version,
      attempt,
    });
  }

  onProgress(given: number | null, text?: string): void {
    const { ms, onEvent, maskText } = this.#telling;
    const percent = given === null ? null : Math.max(0, Math.min(100, Math.floor(given)));
    const words = text === undefined ? {} : { message: maskText(text) };
    const now = `${percent} ${words.message ?? ''}`;
    // Converters report far more often than anything changes.
    if (now === this.#last) return;
    this.#last = now;
    onEvent({ type: 'action.progress', ms: ms(), action: this.#action.address, percent, ...words });
  }

  onRetry({ attempt, delayMs, failure: error }: Parameters<ActionListener['onRetry']>[0]): void {
    const { ms, onEvent } = this.#telling;
    const action = this.#action.address;
    onEvent({ type: 'action.retried', ms: ms(), action, attempt, delay_ms: delayMs, error });
  }
}

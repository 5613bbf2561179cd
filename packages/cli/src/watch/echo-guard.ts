/**
 * Notices that runs answer each other: the same files change again and again, each time right after a run has written
 * something. Somebody writes them in answer: a second pipeline, a program that watches our outputs. Nobody can tell such a
 * writer from a person who saves every second, so it takes many times, and the files are only let rest: for longer each
 * time they do it again. Pure: time is a parameter.
 *
 *     listening ── `echoes` runs in a row, each right after the one before ──► resting ── the pause is over ──► listening
 *         ▲                                                                                                        │
 *         └────────────── quiet for twice the pause: the next pause is a short one again ◄─────────────────────────┘
 */

/** So many in a row are no coincidence. */
const echoes = 10;
/** After what a change needs to settle: an answer comes at once, or it is none. */
const answerMs = 1500;
const firstPauseMs = 30_000;
const maxPauseMs = 30 * 60_000;

export interface Rest {
  readonly files: readonly string[];
  readonly untilMs: number;
}

export class EchoGuard {
  #files: ReadonlySet<string> = new Set();
  #count = 0;
  #pauseMs = firstPauseMs;
  #endedMs = -Infinity;
  #hasWritten = false;

  ended(nowMs: number, { hasWritten }: { readonly hasWritten: boolean }): void {
    this.#endedMs = nowMs;
    this.#hasWritten = hasWritten;
  }

  /** A run is due for these files. What is given back is to rest, instead of running. */
  due(files: readonly string[], nowMs: number, settleMs: number): Rest | undefined {
    const sinceMs = nowMs - this.#endedMs;
    if (sinceMs > 2 * this.#pauseMs) this.#pauseMs = firstPauseMs;
    const isAnswer = this.#hasWritten && sinceMs < settleMs + answerMs;
    const isSame =
      files.length > 0 && files.length === this.#files.size && files.every((file) => this.#files.has(file));
    this.#count = isAnswer && isSame ? this.#count + 1 : 0;
    this.#files = new Set(files);
    if (this.#count < echoes) return undefined;
    this.#count = 0;
    const untilMs = nowMs + this.#pauseMs;
    this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * 4);
    return { files, untilMs };
  }
}

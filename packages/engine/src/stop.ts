/**
 * How one action is told to end. An `AbortSignal` is dear where actions are cheap (a tenth of what an action costs the
 * engine), so it is made when somebody asks for it: an operation that starts nothing never does.
 */
export interface StopListener {
  readonly onStop: () => void;
}

export class Stop {
  #controller: AbortController | undefined;
  #reason: DOMException | undefined;
  #listener: StopListener | undefined;

  get isStopped(): boolean {
    return this.#reason !== undefined;
  }

  /** Of this action alone, so that nobody's listeners pile up. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** The first reason counts. The engine's own listener comes first, then those of the signal. */
  stop(reason: DOMException): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#listener?.onStop();
    this.#controller?.abort(reason);
  }

  /** One at a time; undefined takes it away. Not called for what has been stopped already. */
  listen(listener: StopListener | undefined): void {
    this.#listener = listener;
  }
}

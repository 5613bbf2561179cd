/**
 * Puts frames on the terminal: when, and how often. As `frame-pace.ts` allows, and none when nothing changed; a spinner turns only while something is shown that cannot tell how far it is. It knows no events: it is handed
 * progress and lines. `end` leaves the terminal as it was, and Ink does the same when the process dies.
 */
import type { Progress } from '@pipeline/engine';
import { itemsOf, remainingMs, valuesOf } from '@pipeline/engine';
import type { Instance } from 'ink';
import { render } from 'ink';
import type { ReactElement } from 'react';
import type { Clock } from '../reporters/clock.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import type { PermanentLine, ViewKey } from './app.tsx';
import { App } from './app.tsx';
import type { Frame } from './frame.ts';
import { frameRows, maxHeight, nextSlots } from './frame.ts';
import type { FramePace } from './frame-pace.ts';
import { firstFrame, frameMs, nextFrame } from './frame-pace.ts';
import type { TerminalOutput } from './terminal-output.ts';

export interface LiveModel {
  /** Asked for with each frame, which are fewer than there are events. */
  readonly progress: () => Progress;
  /** Only grows, in place. */
  readonly permanent: readonly PermanentLine[];
  /** When the job started, by the clock of the view. */
  readonly startedAt: number;
}

export interface LiveViewOptions {
  readonly output: TerminalOutput;
  /** Absent: no keys. */
  readonly stdin: NodeJS.ReadStream | undefined;
  readonly clock: Clock;
  readonly style: TerminalStyle;
  readonly onQuit: () => void;
  /** By key, or because the view broke. */
  readonly onPlain: () => void;
}

const spinnerMs = 250;

export class LiveView {
  readonly #options: LiveViewOptions;
  readonly #instance: Instance;
  readonly #stopResize: () => void;
  #model: LiveModel;
  #drawnLines: PermanentLine[] = [];
  #slots: readonly string[] = [];
  #selected: string | undefined;
  #isStopping = false;
  #isEnded = false;
  #isDirty = false;
  #hasSpinner = false;
  #pace: FramePace;
  /** The user waits for an answer: a key, a new size. */
  #isUrgent = false;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: LiveViewOptions, model: LiveModel) {
    this.#options = options;
    this.#model = model;
    const { output, stdin } = options;
    this.#instance = render(this.#app(this.#frame()), {
      stdout: output.forInk,
      stderr: output.forInk,
      ...(stdin === undefined ? {} : { stdin }),
      // Ctrl-C is a key like others: the run ends itself, and then the view.
      exitOnCtrlC: false,
      isScreenReaderEnabled: false,
      // Its limit is on writing; what costs is drawing, and `frame-pace.ts` limits both.
      maxFps: 0,
      // Nobody writes to it: what could is in other processes.
      patchConsole: false,
    });
    this.#pace = firstFrame(options.clock.now());
    this.#stopResize = output.onResize(() => this.#answer());
    void this.#watchInk();
    this.#plan();
  }

  update(model: LiveModel): void {
    this.#model = model;
    this.#change();
  }

  /** The picture goes, the permanent lines stay, and the cursor stands below them. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#timer?.cancel();
    this.#stopResize();
    const { output } = this.#options;
    output.draw(() => {
      this.#instance.rerender(this.#app(undefined));
      this.#instance.unmount();
      // Of an empty picture Ink leaves an empty line.
      output.write('\u001B[1A');
    });
  }

  #change(): void {
    this.#isDirty = true;
    this.#plan();
  }

  #answer(): void {
    this.#isUrgent = true;
    this.#change();
  }

  #plan(): void {
    if (this.#isEnded) return;
    const { clock } = this.#options;
    const at = this.#nextAt();
    if (at === undefined || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: clock.after(Math.max(0, at - clock.now()), () => this.#draw()) };
  }

  /** Undefined: nothing will change by itself. */
  #nextAt(): number | undefined {
    const { drawnAt, nextAt } = this.#pace;
    if (this.#isUrgent) return Math.min(nextAt, drawnAt + frameMs);
    if (this.#isDirty) return nextAt;
    const { progress, startedAt } = this.#model;
    if (progress().status !== 'processing') return undefined;
    const second = startedAt + (Math.floor((drawnAt - startedAt) / 1000) + 1) * 1000;
    return Math.max(nextAt, this.#hasSpinner ? Math.min(second, drawnAt + spinnerMs) : second);
  }

  #draw(): void {
    this.#timer = undefined;
    this.#isDirty = false;
    this.#isUrgent = false;
    const { output, clock } = this.#options;
    const costMs = clock.costOf(() => output.draw(() => this.#instance.rerender(this.#app(this.#frame()))));
    this.#pace = nextFrame(this.#pace, clock.now(), costMs);
    this.#plan();
  }

  #app(frame: Frame | undefined): ReactElement {
    const hasKeys = this.#options.stdin !== undefined;
    const { permanent } = this.#model;
    if (permanent.length !== this.#drawnLines.length) this.#drawnLines = [...permanent];
    return <App frame={frame} permanent={this.#drawnLines} hasKeys={hasKeys} onKey={this.#onKey} />;
  }

  #frame(): Frame {
    const { output, clock, style, stdin } = this.#options;
    const { startedAt } = this.#model;
    const progress = this.#model.progress();
    const { columns, rows } = output;
    const elapsedMs = clock.now() - startedAt;
    this.#slots = nextSlots(this.#slots, valuesOf(progress.running), maxHeight(rows));
    const frame: Frame = {
      progress,
      elapsedMs,
      leftMs: remainingMs(progress, elapsedMs),
      // The last column stays empty: a full line makes some terminals break it.
      columns: columns - 1,
      rows,
      style,
      slots: this.#slots,
      selected: this.#selected,
      hasKeys: stdin !== undefined,
      isStopping: this.#isStopping,
      spinner: Math.floor(elapsedMs / spinnerMs),
    };
    this.#hasSpinner = frameRows(frame).running.some(
      ({ percent, retry }) => percent === null && retry === undefined,
    );
    return frame;
  }

  readonly #onKey = (key: ViewKey): void => {
    if (this.#isEnded) return;
    if (key === 'plain') return this.#options.onPlain();
    if (key === 'quit') {
      this.#isStopping = true;
      this.#answer();
      return this.#options.onQuit();
    }
    this.#selected = key === 'deselect' ? undefined : this.#neighbour(key);
    this.#answer();
  };

  /** From none: the first task that is not done. */
  #neighbour(key: 'up' | 'down'): string | undefined {
    const tasks = [...itemsOf(this.#model.progress().tasks)];
    const at = tasks.findIndex((task) => task.task === this.#selected);
    if (at === -1) return (tasks.find((task) => task.endedMs === undefined) ?? tasks.at(-1))?.task;
    const next = key === 'up' ? at - 1 : at + 1;
    return tasks[Math.min(tasks.length - 1, Math.max(0, next))]?.task;
  }

  /** Ink takes itself down when drawing throws: the run goes on, so somebody else must tell of it. */
  async #watchInk(): Promise<void> {
    try {
      await this.#instance.waitUntilExit();
    } catch {
      // What it was is on the screen already.
    }
    if (!this.#isEnded) this.#options.onPlain();
  }
}

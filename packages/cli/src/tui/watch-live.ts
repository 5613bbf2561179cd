/**
 * The reporter of a watch for terminals: while it waits, the last result of each task and what is broken; while something
 * runs, the live view of a run, if that takes long enough to be seen. One line of each run stays, and every failure.
 * When the user asks for plain lines, or a view breaks, the lines reporter goes on from here.
 */
import type { EndedAction, JobEvent, Progress } from '@pipeline/engine';
import { emptyProgress, itemsOf, progress } from '@pipeline/engine';
import { systemClock } from '../reporters/clock.ts';
import { eventLine } from '../reporters/event-line.ts';
import { createLinesReporter } from '../reporters/lines.ts';
import { OutputWriter } from '../reporters/output-writer.ts';
import type { Reporter, ReporterOptions } from '../reporters/reporter.ts';
import { endCounts } from '../reporters/summary.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { styleFor } from '../reporters/terminal-style.ts';
import { changeNames, failureBlock } from '../reporters/watch-line.ts';
import { emptyWatched, type Watched, watched } from '../reporters/watched.ts';
import type { LiveModel, LiveView } from './live-view.tsx';
import { TerminalOutput } from './terminal-output.ts';
import { runRow } from './waiting-rows.ts';
import type { WaitingView } from './waiting-view.tsx';

/** A run that is over sooner shows only its line. */
const seenMs = 150;

/** `stderr` must be a terminal (`canDrawLive`). */
export function createWatchLiveReporter(options: ReporterOptions, terminal: NodeJS.WriteStream): Reporter {
  return new WatchLiveReporter(options, terminal);
}

class WatchLiveReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #style: TerminalStyle;
  readonly #writer: OutputWriter;
  readonly #output: TerminalOutput;
  #state: Progress = emptyProgress;
  #watched = emptyWatched;
  #startedAt = 0;
  #run: LiveView | undefined;
  #waiting: WaitingView | undefined;
  #cancelTimer: (() => void) | undefined;
  /** What is to be seen: a view that loads late looks here. */
  #wanted: 'run' | 'waiting' | 'nothing' = 'nothing';
  #loading: Promise<void> = Promise.resolve();
  /** Took over. */
  #plain: Reporter | undefined;

  constructor(options: ReporterOptions, terminal: NodeJS.WriteStream) {
    this.#options = options;
    this.#style = styleFor(terminal, options.env);
    this.#writer = new OutputWriter(terminal);
    this.#output = new TerminalOutput(terminal, options.env);
  }

  event(event: JobEvent): void {
    if (this.#plain !== undefined) return this.#plain.event(event);
    this.#state = progress(this.#state, event);
    const before = this.#watched;
    this.#watched = watched(before, event, { progress: this.#state, at: Date.now() });
    switch (event.type) {
      case 'job.started':
        return this.#begin(event.ms);
      case 'job.finished':
        return this.#finish(before);
      case 'watch.changed':
        return this.#show('nothing');
      case 'watch.waiting':
        return this.#show('waiting');
      case 'watch.noted':
        return this.#say(
          eventLine(event, () => this.#state, { style: this.#style, verbosity: 'normal' }) ?? '',
        );
      default:
        this.#run?.update(this.#model());
    }
  }

  async close(): Promise<void> {
    this.#show('nothing');
    await this.#loading;
    await this.#plain?.close();
    await this.#writer.flush();
  }

  #begin(ms: number): void {
    const { clock = systemClock } = this.#options;
    this.#show('nothing');
    this.#startedAt = clock.now() - ms;
    this.#cancelTimer = clock.after(seenMs, () => this.#show('run'));
  }

  /** `before`: what was broken then has been told; it is in the picture until it is mended. */
  #finish(before: Watched): void {
    this.#show('nothing');
    const { changes, changed } = this.#watched;
    const exitCode = this.#state.end?.exitCode;
    const style = this.#style;
    const told = new Set(before.failures.map(failureKey));
    for (const failed of itemsOf(this.#state.failures)) {
      if (!told.has(failureKey(failed))) this.#writer.write(failureBlock(failed, style));
    }
    const row = runRow(endCounts(this.#state), {
      style,
      names: changed === 0 ? '' : changeNames({ changes, count: changed }),
      at: Date.now(),
      ms: this.#state.ms,
      isComplete: exitCode !== 130 && exitCode !== 143 && exitCode !== 124,
    });
    this.#writer.write(`${row}\n`);
  }

  /** Above the picture, for good. */
  #say(line: string): void {
    const wanted = this.#wanted;
    this.#show('nothing');
    this.#writer.write(`${line}\n`);
    this.#show(wanted);
  }

  #show(wanted: 'run' | 'waiting' | 'nothing'): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#wanted = wanted;
    this.#run?.end();
    this.#run = undefined;
    this.#waiting?.end();
    this.#waiting = undefined;
    if (wanted !== 'nothing') this.#loading = this.#load(wanted);
  }

  async #load(view: 'run' | 'waiting'): Promise<void> {
    try {
      const { LiveView } = await import('./live-view.tsx');
      const { WaitingView } = await import('./waiting-view.tsx');
      const isThere = this.#run !== undefined || this.#waiting !== undefined;
      if (this.#wanted !== view || isThere || this.#plain !== undefined) return;
      const { stdin, clock = systemClock, onQuit = () => {} } = this.#options;
      const keyboard = stdin !== undefined && isKeyboard(stdin) ? stdin : undefined;
      const common = {
        output: this.#output,
        stdin: keyboard,
        style: this.#style,
        onQuit,
        onPlain: this.#goPlain,
      };
      if (view === 'run') this.#run = new LiveView({ ...common, clock }, this.#model());
      else this.#waiting = new WaitingView(common, this.#watched);
    } catch {
      // The watch matters more than its picture.
      this.#goPlain();
    }
  }

  #model(): LiveModel {
    return { progress: () => this.#state, permanent: [], startedAt: this.#startedAt };
  }

  readonly #goPlain = (): void => {
    if (this.#plain !== undefined) return;
    this.#show('nothing');
    this.#plain = createLinesReporter(this.#options, this.#state);
  };
}

const failureKey = ({ action, error }: EndedAction): string => JSON.stringify([action, error?.message]);

function isKeyboard(stream: NodeJS.ReadableStream): stream is NodeJS.ReadStream {
  return 'isTTY' in stream && stream.isTTY === true && 'setRawMode' in stream;
}

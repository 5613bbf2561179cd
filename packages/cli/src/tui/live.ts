/**
 * The reporter for terminals. It turns events into progress and permanent lines, shows them in the live view, and writes
 * the summary in its place when the run is over. Ink loads while the run begins; a run that is faster never shows it.
 * When the user asks for plain lines, or the view breaks, the lines reporter goes on from here.
 */
import type { JobEvent, Progress } from '@pipeline/engine';
import { emptyProgress, ProgressFollower, taskOf } from '@pipeline/engine';
import { systemClock } from '../reporters/clock.ts';
import { eventLine, taskLine } from '../reporters/event-line.ts';
import { createLinesReporter } from '../reporters/lines.ts';
import { OutputWriter } from '../reporters/output-writer.ts';
import type { Reporter, ReporterOptions } from '../reporters/reporter.ts';
import { summaryText } from '../reporters/summary.ts';
import type { TerminalStyle } from '../reporters/terminal-style.ts';
import { styleFor } from '../reporters/terminal-style.ts';
import type { PermanentLine } from './app.tsx';
import type { LiveModel, LiveView } from './live-view.tsx';
import { TerminalOutput } from './terminal-output.ts';

/** `stderr` must be a terminal (`canDrawLive`). */
export function createLiveReporter(options: ReporterOptions, terminal: NodeJS.WriteStream): Reporter {
  return new LiveReporter(options, terminal);
}

class LiveReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #style: TerminalStyle;
  readonly #writer: OutputWriter;
  readonly #loading: Promise<void>;
  readonly #follower = new ProgressFollower(emptyProgress);
  #startedAt: number;
  readonly #permanent: PermanentLine[] = [];
  #view: LiveView | undefined;
  /** Took over. */
  #plain: Reporter | undefined;
  #isEnded = false;

  constructor(options: ReporterOptions, terminal: NodeJS.WriteStream) {
    this.#options = options;
    this.#style = styleFor(terminal, options.env);
    this.#writer = new OutputWriter(terminal);
    this.#startedAt = (options.clock ?? systemClock).now();
    this.#loading = this.#load(terminal);
  }

  event(event: JobEvent): void {
    if (this.#plain !== undefined) return this.#plain.event(event);
    if (event.type === 'job.started') this.#startedAt = (this.#options.clock ?? systemClock).now() - event.ms;
    this.#follower.take(event);
    const text = this.#permanentText(event);
    if (text !== undefined) this.#permanent.push({ id: this.#permanent.length, text });
    if (event.type === 'job.finished') this.#finish();
    else this.#view?.update(this.#model());
  }

  async close(): Promise<void> {
    this.#endView();
    await this.#loading;
    await this.#plain?.close();
    await this.#writer.flush();
  }

  async #load(terminal: NodeJS.WriteStream): Promise<void> {
    try {
      const { LiveView } = await import('./live-view.tsx');
      if (this.#isEnded) return;
      const { env, stdin, clock = systemClock, onQuit = () => {} } = this.#options;
      const output = new TerminalOutput(terminal, env);
      const keyboard = stdin !== undefined && isKeyboard(stdin) ? stdin : undefined;
      const style = this.#style;
      const options = { output, stdin: keyboard, clock, style, onQuit, onPlain: () => this.#goPlain() };
      this.#view = new LiveView(options, this.#model());
    } catch {
      // The run matters more than its picture.
      this.#goPlain();
    }
  }

  readonly #progress = (): Progress => this.#follower.latest();

  #model(): LiveModel {
    return { progress: this.#progress, permanent: this.#permanent, startedAt: this.#startedAt };
  }

  /** What stays on the screen for good: failures at once, tasks when they are done; every action when that is asked for. */
  #permanentText(event: JobEvent): string | undefined {
    const style = this.#style;
    const isVerbose = this.#options.verbosity === 'verbose';
    if (event.type === 'task.finished') {
      const task = taskOf(this.#progress(), event.task);
      return task === undefined ? undefined : taskLine(task, style);
    }
    return eventLine(event, this.#progress, { style, verbosity: isVerbose ? 'verbose' : 'quiet' });
  }

  #finish(): void {
    this.#endView();
    const { stderr, verbosity = 'normal', command, retryFailed } = this.#options;
    const style = this.#style;
    this.#writer.write(
      summaryText(this.#progress(), {
        style,
        stream: stderr,
        verbosity,
        command,
        retryFailed: retryFailed?.(),
      }),
    );
  }

  #goPlain(): void {
    if (this.#isEnded) return;
    this.#endView();
    this.#plain = createLinesReporter(this.#options, this.#progress());
  }

  /** Nothing that was to stay is lost: the view shows it with its last frame, or it was never there. */
  #endView(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#view === undefined) for (const { text } of this.#permanent) this.#writer.write(`${text}\n`);
    else {
      this.#view.update(this.#model());
      this.#view.end();
    }
    this.#view = undefined;
  }
}

function isKeyboard(stream: NodeJS.ReadableStream): stream is NodeJS.ReadStream {
  return 'isTTY' in stream && stream.isTTY === true && 'setRawMode' in stream;
}

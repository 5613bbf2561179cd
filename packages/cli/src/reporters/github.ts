/**
 * For GitHub Actions: one folded group of lines per task, an annotation per failure, the closing summary, and a page for
 * the run's overview (`GITHUB_STEP_SUMMARY`). Text from outside can never become a workflow command.
 */
import { appendFile } from 'node:fs/promises';
import type { EndedAction, JobEvent, Progress } from '@pipeline/engine';
import { emptyProgress, itemsOf, ProgressFollower, taskOf, valueOf } from '@pipeline/engine';
import { systemClock } from './clock.ts';
import { eventLine, taskLine } from './event-line.ts';
import { stepSummary } from './github-step-summary.ts';
import type { Heartbeat } from './heartbeat.ts';
import { createHeartbeat } from './heartbeat.ts';
import { failureText } from './outcome-text.ts';
import { OutputWriter } from './output-writer.ts';
import { printable } from './printable.ts';
import { formatElapsed, plural } from './quantity.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { summaryText } from './summary.ts';
import type { TerminalStyle } from './terminal-style.ts';
import { styleFor } from './terminal-style.ts';

export function createGithubReporter(options: ReporterOptions): Reporter {
  return new GithubReporter(options);
}

class GithubReporter implements Reporter {
  readonly #options: ReporterOptions;
  readonly #style: TerminalStyle;
  readonly #writer: OutputWriter;
  readonly #heartbeat: Heartbeat;
  /** Lines of tasks that have not ended: groups cannot be nested, so each is written in one piece. */
  readonly #groups = new Map<string, string[]>();
  readonly #follower = new ProgressFollower(emptyProgress);
  #page: Promise<void> | undefined;

  constructor(options: ReporterOptions) {
    const { clock = systemClock } = options;
    this.#options = options;
    this.#style = styleFor(options.stderr, options.env);
    this.#writer = new OutputWriter(options.stderr);
    this.#heartbeat = createHeartbeat({
      clock,
      state: () => this.#follower.latest(),
      onBeat: (due, now) => {
        const names = due.slice(0, 5).map(({ action }) => printable(action));
        const more = due.length > 5 ? ` and ${plural(due.length - 5, 'more action')}` : '';
        this.#say(timed(now, `still running: ${names.join(', ')}${more}`));
      },
    });
  }

  event(event: JobEvent): void {
    this.#follower.take(event);
    this.#heartbeat.watch(event);
    this.#gather(event);
    if (event.type === 'task.finished') this.#writeGroup(event.task);
    if (event.type === 'job.finished') this.#finish();
  }

  async close(): Promise<void> {
    this.#heartbeat.stop();
    await this.#page;
    await this.#writer.flush();
  }

  #say(text: string): void {
    this.#writer.write(`${withoutCommands(text)}\n`);
  }

  #gather(event: JobEvent): void {
    const { verbosity = 'normal' } = this.#options;
    const text = eventLine(event, () => this.#follower.latest(), { style: this.#style, verbosity });
    if (text === undefined) return;
    const task = taskNameOf(event, () => this.#follower.latest());
    const group = this.#groups.get(task ?? '');
    const line = timed(event.ms, text);
    if (task === undefined) this.#say(line);
    else if (group === undefined) this.#groups.set(task, [line]);
    else group.push(line);
  }

  #writeGroup(name: string): void {
    const lines = this.#groups.get(name) ?? [];
    const task = taskOf(this.#follower.latest(), name);
    this.#groups.delete(name);
    if (lines.length === 0 || task === undefined) return;
    // Nothing to fold in a group of one.
    if (lines.length === 1) return this.#say(lines[0] ?? '');
    this.#writer.write(`::group::${commandData(taskLine(task, this.#style))}\n`);
    for (const line of lines) this.#say(line);
    this.#writer.write('::endgroup::\n');
  }

  #finish(): void {
    const { stderr, env, verbosity = 'normal', command } = this.#options;
    this.#heartbeat.stop();
    for (const task of this.#groups.keys()) this.#writeGroup(task);
    const state = this.#follower.latest();
    for (const action of itemsOf(state.failures)) this.#writer.write(annotation(action, state));
    const text = summaryText(state, { style: this.#style, stream: stderr, verbosity, command });
    for (const line of text.trimEnd().split('\n')) this.#say(line);
    const file = env['GITHUB_STEP_SUMMARY'] ?? '';
    if (file !== '') this.#page = this.#writePage(file);
  }

  async #writePage(file: string): Promise<void> {
    try {
      await appendFile(file, stepSummary(this.#follower.latest(), this.#options.command));
    } catch (error) {
      const reason = error instanceof Error ? printable(error.message) : 'unknown reason';
      this.#say(`the step summary was not written: ${reason}`);
    }
  }
}

function timed(ms: number, text: string): string {
  return `${formatElapsed(ms)}  ${text}`;
}

/** `::error file=…,title=…::…`: shown on the run's page and, for a file of the change, beside the change. */
function annotation({ action, error }: EndedAction, state: Progress): string {
  const file = state.job?.pipeline ?? '';
  const properties = [
    file === '' ? '' : `file=${commandProperty(file)}`,
    `title=${commandProperty(printable(action))}`,
  ];
  const hint = error?.hint === undefined ? '' : `\nhint: ${printable(error.hint)}`;
  const text = commandData(failureText(error) + hint);
  return `::error ${properties.filter((part) => part !== '').join(',')}::${text}\n`;
}

function taskNameOf(event: JobEvent, state: () => Progress): string | undefined {
  if (event.type === 'action.retried') return valueOf(state().running, event.action)?.task;
  return 'task' in event ? event.task : undefined;
}

/** A line is a command when `::` stands first in it, and in an older form when `##[` stands anywhere. */
function withoutCommands(line: string): string {
  const safe = line.replaceAll('##[', '## [');
  return /^\s*::/.test(safe) ? `. ${safe}` : safe;
}

function commandData(text: string): string {
  return withoutCommands(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function commandProperty(text: string): string {
  return commandData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

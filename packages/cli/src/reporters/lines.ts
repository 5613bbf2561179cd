/**
 * One line per event worth saying, with the time since the start, for logs, pipes and everybody who wants plain text.
 * Nothing is ever drawn over: no carriage returns, no cursor. An action that takes long gives a sign of life every 30
 * seconds. The summary closes it.
 */
import type { Progress, RunningAction } from '@pipeline/engine';
import { emptyProgress, ProgressFollower } from '@pipeline/engine';
import { systemClock } from './clock.ts';
import { eventLine } from './event-line.ts';
import { createHeartbeat } from './heartbeat.ts';
import { runningText } from './outcome-text.ts';
import { type Later, OutputWriter } from './output-writer.ts';
import { printable } from './printable.ts';
import { formatClock, formatDuration, formatElapsed, plural } from './quantity.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import { summaryText } from './summary.ts';
import { styleFor } from './terminal-style.ts';

const heartbeatRows = 5;
const gatherMs = 20;

/** `before`: what an earlier reporter has shown already, when this one takes over in the middle of a run. */
export function createLinesReporter(options: ReporterOptions, before: Progress = emptyProgress): Reporter {
  const { stderr, verbosity = 'normal', clock = systemClock } = options;
  const style = styleFor(stderr, options.env);
  // Who looks at a terminal, or waits for a change to be taken up, sees each line at once; else they go by the dozen.
  const isShown = stderr.isTTY === true || options.isWatch === true;
  const later: Later = (call) => clock.after(gatherMs, call);
  const writer = isShown ? new OutputWriter(stderr) : new OutputWriter(stderr, later);
  const follower = new ProgressFollower(before);
  const state = (): Progress => follower.latest();

  const say = (ms: number, text: string): void => writer.write(`${style.dim(formatElapsed(ms))}  ${text}\n`);
  const beat = {
    clock,
    state,
    onBeat: (due: readonly RunningAction[], now: number): void => {
      for (const action of due.slice(0, heartbeatRows))
        say(now, `${style.signs.running} ${stillRunning(action, now)}`);
      const more = due.length - heartbeatRows;
      if (more > 0) say(now, `${style.signs.running} ${plural(more, 'more action')} still running`);
    },
  };
  const heartbeat = verbosity === 'quiet' ? undefined : createHeartbeat(beat);
  return {
    event: (event) => {
      follower.take(event);
      const text = eventLine(event, state, { style, verbosity });
      // A watch lasts for days: the time of the day says more than the hours since it began.
      if (text !== undefined) {
        if ('at' in event) writer.write(`${style.dim(formatClock(event.at))}  ${text}\n`);
        else say(event.ms, text);
      }
      heartbeat?.watch(event);
      if (event.type !== 'job.finished') return;
      heartbeat?.stop();
      const again = { command: options.command, retryFailed: options.retryFailed?.() };
      writer.write(summaryText(state(), { style, stream: stderr, verbosity, ...again }));
    },
    flush: () => writer.send(),
    close: async () => {
      heartbeat?.stop();
      await writer.flush();
    },
  };
}

function stillRunning(action: RunningAction, now: number): string {
  const details = [runningText(action), `running for ${formatDuration(now - action.startedMs)}`];
  return `${printable(action.action)}  ${details.filter((part) => part !== '').join(', ')}`;
}

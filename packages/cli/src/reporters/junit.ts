/** A JUnit report, which every CI system shows: a suite per task, a case per action. Written when the job has ended. */
import type { EndedAction, Progress, TaskProgress } from '@pipeline/engine';
import { emptyProgress, endedAction, itemsOf, ProgressFollower } from '@pipeline/engine';
import { converterEnd, failureText, lastWords } from './outcome-text.ts';
import { OutputWriter } from './output-writer.ts';
import { printable } from './printable.ts';
import type { Reporter, ReportStream } from './reporter.ts';
import { countKey } from '@pipeline/engine';

export function createJunitReporter(stream: ReportStream): Reporter {
  const writer = new OutputWriter(stream);
  const ended = new Map<string, EndedAction[]>();
  const follower = new ProgressFollower(emptyProgress);
  return {
    event: (event) => {
      follower.take(event);
      if (event.type === 'job.started') ended.clear();
      if (event.type === 'action.finished') gather(ended, endedAction(event));
      if (event.type === 'job.finished') writer.write(document(follower.latest(), ended));
    },
    close: () => writer.flush(),
  };
}

function gather(ended: Map<string, EndedAction[]>, action: EndedAction): void {
  const actions = ended.get(action.task);
  if (actions === undefined) ended.set(action.task, [action]);
  else actions.push(action);
}

function document(state: Progress, ended: ReadonlyMap<string, readonly EndedAction[]>): string {
  const { counts, job, ms } = state;
  const suites = [...itemsOf(state.tasks)].flatMap((task) => suite(task, ended.get(task.task) ?? []));
  const total = {
    tests: counts.total - counts.waiting - counts.running,
    failures: counts.failed,
    time: seconds(ms),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name: job?.name ?? '', ...total })}>`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(task: TaskProgress, actions: readonly EndedAction[]): readonly string[] {
  const { failed, skipped, notRun } = task.counts;
  const totalMs = actions.reduce((sum, action) => sum + action.actionMs, 0);
  const facts = {
    tests: actions.length,
    failures: failed,
    skipped: skipped + notRun,
    time: seconds(totalMs),
  };
  return [
    `  <testsuite ${attributes({ name: task.task, ...facts })}>`,
    ...actions.flatMap(testCase),
    '  </testsuite>',
  ];
}

function testCase(action: EndedAction): readonly string[] {
  const open = `    <testcase ${attributes({ name: action.action, classname: action.task, time: seconds(action.actionMs) })}`;
  const key = countKey(action);
  if (key === 'done' || key === 'cached') return [`${open}/>`];
  return [`${open}>`, key === 'failed' ? failure(action) : leftOut(action), '    </testcase>'];
}

function failure({ error }: EndedAction): string {
  const details = error === undefined ? [] : [converterEnd(error), ...lastWords(error, 20), error.hint ?? ''];
  const text = details
    .filter((line) => line !== '')
    .map((line) => escaped(printable(line)))
    .join('\n');
  return `      <failure ${attributes({ message: failureText(error), type: error?.code ?? '' })}>${text}</failure>`;
}

function leftOut({ message, error }: EndedAction): string {
  return `      <skipped ${attributes({ message: message ?? (error === undefined ? 'not run' : failureText(error)) })}/>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}="${escaped(printable(String(value)))}"`)
    .join(' ');
}

/** `printable` has removed what XML 1.0 cannot hold. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\ufffe\uffff]/g, '');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

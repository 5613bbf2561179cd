/** What of a run is still to be done, from events alone. */
import type { JobEvent } from '@pipeline/engine';
import { expect, test } from 'vitest';
import { pendingOf } from '../../src/history/pending.ts';

const begin: JobEvent = {
  type: 'job.started',
  ms: 0,
  v: 1,
  job: 'j',
  name: '',
  pipeline: 'p.yaml',
  tasks: ['docs', 'pdf', 'out'].map((task) => ({ task, label: task, operation: 'convert', inputs: [] })),
};
const expanded = (task: string, actions: number, is_final = true): JobEvent => ({
  type: 'task.expanded',
  ms: 1,
  task,
  actions,
  is_final,
});
const ended = (task: string, file: string, how: string): JobEvent => ({
  type: 'action.finished',
  ms: 2,
  task,
  action: `${task}[${file}]`,
  action_ms: 1,
  input_bytes: 1,
  outputs: [],
  status: how === 'done' ? 'finished' : how === 'cancelled' ? 'cancelled' : 'error',
  ...(how === 'failed' && {
    error: { type: 'bad-input', code: 'X', message: 'broken', isTransient: false },
  }),
  ...(how === 'input' && {
    error: { type: 'input-failed', code: 'X', message: 'not run', isTransient: false },
  }),
});

test('nothing of a run in which all went well', () => {
  const tasks = ['docs', 'pdf', 'out'];
  expect(
    pendingOf([begin, ...tasks.flatMap((task) => [expanded(task, 1), ended(task, 'a', 'done')])]),
  ).toEqual([]);
});

test('what failed by itself; what waited for it comes after it anyway', () => {
  const events = [
    begin,
    expanded('docs', 1),
    ended('docs', 'a', 'done'),
    expanded('pdf', 3),
    expanded('out', 3),
    ended('pdf', 'a', 'failed'),
    ended('out', 'a', 'input'),
    ended('pdf', 'b', 'done'),
    ended('out', 'b', 'done'),
    ended('pdf', 'c', 'cancelled'),
    ended('out', 'c', 'cancelled'),
  ];
  expect(pendingOf(events)).toEqual(['pdf[a]', 'pdf[c]', 'out[c]']);
});

test('whole tasks of which not all is known: the run was killed', () => {
  const events = [
    begin,
    expanded('docs', 1),
    ended('docs', 'a', 'done'),
    expanded('pdf', 2),
    ended('pdf', 'a', 'failed'),
  ];
  expect(pendingOf(events)).toEqual(['pdf', 'out']);
});

test('a task that may still have grown is not done', () => {
  expect(pendingOf([begin, expanded('docs', 0), expanded('pdf', 0, false), expanded('out', 0)])).toEqual([
    'pdf',
  ]);
});

test('a task that ended well is done, with however few actions', () => {
  const end: JobEvent = { type: 'task.finished', ms: 3, task: 'pdf', status: 'finished' };
  const error: JobEvent = { type: 'task.finished', ms: 3, task: 'out', status: 'error' };
  expect(pendingOf([begin, expanded('docs', 0), end, error])).toEqual(['out']);
});

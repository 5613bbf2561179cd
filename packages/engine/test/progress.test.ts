import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobEvent, Progress } from '@pipeline/engine';
import {
  emptyProgress,
  failure,
  itemsOf,
  progress,
  progressAfter,
  remainingMs,
  taskOf,
  valuesOf,
} from '@pipeline/engine';

type Outcome = 'finished' | 'cached' | 'skipped' | 'failed' | 'input-failed' | 'cancelled';

const started = (
  names: readonly string[],
  inputs: Readonly<Record<string, readonly string[]>> = {},
): JobEvent => ({
  type: 'job.started',
  ms: 0,
  v: 1,
  job: 'j1',
  name: 'site',
  pipeline: 'pipeline.yaml',
  tasks: names.map((task) => ({ task, label: task, operation: 'convert', inputs: inputs[task] ?? [] })),
});
const expanded = (task: string, actions: number, isFinal = true): JobEvent => ({
  type: 'task.expanded',
  ms: 0,
  task,
  actions,
  is_final: isFinal,
});
const begun = (
  task: string,
  file: string,
  { ms, attempt = 1 }: { ms: number; attempt?: number },
): JobEvent => ({
  type: 'action.started',
  ms,
  action: `${task}[${file}]`,
  task,
  file,
  backend: 'local',
  attempt,
  converter: 'sharp',
});
const ended = (
  task: string,
  file: string,
  options: { ms: number; took: number; outcome?: Outcome },
): JobEvent => {
  const outcome = options.outcome ?? 'finished';
  const isError = outcome === 'failed' || outcome === 'input-failed';
  return {
    type: 'action.finished',
    ms: options.ms,
    action: `${task}[${file}]`,
    task,
    file,
    action_ms: options.took,
    input_bytes: 10,
    status: isError ? 'error' : outcome,
    outputs: outcome === 'finished' || outcome === 'cached' ? [{ path: `${file}.out`, bytes: 100 }] : [],
    ...(isError
      ? { error: failure(outcome === 'failed' ? 'bad-input' : 'input-failed', `"${file}" is broken`) }
      : {}),
    ...(outcome === 'skipped' ? { message: 'the condition is false' } : {}),
  };
};
const after = (...events: readonly JobEvent[]) => events.reduce(progress, emptyProgress);

const opening = (totals: Readonly<Record<string, number>>) => [
  started(['a', 'b', 'c']),
  ...Object.entries(totals).map(([task, total]) => expanded(task, total)),
];

const byName = (a: { action: string }, b: { action: string }) => a.action.localeCompare(b.action);
const facts = (events: readonly JobEvent[], totals: Readonly<Record<string, number>>) => {
  const { tasks, failures, notes, running, taskIndex, ...rest } = after(...opening(totals), ...events);
  return {
    ...rest,
    order: new Set(taskIndex.keys()),
    tasks: Object.fromEntries(
      [...itemsOf(tasks)].map((task) => [
        task.task,
        { ...task, recent: task.recent.length, lastFailure: task.lastFailure !== undefined },
      ]),
    ),
    failures: [...itemsOf(failures)].sort(byName),
    notes: [...itemsOf(notes)].sort(byName),
    running: valuesOf(running).sort(byName),
  };
};
const run = (count: number, isFinal = true) =>
  after(
    started(['a']),
    expanded('a', 20, isFinal),
    ...Array.from({ length: count }, (_, index) =>
      ended('a', `${index}`, { ms: 1000 * (index + 1), took: 1000 }),
    ),
  );

describe('progress', () => {
  it('counts actions by state, per task and in all', () => {
    const state = after(
      started(['pdf', 'web']),
      expanded('pdf', 4),
      expanded('web', 2, false),
      begun('pdf', 'a', { ms: 10 }),
      begun('pdf', 'b', { ms: 20 }),
      ended('pdf', 'a', { ms: 500, took: 490 }),
      ended('pdf', 'c', { ms: 510, took: 0, outcome: 'cached' }),
      ended('web', 'x', { ms: 520, took: 0, outcome: 'input-failed' }),
    );
    expect(taskOf(state, 'pdf')?.counts).toEqual({
      total: 4,
      done: 1,
      cached: 1,
      skipped: 0,
      failed: 0,
      notRun: 0,
      running: 1,
      waiting: 1,
    });
    expect(taskOf(state, 'web')).toMatchObject({
      isFinal: false,
      counts: { total: 2, notRun: 1, waiting: 1 },
    });
    expect(state.counts).toMatchObject({ total: 6, done: 1, cached: 1, notRun: 1, running: 1, waiting: 2 });
    expect(state.ms).toBe(520);
  });

  it('follows a running action through percent, retry and the next attempt', () => {
    const base = after(started(['get']), expanded('get', 1), begun('get', 'a', { ms: 100 }));
    const half = progress(base, {
      type: 'action.progress',
      ms: 200,
      action: 'get[a]',
      percent: 50,
      message: '5 MB',
    });
    expect(valuesOf(half.running)).toMatchObject([
      { percent: 50, message: '5 MB', startedMs: 100, attempt: 1 },
    ]);
    const error = failure('network', 'the connection dropped');
    const waits = progress(half, {
      type: 'action.retried',
      ms: 300,
      action: 'get[a]',
      attempt: 1,
      delay_ms: 1000,
      error,
    });
    expect(valuesOf(waits.running)).toMatchObject([{ percent: null, retry: { atMs: 1300, error } }]);
    const again = progress(waits, begun('get', 'a', { ms: 1300, attempt: 2 }));
    expect(valuesOf(again.running)).toMatchObject([{ startedMs: 100, attempt: 2 }]);
    expect(valuesOf(again.running)[0]).not.toHaveProperty('retry');
    expect(again.counts.running).toBe(1);
    // The earlier states are untouched.
    expect(valuesOf(half.running)).toMatchObject([{ percent: 50 }]);
  });

  it('keeps failures with their cause, notes, and what went in and out', () => {
    const state = after(
      started(['docs', 'pdf', 'site'], { pdf: ['docs'], site: ['pdf'] }),
      ended('docs', 'in', { ms: 1, took: 1 }),
      ended('pdf', 'a', { ms: 2, took: 1, outcome: 'failed' }),
      ended('pdf', 'b', { ms: 3, took: 0, outcome: 'skipped' }),
      ended('site', 'a', { ms: 4, took: 0, outcome: 'input-failed' }),
      ended('site', 'c', { ms: 5, took: 1 }),
      ended('site', 'd', { ms: 6, took: 1, outcome: 'cached' }),
    );
    expect([...itemsOf(state.failures)]).toMatchObject([
      { action: 'pdf[a]', error: { type: 'bad-input', message: '"a" is broken' } },
    ]);
    expect([...itemsOf(state.notes)]).toMatchObject([
      { action: 'pdf[b]', message: 'the condition is false' },
    ]);
    expect(state).toMatchObject({ bytesIn: 100, bytesOut: 200, filesOut: 2 });
  });

  it('names the slowest five, the slowest first', () => {
    const ends = [5, 70, 20, 90, 30, 10, 80].map((took) => ended('t', `f${took}`, { ms: 100, took }));
    expect(after(started(['t']), ...ends).slowest.map((action) => action.actionMs)).toEqual([
      90, 80, 70, 30, 20,
    ]);
  });

  it('starts from nothing when a new job starts', () => {
    const first = after(
      started(['a']),
      expanded('a', 1),
      ended('a', 'x', { ms: 1, took: 1, outcome: 'failed' }),
    );
    expect(progress(first, started(['b']))).toEqual(after(started(['b'])));
  });

  it('shares all that an event did not change, with 10,000 tasks too', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `task-${index}`);
    let state = after(started(names), expanded('task-0', 1));
    const before = state;
    state = progress(state, ended('task-5000', 'x', { ms: 1, took: 1 }));
    const shared = state.tasks.chunks.filter((chunk, index) => chunk === before.tasks.chunks[index]).length;
    expect(shared).toBe(state.tasks.chunks.length - 1);
  });
});

describe('progress, for any run', () => {
  const outcome = fc.constantFrom<Outcome>(
    'finished',
    'cached',
    'skipped',
    'failed',
    'input-failed',
    'cancelled',
  );
  const action = fc.record({
    task: fc.constantFrom('a', 'b', 'c', 'unannounced'),
    starts: fc.boolean(),
    ends: fc.option(outcome, { nil: undefined }),
    took: fc.integer({ min: 0, max: 50 }),
  });
  const runs = fc.array(action, { maxLength: 60 });
  const announced = fc.record({ a: fc.nat(40), b: fc.nat(40), c: fc.nat(40) });

  type Run = { task: string; starts: boolean; ends: Outcome | undefined; took: number };
  const eventsOf = (list: readonly Run[]) =>
    list.map(({ task, starts, ends, took }, index): readonly JobEvent[] => [
      ...(starts ? [begun(task, `${index}`, { ms: index })] : []),
      ...(ends === undefined ? [] : [ended(task, `${index}`, { ms: index + took, took, outcome: ends })]),
    ]);
  it('counts always add up, after every event', () => {
    fc.assert(
      fc.property(runs, announced, (list, totals) => {
        let state = after(...opening(totals));
        for (const event of eventsOf(list).flat()) {
          state = progress(state, event);
          const tasks = [...itemsOf(state.tasks)];
          for (const { counts } of [state, ...tasks]) {
            const { total, ...rest } = counts;
            expect(Object.values(rest).reduce((sum, count) => sum + count, 0)).toBe(total);
            expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
          }
          for (const key of ['total', 'done', 'failed', 'running', 'waiting'] as const) {
            expect(tasks.reduce((sum, task) => sum + task.counts[key], 0)).toBe(state.counts[key]);
          }
          expect(state.running.size).toBe(state.counts.running);
          expect(valuesOf(state.running)).toHaveLength(state.running.size);
        }
      }),
    );
  });

  it('is the same for events that are taken in one by one, or some at once', () => {
    const known = ({ running, ...rest }: Progress) => [rest, valuesOf(running).sort(byName)];
    fc.assert(
      fc.property(runs, announced, fc.nat(120), (list, totals, cut) => {
        const events = [...opening(totals), ...eventsOf(list).flat()];
        const half = progressAfter(emptyProgress, events.slice(0, cut));
        const before = structuredClone(half);
        expect(known(progressAfter(half, events.slice(cut)))).toEqual(known(after(...events)));
        expect(half).toEqual(before);
      }),
    );
  });

  it('does not depend on the order of actions that are independent', () => {
    const shuffled = runs.chain((list) => {
      const groups = eventsOf(list);
      return fc.tuple(fc.constant(groups), fc.shuffledSubarray(groups, { minLength: groups.length }));
    });
    fc.assert(
      fc.property(shuffled, announced, ([one, other], totals) => {
        expect(facts(other.flat(), totals)).toEqual(facts(one.flat(), totals));
      }),
    );
  });
});

describe('remainingMs', () => {
  it('is null until there is a basis', () => {
    expect(remainingMs(run(0), 5000)).toBeNull(); // nothing has ended
    expect(remainingMs(run(1), 5000)).toBeNull(); // one may be an exception
    expect(remainingMs(run(5, false), 5000)).toBeNull(); // more may come
    expect(remainingMs(run(5), 1500)).toBeNull(); // too early
    expect(remainingMs(run(20), 20_000)).toBeNull(); // nothing is left
  });

  it('takes the mean of what ended, one after another', () => {
    expect(remainingMs(run(5), 5000)).toBe(15_000);
  });

  it('counts how many really run at once, and what a percentage says', () => {
    const two = [0, 1, 2, 3].flatMap((index) => [
      ended('a', `${index}l`, { ms: 1000 * (index + 1), took: 1000 }),
      ended('a', `${index}r`, { ms: 1000 * (index + 1), took: 1000 }),
    ]);
    const state = after(started(['a']), expanded('a', 20), ...two);
    expect(remainingMs(state, 4000)).toBe(6000);
    const slow = [
      begun('a', 'slow', { ms: 4000 }),
      { type: 'action.progress', ms: 5000, action: 'a[slow]', percent: 10 },
    ] satisfies JobEvent[];
    // 10 % in one second: nine more for this one, and eleven that wait.
    expect(remainingMs(slow.reduce(progress, state), 5000)).toBe((11_000 + 9000) / 1.8);
  });

  it('guesses for one last archive, not for half of the work', () => {
    const ends = Array.from({ length: 10 }, (_, index) =>
      ended('a', `${index}`, { ms: 1000 * (index + 1), took: 1000 }),
    );
    const small = after(started(['a', 'zip']), expanded('a', 20), expanded('zip', 1), ...ends);
    expect(remainingMs(small, 10_000)).toBe(11_000);
    const large = after(started(['a', 'zip']), expanded('a', 20), expanded('zip', 10), ...ends);
    expect(remainingMs(large, 10_000)).toBeNull();
  });
});

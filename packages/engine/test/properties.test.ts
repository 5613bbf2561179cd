/** What holds for every job: random graphs, random behaviour of operations, random moments to stop. */
import type { Pipeline, TaskName } from '@pipeline/schema';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { failure, type JobEvent, type JobOutcome } from '../src/index.ts';
import { type Invocation } from '../src/testing.ts';
import { type Job, startJob } from './harness.ts';
import { pipelineOf, type TaskSketch } from './pipeline-of.ts';

interface Sketch {
  readonly tasks: readonly (readonly [TaskName, TaskSketch])[];
  /** Actions that fail; chosen by their address, so that the order of events does not matter. */
  readonly failing: number;
  readonly max: number;
  readonly officeMax: number;
}

const task = (index: number): fc.Arbitrary<readonly [TaskName, TaskSketch]> => {
  const names = Array.from({ length: index }, (_, before) => `t${before}`);
  const some =
    names.length === 0 ? fc.constant([]) : fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 });
  return fc
    .record({
      inputs: some,
      needs:
        names.length === 0
          ? fc.constant([])
          : fc.oneof(
              { weight: 4, arbitrary: fc.constant([]) },
              fc.uniqueArray(fc.constantFrom(...names), { maxLength: 1 }),
            ),
      files: fc.uniqueArray(fc.constantFrom('a', 'b', 'x/a', 'x/c', 'y/d'), { maxLength: 4 }),
      isOpen: fc.boolean(),
      groupBy: fc.constantFrom('file' as const, 'file' as const, 'all' as const, 'dir' as const),
      variants: fc.constantFrom([{}], [{}], [{ v: 1 }, { v: 2 }]),
      ignoreError: fc.boolean(),
      isOffice: fc.boolean(),
      isShared: fc.boolean(),
    })
    .map(({ files, isOpen, isOffice, isShared, inputs, ...sketch }) => {
      const options = {
        ...(inputs.length === 0 && { files }),
        ...(isOpen && { is_open: true }),
        ...(isOffice && { converter: 'office' }),
        ...(isShared && { is_shared: true }),
      };
      return [`t${index}`, { ...sketch, inputs, options }] as const;
    });
};

const sketches: fc.Arbitrary<Sketch> = fc.record({
  tasks: fc
    .integer({ min: 1, max: 8 })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => task(index)))),
  failing: fc.integer({ min: 0, max: 4 }),
  max: fc.integer({ min: 1, max: 5 }),
  officeMax: fc.integer({ min: 1, max: 2 }),
});

/** Same address, same number: from 0 to 9. */
const lot = (address: string): number =>
  Array.from(address).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7) % 10;

interface Watched {
  readonly job: Job;
  readonly outcome: JobOutcome;
  readonly most: number;
  readonly mostOffice: number;
}

/** What shares its work has one place in the limits. */
const places = (calls: readonly Invocation[]): number =>
  new Set(calls.map((call) => call.context.share ?? call)).size;

/** `choose` picks which of the running calls ends next, until nothing runs. */
async function play(
  pipeline: Pipeline,
  sketch: Sketch,
  choose: (calls: number, step: number) => number | 'stop',
): Promise<Watched> {
  const calls: Invocation[] = [];
  const job = await startJob(pipeline, {
    run: { maxActions: sketch.max, limits: new Map([['office', sketch.officeMax]]) },
    fake: { run: (call) => calls.push(call) },
  });
  let most = 0;
  let mostOffice = 0;
  for (let step = 0; job.events.at(-1)?.type !== 'job.finished'; step += 1) {
    await job.clock.advance(1);
    most = Math.max(most, places(calls));
    mostOffice = Math.max(
      mostOffice,
      places(calls.filter(({ request }) => request.options['converter'] === 'office')),
    );
    if (calls.length === 0) continue;
    const chosen = choose(calls.length, step);
    if (chosen === 'stop') {
      job.controller.abort({ type: 'interrupted' });
      for (const call of calls.splice(0)) call.fail(failure('cancelled', 'stopped'));
      continue;
    }
    const [call] = calls.splice(chosen % calls.length, 1);
    if (call === undefined) continue;
    if (lot(call.request.address) < sketch.failing) call.fail(failure('converter-failed', 'no luck'));
    else call.finish();
  }
  return { job, outcome: await job.outcome, most, mostOffice };
}

/** What must be true of every list of events. */
function checkEvents({ job, outcome }: Watched): void {
  const { events } = job;
  const started = new Map<string, number>();
  const finished = new Map<string, number>();
  const totals = new Map<string, number>();
  for (const [at, event] of events.entries()) check(event, at);
  expect(events[0]?.type).toBe('job.started');
  expect(events.at(-1)?.type).toBe('job.finished');
  const ended = job.of('action.finished');
  const { ran, cached, skipped, failed, not_run } = outcome.counts;
  expect(ran + cached + skipped + failed + not_run).toBe(ended.length);
  expect(ended.filter(({ status }) => status === 'finished')).toHaveLength(ran);
  expect(new Set(ended.map(({ action }) => action)).size).toBe(ended.length);
  for (const { planned } of taskRunsOf(job)) {
    const own = ended.filter(({ task }) => task === planned);
    expect(totals.get(planned) ?? 0).toBe(own.length);
  }
  expect(
    job
      .of('task.finished')
      .map(({ task }) => task)
      .sort(),
  ).toEqual(
    taskRunsOf(job)
      .map(({ planned }) => planned)
      .sort(),
  );
  expect([...started.keys()].filter((address) => !finished.has(address))).toEqual([]);

  function check(event: JobEvent, at: number): void {
    if (event.type === 'action.started') {
      expect(started.has(event.action)).toBe(false);
      started.set(event.action, at);
    } else if (event.type === 'action.finished') {
      expect(finished.has(event.action)).toBe(false);
      finished.set(event.action, at);
      if (event.status === 'finished') expect(started.has(event.action)).toBe(true);
      if (event.error?.type === 'input-failed') expect(started.has(event.action)).toBe(false);
    } else if (event.type === 'task.expanded') {
      expect(event.actions).toBeGreaterThanOrEqual(totals.get(event.task) ?? 0);
      totals.set(event.task, event.actions);
    }
  }
}

function taskRunsOf(job: Job): readonly { readonly planned: string }[] {
  return job.plan.tasks.flatMap((planned) => (planned === undefined ? [] : { planned: planned.task.name }));
}

/** No action starts before the files it takes are made, nor before what its task needs has ended. */
function checkOrder({ job }: Watched): void {
  const endOf = new Map<string, number>();
  const taskEnd = new Map<string, number>();
  for (const [at, event] of job.events.entries()) {
    if (event.type === 'action.finished') endOf.set(event.action, at);
    if (event.type === 'task.finished') taskEnd.set(event.task, at);
  }
  for (const [at, event] of job.events.entries()) {
    if (event.type !== 'action.started') continue;
    const task = job.plan.pipeline.tasks.get(event.task);
    for (const name of task?.needs ?? []) expect(taskEnd.get(name) ?? Infinity).toBeLessThan(at);
    if (task?.groupBy !== 'file')
      for (const name of task?.inputs ?? []) expect(taskEnd.get(name) ?? Infinity).toBeLessThan(at);
    const planned = job.plan.actions.find(({ address }) => address === event.action);
    if (planned?.source !== undefined)
      expect(endOf.get(planned.source.action.address) ?? Infinity).toBeLessThan(at);
  }
}

const filesOf = ({ outcome }: Watched): unknown =>
  Object.fromEntries(outcome.job.tasks.map(({ name, status, result }) => [name, [status, result]]));

const build = (tasks: Sketch['tasks']): Pipeline => pipelineOf(Object.fromEntries(tasks));

test('order, limits and counts hold, and every action ends exactly once', async () => {
  await fc.assert(
    fc.asyncProperty(sketches, fc.infiniteStream(fc.nat()), async (sketch, picks) => {
      const watched = await play(build(sketch.tasks), sketch, () => picks.next().value ?? 0);
      checkEvents(watched);
      checkOrder(watched);
      expect(watched.most).toBeLessThanOrEqual(sketch.max);
      expect(watched.mostOffice).toBeLessThanOrEqual(sketch.officeMax);
      expect(watched.job.workspace.dirs.size).toBe(0);
      const { failed, not_run } = watched.outcome.counts;
      if (failed + not_run === 0) expect(watched.outcome.exitCode).toBe(0);
    }),
    { numRuns: 100 },
  );
});

test('stopped at any moment, nothing is left running and nothing is left behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      sketches,
      fc.nat({ max: 30 }),
      fc.infiniteStream(fc.nat()),
      async (sketch, moment, picks) => {
        const watched = await play(build(sketch.tasks), sketch, (_, step) =>
          step === moment ? 'stop' : (picks.next().value ?? 0),
        );
        checkEvents(watched);
        expect(watched.job.backend.running.size).toBe(0);
        expect(watched.job.workspace.dirs.size).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});

test('neither the order of the keys nor that of the endings changes what comes out', async () => {
  const shuffled = sketches.chain((sketch) =>
    fc.tuple(fc.constant(sketch), fc.shuffledSubarray([...sketch.tasks], { minLength: sketch.tasks.length })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, fc.infiniteStream(fc.nat()), async ([sketch, tasks], picks) => {
      const first = await play(build(sketch.tasks), sketch, () => 0);
      const second = await play(build(tasks), sketch, () => picks.next().value ?? 0);
      expect(second.job.statuses()).toEqual(first.job.statuses());
      expect(second.outcome.counts).toEqual(first.outcome.counts);
      expect(second.outcome.exitCode).toBe(first.outcome.exitCode);
      expect(filesOf(second)).toEqual(filesOf(first));
    }),
    { numRuns: 100 },
  );
});

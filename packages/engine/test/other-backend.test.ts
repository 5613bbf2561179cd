/** A backend that is not this machine: its actions take no place here, and its files may stay where it keeps them. */
import { ok } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { type Artifact, type Backend, type JobPlan, type Operation, planJob, runJob } from '../src/index.ts';
import { collectEvents, fakeBackend, finishAtOnce, memoryWorkspace } from '../src/testing.ts';
import { context } from './harness.ts';
import { pipelineOf, yields } from './pipeline-of.ts';

const names = ['a', 'b', 'c', 'd', 'e'];

function farBackend(): Backend & {
  readonly given: Artifact[];
  readonly plans: JobPlan[];
  most: () => number;
} {
  const given: Artifact[] = [];
  const plans: JobPlan[] = [];
  let running = 0;
  let most = 0;
  const operation: Operation = {
    plan: ({ inputs }) => ok({ outputs: inputs.map(({ dir, name }) => ({ dir, name })) }),
    run: async ({ inputs, task }) => {
      given.push(...inputs);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      running -= 1;
      const outputs = inputs.map(({ dir, name }) => ({
        dir,
        name,
        path: '',
        remote: `far:${task.name}/${name}`,
        sizeBytes: 7,
      }));
      return ok({ outputs, credits: 2 });
    },
  };
  return {
    name: 'cloudconvert',
    given,
    plans,
    most: () => most,
    load: () => Promise.resolve(operation),
    prepare: (plan) => void plans.push(plan),
    close: () => Promise.resolve(),
  };
}

test('all that is ready goes at once, files stay there, and what it costs is told', async () => {
  const workspace = memoryWorkspace();
  const near = fakeBackend({ workspace, run: finishAtOnce });
  const far = farBackend();
  const pipeline = pipelineOf({
    files: { ...yields(...names), operation: 'import/local' },
    one: { inputs: ['files'], runsOn: 'cloudconvert' },
    two: { inputs: ['one'], runsOn: 'cloudconvert' },
  });
  const plan = await planJob({
    pipeline,
    values: { params: {}, env: {}, secrets: {} },
    context,
    backends: { local: near, cloudconvert: far },
    defaultBackend: 'cloudconvert',
  });
  if (!plan.ok) throw new Error('there are problems');
  expect(far.plans).toEqual([plan.value]);
  const list = collectEvents();
  const outcome = await runJob(plan.value, {
    workspace,
    now: () => 0,
    onEvent: list.onEvent,
    signal: new AbortController().signal,
    maxActions: 1,
  });
  expect(outcome.exitCode).toBe(0);
  // Files of this machine are read here, whatever the default.
  expect(near.calls).toEqual(['files']);
  expect(far.most()).toBe(names.length);
  expect(far.given.filter(({ task }) => task === 'one')).toEqual(
    names.map((name) => expect.objectContaining({ name, path: '', remote: `far:one/${name}`, sizeBytes: 7 })),
  );
  const ended = list.of('action.finished').filter(({ task }) => task === 'two');
  expect(ended.map(({ credits, outputs }) => [credits, outputs])).toEqual(
    names.map((name) => [2, [{ path: `far:two/${name}`, bytes: 7 }]]),
  );
});

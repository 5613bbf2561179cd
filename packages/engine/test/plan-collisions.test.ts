/** Files that two actions would write, or that one would write over: told by the plan, or by the run at the latest. */
import { expect, test } from 'vitest';
import { finishAtOnce } from '../src/testing.ts';
import { planOf, problemsOf, startJob } from './harness.ts';
import { pipelineOf, yields, yieldsOpen } from './pipeline-of.ts';

test('two actions that would write one file, with the places of both tasks', async () => {
  const problems = await problemsOf(
    pipelineOf({
      docs: yields('a'),
      one: { inputs: ['docs'], options: { writes: '/project/public/a' } },
      two: { inputs: ['docs'], options: { writes: '/project/public/a' } },
    }),
  );
  expect(problems).toEqual([
    {
      kind: 'error',
      message: 'one[a] and two[a] would both write public/a',
      range: { start: 20, end: 23 },
      related: [{ message: 'one[a] writes it as well', range: { start: 10, end: 13 } }],
      hint: 'give one of the two another path or file name',
      task: 'two',
      address: 'two[a]',
    },
  ]);
});

test('names that differ in case only are a note', async () => {
  const plan = await planOf(
    pipelineOf({
      docs: yields('a'),
      one: { inputs: ['docs'], options: { writes: '/project/A' } },
      two: { inputs: ['docs'], options: { writes: '/project/a' } },
    }),
  );
  expect(plan.ok && plan.value.notes.map(({ message }) => message)).toEqual([
    'a and A differ in upper and lower case only: on macOS and Windows they are one file',
  ]);
});

test('addresses elsewhere are told apart by case', async () => {
  const plan = await planOf(
    pipelineOf({
      docs: yields('a'),
      one: { inputs: ['docs'], options: { writes: 's3://bucket/A' } },
      two: { inputs: ['docs'], options: { writes: 's3://bucket/a' } },
    }),
  );
  expect(plan.ok && plan.value.notes).toEqual([]);
});

test('what an import reads elsewhere is written by nobody', async () => {
  const problems = await problemsOf(
    pipelineOf({
      docs: { options: { files: ['a'], reads: 's3://bucket/a' } },
      out: { inputs: ['docs'], options: { writes: 's3://bucket/a' } },
      other: { inputs: ['docs'], options: { writes: 's3://bucket/A' } },
    }),
  );
  expect(problems).toEqual([
    {
      kind: 'error',
      message: 'out[a] would write over s3://bucket/a, which docs reads',
      range: { start: 10, end: 13 },
      related: [{ message: 'docs reads it', range: { start: 0, end: 4 } }],
      hint: 'originals are never written: export to another folder, or give the file another name',
      task: 'out',
      address: 'out[a]',
    },
  ]);
});

test('what only the run can tell was read is not written over either', async () => {
  const job = await startJob(
    pipelineOf({
      docs: { options: { files: ['a'], is_open: true } },
      out: { inputs: ['docs'], options: { writes: 's3://bucket/a' } },
    }),
    {
      fake: {
        run: (call) =>
          call.finish(undefined, call.request.address === 'docs' ? { reads: ['s3://bucket/a'] } : {}),
      },
    },
  );
  await job.outcome;
  expect(job.backend.calls).toEqual(['docs']);
  expect(job.of('action.finished').flatMap(({ error }) => error?.message ?? [])).toEqual([
    'out[a] would write over s3://bucket/a, which docs reads',
  ]);
});

test('a conflict that only the run can see fails the second action', async () => {
  const job = await startJob(
    pipelineOf({
      docs: yieldsOpen('a', 'b'),
      out: { inputs: ['docs'], options: { writes: '/project/same' } },
    }),
    { fake: { run: finishAtOnce } },
  );
  await job.outcome;
  expect(job.of('action.finished').flatMap(({ error }) => error?.message ?? [])).toEqual([
    'out[b] would write same, which out[a] writes as well',
  ]);
});

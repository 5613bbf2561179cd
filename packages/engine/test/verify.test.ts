import { err, ok } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { failure } from '../src/index.ts';
import { lineOf, startJob } from './harness.ts';
import { pipelineOf, type TaskSketch, yields } from './pipeline-of.ts';

const held = (values: NonNullable<TaskSketch['verify']>['values']): TaskSketch => ({
  inputs: ['docs'],
  verify: { values, templates: [], ranges: {} },
});

test('what does not hold fails, and goes nowhere; what holds does', async () => {
  const seen: unknown[] = [];
  const job = await startJob(
    pipelineOf({
      docs: yields('good', 'bad'),
      pdf: held({ pages: 3 }),
      out: { operation: 'export/local', inputs: ['pdf'] },
    }),
    {
      fake: {
        run: (call) => call.finish(),
        verify: ({ address, verify }, made) => {
          seen.push([address, verify, made.map(({ name, sizeBytes }) => `${name} ${sizeBytes}`)]);
          return Promise.resolve(
            address === 'pdf[bad]' ? err(failure('verification-failed', 'found 2')) : ok(undefined),
          );
        },
      },
    },
  );
  const { exitCode } = await job.outcome;
  expect(exitCode).not.toBe(0);
  expect(seen).toEqual([
    ['pdf[bad]', { pages: 3 }, ['bad 1']],
    ['pdf[good]', { pages: 3 }, ['good 1']],
  ]);
  expect(job.backend.calls).not.toContain('out[bad]');
  expect(job.backend.calls).toContain('out[good]');
  expect(job.events.map(lineOf)).toContain('action.finished pdf[bad] error VERIFICATION_FAILED');
  expect(job.workspace.dirs.size).toBe(0);
});

test('its expressions are evaluated for each file', async () => {
  const seen: unknown[] = [];
  const job = await startJob(
    pipelineOf({
      docs: yields('a', 'b'),
      pdf: {
        inputs: ['docs'],
        variants: [{ w: 3 }],
        verify: {
          values: { width: { max: '${{ matrix.w }}' } },
          ranges: {},
          templates: [
            {
              path: ['width', 'max'],
              template: {
                parts: [{ type: 'reference', root: 'matrix', name: 'w', range: { start: 0, end: 1 } }],
              },
            },
          ],
        },
      },
    }),
    {
      fake: {
        run: (call) => call.finish(),
        verify: ({ verify }) => {
          seen.push(verify);
          return Promise.resolve(ok(undefined));
        },
      },
    },
  );
  await job.outcome;
  expect(seen).toEqual([{ width: { max: 3 } }, { width: { max: 3 } }]);
});

test('an empty file fails before anybody measures it, and a bug in measuring is told as one', async () => {
  const job = await startJob(pipelineOf({ docs: yields('a', 'b'), pdf: held({ pages: 3 }) }), {
    fake: {
      verify: () => {
        throw new Error('oops');
      },
    },
  });
  (await job.backend.started('docs')).finish();
  const a = await job.backend.started('pdf[a]');
  a.finish();
  job.workspace.write(`${a.context.workDir}/a`, 0);
  (await job.backend.started('pdf[b]')).finish();
  await job.outcome;
  expect(job.of('action.finished').flatMap(({ error }) => error?.code ?? [])).toEqual([
    'CONVERSION_FAILED',
    'INTERNAL_ERROR',
  ]);
});

test('where nobody can measure, it is not passed over', async () => {
  const job = await startJob(pipelineOf({ docs: yields('a'), pdf: held({ pages: 3 }) }), {
    fake: { run: (call) => call.finish() },
  });
  await job.outcome;
  expect(job.statuses()).toContain('pdf[a] error');
});

import { describe, expect, test } from 'vitest';
import { quiet } from '../src/testing.ts';
import { startJob } from './harness.ts';
import { pipelineOf, yields } from './pipeline-of.ts';

describe('limits', () => {
  test('no more at once than max, and than each name allows', async () => {
    const files = Array.from({ length: 12 }, (_, index) => `f${index}`);
    let most = 0;
    let mostOffice = 0;
    const job = await startJob(
      pipelineOf({
        docs: yields(...files),
        slow: { inputs: ['docs'], options: { converter: 'libreoffice' } },
        quick: { inputs: ['docs'], options: { converter: 'sharp' } },
      }),
      {
        run: { maxActions: 3, limits: new Map([['libreoffice', 1]]) },
        fake: {
          run: (call) => {
            most = Math.max(most, job0.size());
            mostOffice = Math.max(mostOffice, job0.office());
            setImmediate(() => call.finish());
          },
        },
      },
    );
    const job0 = {
      size: () => job.backend.running.size,
      office: () => [...job.backend.running].filter((address) => address.startsWith('slow')).length,
    };
    await job.outcome;
    expect(most).toBe(3);
    expect(mostOffice).toBe(1);
    expect(job.statuses()).toHaveLength(25);
  });

  test('what waits for a narrow pool does not keep others out', async () => {
    const job = await startJob(
      pipelineOf({
        docs: yields('a', 'b'),
        slow: { inputs: ['docs'], options: { converter: 'libreoffice' } },
        quick: { inputs: ['docs'] },
      }),
      { run: { maxActions: 2, limits: new Map([['libreoffice', 1]]) } },
    );
    (await job.backend.started('docs')).finish();
    await job.backend.started('slow[a]');
    (await job.backend.started('quick[a]')).finish();
    (await job.backend.started('quick[b]')).finish();
    await quiet();
    expect(job.backend.running).toEqual(new Set(['slow[a]']));
    job.controller.abort({ type: 'interrupted' });
    await job.clock.advance(10_000);
    await job.outcome;
  });
});

describe('what came out', () => {
  test('an empty file is a failure, as is one that is not there', async () => {
    const job = await startJob(pipelineOf({ docs: yields('a', 'b'), pdf: { inputs: ['docs'] } }));
    (await job.backend.started('docs')).finish();
    const a = await job.backend.started('pdf[a]');
    a.finish();
    job.workspace.write(`${a.context.workDir}/a`, 0);
    const b = await job.backend.started('pdf[b]');
    b.finish();
    job.workspace.unlink(`${b.context.workDir}/b`);
    await job.outcome;
    expect(job.of('action.finished').flatMap(({ error }) => error?.message ?? [])).toEqual([
      'pdf[a]: convert wrote an empty file ("a")',
      'pdf[b]: "b" was not written',
    ]);
  });

  test('progress is told when it changes, and never after the end', async () => {
    const job = await startJob(pipelineOf({ docs: yields('a') }));
    const call = await job.backend.started('docs');
    for (const percent of [0, 0.4, 12, 12.9, null, 200]) call.context.progress(percent);
    call.finish();
    await job.outcome;
    call.context.progress(1);
    expect(job.of('action.progress').map(({ percent }) => percent)).toEqual([0, 12, null, 100]);
  });
});

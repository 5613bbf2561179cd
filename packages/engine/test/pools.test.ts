import { describe, expect, test } from 'vitest';
import { ok } from '@pipeline/schema';
import type { Operation } from '../src/index.ts';
import { fakePlan, finishAtOnce, quiet } from '../src/testing.ts';
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

describe('actions that only move files', () => {
  const files = Array.from({ length: 80 }, (_, index) => `f${String(index).padStart(2, '0')}`);

  async function mostAtOnce(
    maxActions: number,
    limits: ReadonlyMap<string, number> = new Map(),
  ): Promise<Readonly<Record<string, number>>> {
    const running: Record<string, number> = { convert: 0, 'export/local': 0 };
    const most = { ...running };
    const operationOf = (name: string): Operation | undefined =>
      name === 'import/local'
        ? undefined
        : {
            ...(name === 'export/local' && { isFolderless: true }),
            plan: fakePlan,
            run: async ({ inputs }, { workDir }) => {
              running[name] = (running[name] ?? 0) + 1;
              most[name] = Math.max(most[name] ?? 0, running[name]);
              await quiet();
              running[name] -= 1;
              expect(workDir === '').toBe(name === 'export/local');
              return ok({
                outputs: inputs.map(({ name: file, path }) => ({ dir: '', name: file, path, sizeBytes: 1 })),
              });
            },
          };
    const job = await startJob(
      pipelineOf({
        docs: yields(...files),
        out: { inputs: ['docs'], operation: 'export/local' },
        page: { inputs: ['docs'] },
      }),
      { run: { maxActions, limits }, fake: { operationOf, run: finishAtOnce } },
    );
    await job.outcome;
    expect(job.statuses().filter((status) => status.startsWith('out'))).toEqual(
      files.map((file) => `out[${file}] finished`),
    );
    return most;
  }

  test('take no place from those who work', async () => {
    expect(await mostAtOnce(2)).toEqual({ convert: 2, 'export/local': 64 });
  });

  test('are held to their own limit', async () => {
    expect(await mostAtOnce(3, new Map([['export/local', 2]]))).toMatchObject({ 'export/local': 2 });
  });

  test('come one after the other where everything does', async () => {
    expect(await mostAtOnce(1)).toEqual({ convert: 1, 'export/local': 1 });
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

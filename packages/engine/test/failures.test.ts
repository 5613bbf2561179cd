import { describe, expect, test } from 'vitest';
import { failure, type FailureType } from '../src/index.ts';
import { type Invocation, quiet } from '../src/testing.ts';
import { lineOf, startJob } from './harness.ts';
import { pipelineOf, yields, yieldsOpen } from './pipeline-of.ts';

const broken = failure('bad-input', 'a.txt is broken');

describe('failure', () => {
  const chain = { docs: yields('a', 'b'), pdf: { inputs: ['docs'] }, out: { inputs: ['pdf'] } };
  const failA = {
    run: (call: Invocation) => (call.request.address === 'pdf[a]' ? call.fail(broken) : call.finish()),
  };

  test('the other files go on; what depends on it does not start', async () => {
    const job = await startJob(pipelineOf(chain), { fake: failA });
    const { counts, exitCode, job: resource } = await job.outcome;
    expect(job.statuses()).toEqual([
      'docs finished',
      'out[a] error',
      'out[b] finished',
      'pdf[a] error',
      'pdf[b] finished',
    ]);
    expect(counts).toEqual({ ran: 3, cached: 0, skipped: 0, failed: 1, not_run: 1 });
    expect(exitCode).toBe(1);
    expect(resource.status).toBe('error');
    expect(resource.tasks.map(({ status, code, message }) => [status, code, message])).toEqual([
      ['finished', null, null],
      ['error', 'INVALID_FILE', 'a.txt is broken'],
      ['error', 'INPUT_TASK_FAILED', 'not run, because pdf[a] failed'],
    ]);
  });

  test('`ignore_error`: neither the job nor the group suffers', async () => {
    const job = await startJob(
      pipelineOf({
        ...chain,
        pdf: { inputs: ['docs'], ignoreError: true },
        zip: { inputs: ['pdf'], groupBy: 'all' },
      }),
      { fake: failA },
    );
    const { exitCode, job: resource } = await job.outcome;
    expect(exitCode).toBe(0);
    expect(resource.status).toBe('finished');
    expect(job.statuses()).toEqual([
      'docs finished',
      'out[a] skipped',
      'out[b] finished',
      'pdf[a] error',
      'pdf[b] finished',
      'zip finished',
    ]);
    expect(job.of('action.finished').find(({ action }) => action === 'pdf[a]')?.is_ignored).toBe(true);
  });

  test('`on_error: stop` cancels what runs and starts nothing more', async () => {
    const job = await startJob(pipelineOf(chain, { onError: 'stop' }));
    (await job.backend.started('docs')).finish();
    const slow = await job.backend.started('pdf[b]');
    slow.context.signal.addEventListener('abort', () => slow.fail(failure('cancelled', 'stopped')));
    (await job.backend.started('pdf[a]')).fail(broken);
    const { counts, exitCode } = await job.outcome;
    expect(job.statuses()).toEqual([
      'docs finished',
      'out[a] error',
      'out[b] cancelled',
      'pdf[a] error',
      'pdf[b] cancelled',
    ]);
    expect(counts).toEqual({ ran: 1, cached: 0, skipped: 0, failed: 1, not_run: 3 });
    expect(exitCode).toBe(1);
    expect(job.workspace.dirs.size).toBe(0);
  });

  test('`needs` orders, and stops when the needed task has failed', async () => {
    const job = await startJob(
      pipelineOf({
        a: yields('1'),
        b: { ...yields('2'), needs: ['a'] },
        c: { ...yields('3'), needs: ['b'] },
      }),
    );
    await quiet();
    expect(job.backend.calls).toEqual(['a']);
    (await job.backend.started('a')).finish();
    (await job.backend.started('b')).fail(broken);
    await job.outcome;
    expect(job.events.map(lineOf).slice(-6)).toEqual([
      'action.started b #1',
      'action.finished b error INVALID_FILE',
      'task.finished b error',
      'action.finished c error INPUT_TASK_FAILED',
      'task.finished c error',
      'job.finished error 1',
    ]);
  });

  test('file-valued options get the files of their task, which is waited for', async () => {
    const job = await startJob(
      pipelineOf({
        docs: yields('a'),
        logo: yieldsOpen('logo.png'),
        mark: { inputs: ['docs'], fileInputs: { image: 'logo' } },
      }),
    );
    (await job.backend.started('docs')).finish();
    await quiet();
    expect(job.backend.running).toEqual(new Set(['logo']));
    (await job.backend.started('logo')).finish();
    const mark = await job.backend.started('mark[a]');
    expect(mark.request.fileInputs['image']?.map(({ path }) => path)).toEqual(['/work/2/logo.png']);
    mark.finish();
    expect((await job.outcome).exitCode).toBe(0);
  });

  test.each<[FailureType, number]>([
    ['converter-missing', 3],
    ['not-available', 3],
    ['internal', 5],
    ['refused', 1],
    ['bad-input', 1],
  ])('exit code when %s is all that failed: %i', async (type, exitCode) => {
    const job = await startJob(pipelineOf({ docs: yields('a') }), {
      fake: { run: (call) => call.fail(failure(type, 'no')) },
    });
    expect((await job.outcome).exitCode).toBe(exitCode);
  });

  test('a remote service that refuses is exit code 4', async () => {
    const job = await startJob(pipelineOf({ site: { ...yields('a'), operation: 'import/url' } }), {
      fake: { run: (call) => call.fail(failure('refused', 'quota')) },
    });
    expect((await job.outcome).exitCode).toBe(4);
  });

  test('a bug in an operation is a failure with its stack, and the job goes on', async () => {
    const job = await startJob(pipelineOf(chain), {
      fake: {
        run: (call) =>
          call.request.address === 'pdf[a]' ? call.crash(new TypeError('x is undefined')) : call.finish(),
      },
    });
    await job.outcome;
    const error = job.of('action.finished').find(({ action }) => action === 'pdf[a]')?.error;
    expect(error).toMatchObject({ type: 'internal', message: 'convert broke on pdf[a]: x is undefined' });
    expect(error?.details).toContain('TypeError: x is undefined');
    expect(job.statuses()).toContain('out[b] finished');
  });
});

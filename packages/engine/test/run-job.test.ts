import { describe, expect, test } from 'vitest';
import { failure } from '../src/index.ts';
import { finishAtOnce, quiet } from '../src/testing.ts';
import { lineOf, startJob } from './harness.ts';
import { pipelineOf, yields, yieldsOpen } from './pipeline-of.ts';

const broken = failure('bad-input', 'a.txt is broken');

test('a job from start to end, event by event', async () => {
  const job = await startJob(
    pipelineOf({
      docs: yields('a.txt', 'guide/b.txt'),
      pdf: { inputs: ['docs'] },
      site: { inputs: ['pdf'], operation: 'export/local' },
    }),
    { fake: { run: finishAtOnce } },
  );
  const { counts, exitCode, job: resource } = await job.outcome;
  expect(job.events.map(lineOf)).toEqual([
    'job.started docs pdf site',
    'task.expanded docs 1 final',
    'task.expanded pdf 2 final',
    'task.expanded site 2 final',
    'task.started docs',
    'action.started docs #1',
    'action.finished docs finished',
    'task.finished docs finished',
    'task.started pdf',
    'action.started pdf[a.txt] #1',
    'action.started pdf[guide/b.txt] #1',
    'action.finished pdf[a.txt] finished',
    'task.started site',
    'action.started site[a.txt] #1',
    'action.finished pdf[guide/b.txt] finished',
    'task.finished pdf finished',
    'action.started site[guide/b.txt] #1',
    'action.finished site[a.txt] finished',
    'action.finished site[guide/b.txt] finished',
    'task.finished site finished',
    'job.finished finished 0',
  ]);
  expect(counts).toEqual({ ran: 5, cached: 0, skipped: 0, failed: 0, not_run: 0 });
  expect(exitCode).toBe(0);
  expect(resource.tasks.map(({ name, status, result }) => ({ name, status, files: result?.files }))).toEqual([
    {
      name: 'docs',
      status: 'finished',
      files: [
        { filename: 'a.txt', size: 1 },
        { filename: 'b.txt', dir: 'guide', size: 1 },
      ],
    },
    {
      name: 'pdf',
      status: 'finished',
      files: [
        { filename: 'a.txt', size: 1 },
        { filename: 'b.txt', dir: 'guide', size: 1 },
      ],
    },
    {
      name: 'site',
      status: 'finished',
      files: [
        { filename: 'a.txt', size: 1 },
        { filename: 'b.txt', dir: 'guide', size: 1 },
      ],
    },
  ]);
});
describe('streaming', () => {
  test('a file goes on before its siblings are done', async () => {
    const job = await startJob(
      pipelineOf({ docs: yields('a', 'b'), pdf: { inputs: ['docs'] }, cover: { inputs: ['pdf'] } }),
    );
    (await job.backend.started('docs')).finish();
    const slow = await job.backend.started('pdf[a]');
    (await job.backend.started('pdf[b]')).finish();
    (await job.backend.started('cover[b]')).finish();
    expect(job.backend.running).toEqual(new Set(['pdf[a]']));
    slow.finish();
    (await job.backend.started('cover[a]')).finish();
    expect((await job.outcome).exitCode).toBe(0);
  });

  test('files that the plan could not know flow on as they come', async () => {
    const job = await startJob(
      pipelineOf({
        url: yieldsOpen('doc.pdf'),
        pages: { inputs: ['url'], options: { files: ['p1', 'p2'], is_open: true } },
        web: { inputs: ['pages'] },
      }),
      { fake: { run: finishAtOnce } },
    );
    await job.outcome;
    expect(job.statuses()).toEqual([
      'pages[doc.pdf] finished',
      'url finished',
      'web[p1] finished',
      'web[p2] finished',
    ]);
    expect(job.of('task.expanded').map(lineOf)).toEqual([
      'task.expanded url 1 final',
      'task.expanded pages 1',
      'task.expanded pages 1 final',
      'task.expanded web 2',
      'task.expanded web 2 final',
    ]);
  });

  test('the furthest downstream goes first, so that files leave before new ones come', async () => {
    const job = await startJob(
      pipelineOf({ docs: yields('a', 'b'), pdf: { inputs: ['docs'] }, out: { inputs: ['pdf'] } }),
      {
        fake: { run: finishAtOnce },
        run: { maxActions: 1 },
      },
    );
    await job.outcome;
    expect(job.backend.calls).toEqual(['docs', 'pdf[a]', 'out[a]', 'pdf[b]', 'out[b]']);
  });

  test('a file that is not as planned: what is gone is skipped, what is new flows on', async () => {
    const job = await startJob(pipelineOf({ docs: yields('a', 'b'), pdf: { inputs: ['docs'] } }));
    (await job.backend.started('docs')).finish(['b', 'c']);
    (await job.backend.started('pdf[b]')).finish();
    (await job.backend.started('pdf[c]')).finish();
    const { exitCode } = await job.outcome;
    expect(exitCode).toBe(0);
    expect(job.statuses()).toEqual(['docs finished', 'pdf[a] skipped', 'pdf[b] finished', 'pdf[c] finished']);
  });

  test('folders are removed as soon as nobody needs their files', async () => {
    const job = await startJob(
      pipelineOf({ docs: yields('a', 'b'), pdf: { inputs: ['docs'] }, out: { inputs: ['pdf'] } }),
      {
        run: { maxActions: 1 },
      },
    );
    (await job.backend.started('docs')).finish();
    (await job.backend.started('pdf[a]')).finish();
    (await job.backend.started('out[a]')).finish();
    await job.backend.started('pdf[b]');
    // Of docs, whose b is still in use, and of pdf[b], which runs.
    expect([...job.workspace.dirs]).toEqual(['/work/1', '/work/4']);
    job.controller.abort({ type: 'interrupted' });
  });
});

describe('groups', () => {
  const files = pipelineOf({
    more: yields('z/2', 'a/1'),
    docs: yields('b/2', 'a/9', 'a/1'),
    zip: { inputs: ['docs', 'more'], groupBy: 'all', operation: 'archive', options: { files: ['out.zip'] } },
  });

  test('`all` waits for every file, and gets them in the order of `input`, then by place', async () => {
    const job = await startJob(files);
    (await job.backend.started('docs')).finish();
    await quiet();
    expect(job.backend.calls).toEqual(['more', 'docs']);
    (await job.backend.started('more')).finish();
    const zip = await job.backend.started('zip');
    expect(zip.request.inputs.map(({ task, dir, name }) => `${task}: ${dir}/${name}`)).toEqual([
      'docs: a/1',
      'docs: a/9',
      'docs: b/2',
      'more: a/1',
      'more: z/2',
    ]);
    zip.finish();
    await job.outcome;
  });

  test('`dir` makes one action for each folder', async () => {
    const job = await startJob(
      pipelineOf({
        docs: yields('top', 'a/1', 'a/2'),
        zip: { inputs: ['docs'], groupBy: 'dir', variants: [{ f: 'tar' }, { f: 'zip' }] },
      }),
      { fake: { run: finishAtOnce } },
    );
    await job.outcome;
    expect(job.statuses()).toEqual([
      'docs finished',
      'zip[./;f=tar] finished',
      'zip[./;f=zip] finished',
      'zip[a/;f=tar] finished',
      'zip[a/;f=zip] finished',
    ]);
  });

  test('a folder with a failed file fails, the others do not', async () => {
    const job = await startJob(
      pipelineOf({
        docs: yields('a/1', 'b/2'),
        pdf: { inputs: ['docs'] },
        zip: { inputs: ['pdf'], groupBy: 'dir' },
      }),
      { fake: { run: (call) => (call.request.address === 'pdf[a/1]' ? call.fail(broken) : call.finish()) } },
    );
    const { counts, exitCode } = await job.outcome;
    expect(job.statuses()).toEqual([
      'docs finished',
      'pdf[a/1] error',
      'pdf[b/2] finished',
      'zip[a/] error',
      'zip[b/] finished',
    ]);
    expect(counts).toEqual({ ran: 3, cached: 0, skipped: 0, failed: 1, not_run: 1 });
    expect(exitCode).toBe(1);
  });

  test('what failed further up, where nobody could know its files, fails the group as well', async () => {
    const job = await startJob(
      pipelineOf({
        docs: yields('a', 'b'),
        pages: { inputs: ['docs'], options: { is_open: true } },
        web: { inputs: ['pages'] },
        zip: { inputs: ['web'], groupBy: 'all' },
      }),
      { fake: { run: (call) => (call.request.address === 'pages[a]' ? call.fail(broken) : call.finish()) } },
    );
    await job.outcome;
    expect(job.backend.calls).not.toContain('zip');
    expect(job.of('task.finished').map(lineOf)).toContain('task.finished zip error');
  });

  test('a task without files is skipped, and says so', async () => {
    const job = await startJob(
      pipelineOf({ docs: yields(), zip: { inputs: ['docs'], groupBy: 'all' }, pdf: { inputs: ['docs'] } }),
      { fake: { run: finishAtOnce } },
    );
    const { exitCode } = await job.outcome;
    expect(exitCode).toBe(0);
    expect(job.of('task.finished').map(({ task, status, message }) => [task, status, message])).toEqual([
      ['docs', 'finished', undefined],
      ['zip', 'finished', 'skipped: no input files'],
      ['pdf', 'finished', 'skipped: no input files'],
    ]);
  });
});

test('a chain of ten thousand tasks runs, and fails, without a deep stack', async () => {
  const length = 10_000;
  const chain = Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `t${index}`,
      index === 0 ? yields('a') : { inputs: [`t${index - 1}`] },
    ]),
  );
  const job = await startJob(pipelineOf(chain), { fake: { run: finishAtOnce } });
  expect((await job.outcome).counts.ran).toBe(length);
  const failed = await startJob(pipelineOf(chain), { fake: { run: (call) => call.fail(broken) } });
  expect((await failed.outcome).counts).toEqual({
    ran: 0,
    cached: 0,
    skipped: 0,
    failed: 1,
    not_run: length - 1,
  });
});

import { type Template } from '@pipeline/schema';
import { describe, expect, test } from 'vitest';
import { failure, planJob } from '../src/index.ts';
import { fakeBackend, fakePlan, finishAtOnce, memoryWorkspace } from '../src/testing.ts';
import { context, planOf, problemsOf, startJob } from './harness.ts';
import { pipelineOf, yields } from './pipeline-of.ts';

async function addressesOf(...given: Parameters<typeof planOf>): Promise<readonly string[]> {
  const plan = await planOf(...given);
  if (!plan.ok) throw new Error(plan.error.map(({ message, hint }) => `${message} (${hint})`).join('\n'));
  return plan.value.actions.map(({ address }) => address);
}

const at = { start: 0, end: 0 };
const reads = (root: 'matrix' | 'file', name: string): Template => ({
  parts: [{ type: 'reference', root, name, range: at }],
});
const isBig: Template = {
  parts: [
    {
      type: 'binary',
      operator: '>',
      left: { type: 'reference', root: 'file', name: 'size', range: at },
      right: { type: 'literal', value: 5, range: at },
      range: at,
    },
  ],
};

describe('actions', () => {
  test('a task for each file and variant, named by what it takes', async () => {
    const pipeline = pipelineOf({
      images: yields('hero.png', 'sub/a.png'),
      web: {
        inputs: ['images'],
        variants: [
          { format: 'webp', width: 480 },
          { format: 'avif', width: 960 },
        ],
      },
      zip: { inputs: ['web'], groupBy: 'dir' },
      all: { inputs: ['web', 'zip'], groupBy: 'all' },
    });
    expect(await addressesOf(pipeline)).toEqual([
      'images',
      'web[hero.png;format=webp;width=480]',
      'web[hero.png;format=avif;width=960]',
      'web[sub/a.png;format=webp;width=480]',
      'web[sub/a.png;format=avif;width=960]',
      'zip[./]',
      'zip[sub/]',
      'all',
    ]);
  });

  test('files of one name get addresses of their own, in the order of `input`', async () => {
    const pipeline = pipelineOf({
      b: yields('x', 'x#2'),
      a: yields('x'),
      out: { inputs: ['a', 'b'] },
    });
    expect((await addressesOf(pipeline)).slice(2)).toEqual(['out[x]', 'out[x#2]', 'out[x#2#2]']);
  });

  test('what only the run can tell is left open, and so is what comes after it', async () => {
    const plan = await planOf(
      pipelineOf({
        docs: yields('a'),
        pages: { inputs: ['docs'], options: { is_open: true } },
        web: { inputs: ['pages'] },
      }),
    );
    if (!plan.ok) throw new Error('there are problems');
    expect(plan.value.tasks.map((task) => [task?.task.name, task?.actions.length, task?.isComplete])).toEqual(
      [
        ['docs', 1, true],
        ['pages', 1, true],
        ['web', 0, false],
      ],
    );
  });

  test('expressions are evaluated for each file and variant', async () => {
    const pipeline = pipelineOf({
      images: yields('hero.png'),
      web: {
        inputs: ['images'],
        variants: [{ width: 480 }, { width: 960 }],
        options: { width: '${{ matrix.width }}', title: '${{ file.stem }}' },
        templates: [
          { path: ['width'], template: reads('matrix', 'width') },
          { path: ['title'], template: reads('file', 'stem') },
        ],
      },
    });
    const plan = await planOf(pipeline);
    expect(plan.ok && plan.value.actions.slice(1).map(({ decision }) => decision)).toEqual([
      { type: 'run', options: { width: 480, title: 'hero' } },
      { type: 'run', options: { width: 960, title: 'hero' } },
    ]);
  });

  test('an `if` on the size of a file that is not made yet is decided when it is', async () => {
    const pipeline = pipelineOf({
      images: yields('a', 'b'),
      big: { inputs: ['images'], condition: isBig },
      out: { inputs: ['big'] },
    });
    const job = await startJob(pipeline);
    const images = await job.backend.started('images');
    images.finish();
    job.workspace.write(`${images.context.workDir}/b`, 10);
    (await job.backend.started('big[b]')).finish();
    (await job.backend.started('out[b]')).finish();
    expect((await job.outcome).counts).toEqual({ ran: 3, cached: 0, skipped: 1, failed: 0, not_run: 0 });
    expect(job.statuses()).toContain('big[a] skipped');
  });
});

describe('problems', () => {
  test('all of them at once, each where it belongs; one text is said once', async () => {
    const pipeline = pipelineOf({
      docs: yields('a.docx', 'b.docx', 'c.txt'),
      pdf: { inputs: ['docs'], options: { converter: 'x' } },
      far: { inputs: ['docs'], runsOn: 'cloudconvert' },
      ocr: { inputs: ['docs'], operation: 'pdf/ocr' },
    });
    const workspace = memoryWorkspace();
    const local = fakeBackend({
      workspace,
      plan: (request) => {
        if (request.options['converter'] === undefined) return fakePlan(request);
        const missing = request.inputs[0]?.format === 'docx';
        return missing
          ? {
              ok: false,
              error: failure('converter-missing', 'docx needs LibreOffice', { hint: 'install it' }),
            }
          : { ok: false, error: failure('unsupported', 'nothing turns c.txt into that') };
      },
    });
    const backends = {
      local: {
        ...local,
        load: (name: string) => (name === 'pdf/ocr' ? Promise.resolve(undefined) : local.load('convert')),
      },
    };
    const plan = await planJob({ pipeline, values: { params: {}, env: {}, secrets: {} }, context, backends });
    expect(
      plan.ok
        ? []
        : plan.error.map(({ kind, task, address, message, range }) => [
            kind,
            task,
            address,
            message,
            range.start,
          ]),
    ).toEqual([
      ['missing', 'pdf', 'pdf[a.docx]', 'docx needs LibreOffice', 10],
      ['error', 'pdf', 'pdf[c.txt]', 'nothing turns c.txt into that', 10],
      ['missing', 'far', undefined, 'task "far" is to run on CloudConvert, which needs an API key', 20],
      [
        'missing',
        'ocr',
        undefined,
        'task "ocr": the operation pdf/ocr is not available on the local backend yet',
        30,
      ],
    ]);
  });

  test('a cycle is named, however long', async () => {
    const problems = await problemsOf(
      pipelineOf({ a: { inputs: ['c'] }, b: { inputs: ['a'] }, c: { inputs: ['b'] }, d: { inputs: ['c'] } }),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'these tasks wait for each other: a → b → c → a',
    ]);
  });

  test('secrets are kept out of every text', async () => {
    const workspace = memoryWorkspace();
    const local = fakeBackend({
      workspace,
      plan: () => ({ ok: false, error: failure('refused', 'wrong key hunter2', { hint: 'is it hunter2?' }) }),
    });
    const values = { params: {}, env: {}, secrets: { KEY: 'hunter2' } };
    const plan = await planJob({
      pipeline: pipelineOf({ a: yields('x') }),
      values,
      context,
      backends: { local },
    });
    expect(JSON.stringify(plan)).toContain('wrong key ***');
    expect(plan.ok ? [] : plan.error.map(({ message, hint }) => [message, hint])).toEqual([
      ['wrong key ***', 'is it ***?'],
    ]);
  });
});

describe('selection', () => {
  const pipeline = pipelineOf({
    docs: yields('a', 'b'),
    images: yields('i'),
    pdf: { inputs: ['docs'] },
    cover: { inputs: ['pdf'] },
    web: { inputs: ['images'] },
    site: { inputs: ['cover', 'web'], groupBy: 'all' },
  });

  test.each([
    ['only a task', { only: ['pdf'] }, ['docs', 'pdf[a]', 'pdf[b]']],
    ['only an action', { only: ['cover[a]'] }, ['docs', 'pdf[a]', 'cover[a]']],
    [
      'only by glob',
      { only: ['c*r[?]', 'images'] },
      ['docs', 'images', 'pdf[a]', 'pdf[b]', 'cover[a]', 'cover[b]'],
    ],
    ['until', { until: ['web'] }, ['images', 'web[i]']],
    [
      'from, with what that needs',
      { from: ['web'] },
      ['docs', 'images', 'pdf[a]', 'pdf[b]', 'web[i]', 'cover[a]', 'cover[b]', 'site'],
    ],
    ['from and until', { from: ['pdf[b]'], until: ['cover'] }, ['docs', 'pdf[b]', 'cover[b]']],
  ])('%s', async (_, select, expected) => {
    expect([...(await addressesOf(pipeline, { select }))].sort()).toEqual([...expected].sort());
  });

  test('what matches nothing is an error with a guess', async () => {
    const unknown = await problemsOf(pipeline, { select: { only: ['cver'], from: ['nothing'] } });
    expect(unknown.map(({ message, hint }) => [message, hint])).toEqual([
      ['--only cver: no task has this name', 'did you mean "cover"?'],
      ['--from nothing: no task has this name', 'the tasks are docs, images, pdf, cover, web, site'],
    ]);
    const action = await problemsOf(pipeline, { select: { only: ['pdf[z]'] } });
    expect(action.map(({ message, hint }) => [message, hint])).toEqual([
      ['--only pdf[z]: no action has this address', 'did you mean "pdf[a]"?'],
    ]);
  });

  test('only the tasks that are needed run, and are told of', async () => {
    const job = await startJob(pipeline, { select: { only: ['cover[b]'] }, fake: { run: finishAtOnce } });
    const outcome = await job.outcome;
    expect(job.backend.calls).toEqual(['docs', 'pdf[b]', 'cover[b]']);
    expect(outcome.job.tasks.map(({ name }) => name)).toEqual(['docs', 'pdf', 'cover']);
  });
});

/** What a plan says of each action: by a cache, a last run and files, all of them in maps. */
import { beforeEach, describe, expect, test } from 'vitest';
import { predictJob, type Selection } from '../src/index.ts';
import { planOf } from './harness.ts';
import { hashOf, linesOf, Machine } from './machine.ts';
import { pipelineOf, type TaskSketch, yields, yieldsOpen } from './pipeline-of.ts';

const publishes = (...inputs: readonly string[]): TaskSketch => ({ operation: 'export/local', inputs });

let machine: Machine;
const docs = yields('a.md', 'b.md');
const pdf: TaskSketch = { inputs: ['docs'], options: { converter: 'typst', quality: 80 } };
const chain = { docs, pdf, out: publishes('pdf') };

beforeEach(() => {
  machine = new Machine();
  machine.write('/project/a.md', 'a');
  machine.write('/project/b.md', 'b');
});

const predicted = async (tasks: Readonly<Record<string, TaskSketch>>): Promise<readonly string[]> =>
  linesOf(await machine.predict(pipelineOf(tasks)));

describe('after a run', () => {
  beforeEach(() => machine.run(pipelineOf(chain)));

  test('there is nothing to do', async () => {
    expect(await predicted(chain)).toEqual([
      'pdf[a.md] cached: unchanged since the last run',
      'pdf[b.md] cached: unchanged since the last run',
      'out[a.md] up-to-date (none): there already, with the same content',
      'out[b.md] up-to-date (none): there already, with the same content',
    ]);
  });

  test('a changed file makes what follows from it', async () => {
    machine.write('/project/a.md', 'A');
    expect(await predicted(chain)).toEqual([
      'pdf[a.md] run: a.md changed',
      'pdf[b.md] cached: unchanged since the last run',
      'out[a.md] may-run (maybe): if pdf[a.md] comes out different',
      'out[b.md] up-to-date (none): there already, with the same content',
    ]);
  });

  test('a changed option and a changed converter are both named', async () => {
    machine.version = '1.1';
    const lines = await predicted({
      ...chain,
      pdf: { ...pdf, options: { converter: 'typst', quality: 75 } },
    });
    expect(lines[0]).toBe('pdf[a.md] run: option quality 80 → 75; typst 1.0 → 1.1');
  });

  test('what was made before, by whomever, is not made again', async () => {
    const changed = { ...chain, pdf: { ...pdf, options: { converter: 'typst', quality: 75 } } };
    await machine.run(pipelineOf(changed));
    expect((await predicted(chain))[0]).toBe(
      'pdf[a.md] cached: an earlier run had the same files and options',
    );
    const { pdf: same } = chain;
    expect((await predicted({ docs, other: same, out: publishes('other') }))[0]).toBe(
      'other[a.md] cached: pdf[a.md] had the same files and options',
    );
  });

  test('an output that is gone, edited, or nobody’s', async () => {
    machine.files.delete('/project/out/a.md');
    machine.write('/project/out/b.md', 'edited');
    expect((await predicted(chain)).slice(2)).toEqual([
      'out[a.md] run (create): output missing',
      'out[b.md] run (replace): output edited since the last run, it is written again',
    ]);
    machine.written.clear();
    expect((await predicted(chain)).slice(2)).toEqual([
      'out[a.md] run (create): not written yet',
      'out[b.md] run (replace): replaces a file that no run of this pipeline is known to have written',
    ]);
  });

  test('an edited output is written again, whatever comes', async () => {
    machine.write('/project/a.md', 'A');
    machine.write('/project/out/a.md', 'edited');
    expect(await predicted(chain)).toContain(
      'out[a.md] run (replace): output edited since the last run, it is written again',
    );
  });

  test('overwrite: never keeps it, overwrite: always does not look', async () => {
    machine.write('/project/out/a.md', 'edited');
    const out = (overwrite: string): TaskSketch => ({ ...publishes('pdf'), options: { overwrite } });
    expect(await predicted({ ...chain, out: out('never') })).toContain(
      'out[a.md] up-to-date (keep): the file that is there stays: overwrite: never',
    );
    expect(await predicted({ ...chain, out: out('always') })).toContain(
      'out[b.md] run (replace): written each time: overwrite: always',
    );
  });

  test('a result that was removed, and one whose side file changed', async () => {
    const [[key, record] = []] = machine.records;
    if (key === undefined || record === undefined) throw new Error('nothing was kept');
    machine.records.set(key, {
      ...record,
      dependsOn: [{ path: '/project/logo.png', sha256: hashOf('logo') }],
    });
    expect(await predicted(chain)).toContain('pdf[a.md] run: logo.png is not there any more');
    machine.write('/project/logo.png', 'other logo');
    expect(await predicted(chain)).toContain('pdf[a.md] run: logo.png changed');
    machine.records.delete(key);
    expect(await predicted(chain)).toContain(
      'pdf[a.md] run: no result of it is stored: it failed the last time, or the cache was emptied',
    );
  });

  test('what follows runs for certain where something else changed, too', async () => {
    const cover = (width: number): TaskSketch => ({ inputs: ['pdf'], options: { width } });
    await machine.run(pipelineOf({ ...chain, cover: cover(1) }));
    machine.write('/project/a.md', 'A');
    expect(await predicted({ ...chain, cover: cover(1) })).toContain(
      'cover[a.md] may-run: if pdf[a.md] comes out different',
    );
    expect(await predicted({ ...chain, cover: cover(2) })).toContain('cover[a.md] run: option width 1 → 2');
  });
});

test('reasons never to take a stored result', async () => {
  await machine.run(pipelineOf(chain));
  expect(await predicted({ ...chain, pdf: { ...pdf, cache: false } })).toContain(
    'pdf[a.md] run: never cached: the task says cache: false',
  );
  machine.past = { isForced: ({ address }) => address === 'pdf[a.md]' };
  expect((await predicted(chain)).slice(0, 2)).toEqual([
    'pdf[a.md] run: asked for by --force',
    'pdf[b.md] cached: unchanged since the last run',
  ]);
});

test('what failed the last time says why', async () => {
  machine.past = {
    last: {
      keyOf: () => undefined,
      outputOf: () => undefined,
      failureOf: (address) => (address === 'pdf[a.md]' ? 'the disk was full' : undefined),
    },
  };
  expect((await predicted(chain)).slice(0, 2)).toEqual([
    'pdf[a.md] run: failed the last time: the disk was full',
    'pdf[b.md] run: never run',
  ]);
});

test('with the cache off, everything runs', async () => {
  await machine.run(pipelineOf(chain));
  const plan = await planOf(pipelineOf(chain));
  if (!plan.ok) throw new Error('no plan');
  const past = { hashFile: () => Promise.resolve(hashOf('a')), digest: hashOf };
  expect(linesOf(await predictJob(plan.value, past))).toContain('pdf[a.md] run: the cache is off');
});

test('files that only the run can tell: what follows is open, until it has run once', async () => {
  const tasks = {
    docs: yields('a.md'),
    pages: { ...yieldsOpen(), inputs: ['docs'] },
    web: { inputs: ['pages'] },
    zip: { inputs: ['pages'], groupBy: 'all' as const },
  };
  expect(await predicted(tasks)).toEqual([
    'pages[a.md] run: never run',
    'web: more from pages[a.md]',
    'zip: more from pages[a.md]',
  ]);
  machine.open['pages[a.md]'] = ['1.png', '2.png'];
  await machine.run(pipelineOf(tasks));
  expect(await predicted(tasks)).toEqual([
    'pages[a.md] cached: unchanged since the last run',
    'web[1.png] cached: unchanged since the last run',
    'web[2.png] cached: unchanged since the last run',
    'zip cached: unchanged since the last run',
  ]);
});

test('an action that turns out to be impossible, now that its file is known', async () => {
  const tasks = {
    docs: yields('a.md'),
    pages: { ...yieldsOpen(), inputs: ['docs'] },
    web: { inputs: ['pages'] },
  };
  machine.open['pages[a.md]'] = ['1.png', '2.png'];
  await machine.run(pipelineOf(tasks));
  machine.impossible = ['2.png'];
  expect(await predicted(tasks)).toEqual([
    'pages[a.md] cached: unchanged since the last run',
    'web[1.png] cached: unchanged since the last run',
    'web[2.png] fails: nothing can be done with 2.png',
  ]);
});

test('files that no source makes any more: deleted only with prune, and never when they were edited', async () => {
  await machine.run(pipelineOf(chain));
  machine.past = {
    last: {
      keyOf: (address) => machine.keys.get(address),
      outputOf: (path) => machine.written.get(path),
      written: () => machine.written,
    },
  };
  const without = { ...chain, docs: yields('a.md') };
  const left = async (
    tasks: Readonly<Record<string, TaskSketch>>,
    select?: Selection,
  ): Promise<readonly string[]> =>
    (await machine.predict(pipelineOf(tasks), select)).leftOver.map(
      ({ path, address, change, reason }) => `${change} ${path} of ${address}: ${reason.text}`,
    );
  expect(await left(chain)).toEqual([]);
  expect(await left(without)).toEqual(['keep /project/out/b.md of out[b.md]: no source makes it any more']);
  const pruning = { ...without, out: { ...publishes('pdf'), options: { prune: true } } };
  expect(await left(pruning)).toEqual(['delete /project/out/b.md of out[b.md]: no source makes it any more']);
  expect(await left(pruning, { only: ['pdf'] })).toEqual([]);
  machine.write('/project/out/b.md', 'edited');
  expect(await left(pruning)).toEqual([
    'keep /project/out/b.md of out[b.md]: no source makes it any more, but it was edited since',
  ]);
});

test('of what was not asked for, nothing is said', async () => {
  await machine.run(pipelineOf(chain));
  const { tasks } = await machine.predict(pipelineOf(chain), { only: ['out[b.md]'] });
  expect(linesOf({ tasks })).toEqual([
    'pdf[b.md] cached: unchanged since the last run',
    'out[b.md] up-to-date (none): there already, with the same content',
  ]);
});

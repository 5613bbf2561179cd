/** `export/local` on real folders: where files go and what is replaced. */
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Artifact, Failure, OperationResult } from '@pipeline/engine';
import type { Expression, JsonObject, OptionTemplate } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { exportLocal } from '../../src/operations/export/local.ts';
import { action, artifact, contextOf, made, namesIn, newFolder, project } from './action.ts';

interface Settings {
  readonly options: JsonObject;
  readonly inputs: readonly Artifact[];
  readonly templates?: readonly OptionTemplate[];
}

const request = ({ options, inputs, templates = [] }: Settings) =>
  action({ operation: 'export/local', options, inputs, task: { templates } });

async function exported(root: string, settings: Settings): Promise<OperationResult | Failure> {
  const result = await exportLocal.run(request(settings), contextOf(root));
  return result.ok ? result.value : result.error;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const range = { start: 0, end: 0 };
const fileStem: Expression = { type: 'reference', root: 'file', name: 'stem', range };
const template = (expression: Expression): readonly OptionTemplate[] => [
  { path: ['path'], template: { parts: ['out/', expression] } },
];

test('below a folder each file keeps its place', async () => {
  const root = newFolder();
  const input = made('content', { dir: 'guide/deep', name: 'intro.pdf' });
  const settings = { options: { path: 'public/site/' }, inputs: [input] };
  const target = path.join(root, 'public/site/guide/deep/intro.pdf');
  expect(await exportLocal.plan(request(settings), contextOf(root))).toEqual({
    ok: true,
    value: { outputs: [{ dir: 'guide/deep', name: 'intro.pdf' }], writes: [target] },
  });
  expect(existsSync(path.join(root, 'public'))).toBe(false);
  const output = {
    dir: 'guide/deep',
    name: 'intro.pdf',
    path: target,
    sizeBytes: 7,
    sha256: sha256('content'),
  };
  const result = await exported(root, settings);
  expect(result).toEqual({ outputs: [{ ...output, mtimeMs: expect.closeTo(statSync(target).mtimeMs, 2) }] });
  expect(readFileSync(target, 'utf8')).toBe('content');
  expect(namesIn(path.dirname(target))).toEqual(['intro.pdf']);
  expect(readFileSync(input.path, 'utf8')).toBe('content');
});

test.each<[string, Expression, [given: string, expected: string]]>([
  ['an expression over file is the path of the file', fileStem, ['out/intro.txt', 'out/intro.txt']],
  [
    'wherever it stands',
    {
      type: 'call',
      name: 'lower',
      arguments: [{ type: 'binary', operator: '==', left: fileStem, right: fileStem, range }],
      range,
    },
    ['out/x', 'out/x'],
  ],
  ['a slash at the end makes it a folder', fileStem, ['out/intro/', 'out/intro/a/b.pdf']],
  [
    'other expressions leave it a folder',
    { type: 'reference', root: 'params', name: 'to', range },
    ['out/there', 'out/there/a/b.pdf'],
  ],
])('%s', async (_, expression, [given, expected]) => {
  const root = newFolder();
  const settings = {
    options: { path: given },
    inputs: [made('x', { dir: 'a', name: 'b.pdf' })],
    templates: template(expression),
  };
  expect(await exported(root, settings)).toMatchObject({
    outputs: [{ path: path.join(root, expected), name: path.basename(expected) }],
  });
  expect(readFileSync(path.join(root, expected), 'utf8')).toBe('x');
});

test('overwrite: the same content is left alone, other content is replaced and keeps its mode', async () => {
  const root = project({ 'out/a.txt': 'same' });
  const target = path.join(root, 'out/a.txt');
  chmodSync(target, 0o640);
  utimesSync(target, 1000, 1000);
  const options = { path: 'out' };
  expect(await exported(root, { options, inputs: [made('same', { name: 'a.txt' })] })).toMatchObject({
    message: 'unchanged',
  });
  expect(statSync(target).mtimeMs).toBe(1_000_000);
  // As long as the older content, so that the size tells nothing.
  expect(await exported(root, { options, inputs: [made('SAME', { name: 'a.txt' })] })).not.toHaveProperty(
    'message',
  );
  expect(readFileSync(target, 'utf8')).toBe('SAME');
  expect(statSync(target).mode & 0o777).toBe(0o640);
  utimesSync(target, 1000, 1000);
  await exported(root, {
    options: { ...options, overwrite: 'always' },
    inputs: [made('SAME', { name: 'a.txt' })],
  });
  expect(statSync(target).mtimeMs).toBeGreaterThan(1_000_000);
  expect(
    await exported(root, {
      options: { ...options, overwrite: 'never' },
      inputs: [made('new', { name: 'a.txt' })],
    }),
  ).toMatchObject({
    message: 'kept the file that was there (overwrite: never)',
    outputs: [{ path: target }],
  });
  expect(readFileSync(target, 'utf8')).toBe('SAME');
});

test('overwrite: if_changed goes by hashes where they are known, and reads nothing', async () => {
  const root = project({ 'out/a.txt': 'same' });
  const target = path.join(root, 'out/a.txt');
  const input = made('same', { name: 'a.txt' });
  const hashed: string[] = [];
  const run = (known: Partial<Artifact>, hashes: string) =>
    exportLocal.run(
      request({ options: { path: 'out' }, inputs: [{ ...input, sizeBytes: 4, ...known }] }),
      contextOf(root, {
        hashFile: (file) => {
          hashed.push(file);
          return hashes === '' ? Promise.reject(new Error('changing')) : Promise.resolve(hashes);
        },
      }),
    );
  // The source is gone: who read it would fail.
  const gone = { path: path.join(root, 'gone'), sha256: sha256('same') };
  expect(await run(gone, sha256('same'))).toMatchObject({
    ok: true,
    value: { message: 'unchanged', outputs: [{ path: target, sha256: sha256('same') }] },
  });
  expect(hashed).toEqual([target]);
  // Another size needs no hash.
  expect(await run({ ...gone, sizeBytes: 5 }, sha256('same'))).toMatchObject({ ok: false });
  expect(hashed).toEqual([target]);
  expect(await run(gone, sha256('other'))).toMatchObject({ ok: false });
  utimesSync(target, 1000, 1000);
  expect(await run({ sha256: sha256('same') }, '')).not.toHaveProperty('value.message');
  expect(statSync(target).mtimeMs).toBeGreaterThan(1_000_000);
  // Without a hash of its own, content is compared.
  expect(await run({}, sha256('other'))).toMatchObject({ value: { message: 'unchanged' } });
});

test('the same bytes are recognised whatever the size, and one that differs is found at the end', async () => {
  for (const size of [0, 1, 128 * 1024, 128 * 1024 + 1, 700_000]) {
    const content = 'x'.repeat(size);
    const root = project({ 'out/a.txt': content });
    const options = { path: 'out' };
    const settings = { options, inputs: [made(content, { name: 'a.txt' })] };
    expect(await exported(root, settings)).toMatchObject({ message: 'unchanged' });
    if (size === 0) continue;
    const other = `${content.slice(1)}y`;
    const result = await exported(root, { options, inputs: [made(other, { name: 'a.txt' })] });
    expect(result).not.toHaveProperty('message');
    expect(result).toMatchObject({ outputs: [{ sizeBytes: size, sha256: sha256(other) }] });
    expect(readFileSync(path.join(root, 'out/a.txt'), 'utf8') === other).toBe(true);
    expect(namesIn(path.join(root, 'out'))).toEqual(['a.txt']);
  }
});

test('many small files at once each get their own content', async () => {
  const root = newFolder();
  const sizes = Array.from({ length: 60 }, (_, index) => index * 3000);
  const results = await Promise.all(
    sizes.map((size, index) =>
      exported(root, {
        options: { path: `out/${index % 7}` },
        inputs: [made(String(index % 10).repeat(size), { name: `${index}.txt` })],
      }),
    ),
  );
  for (const [index, size] of sizes.entries()) {
    const content = String(index % 10).repeat(size);
    expect(results[index]).toMatchObject({ outputs: [{ sizeBytes: size, sha256: sha256(content) }] });
    expect(readFileSync(path.join(root, `out/${index % 7}/${index}.txt`), 'utf8') === content).toBe(true);
  }
});

test('a folder that is made a link out of the project between plan and run is refused', async () => {
  const root = newFolder();
  const outside = newFolder();
  const settings = { options: { path: 'out' }, inputs: [made('x', { name: 'a.txt' })] };
  expect(await exportLocal.plan(request(settings), contextOf(root))).toMatchObject({ ok: true });
  rmSync(path.join(root, 'out'), { recursive: true, force: true });
  symlinkSync(outside, path.join(root, 'out'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await exported(root, settings)).toMatchObject({ type: 'refused' });
  expect(namesIn(outside)).toEqual([]);
});

test('two names of one file on the disk are two places: one may be replaced', async () => {
  const root = project({ 'in/a.txt': 'kept' });
  mkdirSync(path.join(root, 'out'));
  linkSync(path.join(root, 'in/a.txt'), path.join(root, 'out/a.txt'));
  const options = { path: 'out', overwrite: 'always' };
  const result = await exported(root, { options, inputs: [artifact(path.join(root, 'in/a.txt'))] });
  expect(result).toMatchObject({ outputs: [{ sha256: sha256('kept') }] });
  expect(statSync(path.join(root, 'out/a.txt')).nlink).toBe(1);
  expect(readFileSync(path.join(root, 'in/a.txt'), 'utf8')).toBe('kept');
});

test('a group of files is written, with progress', async () => {
  const root = newFolder();
  const inputs = [made('one', { name: '1.txt' }), made('', { dir: 'd', name: 'empty.txt' })];
  const context = contextOf(root);
  const result = await exportLocal.run(request({ options: { path: 'out' }, inputs }), context);
  expect(result).toMatchObject({
    ok: true,
    value: { outputs: [{ name: '1.txt' }, { name: 'empty.txt', sha256: sha256('') }] },
  });
  expect(readFileSync(path.join(root, 'out/d/empty.txt')).length).toBe(0);
  expect(context.reports[0]).toEqual([50, undefined]);
});

test('a path out of the project, by name or by link, is refused', async () => {
  const root = newFolder();
  const outside = newFolder();
  symlinkSync(outside, path.join(root, 'link'));
  for (const options of [
    { path: '../elsewhere' },
    { path: outside },
    { path: 'link' },
    { path: 'link/deeper' },
  ]) {
    const settings = { options, inputs: [made('x', { name: 'a.txt' })] };
    const planned = await exportLocal.plan(request(settings), contextOf(root));
    expect(planned).toMatchObject({
      ok: false,
      error: { type: 'refused', hint: expect.stringContaining('--allow-path') },
    });
    expect(await exported(root, settings)).toEqual(planned.ok ? undefined : planned.error);
  }
  const sly = { options: { path: 'out' }, inputs: [made('x', { dir: '../../..', name: 'a.txt' })] };
  expect(await exported(root, sly)).toMatchObject({ type: 'refused' });
  expect(namesIn(outside)).toEqual([]);
  expect(namesIn(root)).toEqual(['link']);
});

test('a file never overwrites its own source, nor another file of its group', async () => {
  const root = project(['docs/a.md']);
  symlinkSync('docs', path.join(root, 'alias'));
  const source = artifact(path.join(root, 'docs/a.md'));
  for (const to of ['docs', 'alias']) {
    expect(await exported(root, { options: { path: to }, inputs: [source] })).toMatchObject({
      type: 'refused',
      message: `"${to}/a.md" would overwrite its own source`,
    });
  }
  const inputs = [made('1', { dir: 'a', name: 'x' }), made('2', { dir: 'b', name: 'x' })];
  expect(
    await exported(root, { options: { path: 'out/one' }, inputs, templates: template(fileStem) }),
  ).toMatchObject({
    message: '"a/x" and "b/x" would both be written to "out/one"',
  });
});

test('a link in place of the target is replaced, and what it points to stays', async () => {
  const root = project({ 'kept.txt': 'kept', 'out/other.txt': '' });
  symlinkSync('../kept.txt', path.join(root, 'out/a.txt'));
  await exported(root, { options: { path: 'out' }, inputs: [made('new', { name: 'a.txt' })] });
  expect(lstatSync(path.join(root, 'out/a.txt')).isFile()).toBe(true);
  expect(readFileSync(path.join(root, 'out/a.txt'), 'utf8')).toBe('new');
  expect(readFileSync(path.join(root, 'kept.txt'), 'utf8')).toBe('kept');
});

const odd = [
  'with space',
  `quotes ' "`,
  'new\nline',
  '🎈',
  '-rf',
  '--x=y',
  'x'.repeat(255),
  'é'.repeat(127),
  '.hidden',
  '%20',
  '*?[a]',
];

test.each(odd)('the name %j works', async (name) => {
  const root = newFolder();
  expect(await exported(root, { options: { path: 'out' }, inputs: [made(name, { name })] })).toMatchObject({
    outputs: [{ name }],
  });
  expect(namesIn(path.join(root, 'out'))).toEqual([name]);
  expect(readFileSync(path.join(root, 'out', name), 'utf8')).toBe(name);
});

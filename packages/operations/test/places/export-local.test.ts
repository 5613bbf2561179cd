/** `export/local` on real folders: where files go, what is replaced, and what happens when writing goes wrong. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type { Artifact, Failure, OperationResult } from '@pipeline/engine';
import type { Expression, JsonObject, OptionTemplate } from '@pipeline/schema';
import { rolldown } from 'rolldown';
import { beforeAll, expect, test } from 'vitest';
import { exportLocal } from '../../src/export/local.ts';
import { action, artifact, contextOf, newFolder, project, undo, unprivileged } from './action.ts';

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

/** A file made by an earlier action, outside of the project. */
const made = (content: string, place: { readonly dir?: string; readonly name: string }): Artifact => {
  const file = path.join(newFolder(), 'out.bin');
  writeFileSync(file, content);
  return artifact(file, place);
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const namesIn = (folder: string): readonly string[] => readdirSync(folder).sort();

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
  expect(await exported(root, settings)).toEqual({
    outputs: [{ dir: 'guide/deep', name: 'intro.pdf', path: target, sha256: sha256('content') }],
  });
  expect(readFileSync(target, 'utf8')).toBe('content');
  expect(namesIn(path.dirname(target))).toEqual(['intro.pdf']);
  expect(readFileSync(input.path, 'utf8')).toBe('content');
});

test.each<[string, Expression, string, string]>([
  ['an expression over file is the path of the file', fileStem, 'out/intro.txt', 'out/intro.txt'],
  [
    'wherever it stands',
    {
      type: 'call',
      name: 'lower',
      arguments: [{ type: 'binary', operator: '==', left: fileStem, right: fileStem, range }],
      range,
    },
    'out/x',
    'out/x',
  ],
  ['a slash at the end makes it a folder', fileStem, 'out/intro/', 'out/intro/a/b.pdf'],
  [
    'other expressions leave it a folder',
    { type: 'reference', root: 'params', name: 'to', range },
    'out/there',
    'out/there/a/b.pdf',
  ],
])('%s', async (_, expression, given, expected) => {
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

test('prune is refused before anything runs', async () => {
  const settings = { options: { path: 'out', prune: true }, inputs: [] };
  expect(await exportLocal.plan(request(settings), contextOf(newFolder()))).toMatchObject({
    ok: false,
    error: { type: 'not-available', message: expect.stringContaining('prune: true') },
  });
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

test('what is in the way is named', async () => {
  const root = project({ 'public/a.pdf/inside.txt': 'kept', file: 'kept' });
  const inputs = [made('x', { name: 'a.pdf' })];
  for (const overwrite of ['if_changed', 'always', 'never']) {
    expect(await exported(root, { options: { path: 'public', overwrite }, inputs })).toMatchObject({
      type: 'write-failed',
      message: 'cannot write "public/a.pdf": it is a folder',
      hint: 'remove or rename the folder, or choose another path',
    });
  }
  for (const below of ['file', 'file/deeper/still']) {
    expect(await exported(root, { options: { path: below }, inputs })).toMatchObject({
      type: 'write-failed',
      message: `cannot write "${below}/a.pdf": "file" is a file, and a folder of that name is needed`,
    });
  }
  expect(
    await exported(root, { options: { path: 'out' }, inputs: [made('x', { name: 'n'.repeat(256) })] }),
  ).toMatchObject({
    type: 'write-failed',
    message: expect.stringContaining('longer than the file system allows'),
  });
  expect(namesIn(path.join(root, 'public'))).toEqual(['a.pdf']);
  expect(readFileSync(path.join(root, 'public/a.pdf/inside.txt'), 'utf8')).toBe('kept');
});

test('a folder without permission fails cleanly, and the older file stays', async () => {
  const root = project({ 'out/a.txt': 'older' });
  const input = made('newer', { name: 'a.txt' });
  for (const folder of [root, path.dirname(input.path)]) chmodSync(folder, 0o755);
  chmodSync(path.join(root, 'out'), 0o555);
  await unprivileged(async () => {
    expect(await exported(root, { options: { path: 'out' }, inputs: [input] })).toMatchObject({
      type: 'write-failed',
      message: 'cannot write "out/a.txt": no permission to write into "out"',
    });
  });
  expect(readFileSync(path.join(root, 'out/a.txt'), 'utf8')).toBe('older');
  expect(namesIn(path.join(root, 'out'))).toEqual(['a.txt']);
});

test('a source that is gone is not blamed on the target', async () => {
  const root = newFolder();
  expect(
    await exported(root, { options: { path: 'out' }, inputs: [artifact(path.join(root, 'gone.txt'))] }),
  ).toMatchObject({
    type: 'not-found',
    message: '"gone.txt" is not there any more',
  });
});

test('a cancelled write leaves the older file and nothing else', async () => {
  const root = project({ 'out/a.txt': 'older' });
  const settings = { options: { path: 'out' }, inputs: [made('x'.repeat(3_000_000), { name: 'a.txt' })] };
  const controller = new AbortController();
  const context = contextOf(root, { signal: controller.signal, progress: () => controller.abort() });
  expect(await exportLocal.run(request(settings), context)).toMatchObject({
    ok: false,
    error: { type: 'cancelled' },
  });
  expect(readFileSync(path.join(root, 'out/a.txt'), 'utf8')).toBe('older');
  expect(namesIn(path.join(root, 'out'))).toEqual(['a.txt']);
});

// What follows needs a process that may be limited and killed.
let atomicWriteModule = '';

beforeAll(async () => {
  atomicWriteModule = path.join(os.tmpdir(), `pipeline-atomic-write-${process.pid}.mjs`);
  const bundle = await rolldown({
    input: path.resolve(import.meta.dirname, '../../src/atomic-write.ts'),
    platform: 'node',
    resolve: { conditionNames: ['source', 'import', 'node'] },
  });
  await bundle.write({ file: atomicWriteModule, format: 'esm' });
});

/** Writes in a child process; `onProgress` is code that runs there in the middle of the copy. */
function writeInChild(
  files: { readonly source: string; readonly target: string },
  limits: { readonly shell?: string; readonly onProgress?: string },
) {
  const script = path.join(newFolder(), 'write.mjs');
  writeFileSync(
    script,
    `import { atomicWrite } from ${JSON.stringify(atomicWriteModule)};
     const result = await atomicWrite({ ...${JSON.stringify(files)}, baseDir: ${JSON.stringify(path.dirname(files.target))},
       signal: new AbortController().signal, progress: () => { ${limits.onProgress ?? ''} } });
     process.stdout.write(JSON.stringify(result));`,
  );
  return spawnSync('sh', ['-c', `${limits.shell ?? ''} exec "$0" "$1"`, process.execPath, script], {
    encoding: 'utf8',
  });
}

test('kill -9 in the middle leaves the older file; the next export removes what lies about', async () => {
  const root = project({ 'out/big.bin': 'older' });
  const source = path.join(newFolder(), 'big');
  writeFileSync(source, '');
  truncateSync(source, 64 * 1024 * 1024);
  const child = writeInChild(
    { source, target: path.join(root, 'out/big.bin') },
    { onProgress: `process.kill(process.pid, 'SIGKILL')` },
  );
  expect(child.signal).toBe('SIGKILL');
  expect(readFileSync(path.join(root, 'out/big.bin'), 'utf8')).toBe('older');
  const left = namesIn(path.join(root, 'out'));
  expect(left).toEqual([expect.stringMatching(/^\.pipeline-.*\.tmp$/), 'big.bin']);
  // One of a run that lives, which must stay, and one that a machine elsewhere left long ago.
  const alive = String(left[0]).replace(/-\d+-/, `-${process.pid}-`);
  const ancient = `.pipeline-000000-1-0123456789ab.tmp`;
  for (const name of [alive, ancient, ancient.replace('-1-', '-2-')])
    writeFileSync(path.join(root, 'out', name), '');
  utimesSync(path.join(root, 'out', ancient), 1000, 1000);
  await exported(root, { options: { path: 'out' }, inputs: [made('newer', { name: 'big.bin' })] });
  expect(namesIn(path.join(root, 'out'))).toEqual([ancient.replace('-1-', '-2-'), alive, 'big.bin'].sort());
  expect(readFileSync(path.join(root, 'out/big.bin'), 'utf8')).toBe('newer');
});

test('a limit that is met in the middle of the file leaves the older one', () => {
  const root = project({ 'a.bin': 'older' });
  const source = path.join(newFolder(), 'big');
  writeFileSync(source, Buffer.alloc(3_000_000, 'x'));
  const child = writeInChild(
    { source, target: path.join(root, 'a.bin') },
    { shell: `trap '' XFSZ; ulimit -f 2048;` },
  );
  expect(JSON.parse(child.stdout)).toMatchObject({
    ok: false,
    error: { type: 'write-failed', message: 'cannot write "a.bin": it is larger than a file may be here' },
  });
  expect(namesIn(root)).toEqual(['a.bin']);
  expect(readFileSync(path.join(root, 'a.bin'), 'utf8')).toBe('older');
});

test('a full disk and a read-only one are said to be so', async (context) => {
  const root = newFolder();
  const disk = path.join(root, 'disk');
  mkdirSync(disk);
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  if (mount.status !== 0) return context.skip('needs the right to mount a disk');
  undo(() => void spawnSync('umount', ['-l', disk]));
  writeFileSync(path.join(disk, 'a.bin'), 'older');
  const inputs = [made('x'.repeat(2_500_000), { name: 'a.bin' })];
  expect(await exported(root, { options: { path: 'disk' }, inputs })).toMatchObject({
    type: 'write-failed',
    message: 'cannot write "disk/a.bin": no space is left on the disk',
    hint: 'free some space on the disk of "disk"',
  });
  expect(namesIn(disk)).toEqual(['a.bin']);
  spawnSync('mount', ['-o', 'remount,ro', disk]);
  expect(await exported(root, { options: { path: 'disk' }, inputs })).toMatchObject({
    message: 'cannot write "disk/a.bin": "disk" lies on a disk that is read-only',
  });
  expect(readFileSync(path.join(disk, 'a.bin'), 'utf8')).toBe('older');
});

import { spawnSync } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { safeDir, safeName } from '../src/artifact.ts';
import { openWorkspace } from '../src/index.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'workspace-'));
});
afterEach(async () => {
  await chmod(root, 0o700);
  await rm(root, { recursive: true });
});

test('makes folders of its own that hold the longest names, and removes them all', async () => {
  const dir = join(root, '.pipeline/work');
  const workspace = await openWorkspace({ dir, jobId: 'job-1' });
  const [first, second] = [await workspace.createDir('task'), await workspace.createDir('task')];
  expect(first).not.toBe(second);
  await writeFile(join(first, `${'é'.repeat(125)}.jpeg`), 'x');
  expect(await readFile(join(root, '.pipeline/.gitignore'), 'utf8')).toBe('*\n');
  await workspace.removeDir(first);
  expect(await readdir(workspace.dir)).toEqual(['2']);
  await workspace.close();
  expect(await readdir(dir)).toEqual([]);
});

test('can be removed without waiting', async () => {
  const workspace = await openWorkspace({ dir: join(root, 'work'), jobId: 'job' });
  await writeFile(join(await workspace.createDir('task'), 'file'), 'x');
  workspace.closeSync();
  expect(await readdir(join(root, 'work'))).toEqual([]);
});

test('removes what dead processes of this machine left, and nothing else', async () => {
  const dir = join(root, 'work');
  const dead = spawnSync(process.execPath, ['-e', '0']).pid;
  const host = hostname().replaceAll(/[^\w]/g, '').slice(0, 40);
  const folders = [
    `job-${host}-${dead}-aaaaaa`,
    `job-${host}-${process.pid}-aaaaaa`,
    `job-elsewhere-${dead}-aaaaaa`,
    'mine',
  ];
  for (const folder of folders) await mkdir(join(dir, folder), { recursive: true });
  const workspace = await openWorkspace({ dir, jobId: 'job' });
  await workspace.close();
  expect((await readdir(dir)).sort()).toEqual(folders.slice(1).sort());
});

test('works elsewhere when the project cannot be written', async () => {
  await writeFile(join(root, '.pipeline'), 'in the way');
  const workspace = await openWorkspace({ dir: join(root, '.pipeline/work'), jobId: 'job' });
  expect(workspace.dir.startsWith(root)).toBe(false);
  await writeFile(join(await workspace.createDir('task'), 'file'), 'x');
  await workspace.close();
});

test('looks at outputs: regular files only, and really inside', async () => {
  const workspace = await openWorkspace({ dir: join(root, 'work'), jobId: 'job' });
  const dir = await workspace.createDir('task');
  await writeFile(join(root, 'outside.txt'), 'secret');
  await mkdir(join(dir, 'deep'));
  await writeFile(join(dir, 'deep/in.txt'), '12345');
  await symlink(join(root, 'outside.txt'), join(dir, 'link.txt'));
  await symlink(root, join(dir, 'way-out'));
  await link(join(dir, 'deep/in.txt'), join(dir, 'hard.txt'));
  const look = async (path: string): Promise<unknown> => workspace.inspect(path, dir);
  expect(await look(join(dir, 'deep/in.txt'))).toEqual({ ok: true, value: 5 });
  expect(await look(join(dir, 'hard.txt'))).toEqual({ ok: true, value: 5 });
  expect(await look(join(dir, 'link.txt'))).toEqual({ ok: false, error: 'not-a-file' });
  expect(await look(join(dir, 'way-out/outside.txt'))).toEqual({ ok: false, error: 'outside' });
  expect(await look(join(dir, 'deep'))).toEqual({ ok: false, error: 'not-a-file' });
  expect(await look(join(dir, 'none'))).toEqual({ ok: false, error: 'missing' });
  expect(await workspace.inspect(join(dir, 'link.txt'))).toEqual({ ok: true, value: 6 });
  await workspace.close();
});

test('names from hostile places become names', () => {
  expect(['a/../b', '..', '', 'x\0y', ' -rf', '😀\n.png'].map(safeName)).toEqual([
    'a_.._b',
    'file',
    'file',
    'x_y',
    ' -rf',
    '😀\n.png',
  ]);
  expect(['../../etc', '/abs//x/', './a', ''].map(safeDir)).toEqual(['etc', 'abs/x', 'a', '']);
  const long = safeName(`${'😀'.repeat(100)}.jpeg`);
  expect(Buffer.byteLength(long)).toBe(253);
  expect(long).toBe(`${'😀'.repeat(62)}.jpeg`);
  const exact = `${'a'.repeat(250)}.jpeg`;
  expect(safeName(exact)).toBe(exact);
});

import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openWorkspace } from '@pipeline/engine';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunFolders } from '../../src/run-folders.ts';

let dir = '';

beforeEach(async () => {
  dir = await realpath(await mkdtemp(path.join(tmpdir(), 'run-folders-')));
});

afterEach(() => rm(dir, { recursive: true, force: true }));

async function foldersOf() {
  const workspace = await openWorkspace({ dir: path.join(dir, 'work'), jobId: 'job' });
  const folderOf = (name: string) => (name === 'source' ? undefined : path.join(dir, name));
  return { workspace, folders: new RunFolders({ workspace, folderOf }) };
}

test('what is made with its own name stays where it is, and the rest goes', async () => {
  const { folders } = await foldersOf();
  const workDir = await folders.createDir('task');
  expect(workDir).toBe(path.join(dir, 'task', '0'));
  await writeFile(path.join(workDir, 'a.pdf'), 'a');
  await mkdir(path.join(workDir, 'profile'));
  await writeFile(path.join(workDir, 'profile', 'scratch'), 'x');
  expect(await folders.keep(workDir, { path: path.join(workDir, 'a.pdf'), name: 'a.pdf' })).toBe('0/a.pdf');
  await folders.removeDir(workDir);
  expect(await readdir(workDir)).toEqual(['a.pdf']);
});

test('files of one name get places of their own, wherever they lie and whatever they were called', async () => {
  const { folders } = await foldersOf();
  const workDir = await folders.createDir('task');
  const files = ['a.txt', 'out', 'deep/a.txt'];
  await mkdir(path.join(workDir, 'deep'));
  for (const file of files) await writeFile(path.join(workDir, file), file);
  const places: string[] = [];
  for (const file of files) {
    places.push(await folders.keep(workDir, { path: path.join(workDir, file), name: 'a.txt' }));
  }
  expect(places).toEqual(['0/a.txt', '1/a.txt', '2/a.txt']);
  await folders.removeDir(workDir);
  expect(await readdir(workDir)).toEqual(['a.txt']);
  const kept = await Promise.all(places.map((place) => readFile(path.join(dir, 'task', place), 'utf8')));
  expect(kept).toEqual(files);
});

test('of what made nothing, nothing is left', async () => {
  const { folders } = await foldersOf();
  const [first, second] = [await folders.createDir('task'), await folders.createDir('task')];
  await writeFile(path.join(second, 'half'), 'x');
  await folders.removeDir(first);
  expect(await readdir(path.join(dir, 'task'))).toEqual(['1']);
  await folders.removeDir(second);
  expect((await readdir(dir)).sort()).toEqual(['.gitignore', 'work']);
});

test('a task that only passes files on has no folder, and that of all is never removed', async () => {
  const { folders, workspace } = await foldersOf();
  const workDir = await folders.createDir('source');
  expect(workDir).toBe(workspace.dir);
  await folders.removeDir(workDir);
  expect(await readdir(path.dirname(workspace.dir))).toHaveLength(1);
});

test('what an earlier run of the task has left is not touched', async () => {
  const { folders } = await foldersOf();
  await mkdir(path.join(dir, 'task', '0'), { recursive: true });
  expect(await folders.createDir('task')).toBe(path.join(dir, 'task', '1'));
});

test('a name that would lead elsewhere does not', async () => {
  const { folders } = await foldersOf();
  const workDir = await folders.createDir('task');
  await writeFile(path.join(workDir, 'out'), 'x');
  const place = await folders.keep(workDir, { path: path.join(workDir, 'out'), name: '../../evil' });
  expect(place).toBe('0/.._.._evil');
});

/** What happens when writing goes wrong: something in the way, no permission, a full disk, a kill in the middle. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Artifact, Failure, OperationResult } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportLocal } from '../../src/operations/export/local.ts';
import {
  action,
  artifact,
  contextOf,
  made,
  namesIn,
  newFolder,
  project,
  undo,
  unprivileged,
} from '../places/action.ts';

interface Settings {
  readonly options: JsonObject;
  readonly inputs: readonly Artifact[];
}

const request = (settings: Settings) => action({ operation: 'export/local', ...settings });

async function exported(root: string, settings: Settings): Promise<OperationResult | Failure> {
  const result = await exportLocal.run(request(settings), contextOf(root));
  return result.ok ? result.value : result.error;
}

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

test.each([
  ['small', 'x'],
  ['large', 'x'.repeat(3_000_000)],
])('a %s source with other bytes than it should have gets no name', async (_, content) => {
  const root = project({ 'out/a.txt': 'older' });
  const input = { ...made(content, { name: 'a.txt' }), sha256: '0'.repeat(64) };
  expect(await exported(root, { options: { path: 'out' }, inputs: [input] })).toMatchObject({
    type: 'bad-input',
    message: '"a.txt" is not what was made: its bytes have changed on the disk',
  });
  expect(readFileSync(path.join(root, 'out/a.txt'), 'utf8')).toBe('older');
  expect(namesIn(path.join(root, 'out'))).toEqual(['a.txt']);
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
    input: path.resolve(import.meta.dirname, '../../src/files/atomic-write.ts'),
    platform: 'node',
    resolve: { conditionNames: ['source', 'import', 'node'] },
  });
  await bundle.write({ file: atomicWriteModule, format: 'esm', codeSplitting: false });
});

afterAll(() => rmSync(atomicWriteModule, { force: true }));

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
       caller: { signal: new AbortController().signal }, progress: () => { ${limits.onProgress ?? ''} } });
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
  const alive = (left[0] ?? '').replace(/-\d+-/, `-${process.pid}-`);
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
  if (mount.status !== 0) context.skip('needs the right to mount a disk');
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

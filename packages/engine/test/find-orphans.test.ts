/** Orphans on a real disk: what a manifest may say, and what is true of the files. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  emptyLedger,
  findOrphans,
  type LeftOver,
  type Manifest,
  outputColumns,
  removeOrphan,
  encodeManifest,
  writeManifest,
} from '../src/index.ts';

let root = '';
beforeEach(() => {
  root = path.join(realpathSync(mkdtempSync(path.join(tmpdir(), 'orphans-'))), 'project');
  mkdirSync(path.join(root, 'out'), { recursive: true });
});
afterEach(() => rmSync(path.dirname(root), { recursive: true, force: true }));

const none = { paths: [], marks: new Float64Array() };

function left(file: string, text: string, more: Partial<LeftOver> = {}): LeftOver {
  const sha256 = createHash('sha256').update(text).digest('hex');
  return { path: file, address: `out[${file}]`, isOurs: true, mark: [1, 2, 3, 4], sha256, ...more };
}

/** `made`: what the last run of that pipeline made. */
function manifest(
  leftOver: readonly LeftOver[],
  { name = 'p.yaml', made = [] as string[], folders = [] as string[] } = {},
): void {
  const ledger = {
    ...emptyLedger,
    leftOver,
    folders,
    outputs: outputColumns(made.map((file) => ({ address: `out[${file}]`, isOurs: true }))),
  };
  const written: Manifest = {
    key: JSON.stringify([name]),
    basis: {},
    variables: [],
    filesOut: 0,
    inputs: none,
    watched: none,
    outputs: { paths: made, marks: new Float64Array(made.length * 4) },
    ledger: () => ledger,
  };
  writeManifest(path.join(root, '.pipeline/manifests', name), encodeManifest(written));
  writeFileSync(path.join(root, name), '');
}

function write(file: string, text: string): string {
  const place = path.resolve(root, file);
  writeFileSync(place, text);
  return place;
}

const found = async (): Promise<readonly string[]> =>
  (await findOrphans(root)).orphans.map((orphan) => path.relative(root, orphan.path));

test('a file that is as we wrote it, whatever its times', async () => {
  const place = write('out/a.txt', 'a');
  utimesSync(place, 1, 1);
  manifest([left('out/a.txt', 'a')]);
  expect(await found()).toEqual(['out/a.txt']);
});

test('an edited one is named, and no orphan; one that is gone is nothing', async () => {
  const place = write('out/a.txt', 'edited');
  manifest([left('out/a.txt', 'a'), left('out/gone.txt', 'b')]);
  expect(await findOrphans(root)).toEqual({ orphans: [], edited: [place], folders: [] });
});

test('what we did not write, or promised nothing of', async () => {
  write('out/a.txt', 'a');
  write('out/b.txt', 'b');
  const { sha256: _, ...unknown } = left('out/b.txt', 'b');
  manifest([left('out/a.txt', 'a', { isOurs: false }), unknown]);
  expect(await found()).toEqual([]);
});

test('what another pipeline makes stays, as long as that one is there', async () => {
  write('out/a.txt', 'a');
  manifest([left('out/a.txt', 'a')]);
  manifest([], { name: 'q.yaml', made: ['out/a.txt'] });
  expect(await found()).toEqual([]);
  rmSync(path.join(root, 'q.yaml'));
  expect(await found()).toEqual(['out/a.txt']);
});

test('nothing outside of the project, however it is spelled', async () => {
  const outside = write('../secret.txt', 'a');
  symlinkSync(path.dirname(root), path.join(root, 'way-out'));
  manifest([left(outside, 'a'), left('../secret.txt', 'a'), left('way-out/secret.txt', 'a')]);
  expect(await findOrphans(root)).toMatchObject({ orphans: [], edited: [] });
});

test('a link in the place of a file is somebody else’s', async () => {
  write('kept.txt', 'a');
  symlinkSync('../kept.txt', path.join(root, 'out/a.txt'));
  manifest([left('out/a.txt', 'a')]);
  expect(await found()).toEqual([]);
});

test('garbage in the folder of manifests is passed over', async () => {
  write('out/a.txt', 'a');
  manifest([left('out/a.txt', 'a')]);
  write('.pipeline/manifests/x', 'garbage');
  mkdirSync(path.join(root, '.pipeline/manifests/y'));
  expect(await found()).toEqual(['out/a.txt']);
});

test('folders that exports made go with the last file in them, others stay', async () => {
  mkdirSync(path.join(root, 'out/made/deep'), { recursive: true });
  write('out/made/deep/a.txt', 'a');
  write('out/made/deep/b.txt', 'b');
  manifest([left('out/made/deep/a.txt', 'a'), left('out/made/deep/b.txt', 'b')], {
    folders: ['out/made', 'out/made/deep'],
  });
  const { orphans, folders } = await findOrphans(root);
  const [first, second] = orphans;
  if (first === undefined || second === undefined) throw new Error('not found');
  removeOrphan(first, folders);
  expect(existsSync(path.join(root, 'out/made/deep'))).toBe(true);
  removeOrphan(second, folders);
  expect(existsSync(path.join(root, 'out/made'))).toBe(false);
  expect(existsSync(path.join(root, 'out'))).toBe(true);
});

test('a file that changes after it was found stays', async () => {
  const place = write('out/a.txt', 'a');
  manifest([left('out/a.txt', 'a')]);
  const [orphan] = (await findOrphans(root)).orphans;
  if (orphan === undefined) throw new Error('not found');
  writeFileSync(place, 'longer');
  removeOrphan(orphan, []);
  expect(existsSync(place)).toBe(true);
});

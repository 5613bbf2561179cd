/** The cache on a real disk is made smaller: what goes, what stays, and that what stays is still found. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ActionCache,
  cacheFormat,
  collectGarbage,
  findGarbage,
  openDiskCache,
  surveyCache,
  tidyCache,
} from '../src/index.ts';

let root = '';
let dir = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'gc-'));
  dir = path.join(root, 'cache');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const hour = 3_600_000;
/** Nobody can still be at work with what is there now. */
const later = (): number => Date.now() + 3 * hour;
const within = (name: string): string => path.join(dir, cacheFormat, name);

function open(): ActionCache {
  return openDiskCache({
    dir,
    root,
    now: Date.now,
    onProblem: (error) => {
      throw error;
    },
  });
}

/** An action that made these files; the clock of the file system has moved on when it settles. */
async function keep(cache: ActionCache, key: string, files: Readonly<Record<string, string>>): Promise<void> {
  const work = path.join(root, 'work', key);
  mkdirSync(work, { recursive: true });
  const outputs = Object.entries(files).map(([name, text]) => {
    const file = path.join(work, name);
    writeFileSync(file, text);
    return { task: 'pdf', dir: '', name, format: 'txt', path: file, sizeBytes: Buffer.byteLength(text) };
  });
  await cache.keep({
    address: `pdf[${key}]`,
    fingerprint: { key, ingredients: [] },
    inputs: [],
    outputs,
    dependsOn: [],
    startedAt: Date.now(),
    actionMs: 1,
  });
  const start = path.join(root, 'tick');
  writeFileSync(start, '');
  const before = statSync(start).ctimeMs;
  while (statSync(start).ctimeMs < before + 5) writeFileSync(start, 'x');
}

async function isFound(key: string): Promise<boolean> {
  const cache = open();
  const found = await cache.find({ key, ingredients: [] });
  cache.close();
  return found !== undefined;
}

/** `kilo('a')`: 1,000 bytes. */
const kilo = (letter: string): string => letter.repeat(1000);

async function threeResults(): Promise<void> {
  const cache = open();
  await keep(cache, 'one', { 'a.txt': kilo('a') });
  await keep(cache, 'two', { 'b.txt': kilo('b') });
  await keep(cache, 'three', { 'c.txt': kilo('c') });
  cache.close();
}

test('the survey counts objects and records', async () => {
  expect(surveyCache(dir)).toMatchObject({ objectBytes: 0, records: [], logBytes: 0 });
  await threeResults();
  const survey = surveyCache(dir);
  expect(survey.objects.size).toBe(3);
  expect(survey.records.map(({ key }) => key)).toEqual(['one', 'two', 'three']);
  expect(survey.objectBytes).toBe(3000);
  expect(survey.logBytes).toBeGreaterThan(0);
});

test('what was used last stays', async () => {
  await threeResults();
  const garbage = collectGarbage({ dir, maxBytes: 1500, now: later() });
  expect(garbage).toMatchObject({ bytes: 2000, records: 2 });
  expect(await Promise.all(['one', 'two', 'three'].map(isFound))).toEqual([false, false, true]);
  const log = readFileSync(within('actions-0.log'), 'utf8');
  expect(log).toContain('three');
  expect(log).not.toContain('one');
});

test('being restored is a use', async () => {
  await threeResults();
  const cache = open();
  const record = cache.record('one');
  expect(await cache.restore(record?.outputs[0]?.sha256 ?? '', path.join(root, 'restored.txt'))).toBe(true);
  cache.close();
  collectGarbage({ dir, maxBytes: 1500, now: later() });
  expect(await Promise.all(['one', 'two', 'three'].map(isFound))).toEqual([true, false, false]);
});

test('a look says the same and removes nothing', async () => {
  await threeResults();
  expect(findGarbage({ dir, maxBytes: 1500, now: later() })).toMatchObject({ bytes: 2000, records: 2 });
  expect(surveyCache(dir).objects.size).toBe(3);
});

test('what a living run may have found stays, however large the cache is', async () => {
  await threeResults();
  expect(collectGarbage({ dir, maxBytes: 1, now: Date.now() }).bytes).toBe(0);
  expect(collectGarbage({ dir, maxBytes: 1, now: later(), busySince: Date.now() }).bytes).toBe(0);
  expect(await isFound('one')).toBe(true);
  expect(collectGarbage({ dir, maxBytes: 1, now: later(), busySince: later() }).bytes).toBe(3000);
});

test('by age', async () => {
  await threeResults();
  const now = Date.now() + 10 * hour;
  expect(collectGarbage({ dir, maxBytes: Infinity, maxAgeMs: 24 * hour, now }).bytes).toBe(0);
  expect(collectGarbage({ dir, maxBytes: Infinity, maxAgeMs: 9 * hour, now }).bytes).toBe(3000);
});

test('a result goes as a whole, and an object that another result has too stays', async () => {
  const cache = open();
  await keep(cache, 'old', { 'a.txt': kilo('a'), 'shared.txt': kilo('s') });
  await keep(cache, 'new', { 'b.txt': kilo('b'), 'same.txt': kilo('s') });
  cache.close();
  collectGarbage({ dir, maxBytes: 2500, now: later() });
  expect(await isFound('old')).toBe(false);
  expect(await isFound('new')).toBe(true);
  expect(surveyCache(dir).objects.size).toBe(2);
});

test('when the time is up, the rest goes another time, and nothing is half there', async () => {
  await threeResults();
  const options = { dir, maxBytes: 1, now: later() };
  expect(collectGarbage({ ...options, budgetMs: 0 }).bytes).toBe(0);
  expect(await isFound('one')).toBe(true);
  expect(collectGarbage(options).bytes).toBe(3000);
});

test('what no record speaks of goes; what is not ours stays', async () => {
  await threeResults();
  const folder = path.dirname([...surveyCache(dir).objects.values()][0]?.path ?? '');
  const lost = path.join(within('objects'), 'ff', `ff${'0'.repeat(62)}`);
  mkdirSync(path.dirname(lost), { recursive: true });
  writeFileSync(lost, 'lost');
  writeFileSync(`${lost}.123.tmp`, 'half');
  writeFileSync(path.join(folder, 'notes.txt'), 'mine');
  expect(collectGarbage({ dir, maxBytes: Infinity, now: Date.now() }).bytes).toBe(0);
  expect(collectGarbage({ dir, maxBytes: Infinity, now: later() }).bytes).toBe(8);
  expect(existsSync(lost)).toBe(false);
  expect(existsSync(path.join(folder, 'notes.txt'))).toBe(true);
  expect(surveyCache(dir).objects.size).toBe(3);
});

test('logs lose what is written twice, damaged or of use to nobody', async () => {
  await threeResults();
  const again = open();
  await keep(again, 'one', { 'a.txt': kilo('a') });
  again.close();
  appendFileSync(within('actions-0.log'), '00000000 damaged\tline\nhalf a li');
  const before = statSync(within('actions-0.log')).size;
  collectGarbage({ dir, maxBytes: Infinity, now: later() });
  expect(statSync(within('actions-0.log')).size).toBeLessThan(before);
  expect(readFileSync(within('actions-0.log'), 'utf8').trim().split('\n').length).toBe(3);
  expect(await Promise.all(['one', 'two', 'three'].map(isFound))).toEqual([true, true, true]);
});

test('a process that is at work goes on: what it adds afterwards is found by others', async () => {
  await threeResults();
  const cache = open();
  expect(await cache.find({ key: 'two', ingredients: [] })).toBeDefined();
  await keep(cache, 'four', { 'd.txt': kilo('d') });
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage({ dir, maxBytes: 1500, now: later() });
  expect(await cache.find({ key: 'one', ingredients: [] })).toBe(undefined);
  await keep(cache, 'five', { 'e.txt': kilo('e') });
  cache.close();
  expect(await Promise.all(['two', 'four', 'five'].map(isFound))).toEqual([false, true, true]);
});

test('nothing there, or garbage, is an empty cache', () => {
  expect(collectGarbage({ dir, maxBytes: 1, now: later() })).toMatchObject({ bytes: 0, records: 0 });
  mkdirSync(path.join(dir, cacheFormat), { recursive: true });
  writeFileSync(within('objects'), 'a file');
  writeFileSync(within('actions-0.log'), Buffer.from([0, 255, 10, 9, 9, 9, 10]));
  expect(collectGarbage({ dir, maxBytes: 1, now: later() })).toMatchObject({ bytes: 0, records: 0 });
});

test('at the end of a run, the cache itself is looked at only when it has to be', async () => {
  await threeResults();
  const options = { dir, maxBytes: 2500, busySince: () => undefined };
  // For the first time; all of it is too fresh to go.
  expect(tidyCache({ ...options, addedBytes: 3000, now: Date.now() })).toBe(0);
  expect(JSON.parse(readFileSync(within('size.json'), 'utf8'))).toMatchObject({ bytes: 3000 });
  writeFileSync(within('size.json'), JSON.stringify({ at: later(), bytes: 1000 }));
  expect(tidyCache({ ...options, addedBytes: 1000, now: later() })).toBe(0);
  expect(JSON.parse(readFileSync(within('size.json'), 'utf8'))).toMatchObject({ bytes: 2000 });
  expect(tidyCache({ ...options, addedBytes: 1000, now: later() })).toBe(1000);
  expect(JSON.parse(readFileSync(within('size.json'), 'utf8'))).toMatchObject({ bytes: 2000 });
  // After a week, or when the clock has jumped.
  writeFileSync(within('size.json'), JSON.stringify({ at: later(), bytes: 0 }));
  expect(tidyCache({ ...options, maxBytes: 1500, addedBytes: 0, now: later() + hour })).toBe(0);
  expect(tidyCache({ ...options, maxBytes: 1500, addedBytes: 0, now: later() + 8 * 24 * hour })).toBe(1000);
});

test('an unwritable cache is left as it is', async () => {
  await threeResults();
  rmSync(within('size.json'), { force: true });
  mkdirSync(within('size.json'));
  expect(tidyCache({ dir, maxBytes: 2500, addedBytes: 1, now: Date.now(), busySince: () => undefined })).toBe(
    0,
  );
});

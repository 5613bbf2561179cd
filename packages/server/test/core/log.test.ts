import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { array, assert, asyncProperty, constant, integer, nat, oneof, string } from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Log, openLog } from '../../src/log.ts';
import { removeDir, tempDir } from './run-server.ts';

let dir = '';
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => removeDir(dir));

interface Opened {
  readonly log: Log;
  readonly texts: readonly string[];
}

async function open(segmentBytes = 200): Promise<Opened> {
  const texts: string[] = [];
  const log = await openLog({ dir, name: 'test', segmentBytes, replay: (text) => texts.push(text) });
  return { log, texts };
}

const segmentFiles = async (): Promise<readonly string[]> =>
  (await readdir(dir)).sort().map((name) => path.join(dir, name));

async function lastFile(): Promise<string> {
  return (await segmentFiles()).at(-1) ?? '';
}

describe('what was acknowledged', () => {
  // Each list is appended at once, so that it shares a write; texts of one list are acknowledged together.
  const batches = array(
    array(
      string({ unit: 'binary', maxLength: 60 }).map((text) => JSON.stringify(text)),
      { minLength: 1, maxLength: 6 },
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  );

  test('is there wherever a crash cuts the file, in its order and nothing else', async () => {
    await assert(
      asyncProperty(batches, nat(), async (lists, cut) => {
        await rm(dir, { recursive: true, force: true });
        const { log } = await open();
        let acknowledged = 0;
        let syncedBytes = 0;
        for (const [index, list] of lists.entries()) {
          if (index === lists.length - 1) {
            acknowledged = lists.slice(0, -1).flat().length;
            syncedBytes = await sizeOfLast(log);
          }
          await Promise.all(list.map((text) => log.append(text)));
        }
        await log.close();
        // Only the last write was on its way.
        const file = await lastFile();
        const { length } = await readFile(file);
        const from = (await segmentFiles()).length === log.segments().length ? syncedBytes : 0;
        await truncate(file, Math.min(length, from + (cut % (length - Math.min(from, length - 1)))));
        const after = await open();
        const all = lists.flat();
        expect(after.texts).toEqual(all.slice(0, after.texts.length));
        expect(after.texts.length).toBeGreaterThanOrEqual(acknowledged);
        await after.log.append('"after"');
        await after.log.close();
        const again = await open();
        expect(again.texts).toEqual([...after.texts, '"after"']);
        await again.log.close();
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  /** In the segment that the next write goes to. */
  async function sizeOfLast(log: Log): Promise<number> {
    const { length } = await readFile(await lastFile());
    // A full segment is followed by a new one, which is empty.
    return log.segments().length === 0 || length >= 200 ? 0 : length;
  }

  test('is never dropped silently when a byte changes', async () => {
    const { log } = await open(10_000);
    for (const text of ['"one"', '"two"', '"three"']) await log.append(text);
    await log.close();
    const file = await lastFile();
    const whole = await readFile(file);
    await assert(
      asyncProperty(nat(), oneof(constant(1), integer({ min: 1, max: 255 })), async (where, change) => {
        const bytes = Buffer.from(whole);
        const at = where % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        await writeFile(file, bytes);
        const texts = await open(10_000).then(
          async (opened) => {
            await opened.log.close();
            return opened.texts;
          },
          (error: unknown) => String(error),
        );
        // The last record may have been torn: nothing stands behind it that says that it was promised.
        if (typeof texts === 'string') expect(texts).toContain(file);
        else expect(texts).toEqual(['"one"', '"two"']);
      }),
      { numRuns: 100, seed: 11 },
    );
  });
});

test('texts that come together share a write', async () => {
  const { log } = await open(1_000_000);
  await Promise.all(Array.from({ length: 100 }, (_, index) => log.append(String(index))));
  await log.close();
  const lines = (await readFile(await lastFile(), 'utf8')).trim().split('\n');
  expect(new Set(lines.map((line) => line.split(' ')[1]))).toEqual(new Set(['0']));
  expect(lines).toHaveLength(100);
});

test('a segment in the middle must be whole', async () => {
  const { log } = await open(50);
  for (let index = 0; index < 10; index += 1) await log.append(JSON.stringify('x'.repeat(40)));
  await log.close();
  const [first = ''] = await segmentFiles();
  await truncate(first, 20);
  await expect(open(50)).rejects.toThrow(`${first} is damaged at byte 0`);
});

test('old segments go, and numbers are never used twice', async () => {
  const { log } = await open(50);
  for (let index = 0; index < 6; index += 1) await log.append(JSON.stringify(`${'x'.repeat(40)}${index}`));
  const last = log.segments().at(-1) ?? 0;
  await log.dropBefore(last);
  expect(log.segments()).toEqual([last]);
  await log.close();
  const after = await open(50);
  expect(after.log.segments()[0]).toBe(last);
  await after.log.append('"new"');
  expect(after.log.segments().at(-1)).toBeGreaterThanOrEqual(last);
  await after.log.close();
});

test('after it was closed nothing is acknowledged', async () => {
  const { log } = await open();
  const written = log.append('"last"');
  await log.close();
  await written;
  await expect(log.append('"late"')).rejects.toThrow('closed');
  expect((await open()).texts).toEqual(['"last"']);
});

/** What the log keeps of jobs, against what they were, and records as earlier versions wrote them. */
import { expect, test } from 'vitest';
import { readRecord, writeRecord } from '../../src/store-record.ts';
import type { StoredJob, StoredTask } from '../../src/job.ts';
import { newJob } from './sketch.ts';

const made = newJob({
  text: { operation: 'import/raw', file: '"Hello"\n\u2028 é 🙂', filename: 'a/b\\c.txt' },
  link: { operation: 'export/url', input: ['text'], ignore_error: true },
});

function record(job: Partial<StoredJob> = {}, task: Partial<StoredTask> = {}) {
  const { createdAt } = made.job;
  const tasks = made.tasks.map((one) => ({ ...one, createdAt, ...task }));
  return { type: 'job', job: { ...made.job, ...job }, tasks } as const;
}

test.each([
  record(),
  record({ tag: '"a"\n', webhookUrl: 'https://example.com/"', userId: 7 }, { userId: 7 }),
  record({ cacheKey: 'base/key', base: 'http://localhost:3000' }),
  record({ status: 'finished', startedAt: 1, endedAt: 2 }, { status: 'finished', startedAt: 1, endedAt: 2 }),
  record({ status: 'processing', startedAt: 5 }),
  record({}, { ignoresError: true, createdAt: 3 }),
  record({}, { retryOf: 'other', places: ['0/a'] }),
])('a record is read as it was written: %#', (one) => {
  expect(readRecord(writeRecord(one))).toEqual(one);
});

test('whole records are read, however little of them needs to be written', () => {
  expect(readRecord(JSON.stringify(record()))).toEqual(record());
});

/** The text that is filled in for what was just made, against the resource that it stands for. */
import { type OperationName, operationNames } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { fresh } from '../../src/job.ts';
import { freshJobText, freshTaskText } from '../../src/fresh-text.ts';
import type { StoredTask } from '../../src/job.ts';
import { jobResource, taskResource } from '../../src/resources.ts';

const base = 'http://[::1]:3000/a"b@id@';
const view = { base, uploadForm: () => ({}) };

function task(operation: OperationName, more: Partial<StoredTask> = {}): StoredTask {
  return {
    ...fresh,
    id: 'id-1',
    jobId: 'job',
    userId: 12,
    name: 'na@name@me',
    operation,
    payload: { a: 1 },
    dependsOn: ['x', 'y/z'],
    ignoresError: true,
    createdAt: 1_700_000_000_999,
    retryOf: null,
    ...more,
  };
}

const escaped = (value: object): string => JSON.stringify(value).replaceAll('/', '\\/');

test('a task of any operation', () => {
  for (const operation of operationNames.filter((name) => name !== 'import/upload')) {
    const one = task(operation);
    expect(freshTaskText(one, base)).toBe(escaped(taskResource(one, view)));
  }
});

test.each([{ dependsOn: [] }, { jobId: null }, { retryOf: 'other' }, { createdAt: 0, userId: 0 }])(
  'a task with %j',
  (more) => {
    const one = task('convert', more);
    expect(freshTaskText(one, base)).toBe(escaped(taskResource(one, view)));
  },
);

test.each([
  { status: 'processing' },
  { status: 'finished' },
  { message: 'why' },
  { result: {} },
  { operation: 'import/upload' },
] as const)('not what is %j', (more) => {
  expect(freshTaskText(task('convert', more), base)).toBeUndefined();
});

test.each([null, 'a tag', '@id@ "/" \n é'])('a job with the tag %j', (tag) => {
  const job = {
    ...fresh,
    id: 'id',
    userId: 1,
    tag,
    webhookUrl: null,
    createdAt: 1_700_000_000_000,
    taskIds: [],
  };
  const tasks = [task('convert'), task('export/url')];
  const inner = tasks.map((one) => freshTaskText(one, base)).join(',');
  expect(freshJobText(job, inner, base)).toBe(escaped(jobResource(job, view, tasks)));
  expect(freshJobText({ ...job, status: 'processing' }, inner, base)).toBeUndefined();
});

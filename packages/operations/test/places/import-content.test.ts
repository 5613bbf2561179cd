/** `import/raw` and `import/base64`: content that stands in the pipeline. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Operation } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { importBase64 } from '../../src/operations/import/base64.ts';
import { importRaw } from '../../src/operations/import/raw.ts';
import { action, contextOf, newFolder } from './action.ts';

async function bytesOf(operation: Operation, options: JsonObject): Promise<Buffer> {
  const context = contextOf(newFolder());
  const planned = await operation.plan(action({ options }), context);
  const result = await operation.run(action({ options }), context);
  if (!planned.ok || !result.ok) throw new Error('it failed');
  const [output] = result.value.outputs;
  const bytes = readFileSync(output?.path ?? '');
  expect(output).toMatchObject({
    dir: '',
    name: options['filename'],
    path: path.join(context.workDir, output?.name ?? ''),
  });
  expect(planned.value.outputs).toEqual([{ dir: '', name: options['filename'], sizeBytes: bytes.length }]);
  return bytes;
}

const problem = async (operation: Operation, options: JsonObject): Promise<unknown> => {
  const planned = await operation.plan(action({ options }), contextOf(newFolder()));
  expect(await operation.run(action({ options }), contextOf(newFolder()))).toEqual(planned);
  return planned.ok ? undefined : planned.error;
};

test('raw text keeps every character', async () => {
  const file = '# Überschrift 🎈\r\n\tend\n';
  expect((await bytesOf(importRaw, { file, filename: 'a b.md' })).toString()).toBe(file);
});

test.each([
  ['SGVsbG8=', 'Hello'],
  ['SGVsbG8', 'Hello'],
  ['SGVs\n  bG8s\r\nIHdvcmxkIQ==\n', 'Hello, world!'],
  ['', ''],
])('base64 %j', async (file, text) => {
  expect((await bytesOf(importBase64, { file, filename: 'hello.txt' })).toString()).toBe(text);
});

test.each([
  [
    'data:text/plain;base64,SGVsbG8=',
    'it is a data: URI',
    'leave out everything up to and including the comma',
  ],
  ['SGVsbG8_', 'character 8 is "_"', 'this looks like base64url: write + for - and / for _'],
  ['Hello, world', 'character 6 is ","', expect.stringContaining('import/raw')],
  ['SGVs=bG8=', 'there is a "=" before its end', expect.any(String)],
  ['SGVsb', 'its 5 characters are no whole number of bytes', 'it was cut off: copy it again'],
  ['SGVsbG8==', 'its 9 characters are no whole number of bytes', 'it was cut off: copy it again'],
])('not base64: %s', async (file, why, hint) => {
  expect(await problem(importBase64, { file, filename: 'a.txt' })).toMatchObject({
    type: 'bad-input',
    message: `the content of "a.txt" is not base64: ${why}`,
    hint,
    isTransient: false,
  });
});

test('more than 10 MB is refused before anything runs', async () => {
  const limit = 10 * 1024 * 1024;
  expect(await bytesOf(importRaw, { file: 'x'.repeat(limit), filename: 'a.txt' })).toHaveLength(limit);
  for (const [operation, file] of [
    [importRaw, 'x'.repeat(limit + 1)],
    [importBase64, Buffer.alloc(limit + 1).toString('base64')],
  ] as const) {
    expect(await problem(operation, { file, filename: 'a.txt' })).toMatchObject({
      type: 'too-large',
      message: '"a.txt" is 10.0 MB, and a file that stands in the pipeline can have 10 MB',
    });
  }
});

test.each(['../a.txt', 'dir/a.txt', '', '.', '..', 'a\0b', 'x'.repeat(256)])(
  'the name %j is refused',
  async (filename) => {
    expect(await problem(importRaw, { file: 'text', filename })).toMatchObject({
      message: expect.stringContaining('filename'),
    });
  },
);

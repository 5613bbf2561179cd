import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { hexHmac, isSameSecret } from '../../src/signatures.ts';

it('signs a webhook as CloudConvert does', () => {
  expect(hexHmac('90sffs0d8fs0f9sf0', 'cloudconvert')).toBe(
    '5c4c0691bce8a1a2af738b7073fe0627e792734813358c5f88a658819dd0a6d2',
  );
});

it('signs the bytes of a webhook, not what they mean', async () => {
  const body = await readFile(
    new URL('../recorded/fixtures/requests/webhook_job_finished.json', import.meta.url),
  );
  const signature = '576b653f726c85265a389532988f483b5c7d7d5f40cede5f5ddf9c3f02934f35';
  expect(hexHmac('secret', body)).toBe(signature);
  expect(hexHmac('secret', JSON.stringify(JSON.parse(body.toString())))).not.toBe(signature);
});

it('a secret is the same or it is not', () => {
  expect(isSameSecret('abc', 'abc')).toBe(true);
  for (const other of ['', 'ab', 'abcd', 'abC', 'abd']) expect(isSameSecret(other, 'abc')).toBe(false);
});

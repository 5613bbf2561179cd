import { expect, test } from 'vitest';
import { nameOf, outputName, stemOf } from '../../src/files/output-name.ts';

test.each([
  ['photo.JPEG', { output_format: 'jpeg' }, 'photo.jpeg'],
  ['intro.v2.docx', { output_format: 'pdf' }, 'intro.v2.pdf'],
  ['data.tar.gz', { output_format: 'zip' }, 'data.zip'],
  ['README', { output_format: 'html' }, 'README.html'],
  ['.env', { output_format: 'json' }, '.env.json'],
  ['-rf "a b"\n😀.png', { output_format: 'webp' }, '-rf "a b"\n😀.webp'],
  ['a.png', { output_format: 'webp', filename: 'logo-%d.webp' }, 'logo-%d.webp'],
])('%j with %j is named %j', (input, options, expected) => {
  expect(outputName(input, options)).toEqual({ ok: true, value: expected });
});

test.each(['../a.png', 'a/b.png', 'a\\b.png', '..', ' ', 'a\0.png', 'x'.repeat(256)])(
  '%j is no file name',
  (filename) => {
    expect(outputName('a.png', { filename })).toMatchObject({
      ok: false,
      error: { type: 'refused', code: 'INVALID_OPTION', message: expect.stringContaining('"filename: ') },
    });
  },
);

test('a name of 255 bytes stays within them, cut between characters', () => {
  const longest = `${'é'.repeat(125)}a.jpg`;
  expect(Buffer.byteLength(longest)).toBe(255);
  const named = outputName(longest, { output_format: 'webp' });
  expect(named).toEqual({ ok: true, value: `${'é'.repeat(125)}.webp` });
  const family = '👨‍👩‍👧';
  const emoji = outputName(`${'x'.repeat(233)}${family}.jpg`, { output_format: 'jpeg' });
  expect(emoji).toEqual({ ok: true, value: `${'x'.repeat(233)}.jpeg` });
  expect(Buffer.byteLength(nameOf(longest, { number: 12, count: 20 }))).toBeLessThanOrEqual(255);
});

test('several outputs are numbered, one is not', () => {
  expect(nameOf('scan.png', { number: 1, count: 1 })).toBe('scan.png');
  expect(nameOf('scan.png', { number: 2, count: 3 })).toBe('scan-2.png');
  expect(nameOf('page-%d.png', { number: 1, count: 1 })).toBe('page-1.png');
  expect(nameOf('page-%03d.png', { number: 7, count: 12 })).toBe('page-007.png');
  expect(stemOf('a.b.tar.gz')).toBe('a.b');
});

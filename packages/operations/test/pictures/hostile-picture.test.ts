import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { convert, noise, refusal, twoColours } from './pictures.ts';

test.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)(
  'a truncated %s is an error, not a grey picture',
  async (format) => {
    const whole = await noise(300, 300).toFormat(format).toBuffer();
    const name = `cut.${format}`;
    const error = await refusal(
      convert(whole.subarray(0, Math.floor(whole.length * 0.6)), name, { to: 'webp' }),
    );
    expect(error.type).toBe('bad-input');
    expect(error.message).toMatch(
      new RegExp(
        `^"cut.${format}" is (?:damaged or cut off: not all of its picture can be read|not an image that can be read)`,
        'u',
      ),
    );
    expect(error.hint).not.toBe('');
  },
);

test('an empty file and a file that is no image', async () => {
  expect(await refusal(convert('', 'a.png', {}))).toEqual({
    type: 'bad-input',
    message: '"a.png" is empty (0 bytes).',
    hint: 'Copy or download it again from its source.',
  });
  expect(await refusal(convert('hello', 'a.png', {}))).toMatchObject({
    type: 'bad-input',
    message: '"a.png" is not an image that can be read: it looks like plain text.',
  });
  expect(await refusal(convert('%PDF-1.7\n1 0 obj', 'a.jpg', {}))).toMatchObject({
    message: '"a.jpg" is not an image that can be read: it looks like PDF.',
  });
  expect(await refusal(convert(Buffer.from([0, 1, 2, 3, 4, 5, 6, 7]), 'a.jpg', {}))).toMatchObject({
    message: '"a.jpg" is not an image that can be read: its first bytes are those of no known format.',
  });
});

/** A PNG of one grey, as small as a file as it is large as a picture. */
function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const lines = deflateSync(Buffer.alloc(Math.ceil(width + 1) * 64));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', lines),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(checksum(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

test('a bomb of 30,000 × 30,000 pixels is refused before a pixel is read', async () => {
  const before = process.memoryUsage.rss();
  const error = await refusal(convert(pngBomb(30_000, 30_000), 'bomb.png', { options: { width: 100 } }));
  expect(error).toEqual({
    type: 'too-large',
    message: '"bomb.png" is 30,000 × 30,000 pixels; at most 268 megapixels are read.',
    hint: 'Scale it down in the program that made it.',
  });
  expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 2 ** 20);
});

test('a picture is not blown up beyond what is written, or what its format holds', async () => {
  const input = await twoColours().png().toBuffer();
  expect(
    await refusal(convert(input, 'a.png', { options: { width: 60_000, height: 60_000, fit: 'scale' } })),
  ).toMatchObject({
    type: 'too-large',
    message: '"out.png" would be 60,000 × 60,000 pixels; at most 268 megapixels are written.',
  });
  expect(
    await refusal(
      convert(input, 'a.png', { to: 'webp', options: { width: 20_000, height: 20, fit: 'scale' } }),
    ),
  ).toMatchObject({
    message: '"out.webp" would be 20,000 × 20 pixels, but WEBP holds at most 16,383 on an edge.',
  });
});

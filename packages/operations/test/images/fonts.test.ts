/** Fonts by the embedded converters: repacked without a loss, redrawn where they must be, refused when they are broken. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Font } from 'fonteditor-core';
import { expect, test } from 'vitest';
import { host } from '../../src/converters/fonts/fonts-host.ts';
import { readSfnt, tableOf, writeSfnt } from '../../src/converters/fonts/sfnt.ts';
import { refusal, runJob } from '../pictures/pictures.ts';
import type { Output } from '../pictures/pictures.ts';

const file = createRequire(import.meta.url).resolve(
  '@expo-google-fonts/tinos/400Regular/Tinos_400Regular.ttf',
);
const tinos = readFileSync(file);

const turn = (input: Buffer, from: string, to: string): Promise<Output> =>
  runJob(host, { input, name: `a.${from}` }, { to, more: { from } });

/** The outline of a letter, as fonteditor-core sees it. */
function letter(font: Buffer, code = 65): { readonly width: number; readonly points: number } {
  const { glyf } = Font.create(font, { type: 'ttf', compound2simple: true }).get();
  const glyph = glyf.find(({ unicode }) => unicode?.includes(code));
  return { width: glyph?.advanceWidth ?? 0, points: glyph?.contours.flat().length ?? 0 };
}

test.each(['woff', 'woff2', 'eot', 'otf'])('ttf → %s → ttf keeps every table', async (via) => {
  const back = await turn((await turn(tinos, 'ttf', via)).bytes, via, 'ttf');
  const [before, after] = [readSfnt(tinos), readSfnt(back.bytes)];
  const tags = (sfnt: typeof before): readonly string[] =>
    sfnt.tables
      .map(({ tag }) => tag)
      .filter((tag) => tag !== 'DSIG')
      .sort();
  expect(tags(after)).toEqual(tags(before));
  for (const tag of ['GPOS', 'GSUB', 'cmap', 'name', 'fpgm']) {
    expect(tableOf(after, tag)?.equals(tableOf(before, tag) ?? Buffer.alloc(0)) ?? true, tag).toBe(true);
  }
  expect(letter(back.bytes)).toEqual(letter(tinos));
  expect(letter(back.bytes).points).toBeGreaterThan(8);
});

test('ttf → svg → woff2 → ttf keeps the letters', async () => {
  const svg = await turn(tinos, 'ttf', 'svg');
  expect(svg.bytes.toString()).toMatch(/<glyph[^>]* unicode="A"/u);
  const back = await turn((await turn(svg.bytes, 'svg', 'woff2')).bytes, 'woff2', 'ttf');
  const [before, after] = [letter(tinos), letter(back.bytes)];
  expect(Math.abs(after.width - before.width)).toBeLessThan(before.width / 100);
  expect(Math.abs(after.points - before.points)).toBeLessThan(4);
});

test('files are smaller where they are packed, and say what they are', async () => {
  const sizes = await Promise.all(
    ['ttf', 'woff', 'woff2'].map(async (to) => (await turn(tinos, 'otf', to)).bytes.length),
  );
  expect(sizes[1]).toBeLessThan((sizes[0] ?? 0) * 0.8);
  expect(sizes[2]).toBeLessThan(sizes[1] ?? 0);
  const eot = (await turn(tinos, 'ttf', 'eot')).bytes;
  expect(eot.readUInt32LE(0)).toBe(eot.length);
  expect(eot.readUInt16LE(34)).toBe(0x504c);
  expect(eot.toString('utf16le')).toContain('Tinos');
});

test('of a collection the first font is taken, and that is said', async () => {
  const head = Buffer.alloc(16);
  head.write('ttcf');
  head.writeUInt32BE(0x0001_0000, 4);
  head.writeUInt32BE(1, 8);
  head.writeUInt32BE(16, 12);
  const moved = writeSfnt(readSfnt(tinos));
  const tables = moved.readUInt16BE(4);
  for (let index = 0; index < tables; index += 1) {
    const at = 12 + index * 16 + 8;
    moved.writeUInt32BE(moved.readUInt32BE(at) + 16, at);
  }
  const { bytes, answer } = await turn(Buffer.concat([head, moved]), 'ttc', 'ttf');
  expect(answer['notes']).toEqual(['"a.ttc" is a collection: its first font was taken']);
  expect(letter(bytes)).toEqual(letter(tinos));
});

test.each([
  ['half a font', 'ttf', tinos.subarray(0, tinos.length / 2)],
  ['text', 'woff2', Buffer.from('wOF2 but not really')],
  ['nothing', 'otf', Buffer.alloc(0)],
  ['a drawing', 'svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>')],
  ['no EOT', 'eot', Buffer.alloc(200)],
])('%s is refused', async (_, from, bytes) => {
  const { type, message } = await refusal(turn(bytes, from, from === 'woff' ? 'ttf' : 'woff'));
  expect(type).toBe('bad-input');
  expect(message).toContain(`"a.${from}" cannot be read as a font`);
});

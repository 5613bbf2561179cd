import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { fontOf } from '../../src/font-names.ts';
import { closeHosts } from '../../src/host/host-pool.ts';
import { newFolder } from '../places/action.ts';
import { inkBox, mark } from './marked.ts';

afterAll(closeHosts);

test('text has the size and colour that is asked for', async () => {
  const small = await mark({ text: 'DRAFT', font_size: 20, font_color: '#0000ff' });
  const large = await mark({ text: 'DRAFT', font_size: 60, font_color: '#0000ff' });
  const [one, three] = [await inkBox(small.bytes), await inkBox(large.bytes)];
  expect(three.width / one.width).toBeCloseTo(3, 0);
  expect(three.height).toBeGreaterThan(40);
  expect(three.height).toBeLessThan(60);
  const { dominant } = await sharp(large.bytes)
    .extract({ ...three })
    .stats();
  expect(dominant.r).toBeGreaterThan(200);
  const darkest = await sharp(large.bytes).extract(three).raw().toBuffer();
  expect([
    Math.min(...darkest.filter((_, index) => index % 3 === 0)),
    Math.min(...darkest.filter((_, index) => index % 3 === 2)),
  ]).toEqual([0, 255]);
});

test('text as wide as a share of the picture', async () => {
  const { width } = await inkBox((await mark({ text: 'DRAFT', font_width_percent: 50 })).bytes);
  expect(Math.abs(width - 200)).toBeLessThanOrEqual(6);
});

test('lines are aligned, and letters that markup knows are letters', async () => {
  const left = await inkBox((await mark({ text: 'iiiiiiiiii\ni', font_size: 30 })).bytes);
  expect(left.height).toBeGreaterThan(45);
  const [one, other] = await Promise.all(
    ['left', 'right'].map(
      async (font_align) => (await mark({ text: 'WWWW\ni', font_size: 30, font_align })).bytes,
    ),
  );
  if (one === undefined || other === undefined) throw new Error('not drawn');
  expect(one.equals(other)).toBe(false);
  expect((await inkBox((await mark({ text: '<b>&amp;</b>', font_size: 30 })).bytes)).width).toBeGreaterThan(
    150,
  );
});

test('fonts differ, and the message says which one stands for which', async () => {
  const names = ['Arial', 'Times New Roman Bold Italic', 'Courier New'];
  const marked = await Promise.all(
    names.map((font_name) => mark({ text: 'Hamburg', font_size: 40, font_name })),
  );
  const widths = await Promise.all(marked.map(async ({ bytes }) => (await inkBox(bytes)).width));
  expect(new Set(widths).size).toBe(3);
  expect(marked.map(({ message }) => message)).toEqual([
    'Arial is drawn with Arimo, which has the same widths',
    'Times New Roman Bold Italic is drawn with Tinos, which has the same widths',
    'Courier New is drawn with Cousine, which has the same widths',
  ]);
  expect((await mark({ text: 'x' })).message).toBeUndefined();
});

test.each([
  ['Arial Black', { family: 'Arimo', isBold: true, isItalic: false }],
  [
    'Helvetica Narrow BoldOblique',
    {
      family: 'Arimo',
      isBold: true,
      isItalic: true,
      note: 'Helvetica Narrow BoldOblique is drawn with Arimo, which is similar',
    },
  ],
  ['Helvetica Oblique', { family: 'Arimo', isBold: false, isItalic: true }],
  [
    'Georgia Italic',
    {
      family: 'Tinos',
      isBold: false,
      isItalic: true,
      note: 'Georgia Italic is drawn with Tinos, which is similar',
    },
  ],
  ['Andale Mono', { family: 'Cousine', isBold: false, isItalic: false }],
  ['Impact', { family: 'Arimo', isBold: true, isItalic: false }],
  ['Verdana Bold', { family: 'Arimo', isBold: true, isItalic: false }],
])('%s', (name, font) => {
  expect(fontOf(name)).toMatchObject(font);
});

test('a machine without any font draws text all the same', async () => {
  const empty = join(newFolder(), 'fonts.conf');
  writeFileSync(
    empty,
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>',
  );
  const before = process.env['FONTCONFIG_FILE'];
  await closeHosts();
  process.env['FONTCONFIG_FILE'] = empty;
  try {
    const widths = await Promise.all(
      ['iiii', 'WWWW'].map(async (text) => (await inkBox((await mark({ text, font_size: 40 })).bytes)).width),
    );
    // Boxes for missing letters would all be as wide as each other.
    expect((widths[1] ?? 0) / (widths[0] ?? 1)).toBeGreaterThan(3);
  } finally {
    if (before === undefined) delete process.env['FONTCONFIG_FILE'];
    else process.env['FONTCONFIG_FILE'] = before;
    await closeHosts();
  }
});

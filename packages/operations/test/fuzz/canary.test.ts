/** Whoever looks for the canary finds it, wherever a converter would put it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PDFDocument } from '@cantoo/pdf-lib';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { newFolder } from '../places/action.ts';
import { canaryColour, canaryWord, hasCanary } from './canary.ts';
import { zip } from './zip.ts';

async function found(content: Buffer | string): Promise<boolean> {
  const path = join(newFolder(), 'made');
  writeFileSync(path, content);
  return hasCanary(path);
}

async function pdf(text: string): Promise<Buffer> {
  const document = await PDFDocument.create();
  document.addPage([300, 200]).drawText(text);
  return Buffer.from(await document.save());
}

const picture = (background: typeof canaryColour): Promise<Buffer> =>
  sharp({ create: { width: 40, height: 40, channels: 3, background } })
    .jpeg({ quality: 90 })
    .toBuffer();

test('as text, packed, as a picture', async () => {
  expect(await found(`x ${canaryWord} y`)).toBe(true);
  expect(await found(gzipSync(canaryWord))).toBe(true);
  expect(await found(zip([{ name: 'a.xml', content: `<a>${canaryWord}</a>`, isDeflated: true }]))).toBe(true);
  expect(await found(await picture(canaryColour))).toBe(true);
});

test.skipIf(spawnSync('pdftotext', ['-v']).status !== 0)('drawn on a page', async () => {
  expect(await found(await pdf(canaryWord))).toBe(true);
});

test('and nothing else', async () => {
  expect(await found('x')).toBe(false);
  expect(await found(zip([{ name: 'a.xml', content: '<a/>', isDeflated: true }]))).toBe(false);
  expect(await found(await pdf('Hello'))).toBe(false);
  expect(await found(await picture({ r: 9, g: 17, b: 139 }))).toBe(false);
});

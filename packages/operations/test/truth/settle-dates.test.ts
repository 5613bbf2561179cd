/** Dates of now become the one date; those that came with the input stay. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { outputDateOfZip, outputDateSeconds } from '../../src/files/output-date.ts';
import { settledPdf, settlePostScript } from '../../src/files/settle-dates.ts';
import { newFolder } from '../places/action.ts';

afterEach(() => vi.unstubAllEnvs());

const digitsOf = (date: Date): string => date.toISOString().replaceAll(/\D/g, '').slice(0, 14);
const now = digitsOf(new Date());

test('dates of a PDF that are of now, and the id that is made of them', () => {
  const text = `<< /CreationDate (D:${now}+00'00') /ModDate(D:${now}Z) >> (D:20200102030405) /ModDate (D:20200102030405)`;
  const id = `/ID [<${'A1'.repeat(16)}><${'A1'.repeat(16)}>]`;
  const bytes = Buffer.from(`${text} trailer ${id}`);
  const settled = settledPdf(bytes, Date.now() - 1000).toString();
  expect(settled).toContain(
    "<< /CreationDate (D:19800101000000+00'00') /ModDate(D:19800101000000Z) >> (D:20200102030405) /ModDate (D:20200102030405)",
  );
  const [, first, second] = /<([0-9A-F]{32})><([0-9A-F]{32})>/.exec(settled) ?? [];
  expect(first).toBe(second);
  expect(first).not.toBe('A1'.repeat(16));
  const again = Buffer.from(`${text} trailer ${id.replaceAll('A1', 'B2')}`);
  expect(settledPdf(again, Date.now() - 1000).toString()).toBe(settled);
  const literal = Buffer.from(`${text} trailer /ID [(8^\\374C?\\(\\))(8^\\374C?\\(\\))]`);
  expect(settledPdf(literal, Date.now() - 1000).toString()).toBe(settled);
});

test('an id that goes back to an older file stays', () => {
  const bytes = Buffer.from(`trailer /ID [<${'A1'.repeat(16)}><${'B2'.repeat(16)}>]`);
  const before = bytes.toString();
  expect(settledPdf(bytes, Date.now()).toString()).toBe(before);
});

test('PostScript keeps its length', async () => {
  const file = path.join(newFolder(), 'a.ps');
  writeFileSync(file, '%!PS\n%%CreationDate: Thu Nov 26 01:38:22 2026\n%%EndComments\n');
  await settlePostScript(file, 0);
  expect(readFileSync(file, 'latin1')).toBe(
    '%!PS\n%%CreationDate: 1980-01-01 00:00:00     \n%%EndComments\n',
  );
});

test('SOURCE_DATE_EPOCH is the date where it is one', () => {
  expect(outputDateSeconds()).toBe(315_532_800);
  vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000');
  expect(outputDateSeconds()).toBe(1_700_000_000);
  vi.stubEnv('SOURCE_DATE_EPOCH', 'yesterday');
  expect(outputDateSeconds()).toBe(315_532_800);
  vi.stubEnv('SOURCE_DATE_EPOCH', '0');
  expect(outputDateOfZip().getFullYear()).toBe(1980);
});

/** What programs may call a user's file: it shows in what they make, and must not lead or mean anything. */
import { expect, test } from 'vitest';
import { shownStem } from '../../src/converters/shown-stem.ts';

test.each([
  ['Umsatz 2025.csv', 'Umsatz 2025'],
  ['日本語 😀.csv', '日本語 😀'],
  ['-rf.csv', 'rf'],
  ['../../etc/passwd.csv', '_.._etc_passwd'],
  ['a\\b.csv', 'a_b'],
  ['zwei\nZeilen\u0000.csv', 'zwei_Zeilen_'],
  ['x\u202egnp.csv', 'x_gnp'],
  ["'a[1]*?'.csv", 'a_1___'],
  ['half \ud83d.csv', 'half _'],
  ['..', 'input'],
  ['', 'input'],
])('%j becomes %j', (name, stem) => {
  expect(shownStem(name)).toBe(stem);
});

test('a long name is cut between characters', () => {
  const stem = shownStem(`${'👩‍👧'.repeat(80)}.csv`);
  expect(Buffer.byteLength(stem)).toBeLessThanOrEqual(120);
  expect(stem).toBe('👩‍👧'.repeat(10));
});

/** Which chains are worth taking: what must never be lost on the way. */
import { expect, test } from 'vitest';
import { converters } from '../../src/converter-table.ts';
import { detours, waysBetween } from '../../src/routes/detours.ts';

test.each([
  ['docx', 'bmp', 'pdf', 'pages become pictures by way of paper'],
  ['svg', 'bmp', 'png', 'a drawing becomes pixels by pixels'],
  ['woff2', 'png', 'ttf', 'a font is drawn'],
  ['psd', 'webp', 'png', 'pictures travel as pixels'],
  ['tar.lzo', 'zip', 'tar', 'archives travel unpacked'],
])('%s to %s goes by way of %s: %s', (from, to, via) => {
  expect(waysBetween(from, to)).toContain(via);
});

test.each([
  ['docx', 'odt', 'png', 'text would become pixels'],
  ['docx', 'ttf', 'svg', 'a letter is no font'],
  ['docx', 'eps', 'svg', 'all pages would become one drawing'],
  ['jpg', 'png', 'pdf', 'paper would only cost quality'],
  ['jpg', 'docx', 'pdf', 'a picture has no text'],
  ['docx', 'csv', 'html', 'all but the tables would be lost'],
])('%s to %s never goes by way of %s: %s', (from, to, via) => {
  expect(waysBetween(from, to)).not.toContain(via);
});

test('a chain has two steps, at most three converters, none of them twice, and ranks below its parts', () => {
  for (const [from, to] of [
    ['docx', 'bmp'],
    ['xls', 'png'],
    ['svg', 'bmp'],
  ] as const) {
    const all = detours(from, to, converters);
    expect(all.length).toBeGreaterThan(0);
    for (const { name, rank, needs, pairs } of all) {
      const parts = name.split('+');
      expect(new Set(parts).size, name).toBe(parts.length);
      expect(parts.length, name).toBeLessThanOrEqual(3);
      expect(rank(from, to), name).toBeLessThan(90 - 29);
      expect(pairs, name).toEqual({ [from]: [to] });
      expect(needs.every(({ name: need }) => need.length > 0)).toBe(true);
    }
  }
});

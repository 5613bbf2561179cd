import { writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastLineWith } from '../../src/disk/search-log.ts';
import { Project } from './project.ts';

let project: Project;
beforeEach(() => (project = new Project()));
afterEach(() => project.close());

describe('the last line with a key', () => {
  // Longer than a piece, and lines longer than what is read of a line at first; the keys fall on every kind of cut.
  const lines = Array.from(
    { length: 3000 },
    (_, index) => `12345678 key${index % 700}\t${index} ${'x'.repeat((index * 37) % 900)}`,
  );
  const long = `12345678 long\t${'é'.repeat(200_000)}`;
  const write = (text: string): void => writeFileSync(project.path('log'), text);
  const find = (key: string): string | undefined =>
    lastLineWith(project.path('log'), { wanted: Buffer.from(` ${key}\t`), offset: 8 })?.toString();

  it.each(['', '\n'])('is found wherever it stands, with %j at the end', (end) => {
    write([...lines, long, ...lines.slice(0, 100)].join('\n') + end);
    for (let number = 0; number < 700; number += 1) {
      const expected =
        number < 100 ? lines[number] : lines.findLast((line) => line.includes(` key${number}\t`));
      expect(find(`key${number}`)).toBe(expected);
    }
    expect(find('long')).toBe(long);
    expect(find('key700')).toBeUndefined();
  });

  it('is not what only looks like one inside of another', () => {
    write('12345678 a\tone\n12345678 b\ttwo 87654321 a\tthree\n');
    expect(find('a')).toBe('12345678 a\tone');
    write(' a\tcut off\n');
    expect(find('a')).toBeUndefined();
    write('');
    expect(find('a')).toBeUndefined();
  });
});

import { stripVTControlCharacters } from 'node:util';
import { failure } from '@pipeline/engine';
import { describe, expect, it } from 'vitest';
import { green, lines } from './lines-of.ts';
import { ended, jobFinished, jobStarted, started } from './scripted-run.ts';

describe('what comes from outside', () => {
  it('lets no name or message reach the terminal raw', async () => {
    const evil = 'pdf[\u001B]0;owned\u0007\u001B[2J\nx\r\u009B31m\u202Egnp.exe]';
    const events = [
      jobStarted({ pdf: {} }, { name: 'a\u001B[31m' }),
      started(evil, 1),
      ended(evil, 2, {
        error: failure('bad-input', `${evil}\u0000`, {
          hint: '\u001B[A',
          converter: { name: 'x\n', exitCode: 1, stderr: 'a\u001B]8;;http://x\u0007\u0000b' },
        }),
      }),
      jobFinished(3, { failed: 1 }, 1),
    ];
    for (const env of [{}, { FORCE_COLOR: '1' }]) {
      const text = await lines(events, { verbosity: 'verbose', env });
      // oxlint-disable-next-line no-control-regex
      expect(text.replaceAll(/\u001B\[\d+m|\n/g, '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      expect(text).toContain(String.raw`pdf[\x1b]0;owned\x07\x1b[2J\nx\r\x9b31m\u202egnp.exe]`);
    }
  });
});

describe('colours and signs', () => {
  it('colours a terminal only, unless told otherwise', async () => {
    const colour = '\u001B[';
    expect(await lines(green, { columns: 80 })).toContain(colour);
    expect(await lines(green)).not.toContain(colour);
    expect(await lines(green, { env: { FORCE_COLOR: '1' } })).toContain(colour);
    expect(await lines(green, { columns: 80, env: { NO_COLOR: '1' } })).not.toContain(colour);
    expect(await lines(green, { columns: 80, env: { NO_COLOR: '' } })).toContain(colour);
    expect(await lines(green, { columns: 80, env: { TERM: 'dumb' } })).not.toContain(colour);
    expect(await lines(green, { columns: 80, env: { FORCE_COLOR: '0' } })).not.toContain(colour);
  });

  it('says the same without colours, and without UTF-8', async () => {
    const coloured = await lines(green, { columns: 200 });
    const plain = await lines(green);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    const ascii = await lines(green, { env: { LANG: 'C' } });
    expect(ascii).toMatch(/^[\u0020-\u007e\n]*$/);
    expect(ascii).toContain('+ pdf[a.docx]');
    expect(ascii).toContain('1 cached');
  });
});

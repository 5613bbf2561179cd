/** What a person reads of a machine that is not whole: every line within 80 columns, every trouble with its remedy. */
import { expect, test } from 'vitest';
import { doctorText } from '../../src/doctor/doctor-text.ts';
import { survey } from '../../src/doctor/survey.ts';
import type { Survey } from '../../src/doctor/survey.ts';
import { createStyle } from '../../src/reporters/terminal-style.ts';

const style = createStyle({ isColored: false, isUnicode: true });

const machine: Survey = {
  version: '1.2.3',
  node: { version: '18.0.0', isSupported: false },
  platform: 'linux x64',
  sandbox: 'no-network',
  limits: { cpus: 4, memoryBytes: 8 * 2 ** 30, freeMemoryBytes: 2 ** 30 },
  fonts: [
    { name: 'Calibri', openFamily: 'Carlito', aptPackage: 'fonts-crosextra-carlito' },
    { name: 'Cambria', openFamily: 'Caladea', aptPackage: 'x', found: 'Caladea' },
  ],
  programs: [
    { name: 'inkscape', state: 'missing', license: 'GPL-3.0-or-later', purpose: 'vector drawings' },
    { name: 'qpdf', state: 'broken', path: '/opt/qpdf', license: 'Apache-2.0', purpose: 'PDF' },
    {
      name: 'ffmpeg',
      state: 'here',
      version: '7.1',
      path: '/usr/bin/ffmpeg',
      license: 'GPL-2.0-or-later',
      purpose: 'video',
    },
  ],
  packs: [
    {
      name: 'ocr',
      state: 'missing',
      version: '7.0.0',
      license: 'Apache-2.0',
      purpose: 'text in pictures',
      sizeMb: 58,
      install: 'npm install tesseract.js',
    },
  ],
  credentials: { CLOUDCONVERT_API_KEY: true },
  reach: { formats: 100, pairs: 12_345 },
  missing: {
    install: `sudo apt-get install inkscape ${'a-package '.repeat(12).trim()} && npm install tesseract.js`,
    adds: { formats: 2, pairs: 40 },
    withoutPrograms: { install: 'npm install tesseract.js', adds: { formats: 0, pairs: 3 } },
  },
};

test('a machine with troubles', () => {
  expect(doctorText(machine, { style, width: 80 })).toMatchInlineSnapshot(`
    "Pipeline 1.2.3

    This machine
      ✗ Node            18.0.0 on linux x64: Pipeline needs 20.19 or newer
      · sandbox         programs see no network, but can read what you can: install
                        bubblewrap to shut that, too
      ✓ limits          4 CPUs, 8.0 GiB of memory, 1.0 GiB free
      ✓ fonts           Cambria: Caladea
      · fonts           nothing for Calibri (Carlito would do)
      ✓ CloudConvert    CLOUDCONVERT_API_KEY is set

    Programs (1 of 3)
      ✓ ffmpeg          7.1  GPL-2.0-or-later  /usr/bin/ffmpeg
      ✗ qpdf            broken: /opt/qpdf does not tell its version
      · inkscape        missing: vector drawings

    Packs (0 of 1): npm packages in place of programs
      · ocr             missing: text in pictures (58 MB)

    To be installed again, or removed from PATH: qpdf.
    12,345 format pairs between 100 formats work here.

    To add all that is missing (40 more pairs, 2 more formats):
      sudo apt-get install inkscape a-package a-package a-package a-package \\
        a-package a-package a-package a-package a-package a-package a-package \\
        a-package && npm install tesseract.js

    Or packs alone (3 more pairs):
      npm install tesseract.js
    "
  `);
});

test.skipIf(process.platform !== 'linux')(
  'this machine: no line is longer than the terminal, and the command can be copied whole',
  async () => {
    const found = await survey({ env: {}, version: '1.2.3' });
    const text = doctorText(found, { style, width: 80 });
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const [, command = ''] = /:\n {2}(sudo apt-get [^]*?[^\\])\n/.exec(text) ?? [];
    expect(command.replaceAll(/ \\\n +/g, ' ')).toBe(found.missing.install);
    expect(found.programs.every(({ state }) => state === 'missing')).toBe(true);
    expect(found.missing.adds.pairs).toBeGreaterThan(0);
  },
);

test('nothing is missing: said in one line', () => {
  const whole = { ...machine, programs: machine.programs.slice(2) };
  const text = doctorText(
    { ...whole, missing: { install: '', adds: { formats: 0, pairs: 0 } } },
    { style, width: 80 },
  );
  expect(text.trimEnd().split('\n').at(-1)).toBe(
    '12,345 format pairs between 100 formats work here. Nothing is missing.',
  );
});

/** The words for every difference between two lists of ingredients, and that none of them can be missed. */
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffIngredients, type Ingredient } from '../src/index.ts';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

function ingredients(values: Readonly<Record<string, string>>): readonly Ingredient[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function difference(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  return diffIngredients(ingredients(before), ingredients(after)).map(({ code, text }) => `${code}: ${text}`);
}

const one = hashOf('one');
const two = hashOf('two');

type Values = Readonly<Record<string, string>>;

const differences: readonly (readonly [
  what: string,
  before: Values,
  after: Values,
  expected: readonly string[],
])[] = [
  [
    'a value',
    { 'option quality': '80' },
    { 'option quality': '75' },
    ['option-changed: option quality 80 → 75'],
  ],
  [
    'a text, without its quotes',
    { 'option fit': '"max"' },
    { 'option fit': '"crop"' },
    ['option-changed: option fit max → crop'],
  ],
  ['a new option', {}, { 'option width': '640' }, ['option-changed: option width is new: 640']],
  [
    'an option that is gone',
    { 'option width': '640' },
    {},
    ['option-changed: option width is not given any more, it was 640'],
  ],
  [
    'a long option whose beginning is the same',
    { 'option text': `"${'a'.repeat(60)}1"` },
    { 'option text': `"${'a'.repeat(60)}2"` },
    ['option-changed: option text changed'],
  ],
  [
    'another version of a converter',
    { converter: 'libvips 8.15' },
    { converter: 'libvips 8.16' },
    ['converter-changed: libvips 8.15 → 8.16'],
  ],
  [
    'another converter',
    { converter: 'libreoffice 24.8' },
    { converter: 'pandoc 3.1' },
    ['converter-changed: libreoffice 24.8 → pandoc 3.1'],
  ],
  [
    'a converter where there was none',
    {},
    { converter: 'pandoc 3.1' },
    ['converter-changed: pandoc 3.1 does it now, no converter did before'],
  ],
  [
    'no converter any more',
    { converter: 'pandoc 3.1' },
    {},
    ['converter-changed: no converter does it now, pandoc 3.1 did before'],
  ],
  ['other fonts', { fonts: one }, { fonts: two }, ['machine-changed: the fonts of this machine changed']],
  [
    'another build',
    { build: 'libvips 8.15.3' },
    { build: 'libvips 8.16.0' },
    ['machine-changed: build libvips 8.15.3 → libvips 8.16.0'],
  ],
  [
    'another build of Pipeline itself',
    { pipeline: '0.1.0, built 41 bytes of 2026-11-26' },
    { pipeline: '0.1.0, built 42 bytes of 2026-11-27' },
    ['machine-changed: another build of pipeline 0.1.0'],
  ],
  [
    'another version of Pipeline itself',
    { pipeline: '0.1.0, built 41 bytes of 2026-11-26' },
    { pipeline: '0.2.0, built 42 bytes of 2026-11-27' },
    ['machine-changed: pipeline 0.1.0 → 0.2.0'],
  ],
  [
    'a program that was replaced',
    { 'file of ghostscript': '41 bytes of 2026-11-26T01:00:00Z' },
    { 'file of ghostscript': '42 bytes of 2026-11-26T02:00:00Z' },
    ['machine-changed: the file of ghostscript changed'],
  ],
  [
    'one thing of several about the machine',
    { platform: 'linux x64, Node.js 20, zlib 1.3' },
    { platform: 'linux x64, Node.js 22, zlib 1.3' },
    ['machine-changed: platform: Node.js 20 → Node.js 22'],
  ],
  ['what is only a hash', { profile: one }, { profile: two }, ['machine-changed: profile changed']],
  ['content', { 'input docs/a.md': one }, { 'input docs/a.md': two }, ['input-changed: docs/a.md changed']],
  [
    'files that came and went',
    { 'input a.md': one },
    { 'input b.md': two },
    ['input-added: b.md is new', 'input-removed: a.md is not there any more'],
  ],
  ['another name', { 'input a.md': one }, { 'input b.md': one }, ['input-renamed: a.md is now called b.md']],
  [
    'the file of an option',
    { 'image logo.png': one },
    { 'image logo.png': two },
    ['input-changed: logo.png changed'],
  ],
  [
    'a file whose name has spaces',
    { 'input harbour office.docx': one },
    { 'input harbour office.docx': two },
    ['input-changed: harbour office.docx changed'],
  ],
  [
    'the order of the files',
    { 'input a': one, 'input b': two },
    { 'input b': two, 'input a': one },
    ['input-order: the order of its files changed'],
  ],
  [
    'the operation',
    { operation: 'convert' },
    { operation: 'thumbnail' },
    ['operation-changed: operation convert → thumbnail'],
  ],
  [
    'the language',
    { language: '1' },
    { language: '2' },
    ['operation-changed: version of the pipeline language 1 → 2'],
  ],
  [
    'what is verified',
    { 'verify pages': '1' },
    { 'verify pages': '2' },
    ['verify-changed: verify pages 1 → 2'],
  ],
  [
    'an input that is not known yet, beside an option',
    { 'input a': one, 'option quality': '80' },
    { 'input a': '', 'option quality': '75' },
    ['option-changed: option quality 80 → 75'],
  ],
];

test.each(differences.map(([what, ...rest]) => ({ what, rest })))(
  '$what',
  ({ rest: [before, after, expected] }) => {
    expect(difference(before, after)).toEqual(expected);
  },
);

test('two files of one name are told apart by their order', () => {
  const input = (value: string): Ingredient => ({ name: 'input a.png', value });
  expect(diffIngredients([input(one), input(two)], [input(one), input(one)])).toEqual([
    { code: 'input-changed', text: 'a.png changed' },
  ]);
});

const names = fc.constantFrom(
  'operation',
  'language',
  'converter',
  'fonts',
  'build',
  'option quality',
  'option fit',
  'verify pages',
  'input a',
  'input b c',
  'image logo.png',
);
const lists = fc.array(
  fc.record({ name: names, value: fc.constantFrom(one, two, '80', '"max"', 'sharp 1.0') }),
  { maxLength: 6 },
);

test('whatever is different has at least one reason, and what is the same has none', () => {
  fc.assert(
    fc.property(lists, lists, (before, after) => {
      const isSame = JSON.stringify(before) === JSON.stringify(after);
      expect(diffIngredients(before, after).length > 0).toBe(!isSame);
    }),
  );
});

/** What the server says that it can do: entries as CloudConvert has them, and only what is here. */
import { createLocalBackend } from '@pipeline/operations';
import type { CatalogueEntry } from '@pipeline/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue } from '../../src/serve/catalogue.ts';

// Tests see no program of the machine: only what comes inside the packages.
const backend = createLocalBackend({ maxHosts: 1 });
let entries: readonly CatalogueEntry[] = [];
beforeAll(async () => {
  entries = await catalogue({ backend, isOffered: (name) => name !== 'command' });
}, 60_000);
afterAll(() => backend.close());

const find = (operation: string, from: string | null, to: string | null) =>
  entries.filter(
    (entry) => entry.operation === operation && entry.input_format === from && entry.output_format === to,
  );
const optionNames = (entry: CatalogueEntry | undefined) => entry?.options.map(({ name }) => name);
const optionOf = (entry: CatalogueEntry | undefined, name: string) =>
  entry?.options.find((option) => option['name'] === name);

describe('the catalogue', () => {
  test('a conversion: its engine, its group, its options, in the order of the keys', () => {
    const [entry] = find('convert', 'jpg', 'webp');
    expect(entry).toMatchObject({
      operation: 'convert',
      engine: 'sharp',
      credits: 0,
      meta: { group: 'image' },
      engine_versions: [
        {
          version: expect.stringMatching(/^\d+\.\d+/),
          default: true,
          latest: true,
          deprecated: false,
          experimental: false,
        },
      ],
      isAlternative: false,
    });
    expect(Object.keys(entry ?? {})).toEqual([
      'operation',
      'input_format',
      'output_format',
      'engine',
      'credits',
      'meta',
      'options',
      'engine_versions',
      'deprecated',
      'experimental',
      'isAlternative',
    ]);
    expect(optionNames(entry)).toEqual(
      expect.arrayContaining(['width', 'height', 'fit', 'quality', 'strip']),
    );
    expect(optionNames(entry)).not.toContain('filename');
    expect(optionOf(entry, 'fit')).toMatchObject({
      type: 'enum',
      possible_values: expect.arrayContaining(['max', 'crop']),
    });
    expect(Object.keys(optionOf(entry, 'quality') ?? {})).toEqual([
      'name',
      'type',
      'default',
      'possible_values',
      'description',
    ]);
    expect(optionOf(entry, 'quality')).toMatchObject({ type: 'integer', possible_values: null });
  });

  test('other ways for the same pair are alternatives, and every pair has one that is not', () => {
    const pairs = new Map<string, number>();
    for (const { operation, input_format: from, output_format: to, isAlternative } of entries) {
      const pair = `${operation} ${from} ${to}`;
      pairs.set(pair, (pairs.get(pair) ?? 0) + (isAlternative ? 0 : 1));
    }
    expect([...pairs].filter(([, firsts]) => firsts !== 1)).toEqual([]);
    expect(entries.some(({ isAlternative }) => isAlternative)).toBe(true);
  });

  test('types are those that clients know', () => {
    const types = new Set(entries.flatMap(({ options }) => options.map(({ type }) => JSON.stringify(type))));
    expect(
      [...types].map((type) => JSON.parse(type)).toSorted((one, other) => (one < other ? -1 : 1)),
    ).toEqual(['Input', 'boolean', 'dictionary', 'enum', 'float', 'integer', 'string']);
    expect(optionOf(find('watermark', 'png', 'png')[0], 'image')).toMatchObject({ type: 'Input' });
    expect(optionOf(find('import/s3', null, null)[0], 'bucket')).toMatchObject({ type: 'string' });
    expect(optionOf(find('import/url', null, null)[0], 'headers')).toMatchObject({ type: 'dictionary' });
  });

  test('groups are those of CloudConvert', () => {
    const groups = new Set(entries.map(({ meta }) => meta.group));
    const known =
      'archive audio cad document ebook font image presentation spreadsheet vector video other'.split(' ');
    expect([...groups].filter((group) => !known.includes(group))).toEqual([]);
  });

  test('every operation that works here, and none that does not', () => {
    const operations = new Set(entries.map(({ operation }) => operation));
    for (const name of [
      'convert',
      'thumbnail',
      'optimize',
      'merge',
      'archive',
      'metadata',
      'pdf/split-pages',
      'export/url',
    ])
      expect(operations, name).toContain(name);
    // Not offered; and what needs a program, when there is none.
    expect(operations).not.toContain('command');
    expect(operations).not.toContain('pdf/a');
    expect(find('thumbnail', 'mp3', 'png')).toEqual([]);
    expect(find('thumbnail', 'pdf', 'png')).toMatchObject([{ engine: 'pdfium' }]);
    expect(find('merge', 'jpg', 'pdf')).toHaveLength(1);
    expect(find('archive', null, 'zip')).toMatchObject([{ meta: { group: 'archive' } }]);
    expect(find('archive/extract', 'zip', null)).toHaveLength(1);
  });
});

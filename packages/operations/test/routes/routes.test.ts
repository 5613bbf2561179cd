/** The choice among converters, and what a user is told when there is none. Nothing is converted here. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cloudConvertTargets, isKnownFormat } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { pdfLibVersion } from '../../src/operations/merge.ts';
import { converters } from '../../src/converter-table.ts';
import { findConverter } from '../../src/routes/find-converter.ts';
import { localConversions } from '../../src/routes/conversions.ts';
import type { RouteRequest } from '../../src/routes/route-request.ts';

const find = (from: string, to: string, more: Partial<RouteRequest> = {}): ReturnType<typeof findConverter> =>
  findConverter({ from, to, options: {}, ...more });

async function nameOf(found: ReturnType<typeof findConverter>): Promise<string> {
  const result = await found;
  return result.ok
    ? result.value.name
    : `${result.error.type}: ${result.error.message} ${result.error.hint ?? ''}`;
}

test.each([
  ['jpg', 'webp', 'sharp'],
  ['docx', 'pdf', 'pandoc-typst'],
  ['typst', 'pdf', 'typst'],
  ['md', 'docx', 'pandoc'],
  ['csv', 'xlsx', 'tables'],
  ['csv', 'html', 'pandoc'],
  ['xlsx', 'csv', 'tables'],
  ['ods', 'pdf', 'tables+pandoc-typst'],
  ['docx', 'png', 'pandoc-typst+pdfium'],
  ['pdf', 'jpg', 'pdfium'],
  ['jpg', 'pdf', 'typst-pictures'],
  ['tiff', 'pdf', 'sharp+typst-pictures'],
  ['ttf', 'woff2', 'fonts'],
  ['bmp', 'png', 'magick-wasm'],
  ['heic', 'jpg', 'magick-wasm'],
  ['cr3', 'tiff', 'magick-wasm'],
  ['jpg', 'psd', 'magick-wasm'],
  ['pdf', 'bmp', 'pdfium+magick-wasm'],
  ['svg', 'ico', 'sharp+magick-wasm'],
  ['docx', 'bmp', 'pandoc-typst+pdfium+magick-wasm'],
  ['zip', '7z', 'seven-zip'],
  ['html', 'md', 'pandoc'],
])('%s to %s is done by %s', async (from, to, name) => {
  expect(await nameOf(find(from, to))).toBe(name);
});

test('engines go by their own names and by those they stand for', async () => {
  expect(await nameOf(find('jpg', 'png', { engine: 'imagemagick' }))).toBe('sharp');
  expect(await nameOf(find('docx', 'pdf', { engine: 'libreoffice' }))).toBe('pandoc-typst');
  expect(await nameOf(find('pdf', 'png', { engine: 'poppler' }))).toBe('pdfium');
  expect(await nameOf(find('zip', '7z', { engine: 'archivetool' }))).toBe('seven-zip');
  expect(await nameOf(find('jpg', 'png', { engine: 'sharpp' }))).toBe(
    'unsupported: There is no engine "sharpp" did you mean "sharp"?',
  );
  expect(await nameOf(find('jpg', 'png', { engine: 'pandoc' }))).toContain(
    'The engine "pandoc" does not turn jpg into png here',
  );
  expect(await nameOf(find('jpg', 'png', { engine: 'bcl' }))).toContain(
    'not-available: The engine "bcl" is not on the local backend Leave',
  );
});

test('versions: ranges of what is here; never the version of another engine', async () => {
  expect(await nameOf(find('jpg', 'png', { engine: 'sharp', engineVersion: '0.35' }))).toBe('sharp');
  expect(await nameOf(find('jpg', 'png', { engine: 'sharp', engineVersion: '^0.35.1' }))).toBe('sharp');
  expect(await nameOf(find('jpg', 'png', { engine: 'sharp', engineVersion: '>=0.36' }))).toContain(
    'No installed engine has the version >=0.36',
  );
  expect(await nameOf(find('jpg', 'png', { engine: 'imagemagick', engineVersion: '7.1.0' }))).toContain(
    'imagemagick 7.1.0 is not here: sharp',
  );
});

test('an option that nobody honours for the pair is an error; one that repeats its default is none', async () => {
  expect(await nameOf(find('docx', 'pdf', { options: { quality: 80 } }))).toContain(
    'pandoc-typst does not honour `quality` when it turns docx into pdf',
  );
  expect(
    await nameOf(find('docx', 'pdf', { options: { optimize_print: true, bookmarks: false, pages: '1-2' } })),
  ).toBe('pandoc-typst');
  // The direct way knows no size: the way over sharp does.
  expect(await nameOf(find('jpg', 'pdf', { options: { width: 100 } }))).toBe('sharp+typst-pictures');
});

test('what cannot be done says what can', async () => {
  expect(await nameOf(find('docx', 'mp4'))).toMatch(
    /^unsupported: nothing turns DOCX into MP4 Here, docx can become: .*pdf|and \d+ more/,
  );
  expect(await nameOf(find('dwg', 'pdf', { name: 'a.dwg' }))).toMatch(
    /^not-available: "a.dwg": no converter on the local backend turns DWG into PDF yet CloudConvert does it/,
  );
  expect(await nameOf(find('', 'pdf', { name: 'README' }))).toBe(
    'unsupported: "README": the name does not tell the format of the file Set `input_format`.',
  );
  expect(await nameOf(find('docx', 'pfd'))).toContain('did you mean "pdf"');
});

test('the table for validation agrees with the choice', async () => {
  for (const converter of converters) {
    for (const [from, targets] of Object.entries(converter.pairs)) {
      for (const to of targets) {
        expect(localConversions.targets(from).has(to), `${from} to ${to}`).toBe(true);
        expect(
          (await find(from, to, { isThere: () => true })).ok,
          `${converter.name}: ${from} to ${to}`,
        ).toBe(true);
      }
    }
  }
  expect([...localConversions.targets('dwf')]).toEqual(['dwf']);
  expect(cloudConvertTargets('docx').filter((to) => localConversions.targets('docx').has(to))).toEqual(
    expect.arrayContaining(['pdf', 'html', 'odt', 'epub', 'txt', 'rtf', 'png', 'jpg']),
  );
});

test('every format of the table is one that the language knows', async () => {
  const unknown = new Set(
    converters
      .flatMap(({ pairs }) => [...Object.keys(pairs), ...Object.values(pairs).flat()])
      .filter((format) => !isKnownFormat(format)),
  );
  expect([...unknown]).toEqual([]);
});

test('every converter carries the version that is installed', async () => {
  const folder = path.resolve(import.meta.dirname, '../../node_modules');
  const versionOf = (name: string): unknown => {
    const manifest: unknown = JSON.parse(readFileSync(path.join(folder, name, 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? manifest.version
      : undefined;
  };
  const packages = {
    pandoc: 'pandoc-wasm',
    typst: '@myriaddreamin/typst-ts-node-compiler',
    tables: '@e965/xlsx',
    'seven-zip': '7z-wasm',
    sharp: 'sharp',
    pdfium: '@hyzyla/pdfium',
    fonts: 'fonteditor-core',
    'magick-wasm': '@imagemagick/magick-wasm',
  };
  for (const [name, npmName] of Object.entries(packages)) {
    expect(await converters.find((converter) => converter.name === name)?.version(), name).toBe(
      versionOf(npmName),
    );
  }
  expect(pdfLibVersion).toBe(versionOf('@cantoo/pdf-lib'));
});

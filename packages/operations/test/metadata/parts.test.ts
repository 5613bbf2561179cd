/** What metadata is made of, without any tool: arguments, names, and the properties inside of documents. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  elementOf,
  propertyFile,
  readProperties,
  writeProperty,
} from '../../src/converters/metadata/document-properties.ts';
import { exifrVersion, pdfLibVersion } from '../../src/converters/metadata/embedded-metadata.ts';
import {
  exiftoolPackageVersion,
  nameProblem,
  readArgs,
  writeArgs,
} from '../../src/converters/metadata/exiftool.ts';
import { ffmpegName, tagArgs } from '../../src/converters/metadata/ffmpeg-tags.ts';
import { flatMetadata } from '../../src/converters/metadata/metadata-tool.ts';

const core =
  '<?xml version="1.0"?><cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t" xmlns:xsi="x"><dc:title>Old &amp; grey</dc:title><dc:creator/></cp:coreProperties>';

const version = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8'));

test('a flat map of scalars', () => {
  expect(flatMetadata({ a: 1, b: { c: 'x', d: [1, 'y'] }, e: null })).toEqual({
    a: 1,
    'b.c': 'x',
    'b.d': '1, y',
  });
});

test('arguments', () => {
  expect(readArgs('/w/input.jpg').at(-1)).toBe('/w/input.jpg');
  expect(
    writeArgs({ inputPath: '/w/input.jpg', outputPath: '/w/out.jpg' }, { Title: '-x', Rating: 5 }).slice(-5),
  ).toEqual(['-o', '/w/out.jpg', '-Title=-x', '-Rating=5', '/w/input.jpg']);
  for (const name of [
    'FileName',
    'directory',
    'SymLink',
    'geotag',
    'all',
    'EXIF:All',
    'FileModifyDate',
    'UserArgs',
  ])
    expect([name, nameProblem(name)]).toEqual([name, 'is no metadata that can be written']);
  for (const name of ['', '-Title', 'a b', 'Title<', 'tagsFromFile=x', '@'])
    expect(nameProblem(name)).toBe('is no name of a tag');
  expect(nameProblem('XMP-dc:Title')).toBeUndefined();
  expect(tagArgs({ inputPath: 'i', outputPath: 'o' }, { Author: 'Me' }).slice(-3)).toEqual([
    '-metadata',
    'artist=Me',
    'o',
  ]);
  expect(ffmpegName('AlbumArtist')).toBe('album_artist');
});

test('properties of documents are changed, added and removed in place', () => {
  const file = propertyFile('docx');
  expect(readProperties(core, file)).toEqual({ Title: 'Old & grey' });
  expect(elementOf(file, 'AUTHOR')).toBe('dc:creator');
  const changed = writeProperty(core, file, { element: 'dc:creator', text: 'A <b>' });
  expect(changed).toContain('<dc:creator>A &lt;b&gt;</dc:creator>');
  expect(writeProperty(changed, file, { element: 'dc:title', text: '' })).not.toContain('title');
  const book = propertyFile('epub');
  expect(
    writeProperty('<metadata><dc:title id="t">x</dc:title></metadata>', book, {
      element: 'dc:title',
      text: '$&',
    }),
  ).toBe('<metadata><dc:title id="t">$&amp;</dc:title></metadata>');
});

test('versions are those of the packages', () => {
  expect(version('exifr')).toMatchObject({ version: exifrVersion });
  expect(version('@cantoo/pdf-lib')).toMatchObject({ version: pdfLibVersion });
  expect(version('exiftool-vendored.pl')).toMatchObject({ version: exiftoolPackageVersion });
});

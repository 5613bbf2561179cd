/**
 * How an output is named: CloudConvert's `filename` option, else the input's stem with the output format as the user
 * wrote it. Several outputs fill a `%d` (or `%03d`), or get `-1`, `-2` behind the stem. Names never leave their folder
 * and never pass 255 bytes. It does not look whether such a file exists.
 */
import { failure } from '@pipeline/engine/failure';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { fileExtension } from '@pipeline/schema/formats';
import { err, ok } from '@pipeline/schema/result';

/** What file systems allow for one name. */
const maxNameBytes = 255;
const placeholder: RegExp = /%(0?)(\d?)d/u;

/** `outputName('photo.JPEG', { output_format: 'jpeg' })` → `photo.jpeg`; may still hold a `%d`, see `nameOf`. */
export function outputName(inputName: string, options: JsonObject): Result<string, Failure> {
  const filename = options['filename'];
  if (typeof filename === 'string') return checkedName(filename);
  const format = options['output_format'];
  return ok(typeof format === 'string' ? withExtension(inputName, format) : inputName);
}

/** The extension replaced, the stem kept as it is, cut only where the whole would be too long for a file system. */
function withExtension(name: string, extension: string): string {
  return fitted(stemOf(name), `.${extension}`);
}

/**
 * The name of output `number` (from 1) of `count`: `scan.png` stays itself when it is the only one, else it becomes
 * `scan-1.png`; `scan-%d.png` is always filled.
 */
export function nameOf(name: string, output: { readonly number: number; readonly count: number }): string {
  if (placeholder.test(name)) {
    return name.replace(placeholder, (_, zero: string, width: string) =>
      String(output.number).padStart(Number(width), zero === '' ? ' ' : zero),
    );
  }
  if (output.count === 1) return name;
  const extension = fileExtension(name);
  return fitted(stemOf(name), `-${output.number}${extension === '' ? '' : `.${extension}`}`);
}

/** Whether it holds a place for the number of an output. */
export const isNumberedName = (name: string): boolean => placeholder.test(name);

/** `intro.v2.docx` → `intro.v2`, `data.tar.gz` → `data`, `.env` → `.env`. */
export function stemOf(name: string): string {
  const extension = fileExtension(name);
  return extension === '' ? name : name.slice(0, name.length - extension.length - 1);
}

function checkedName(filename: string): Result<string, Failure> {
  const reason = wrongName(filename);
  if (reason === undefined) return ok(filename);
  return err(
    failure('refused', `"filename: ${filename}" ${reason}.`, {
      code: 'INVALID_OPTION',
      hint: 'Give a plain name such as "report.pdf"; the folder is chosen by the "path" of export/local.',
    }),
  );
}

function wrongName(filename: string): string | undefined {
  if (filename.trim() === '') return 'is empty';
  if (filename === '.' || filename === '..') return 'names a folder';
  if (/[/\\]/u.test(filename)) return 'holds a folder, but it must be the name of a file';
  if (filename.includes('\0')) return 'holds a NUL character, which no file system takes';
  if (Buffer.byteLength(filename) > maxNameBytes) return `is longer than ${maxNameBytes} bytes`;
  return undefined;
}

function fitted(stem: string, suffix: string): string {
  const room = maxNameBytes - Buffer.byteLength(suffix);
  if (Buffer.byteLength(stem) <= room) return stem + suffix;
  const characters = [...new Intl.Segmenter().segment(stem)].map(({ segment }) => segment);
  while (characters.length > 1 && Buffer.byteLength(characters.join('')) > room) characters.pop();
  return characters.join('') + suffix;
}

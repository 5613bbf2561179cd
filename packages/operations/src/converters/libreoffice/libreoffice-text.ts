/**
 * Text files as LibreOffice wants to be told of them: in which encoding, cut where. What the user does not say is read off
 * the first bytes. Pure.
 */
import type { JsonObject } from '@pipeline/schema';
import { textOption } from '../../read-options.ts';

export interface TextLayout {
  readonly encoding: string;
  readonly separator: string;
}

/** LibreOffice's numbers of character encodings (`rtl/textenc.h`), by WHATWG names. */
const encodings: Readonly<Record<string, number>> = {
  'utf-8': 76,
  'utf-16le': 0xffff,
  'utf-16': 0xffff,
  'windows-1252': 1,
  'iso-8859-1': 12,
  'iso-8859-2': 13,
  'iso-8859-15': 22,
  'us-ascii': 11,
  'windows-1250': 33,
  'windows-1251': 34,
  'windows-1253': 35,
  'windows-1254': 36,
  'windows-1255': 37,
  'windows-1256': 38,
  shift_jis: 64,
  gbk: 66,
  big5: 68,
  'euc-jp': 69,
  'euc-kr': 71,
  gb18030: 85,
  'koi8-r': 74,
};

const aliases: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  latin1: 'iso-8859-1',
  'latin-1': 'iso-8859-1',
  ascii: 'us-ascii',
  cp1252: 'windows-1252',
  'shift-jis': 'shift_jis',
  sjis: 'shift_jis',
};

/** Undefined for a name that LibreOffice has no number for. */
export function encodingNumber(name: string): number | undefined {
  const lower = name.toLowerCase();
  return encodings[aliases[lower] ?? lower];
}

export const encodingNames: readonly string[] = Object.keys(encodings);

/** The tokens of the CSV filter: separator, quote, encoding, first line. */
export function csvFilter(layout: TextLayout, use: 'read' | 'write' = 'read'): string {
  const separator = layout.separator.codePointAt(0) ?? 44;
  const encoding = encodingNumber(layout.encoding) ?? 76;
  const start = `${separator},34,${encoding},1`;
  // Columns, language, quote all, detect numbers, as shown, formulas, trim.
  return use === 'write' ? `${start},,0,false,true,true,false,false` : `${start},,0,false,true`;
}

/** What the options say, else what the bytes show. */
export function textLayout(head: Uint8Array, from: string, options: JsonObject): TextLayout {
  const encoding = textOption(options, 'encoding') ?? guessEncoding(head);
  const text = new TextDecoder(encoding === 'utf-16' ? 'utf-16le' : 'utf-8').decode(head);
  const separator = textOption(options, 'separator') ?? (from === 'tsv' ? '\t' : guessSeparator(text));
  return { encoding, separator };
}

function guessEncoding(head: Uint8Array): string {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return 'utf-16';
  try {
    // The last character may have been cut.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

/** The one that stands most often, and equally often, in the first lines. */
function guessSeparator(text: string): string {
  const lines = text
    .replaceAll(/"(?:[^"]|"")*"/g, '""')
    .split(/\r\n|[\r\n]/)
    .filter((line) => line !== '')
    .slice(0, 10);
  const scores = [',', ';', '\t', '|'].map((separator) => {
    const counts = lines.map((line) => line.split(separator).length - 1);
    return { separator, score: Math.min(...counts) };
  });
  const best = scores.reduce((left, right) => (right.score > left.score ? right : left));
  return best.score > 0 && Number.isFinite(best.score) ? best.separator : ',';
}

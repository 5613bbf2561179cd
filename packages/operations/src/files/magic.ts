/**
 * What a file really is, told by its first bytes: for messages about files that are not what their name says, and for
 * a cheap check of everything that a converter wrote. It converts nothing and trusts no extension.
 */
import { open, stat } from 'node:fs/promises';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine/failure';
import { formatKind } from '@pipeline/schema/formats';

/** Enough for every signature below; that of tar is at 257. */
const headBytes = 8192;

export interface FileStart {
  readonly sizeBytes: number;
  readonly head: Uint8Array;
}

type Signature = readonly [format: string, offset: number, bytes: string];

/** Bytes are Latin-1 text. The first that matches wins. */
const signatures: readonly Signature[] = [
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['jpg', 0, '\xff\xd8\xff'],
  ['gif', 0, 'GIF8'],
  ['webp', 8, 'WEBP'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['avif', 4, 'ftypavi'],
  ['heic', 4, 'ftyphei'],
  ['heic', 4, 'ftypmif1'],
  ['jxl', 0, '\0\0\0\x0cJXL \r\n'],
  ['jxl', 0, '\xff\x0a'],
  ['jp2', 0, '\0\0\0\x0cjP  '],
  ['psd', 0, '8BPS'],
  ['ico', 0, '\0\0\x01\0'],
  // With one picture or a few: the rest of the bytes is that of TGA, too.
  ['cur', 0, '\0\0\x02\0\x01\0'],
  ['cur', 0, '\0\0\x02\0\x02\0'],
  ['cur', 0, '\0\0\x02\0\x03\0'],
  ['icns', 0, 'icns'],
  ['bmp', 0, 'BM'],
  ['pdf', 0, '%PDF-'],
  ['ps', 0, '%!PS'],
  ['rtf', 0, '{\\rtf'],
  ['zip', 0, 'PK\x03\x04'],
  ['zip', 0, 'PK\x05\x06'],
  ['cfb', 0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
  ['7z', 0, "7z\xbc\xaf'\x1c"],
  ['rar', 0, 'Rar!\x1a\x07'],
  ['gz', 0, '\x1f\x8b'],
  ['bz2', 0, 'BZh'],
  ['xz', 0, '\xfd7zXZ\0'],
  ['zst', 0, '\x28\xb5\x2f\xfd'],
  ['wim', 0, 'MSWIM\0\0\0'],
  ['tar', 257, 'ustar'],
  ['cab', 0, 'MSCF'],
  ['deb', 0, '!<arch>\ndebian'],
  ['ar', 0, '!<arch>\n'],
  ['cpio', 0, '070701'],
  ['cpio', 0, '\xc7\x71'],
  ['squashfs', 0, 'hsqs'],
  ['arj', 0, '\x60\xea'],
  ['mp4', 4, 'ftyp'],
  // QuickTime before it named itself.
  ...['moov', 'mdat', 'wide', 'free', 'skip', 'pnot'].map((box): Signature => ['mov', 4, box]),
  ['mp3', 0, 'ID3'],
  ...['\xff\xfb', '\xff\xfa', '\xff\xf3', '\xff\xf2'].map((sync): Signature => ['mp3', 0, sync]),
  ['aac', 0, '\xff\xf1'],
  ['aac', 0, '\xff\xf9'],
  ['ogg', 0, 'OggS'],
  ['flac', 0, 'fLaC'],
  ['wav', 8, 'WAVE'],
  ['avi', 8, 'AVI '],
  ['mkv', 0, '\x1aE\xdf\xa3'],
  ['woff', 0, 'wOFF'],
  ['woff2', 0, 'wOF2'],
  ['otf', 0, 'OTTO'],
  ['ttf', 0, '\0\x01\0\0\0'],
  ['ttf', 0, 'true'],
  ['ttc', 0, 'ttcf'],
];

/** Formats that are a container of another format, and formats with a signature of several shapes. */
const families: Readonly<Record<string, readonly string[]>> = {
  docx: ['zip'],
  docm: ['zip'],
  dotx: ['zip'],
  xlsx: ['zip'],
  xlsm: ['zip'],
  xlsb: ['zip'],
  pptx: ['zip'],
  odt: ['zip'],
  ods: ['zip'],
  odp: ['zip'],
  epub: ['zip'],
  jar: ['zip'],
  apk: ['zip'],
  xpi: ['zip'],
  numbers: ['zip'],
  'tar.gz': ['gz'],
  'tar.bz2': ['bz2'],
  'tar.xz': ['xz'],
  'tar.zst': ['zst'],
  doc: ['cfb'],
  ppt: ['cfb'],
  msi: ['cfb'],
  heif: ['heic'],
  // OpenType takes outlines of both kinds, and so does Apple's old name for TrueType.
  otf: ['otf', 'ttf'],
  mp4: ['mp4', 'mov'],
  mov: ['mp4', 'mov'],
  // Tags of MP3 stand before other sound, too.
  aac: ['aac', 'mp3'],
  flac: ['flac', 'mp3'],
};

/** They begin wherever their stream was cut: what is not known to be something else may be one of them. */
const streams: ReadonlySet<string> = new Set(['mp3', 'aac']);

/** The names by which people know what `formatOfBytes` answers, where upper case would not do. */
const labels: Readonly<Record<string, string>> = {
  md: 'Markdown',
  zip: 'zip',
  gz: 'gzip',
  bz2: 'bzip2',
  cfb: 'Microsoft Office 97–2003',
  tex: 'LaTeX',
  txt: 'plain text',
};

export function formatLabel(format: string): string {
  return labels[format] ?? format.toUpperCase();
}

export async function readStart(path: string): Promise<FileStart> {
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const buffer = new Uint8Array(Math.min(size, headBytes));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return { sizeBytes: size, head: buffer.subarray(0, bytesRead) };
  } finally {
    await file.close();
  }
}

/** The format that the bytes show; `txt` for text of any kind, undefined for bytes of no known kind. */
export function formatOfBytes(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const found = signatures.find(([, offset, bytes]) => text.startsWith(bytes, offset));
  if (found?.[0] === 'zip') return zipKind(text);
  if (found !== undefined) return found[0];
  return isText(text) ? 'txt' : undefined;
}

/** Office files and ebooks name themselves in their first entries. */
function zipKind(text: string): string {
  const mimetype =
    /mimetypeapplication\/(epub\+zip|vnd\.oasis\.opendocument\.(text|spreadsheet|presentation))/.exec(text);
  if (mimetype !== null) return openDocuments[mimetype[2] ?? ''] ?? 'epub';
  if (!text.includes('[Content_Types].xml') && !text.includes('_rels/.rels')) return 'zip';
  if (text.includes('word/')) return 'docx';
  if (text.includes('ppt/')) return 'pptx';
  return text.includes('xl/') ? 'xlsx' : 'zip';
}

const openDocuments: Readonly<Record<string, string>> = {
  text: 'odt',
  spreadsheet: 'ods',
  presentation: 'odp',
};

/** No control characters but tab, line ends and escape; UTF-16 is known by its mark. */
function isText(text: string): boolean {
  if (text.startsWith('\xff\xfe') || text.startsWith('\xfe\xff')) return true;
  // oxlint-disable-next-line no-control-regex
  return !/[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text);
}

/** Whether the bytes can be of this format; true when the format cannot be told by bytes. */
export function canBe(format: string, head: Uint8Array): boolean {
  const found = formatOfBytes(head);
  if (found === format) return true;
  if (found === undefined && streams.has(format)) return true;
  const family = families[format] ?? (hasSignature(format) ? [format] : undefined);
  if (family !== undefined)
    return found !== undefined && family.some((member) => found === member || isMember(found, member));
  if (isTextFormat(format))
    return found === undefined || found === 'txt' || found === 'bmp' || found === format;
  return true;
}

const isMember = (found: string, family: string): boolean => families[found]?.includes(family) === true;
const hasSignature = (format: string): boolean => signatures.some(([name]) => name === format);

const plainFormats = new Set(['csv', 'tsv', 'svg', 'fb2', 'fods', 'fodt', 'slk', 'dif', 'eth', 'html']);
const binaryDocuments = new Set([
  'hwp',
  'pub',
  'wpd',
  'wps',
  'pages',
  'lwp',
  'sdw',
  'djvu',
  'abw',
  'zabw',
  'dot',
  'hwpx',
]);

function isTextFormat(format: string): boolean {
  if (plainFormats.has(format)) return true;
  const kind = formatKind(format);
  return (
    (kind === 'document' && !binaryDocuments.has(format)) ||
    (kind === 'data' && !['parquet', 'plist'].includes(format))
  );
}

/** Why this file cannot be what its name (or `input_format`) says; undefined when it can. `name` is for messages. */
export function wrongFormat(format: string, start: FileStart, name: string): Failure | undefined {
  const shown = JSON.stringify(name);
  if (start.sizeBytes === 0) {
    return failure('bad-input', `${shown} is empty (0 bytes)`, {
      hint: 'Copy or download it again from its source.',
    });
  }
  if (canBe(format, start.head)) return undefined;
  const found = formatOfBytes(start.head);
  const wanted = expectedStart(format);
  return failure(
    'bad-input',
    `${shown} is not ${article(formatLabel(format))} file: it starts with ${shownStart(start.head)}${wanted}`,
    {
      hint:
        found === undefined || found === 'cfb'
          ? 'Check where the file comes from: its name and its content do not agree.'
          : `It looks like ${formatLabel(found)}: rename it, or set \`input_format: ${found}\`.`,
    },
  );
}

function expectedStart(format: string): string {
  const family = families[format]?.[0];
  if (family !== undefined) return `, not with ${article(formatLabel(family))} header`;
  return hasSignature(format) ? `, not with ${article(formatLabel(format))} header` : '';
}

/** `an HTML`, `an XLSX`, `a DOCX`: by how the first letter is said. */
const article = (word: string): string =>
  /^([AEIOaeio]|[FHLMNRSX][A-Z])/.test(word) ? `an ${word}` : `a ${word}`;

/** `"Hello wor…"`, or `bytes 00 ff 12 …` where it is no text. */
function shownStart(head: Uint8Array): string {
  const found = formatOfBytes(head);
  if (found !== undefined && found !== 'txt') return `${article(formatLabel(found))} header`;
  if (found === undefined)
    return `bytes ${Buffer.from(head.subarray(0, 6))
      .toString('hex')
      .replaceAll(/(..)(?=.)/g, '$1 ')}`;
  const text = new TextDecoder().decode(head.subarray(0, 60));
  return JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}…` : text);
}

// Opens what a conversion made, and looks whether it holds what the sample held: text, a red and a blue half, a tone, files.
// It answers with what is wrong, or undefined. Beginnings of files were checked by `convert` before.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fromOperations, schema } from './library.mjs';
import { membersOf } from './open-archive.mjs';
import { openMedia } from './open-media.mjs';
import { openBytes, openPicture } from './open-picture.mjs';
import { glyphCount } from './open-font.mjs';
import { openZip } from './open-zip.mjs';

const { formatKind } = schema;

/** What a sample holds; vector drawings and page formats may hold both. */
const textKinds = new Set(['document', 'spreadsheet', 'presentation', 'ebook', 'data']);
const withText = new Set(['pdf', 'ps', 'eps', 'ai', 'xps', 'vtt', 'eml', 'drawio', 'srt', 'ass', 'ssa']);
const withoutText = new Set(['cbz', 'cbr', 'cbc']);

const holdsText = (from) => withText.has(from) || (textKinds.has(formatKind(from)) && !withoutText.has(from));
const holdsColours = (from) =>
  ['image', 'video'].includes(formatKind(from)) && !withText.has(from) && !greyFormats.has(from);

/** One bit or shades of grey. */
const greyFormats = new Set(['pbm', 'pgm', 'wbmp', 'xbm', 'fax', 'g3', 'otb', 'palm', 'vicar', 'fits']);

/** Markup may stand between the words. */
const hasText = (text) => /Pipeline.{0,40}?sample/is.test(text);
const noText = 'the text is not in it';
const stripped = (xml) => xml.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

/** Zips of XML, and other files in which the text can be read when unpacked. */
const zips = new Set(
  'docx docm dotx odt xlsx xlsm ods pptx pptm ppsx potx odp epub cbz htmlz txtz odg hwpx oeb'.split(' '),
);
/** Text stands in them as Latin-1 or UTF-16, or not at all: their own beginning is all that is looked at. */
const binary = new Set('doc dot xls ppt pps pot wps et dps dbf'.split(' '));
const packedBooks = new Set(
  'mobi azw azw3 azw4 prc pdb lit lrf rb snb tcr pml chm djvu xlsb numbers pages key parquet'.split(' '),
);

export async function checkFile({ path, from, to }) {
  const data = readFileSync(path);
  if (data.length === 0) return to === 'txt' && !holdsText(from) ? undefined : 'it is empty';
  if (to === 'pdf') return checkPdf(data, from);
  if (zips.has(to)) return checkZip(data, { from, to });
  if (binary.has(to)) return checkBinary(data, { from, to });
  if (packedBooks.has(to)) return undefined;
  // No library here reads back what is meant for terminals.
  if (to === 'sixel') return data.toString('latin1', 0, 2) === '\x1bP' ? undefined : 'it is no sixel';
  switch (formatKind(to)) {
    case 'image':
      return drawings.has(to) ? checkDrawing(data, to) : checkPicture(path, { from, to });
    case 'vector':
    case 'cad':
      return checkDrawing(data, to);
    case 'audio':
    case 'video':
      return checkMedia(path, { from, to });
    case 'archive':
      return checkArchive(path, to);
    case 'font':
      return (await glyphCount(data, to)) >= 8 ? undefined : 'it has next to no glyphs';
    default:
      return checkText(data, { from, to });
  }
}

const drawings = new Set(['eps', 'ps', 'xps']);

/** Of a page, a table keeps only the tables. */
const isTableOfPage = (from, to) =>
  ['spreadsheet', 'data'].includes(formatKind(to)) && ['document', 'ebook'].includes(formatKind(from));

function checkText(data, { from, to }) {
  const text = data[0] === 0xff && data[1] === 0xfe ? data.toString('utf16le') : data.toString('utf8');
  if (text.includes('\0')) return 'it is no text';
  if (formatKind(from) === 'font') return undefined;
  if (!holdsText(from) || (isTableOfPage(from, to) && text.includes('blue'))) return undefined;
  const plain = to === 'rtf' ? text.replaceAll(/[{}]|\\[a-z]+-?\d* ?/g, '') : text;
  return hasText(plain) || hasText(stripped(plain)) || hasText(plain.replaceAll(/[\\~_*-]+/g, ' '))
    ? undefined
    : noText;
}

function checkZip(data, { from, to }) {
  const files = openZip(data);
  if (files === undefined) return 'it is no zip';
  if (!holdsText(from) || (to === 'odg' && withText.has(from)))
    // A comic may have one page; every other zip lists what it holds.
    return files.size > (to === 'cbz' ? 0 : 1) ? undefined : 'there is next to nothing in it';
  const texts = [...files]
    .filter(([name]) => /\.(xml|x?html?|txt|opf|ncx)$/i.test(name))
    .map(([, content]) => content.toString('utf8'));
  if (isTableOfPage(from, to) && texts.some((text) => text.includes('blue'))) return undefined;
  return texts.some((text) => hasText(stripped(text)) || hasText(text.replaceAll(/<[^>]*>/g, '')))
    ? undefined
    : noText;
}

function checkBinary(data, { from, to }) {
  if (!holdsText(from)) return undefined;
  // Two bytes a character may begin at either.
  const texts = [data.toString('latin1'), data.toString('utf16le'), data.subarray(1).toString('utf16le')];
  if (isTableOfPage(from, to) && texts.some((text) => text.includes('blue'))) return undefined;
  return texts.some(hasText) ? undefined : noText;
}

let pdfium;

async function checkPdf(data, from) {
  pdfium ??= fromOperations('@hyzyla/pdfium').PDFiumLibrary.init();
  const document = await (await pdfium).loadDocument(data);
  try {
    if (document.getPageCount() === 0) return 'it has no page';
    const pages = [...document.pages()];
    if (holdsText(from) && pages.some((page) => hasText(page.getText()))) return undefined;
    // A title page may come first.
    let why;
    for (const page of pages.slice(0, 3)) {
      const { data: drawn, width, height } = await page.render({ scale: 1, render: 'bitmap' });
      const rgb = Buffer.from(
        Uint8Array.from({ length: width * height * 3 }, (_, at) => drawn[Math.floor(at / 3) * 4 + (at % 3)]),
      );
      const found = checkPixels({ width, height, rgb }, from);
      if (found === undefined) return undefined;
      why ??= found;
    }
    return why;
  } finally {
    document.destroy();
  }
}

/** Of an icon for macOS, the PNG that is in it. */
async function checkIcns(data, from) {
  const at = data.indexOf('\x89PNG', 0, 'latin1');
  if (data.toString('latin1', 0, 4) !== 'icns') return 'it is no ICNS';
  return at < 0 ? undefined : checkPixels(await openBytes(data.subarray(at)), from);
}

async function checkPicture(path, { from, to }) {
  if (to === 'icns') return checkIcns(readFileSync(path), from);
  return checkPixels(await openPicture(path, to), greyFormats.has(to) ? 'pgm' : from);
}

/** Coloured sources: much red at the left, much blue at the right. Others: not blank. */
function checkPixels({ width, height, rgb }, from) {
  if (width < 1 || height < 1) return 'it has no pixels';
  const first = rgb.subarray(0, 3);
  let differing = 0;
  const sums = { left: [0, 0], right: [0, 0] };
  for (let index = 0; index < width * height; index++) {
    const at = index * 3;
    if (rgb[at] !== first[0] || rgb[at + 1] !== first[1] || rgb[at + 2] !== first[2]) differing++;
    const lead = rgb[at] - rgb[at + 2];
    const side = index % width < width / 2 ? sums.left : sums.right;
    if (lead > 90) side[0]++;
    else if (lead < -90) side[1]++;
  }
  // Readers of comics cut a wide picture into two: each half is of one colour.
  if (withoutText.has(from))
    return first.every((value) => value > 250) && differing === 0 ? 'it is blank' : undefined;
  if (differing === 0) return 'it is blank';
  if (!holdsColours(from)) return undefined;
  const isRed = sums.left[0] > 4 * sums.left[1] && sums.left[0] > 50;
  const isBlue = sums.right[1] > 4 * sums.right[0] && sums.right[1] > 50;
  return isRed && isBlue ? undefined : 'its left half is not red, or its right half not blue';
}

function checkDrawing(data, to) {
  const head = data.toString('latin1', 0, 4096);
  const text = () => (to === 'svgz' ? gunzipSync(data).toString('utf8') : data.toString('utf8'));
  switch (to) {
    case 'svg':
    case 'svgz':
      return /<svg[^]*<(path|rect|image|text|use|g|polygon|polyline|glyph)\b[^]*<\/svg>/.test(text())
        ? undefined
        : 'there is no drawing in it';
    case 'eps':
    case 'ps':
      return head.startsWith('%!PS') || head.startsWith('\xc5\xd0\xd3\xc6')
        ? undefined
        : 'it is no PostScript';
    case 'emf':
      return data.toString('latin1', 40, 44) === ' EMF' ? undefined : 'it is no EMF';
    case 'wmf':
      return [0x9ac6cdd7, 0x00090001].includes(data.readUInt32LE(0)) ? undefined : 'it is no WMF';
    case 'dxf':
      return /ENTITIES[^]*EOF\s*$/.test(text()) ? undefined : 'it is no whole DXF';
    case 'xps':
      return openZip(data)?.size > 3 ? undefined : 'it is no XPS';
    default:
      return undefined;
  }
}

/** Streams without a clock. */
const timeless = new Set([
  'swf',
  'h264',
  'hevc',
  'mjpeg',
  'y4m',
  'dv',
  'cavs',
  'ivf',
  'aac',
  'sbc',
  'rso',
  'apng',
  'gif',
]);

async function checkMedia(path, { from, to }) {
  const { seconds, kinds } = await openMedia(path);
  const wanted = formatKind(to) === 'audio' ? 'audio' : 'video';
  if (!kinds.includes(wanted) && !(to === 'ogg' && kinds.includes('audio')) && formatKind(from) !== 'audio')
    return `it has no ${wanted}`;
  if (kinds.length === 0) return 'it has no track';
  if (
    timeless.has(to) ||
    from === 'dv' ||
    !['audio', 'video'].includes(formatKind(from)) ||
    timeless.has(from)
  )
    return undefined;
  return seconds > 0.7 && seconds < 2.1 ? undefined : `it is ${seconds} s long`;
}

async function checkArchive(path, to) {
  // 7-Zip does not open LZO; the program that wrote it does.
  const isLzo = to === 'tar.lzo' || to === 'tzo';
  const data = isLzo ? execFileSync('lzop', ['-dc', path]) : readFileSync(path);
  const names = await membersOf(data);
  return names.some((name) => /sample|archive|data|index/.test(name))
    ? undefined
    : `in it is only ${names.slice(0, 3).join(', ')}`;
}

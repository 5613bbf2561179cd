/**
 * The lines of text of a PDF page, each with its place as the page is shown, its size and its weight; and the outline of
 * the document. Read by PDFium, inside a converter host. It makes no paragraphs.
 */
import type { RawPdfium } from './pdfium-raw.ts';

export interface TextLine {
  readonly text: string;
  /** Start and end of its baseline, in points from the upper left of the page. */
  readonly from: Point;
  readonly to: Point;
  /** Points. */
  readonly size: number;
  readonly isBold: boolean;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PageText {
  readonly width: number;
  readonly height: number;
  readonly lines: readonly TextLine[];
}

interface Letter {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly size: number;
  readonly weight: number;
}

/** PDFium writes this for a hyphen that parts a word at the end of a line. */
export const softHyphen = '\u{FFFE}';

const maxLetters = 200_000;

export function readPage(pdfium: RawPdfium, document: number, index: number): PageText {
  const page = pdfium.call('FPDF_LoadPage', document, index);
  const textPage = pdfium.call('FPDFText_LoadPage', page);
  try {
    const width = pdfium.call('FPDF_GetPageWidthF', page);
    const height = pdfium.call('FPDF_GetPageHeightF', page);
    const shown = placer(pdfium, { page, width, height });
    const lines = lettersByLine(pdfium, textPage).flatMap((letters) => lineOf(letters, shown));
    return { width, height, lines };
  } finally {
    pdfium.call('FPDFText_ClosePage', textPage);
    pdfium.call('FPDF_ClosePage', page);
  }
}

/** From the page's own coordinates to points from the upper left, as it is shown. */
function placer(
  pdfium: RawPdfium,
  { page, width, height }: { readonly page: number; readonly width: number; readonly height: number },
): (x: number, y: number) => Point {
  // PDFium answers in whole pixels: of these there are enough.
  const fine = 100;
  return (x, y) =>
    pdfium.withMemory(8, (pointer, view) => {
      pdfium.call(
        'FPDF_PageToDevice',
        page,
        0,
        0,
        Math.round(width * fine),
        Math.round(height * fine),
        0,
        x,
        y,
        pointer,
        pointer + 4,
      );
      return { x: view().getInt32(0, true) / fine, y: view().getInt32(4, true) / fine };
    });
}

function lettersByLine(pdfium: RawPdfium, textPage: number): readonly (readonly Letter[])[] {
  const count = Math.min(pdfium.call('FPDFText_CountChars', textPage), maxLetters);
  const lines: Letter[][] = [[]];
  pdfium.withMemory(32, (pointer, view) => {
    for (let index = 0; index < count; index += 1) {
      const code = pdfium.call('FPDFText_GetUnicode', textPage, index);
      if (code === 10 || code === 13) {
        lines.push([]);
        continue;
      }
      if (code === 0) continue;
      pdfium.call('FPDFText_GetCharBox', textPage, index, pointer, pointer + 8, pointer + 16, pointer + 24);
      lines.at(-1)?.push({
        text: code === 0xfffe || code === 2 ? softHyphen : String.fromCodePoint(code),
        left: view().getFloat64(0, true),
        right: view().getFloat64(8, true),
        bottom: view().getFloat64(16, true),
        size: pdfium.call('FPDFText_GetFontSize', textPage, index),
        weight: pdfium.call('FPDFText_GetFontWeight', textPage, index),
      });
    }
  });
  return lines;
}

function lineOf(letters: readonly Letter[], shown: (x: number, y: number) => Point): readonly TextLine[] {
  // Blanks that PDFium adds have no place.
  const drawn = letters.filter(({ text, right, left }) => text.trim() !== '' && right > left);
  const [first] = drawn;
  const last = drawn.at(-1);
  const text = letters
    .map((letter) => letter.text)
    .join('')
    .trim();
  if (first === undefined || last === undefined || text === '') return [];
  const bottom = Math.min(first.bottom, last.bottom);
  const from = shown(first.left, bottom);
  const to = shown(last.right, bottom);
  const sizes = drawn.map(({ size }) => size).toSorted((left, right) => left - right);
  const size = sizes[Math.floor(sizes.length / 2)] ?? 0;
  const bold = drawn.filter(({ weight }) => weight >= 600).length;
  // Some files scale their letters by other means, and call the size 1.
  const isTold = size > 2;
  return [{ text, from, to, size: isTold ? size : 10, isBold: bold > drawn.length / 2 }];
}

export interface OutlineEntry {
  readonly title: string;
  /** From 0; undefined: it leads nowhere. */
  readonly page: number | undefined;
  readonly entries: readonly OutlineEntry[];
}

const maxEntries = 5000;

export function readOutline(pdfium: RawPdfium, document: number): readonly OutlineEntry[] {
  const seen = new Set<number>();
  const read = (parent: number): readonly OutlineEntry[] => {
    const entries: OutlineEntry[] = [];
    let bookmark = pdfium.call('FPDFBookmark_GetFirstChild', document, parent);
    while (bookmark !== 0 && !seen.has(bookmark) && seen.size < maxEntries) {
      seen.add(bookmark);
      entries.push({
        title: titleOf(pdfium, bookmark),
        page: pageOf(pdfium, document, bookmark),
        entries: read(bookmark),
      });
      bookmark = pdfium.call('FPDFBookmark_GetNextSibling', document, bookmark);
    }
    return entries;
  };
  return read(0);
}

function titleOf(pdfium: RawPdfium, bookmark: number): string {
  const length = pdfium.call('FPDFBookmark_GetTitle', bookmark, 0, 0);
  if (length <= 2) return '';
  return pdfium.withMemory(length, (pointer, view) => {
    pdfium.call('FPDFBookmark_GetTitle', bookmark, pointer, length);
    const { buffer, byteOffset } = view();
    return new TextDecoder('utf-16le').decode(new Uint8Array(buffer, byteOffset, length - 2));
  });
}

function pageOf(pdfium: RawPdfium, document: number, bookmark: number): number | undefined {
  const direct = pdfium.call('FPDFBookmark_GetDest', document, bookmark);
  const action = direct === 0 ? pdfium.call('FPDFBookmark_GetAction', bookmark) : 0;
  const destination = action === 0 ? direct : pdfium.call('FPDFAction_GetDest', document, action);
  if (destination === 0) return undefined;
  const page = pdfium.call('FPDFDest_GetDestPageIndex', document, destination);
  return page >= 0 ? page : undefined;
}

/**
 * Which chains of two are worth taking: by way of which formats a file may travel to another. Never one that loses what
 * the target could hold: no text goes by way of pixels, no layers of sound by way of a picture. Pure.
 */
import type { FormatKind } from '@pipeline/schema';
import { formatKind } from '@pipeline/schema';
import { chain } from '../converters/chain.ts';
import type { Converter } from '../converters/converter.ts';

/** By the kind of the target: formats between that keep what it can hold, the best first. */
const ways: Readonly<Partial<Record<FormatKind, readonly string[]>>> = {
  image: ['pdf', 'svg', 'png', 'tiff', 'ttf'],
  vector: ['svg', 'pdf', 'eps', 'odg', 'png', 'tiff'],
  pdf: ['cbz', 'odt', 'docx', 'ods', 'odp', 'html', 'svg', 'epub', 'ps', 'xlsx', 'png', 'tiff'],
  document: ['cbz', 'odt', 'docx', 'html', 'epub', 'pdf', 'md', 'xlsx'],
  ebook: ['cbz', 'epub', 'html', 'odt', 'docx', 'pdf'],
  spreadsheet: ['ods', 'xlsx', 'csv', 'html'],
  presentation: ['odp', 'pptx', 'pdf'],
  data: ['json', 'csv', 'xlsx', 'xml'],
  audio: ['wav', 'flac'],
  video: ['mp4', 'mkv'],
  archive: ['tar', 'zip'],
  font: ['ttf', 'otf', 'svg'],
  cad: ['dxf', 'eps', 'pdf', 'svg'],
};

/** PostScript and its like are called images by CloudConvert's groups, but hold drawings and text. */
const drawings: ReadonlySet<string> = new Set(['eps', 'ps', 'xps']);
const pixels: ReadonlySet<string> = new Set(['png', 'tiff', 'jpg', 'gif', 'bmp']);

/** The formats by way of which `from` may become `to`, the best first. */
export function waysBetween(from: string, to: string): readonly string[] {
  const kind = drawings.has(to) ? 'vector' : formatKind(to);
  // What has no headings leaves nothing in an outline, whatever it is made of on the way.
  if (kind === undefined || to === 'opml') return [];
  const isPicture = formatKind(from) === 'image' && !drawings.has(from);
  const endsInPixels = kind === 'image';
  return (ways[kind] ?? []).filter((via) => {
    if (via === from || via === to) return false;
    if (via === 'cbz' && from !== 'cbr') return false;
    if (via === 'html' && kind === 'spreadsheet' && isProse(from)) return false;
    // Pages have more to say than one drawing of them all, and neither they nor a drawing are a font.
    if (via === 'svg' && isPaged(from)) return false;
    if (formatKind(via) === 'font' || kind === 'font') return formatKind(from) === 'font';
    if (isPicture && wordy.has(kind)) return false;
    // A picture becomes another picture by pixels alone: paper in between would only cost quality.
    return pixels.has(via) ? isPicture || endsInPixels : !(isPicture && endsInPixels);
  });
}

/** A picture has no text that could become some. */
const wordy: ReadonlySet<FormatKind> = new Set(['document', 'ebook', 'spreadsheet', 'presentation', 'data']);

const isPaged = (format: string): boolean =>
  ['document', 'ebook', 'presentation', 'spreadsheet', 'data'].includes(formatKind(format) ?? '');

/** A spreadsheet keeps the tables of a page and nothing of its text. */
const isProse = (format: string): boolean =>
  ['document', 'ebook', 'presentation'].includes(formatKind(format) ?? '');

/** Every chain of two of these converters that leads there and loses nothing, each with its rank. */
export function detours(from: string, to: string, converters: readonly Converter[]): readonly Converter[] {
  return waysBetween(from, to).flatMap((via, index) => {
    const firsts = converters.filter(({ pairs }) => pairs[from]?.includes(via) === true);
    const seconds = converters.filter(({ pairs }) => pairs[via]?.includes(to) === true);
    return firsts.flatMap((first) =>
      seconds
        .filter((second) => isShort(first, second))
        // The later in the list of ways, the more is lost.
        .map((second) => chain({ first, via, second, pairs: { [from]: [to] }, penalty: 30 + 3 * index })),
    );
  });
}

/** A chain in the table counts as its parts: three at the most, none of them twice. */
function isShort(first: Converter, second: Converter): boolean {
  const parts = [first, second].flatMap(({ name }) => name.split('+'));
  return parts.length <= 3 && new Set(parts).size === parts.length;
}

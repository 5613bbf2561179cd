/**
 * The text of a PDF as HTML that flows: headings by the size of their letters, lists by their marks, lines joined into
 * paragraphs. What a page looked like is not kept. Pure.
 */
import { softHyphen } from './pdf-lines.ts';
import type { PageText, TextLine } from './pdf-lines.ts';
import { escaped } from './pdf-page-html.ts';

export interface FlowPage extends PageText {
  /** Pictures on the page, with the height at which they stand: files beside the HTML. */
  readonly pictures: readonly { readonly y: number; readonly url: string }[];
}

interface Block {
  readonly type: 'h1' | 'h2' | 'h3' | 'p' | 'ul' | 'ol';
  lines: TextLine[];
}

export function flowHtml(title: string, pages: readonly FlowPage[]): string {
  const body = bodySize(pages);
  const levels = headingSizes(pages, body);
  const html = pages.map((page) => pageFlow(page, { body, levels })).join('\n');
  return `<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>${escaped(title)}</title>\n</head>\n<body>\n${html}\n</body>\n</html>\n`;
}

interface Sizes {
  readonly body: number;
  /** Larger than the body, the largest first; at most three. */
  readonly levels: readonly number[];
}

const rounded = (size: number): number => Math.round(size * 2) / 2;

/** The size that most letters have. */
function bodySize(pages: readonly PageText[]): number {
  const counts = new Map<number, number>();
  for (const { size, text } of pages.flatMap(({ lines }) => lines)) {
    counts.set(rounded(size), (counts.get(rounded(size)) ?? 0) + text.length);
  }
  return [...counts].toSorted((left, right) => right[1] - left[1])[0]?.[0] ?? 10;
}

function headingSizes(pages: readonly PageText[], body: number): readonly number[] {
  const larger = pages
    .flatMap(({ lines }) => lines.map(({ size }) => rounded(size)))
    .filter((size) => size >= body * 1.15);
  return [...new Set(larger)].toSorted((left, right) => right - left).slice(0, 3);
}

const bullet = /^[•‣◦▪●○■–*]\s*(?=\S)/u;
const number = /^\(?(?:\d{1,3}|[a-z])[.)]\s+(?=\S)/u;

function typeOf(line: TextLine, { levels }: Sizes): Block['type'] {
  const level = levels.indexOf(rounded(line.size));
  if (level >= 0 && line.text.length < 200) return (['h1', 'h2', 'h3'] as const)[level] ?? 'p';
  if (bullet.test(line.text)) return 'ul';
  return number.test(line.text) ? 'ol' : 'p';
}

function pageFlow(page: FlowPage, sizes: Sizes): string {
  const blocks: Block[] = [];
  for (const line of page.lines) {
    const type = typeOf(line, sizes);
    const before = blocks.at(-1);
    if (before !== undefined && continues(before, line, type)) before.lines.push(line);
    else blocks.push({ type, lines: [line] });
  }
  const placed = [
    ...blocks.map((block) => ({ y: block.lines[0]?.from.y ?? 0, block })),
    ...page.pictures.map(({ y, url }) => ({ y, url })),
  ];
  // Text keeps the order that it has in the file: columns would be torn apart by their height.
  const texts = placed.flatMap((item) => ('block' in item ? [item] : []));
  const pictures = placed.flatMap((item) => ('url' in item ? [item] : []));
  const html: string[] = [];
  const flow = joinLists(texts.map(({ block, y }) => ({ html: blockHtml(block), type: block.type, y })));
  for (const item of flow) {
    for (const picture of pictures.filter(({ y }) => y <= item.y)) {
      html.push(`<p><img src="${picture.url}" alt=""></p>`);
      pictures.splice(pictures.indexOf(picture), 1);
    }
    html.push(item.html);
  }
  return [...html, ...pictures.map(({ url }) => `<p><img src="${url}" alt=""></p>`)].join('\n');
}

/** A line goes on with the paragraph above: right below it, of its size, and no item of its own. */
function continues(block: Block, line: TextLine, type: Block['type']): boolean {
  const last = block.lines.at(-1);
  if (last === undefined || type === 'ul' || type === 'ol') return false;
  const gap = line.from.y - last.from.y;
  const isNear = gap >= -1 && gap < last.size * 1.7;
  const isAlike = Math.abs(line.size - last.size) < 0.6 && line.isBold === last.isBold;
  const isItem = block.type === 'ul' || block.type === 'ol';
  // Below an item, what belongs to it is indented.
  if (isItem) return isNear && isAlike && line.from.x > (block.lines[0]?.from.x ?? 0) + 4;
  return block.type === type && isNear && isAlike;
}

function blockHtml({ type, lines }: Block): string {
  const text = escaped(joined(lines));
  if (type === 'ul' || type === 'ol') return `<li>${text.replace(type === 'ul' ? bullet : number, '')}</li>`;
  const isBold = type === 'p' && lines.every((line) => line.isBold);
  return `<${type}>${isBold ? `<strong>${text}</strong>` : text}</${type}>`;
}

/** A word that was parted at the end of a line is whole again. */
function joined(lines: readonly TextLine[]): string {
  let text = '';
  for (const line of lines) {
    if (text.endsWith(softHyphen)) text = text.slice(0, -1) + line.text;
    else text = text === '' ? line.text : `${text} ${line.text}`;
  }
  return text.replaceAll(softHyphen, '-');
}

interface Piece {
  readonly html: string;
  readonly type: Block['type'];
  readonly y: number;
}

function joinLists(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    const isItem = piece.type === 'ul' || piece.type === 'ol';
    if (!isItem) result.push(piece);
    else if (last?.type === piece.type) {
      result.splice(-1, 1, {
        ...last,
        html: last.html.replace(/<\/[uo]l>$/, `${piece.html}</${piece.type}>`),
      });
    } else result.push({ ...piece, html: `<${piece.type}>${piece.html}</${piece.type}>` });
  }
  return result;
}

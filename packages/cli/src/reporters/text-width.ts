/** Text by the columns that it takes in a terminal: an emoji or a Chinese character takes two, an accent none. */
import stringWidth from 'string-width';

// Where one character is one column: most of what is ever printed, our own signs among it.
const plainText = /^[ -~¡-¬®-˿–—‘’“”…←-↓✓✗]*$/;

/** It takes milliseconds to make, and few runs need it. */
let graphemes: Intl.Segmenter | undefined;

/** Styling counts nothing. */
export function widthOf(text: string): number {
  return plainText.test(text) ? text.length : stringWidth(text);
}

/** Cut at the end to fit, with `ellipsis` as the sign of it. Plain text: style it afterwards. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (widthOf(text) <= width) return text;
  if (width <= widthOf(ellipsis)) return ellipsis.slice(0, Math.max(0, width));
  return takeColumns(segments(text), width - widthOf(ellipsis)).join('') + ellipsis;
}

/** Cut in the middle: of a path, the end tells more than the middle. */
export function truncateMiddle(text: string, width: number, ellipsis = '…'): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(ellipsis);
  if (room < 4) return truncate(text, width, ellipsis);
  const tail = takeColumns(segments(text).reverse(), Math.ceil(room / 2))
    .reverse()
    .join('');
  return takeColumns(segments(text), room - widthOf(tail)).join('') + ellipsis + tail;
}

/** Cut, or filled up with spaces, to exactly that width. */
export function fit(text: string, width: number, ellipsis = '…'): string {
  const cut = truncateMiddle(text, width, ellipsis);
  return cut + ' '.repeat(Math.max(0, width - widthOf(cut)));
}

export function fitStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** Broken at spaces, and inside of words that are longer than a line. */
export function wrapColumns(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (widthOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = breakWord(word, Math.max(1, width));
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1) ?? '';
  }
  return line === '' ? lines : [...lines, line];
}

function breakWord(word: string, width: number): readonly string[] {
  const pieces: string[] = [];
  let rest = segments(word);
  while (rest.length > 0) {
    const piece = takeColumns(rest, width);
    // A character wider than the line still has to go somewhere.
    const taken = Math.max(1, piece.length);
    pieces.push(rest.slice(0, taken).join(''));
    rest = rest.slice(taken);
  }
  return pieces;
}

function takeColumns(characters: readonly string[], width: number): string[] {
  let used = 0;
  const end = characters.findIndex((character) => {
    used += widthOf(character);
    return used > width;
  });
  return characters.slice(0, end === -1 ? characters.length : end);
}

function segments(text: string): string[] {
  return plainText.test(text)
    ? text.split('')
    : Array.from((graphemes ??= newSegmenter()).segment(text), ({ segment }) => segment);
}

const newSegmenter = (): Intl.Segmenter => new Intl.Segmenter('en', { granularity: 'grapheme' });

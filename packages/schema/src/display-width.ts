/**
 * How text of a file looks in a terminal: which columns it takes, and nothing in it that a terminal would obey.
 * Control and direction characters are drawn as visible signs, so a file cannot forge or hide what a message shows.
 */
export interface Cell {
  /** What to print. */
  readonly text: string;
  /** Columns: 0, 1 or 2; a tab takes four. */
  readonly width: number;
  /** Index in the text. */
  readonly index: number;
}

const tabWidth = 4;

/** The text as what a reader sees as characters, in order. */
export function cells(text: string): readonly Cell[] {
  if (/^[\u0020-\u007e]*$/.test(text))
    return Array.from(text, (character, index) => ({ text: character, width: 1, index }));
  const segments = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text);
  return Array.from(segments, ({ segment, index }) => ({ ...drawn(segment), index }));
}

export function displayWidth(text: string): number {
  return cells(text).reduce((sum, cell) => sum + cell.width, 0);
}

/** Text for a message: as it is, but for characters that a terminal would obey. Line ends stay. */
export function visible(text: string): string {
  return text.replaceAll(unsafe, (character) => (character === '\n' ? character : sign(character)));
}

// eslint-disable-next-line no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

function drawn(grapheme: string): { text: string; width: number } {
  if (grapheme === '\t') return { text: ' '.repeat(tabWidth), width: tabWidth };
  const text = visible(grapheme.replaceAll('\n', ' '));
  if (/^[\p{Mark}\p{Cf}\u200b\ufeff]*$/u.test(text)) return { text, width: 0 };
  return { text, width: isWide(text) ? 2 : 1 };
}

function sign(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** East Asian wide and full-width letters, and emoji. Source: Unicode EastAsianWidth, blocks that are wide throughout. */
function isWide(grapheme: string): boolean {
  if (/\p{Emoji_Presentation}|\ufe0f|[\u{1F1E6}-\u{1F1FF}]/u.test(grapheme)) return true;
  return /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16FE0}-\u{18CFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u.test(
    grapheme,
  );
}

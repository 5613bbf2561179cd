/**
 * Makes text from outside (file names, messages of converters and servers) safe to show: nothing in it may move the
 * cursor, change colours, ring, reorder the line or start a new one. What was there stays visible, as `\n` or `\x1b`.
 */
import { stripVTControlCharacters } from 'node:util';

// Control characters (C0, DEL, C1), line and paragraph separators, directional marks, halves of surrogate pairs.
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}]/gu;

// Nearly all that is ever shown; nothing has to be looked up in it.
const harmless = /^[\u0020-\u007e]*$/;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line. */
export function printable(text: string): string {
  if (harmless.test(text)) return text;
  return text.replace(unsafe, (character) => named[character] ?? escaped(character));
}

/**
 * The lines of what a program said: its colours go, a line that was drawn over (`\r`) is what was seen last, tabs become
 * spaces, empty lines at both ends go.
 */
export function printableLines(text: string): readonly string[] {
  const lines = stripVTControlCharacters(text)
    .split(/\r?\n/)
    .map((line) =>
      printable((line.split('\r').findLast((part) => part !== '') ?? '').replaceAll('\t', '  ')).trimEnd(),
    );
  const first = lines.findIndex((line) => line !== '');
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1);
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

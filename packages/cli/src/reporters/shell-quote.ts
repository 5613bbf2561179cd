/**
 * One argument as it must be typed into a shell (sh, bash, zsh; and fish but for control characters), so that a line can
 * be copied from the summary. Nothing here is ever executed by us.
 */
const harmless = /^[\w@%+=:,./-]+$/;
// Of what must not reach a terminal as it is.
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

function shellQuote(argument: string): string {
  if (harmless.test(argument)) return argument;
  return unsafe.test(argument) ? ansiQuote(argument) : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}

export function shellCommand(words: readonly string[]): string {
  return words.map(shellQuote).join(' ');
}

/** `$'…'` names a control character by its bytes. */
function ansiQuote(argument: string): string {
  const characters = Array.from(argument, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    return unsafe.test(character) ? octalBytes(character) : character;
  });
  return `$'${characters.join('')}'`;
}

/** Octal has a fixed length: a digit that follows is not taken for a part of it. */
function octalBytes(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

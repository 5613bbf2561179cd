import { MemoryStream } from '../reporters/memory-stream.ts';
import { canDrawLive } from '../../src/reporters/can-draw-live.ts';
import { widthOf } from '../../src/reporters/text-width.ts';

/* oxlint-disable no-control-regex -- here they are what it is about */
const tokens = /\u001B\[[?\d;]*[A-Za-z]|\n|[^\u001B\n]+|[^]/g;
const control = /^\u001B\[([?\d;]*)([A-Za-z])$/;
/* oxlint-enable no-control-regex */

/**
 * A terminal as far as a view needs one: text, line ends, cursor up, erase line. Lines too long are broken, when they are
 * written and again when it gets narrower, as today's terminals do. Anything else that is written to it is an error.
 */
export class Screen extends MemoryStream {
  rows: number;
  isCursorShown = true;
  /** Logical lines; `y` is a row of the broken ones. */
  #lines: string[] = [''];
  #row = 0;

  constructor(columns: number, rows = 24) {
    super({ columns });
    this.rows = rows;
  }

  get picture(): readonly string[] {
    const lines = this.#lines.map((line) => line.trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
  }

  get cursorRow(): number {
    return this.#row;
  }

  /** Pictures: writes that erase or end with a line end; not the switches around them. */
  get frames(): number {
    return this.chunks.filter((chunk) => chunk.includes('\n')).length;
  }

  resize(columns: number): void {
    const rows = this.#lines.slice(0, this.#row).flatMap((line) => broken(line, columns));
    const below = this.#lines.slice(this.#row).flatMap((line) => broken(line, columns));
    this.#lines = [...rows, ...below];
    this.#row = rows.length;
    this.columns = columns;
    this.emit('resize');
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    for (const [token] of chunk.matchAll(tokens)) this.#obey(token);
    this.keep(chunk);
    done();
  }

  #obey(token: string): void {
    const [, count = '', command] = control.exec(token) ?? [];
    if (command === undefined) return token === '\n' ? this.#newLine() : this.#print(token);
    if (command === 'A') this.#row = Math.max(0, this.#row - Number(count || '1'));
    else if (command === 'K' && count === '2') this.#lines[this.#row] = '';
    else if (command === 'l' || command === 'h') this.#switch(count, command === 'h');
    // Columns need no care: every line is written from its start, and erased before that. Colours neither.
    else if (command !== 'G' && command !== 'm') throw new Error(`the view wrote ${JSON.stringify(token)}`);
  }

  #switch(mode: string, isOn: boolean): void {
    if (mode === '?25') this.isCursorShown = isOn;
    else if (mode !== '?2026') throw new Error(`the view switched ${mode}`);
  }

  #newLine(): void {
    this.#row += 1;
    this.#lines[this.#row] ??= '';
  }

  #print(text: string): void {
    if (/\p{Cc}/u.test(text)) throw new Error(`the view wrote ${JSON.stringify(text)}`);
    const line = (this.#lines[this.#row] ?? '') + text;
    const [first = '', ...rest] = broken(line, this.columns ?? 80);
    this.#lines.splice(this.#row, 1, first, ...rest);
    this.#row += rest.length;
  }
}

function broken(line: string, columns: number): readonly string[] {
  if (widthOf(line) <= columns) return [line];
  const rows = [''];
  for (const character of line) {
    const row = rows.at(-1) ?? '';
    if (widthOf(row + character) > columns) rows.push(character);
    else rows[rows.length - 1] = row + character;
  }
  return rows;
}

export function asTerminal(screen: Screen): Screen & NodeJS.WriteStream {
  if (!canDrawLive(screen, {})) throw new Error('not a terminal');
  return screen;
}

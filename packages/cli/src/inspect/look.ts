/** How much is said, and how it may be drawn on standard output. */
import type { Invocation } from '../parse-arguments.ts';
import { styleFor, type TerminalStyle } from '../reporters/terminal-style.ts';
import { widthOf, wrapColumns } from '../reporters/text-width.ts';
import type { Surroundings } from '../surroundings.ts';

export interface Look {
  readonly style: TerminalStyle;
  /** Columns; infinite for files, so that each reason stays in one line. */
  readonly width: number;
  readonly verbosity: 'quiet' | 'normal' | 'verbose';
}

export function lookOf({ flags }: Invocation, { stdout, env }: Surroundings): Look {
  const verbosity = flags.switches.has('quiet')
    ? 'quiet'
    : flags.switches.has('verbose')
      ? 'verbose'
      : 'normal';
  const width = stdout.isTTY === true ? Math.max(20, stdout.columns ?? 80) : Infinity;
  return { style: styleFor(stdout, env), width, verbosity };
}

/** The first line after `prefix`, further lines below it. */
export function hanging(prefix: string, text: string, { width }: Look): readonly string[] {
  const indent = widthOf(prefix);
  const [first = '', ...rest] = wrapColumns(text, Math.max(20, width - indent));
  return [`${prefix}${first}`, ...rest.map((line) => `${' '.repeat(indent)}${line}`)];
}

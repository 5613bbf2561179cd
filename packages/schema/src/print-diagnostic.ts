/**
 * Diagnostic → text for people: what is wrong, the line, carets under the exact place, what to do. Colour is optional
 * and never says anything that the text does not. It knows no language, only ranges.
 *
 *     error[PL101]: there is no key "ouput_format" here
 *       --> pipeline.yaml:12:5
 *        |
 *     12 |     ouput_format: pdf
 *        |     ^^^^^^^^^^^^
 *        = hint: did you mean "output_format"?
 */
import { codeFrame } from './code-frame.ts';
import { visible } from './display-width.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';
import { lineAndColumn } from './line-and-column.ts';
import type { Range, Source } from './source.ts';

export interface DiagnosticStyle {
  readonly isColored: boolean;
  /** Columns of the terminal; frames are cut to it, sentences are left to the terminal. */
  readonly width: number;
}

/** More places than this are counted, not shown. */
const maximumRelated = 8;

/** No line end after the last line. */
export function printDiagnostic(diagnostic: Diagnostic, source: Source, style: DiagnosticStyle): string {
  const paint = style.isColored ? painted : plain;
  const related = diagnostic.related ?? [];
  const shown = related.slice(0, maximumRelated);
  const lastLine = Math.max(
    ...[diagnostic, ...shown].map(({ range }) => lineAndColumn(source, range.end).line),
  );
  const gutter = Math.max(2, String(lastLine).length);
  const place = (range: Range, mark: string, tone: Tone): string =>
    codeFrame({
      source,
      range,
      gutter,
      width: style.width,
      mark,
      paint: { mark: (text) => paint(text, tone), gutter: (text) => paint(text, 'gutter') },
    });
  const blocks = [
    paint(`${diagnostic.severity}[${diagnostic.code}]`, diagnostic.severity) +
      paint(`: ${visible(diagnostic.message)}`, 'strong'),
    place(diagnostic.range, '^', diagnostic.severity),
  ];
  if (diagnostic.hint !== undefined) {
    const lines = visible(diagnostic.hint)
      .split('\n')
      .join(`\n${' '.repeat(gutter + 9)}`);
    blocks.push(`${' '.repeat(gutter + 1)}${paint('=', 'gutter')} ${paint('hint', 'strong')}: ${lines}`);
  }
  for (const { message, range } of shown) {
    blocks.push(`${paint('note', 'note')}: ${visible(message)}`, place(range, '-', 'note'));
  }
  if (related.length > shown.length) blocks.push(`note: and ${related.length - shown.length} more places`);
  return blocks.join('\n');
}

type Tone = Severity | 'gutter' | 'strong';

const codes: Readonly<Record<Tone, string>> = {
  error: '1;31',
  warning: '1;33',
  note: '1;36',
  gutter: '34',
  strong: '1',
};

const painted = (text: string, tone: Tone): string => `\u001b[${codes[tone]}m${text}\u001b[0m`;
const plain = (text: string): string => text;

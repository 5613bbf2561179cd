/** Diagnostics of one pipeline file on a stream, and the line that counts them. */
import type { Diagnostic, Source } from '@pipeline/schema';
import { printDiagnostic } from '@pipeline/schema';
import type { TextStyle } from './text-style.ts';
import type { OutputStream } from './surroundings.ts';

export interface ProblemTarget {
  readonly source: Source;
  readonly stream: OutputStream;
  readonly style: TextStyle;
}

/** Errors first, each group in the order of the file. */
export function printProblems(
  diagnostics: readonly Diagnostic[],
  { source, stream, style }: ProblemTarget,
): void {
  for (const diagnostic of inOrder(diagnostics))
    stream.write(`${printDiagnostic(diagnostic, source, style).trimEnd()}\n\n`);
}

/** `2 errors and 1 warning in pipeline.yaml` */
export function countProblems(diagnostics: readonly Diagnostic[], source: Source): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === 'warning').length;
  const parts = [counted(errors, 'error'), counted(warnings, 'warning')].filter((part) => part !== '');
  return `${parts.join(' and ')} in ${source.path}`;
}

/** `1 task`, `1,248 files`; empty for none. Not by `toLocaleString`, whose first call costs 15 ms. */
export function counted(count: number, noun: string): string {
  if (count === 0) return '';
  const digits = String(count).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',');
  return `${digits} ${noun}${count === 1 ? '' : 's'}`;
}

const severities = ['error', 'warning', 'note'] as const;

export function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) || a.range.start - b.range.start,
  );
}

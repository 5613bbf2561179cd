/**
 * How a `Diagnostic` comes to be. Every message of the language has one named constructor, kept beside the step that
 * finds the mistake (`syntax-diagnostics.ts`, `key-diagnostics.ts`, …) and built on `diagnostic()`, which accepts only
 * codes of the closed list. It does not know how a diagnostic is drawn.
 *
 *     export const unknownTask = (range: Range, name: string, near: readonly string[]): Diagnostic =>
 *       diagnostic('PL301', { range, message: `there is no task "${name}"`, hint: didYouMean(name, near) });
 */
import type { KnownCode } from './diagnostic-codes.ts';
import type { Diagnostic, Severity } from './diagnostic.ts';
import type { Range } from './source.ts';

export interface DiagnosticParts {
  readonly message: string;
  readonly range: Range;
  /** Default: error. */
  readonly severity?: Severity;
  /** `undefined` is dropped, so that a did-you-mean without a guess can be passed as it is. */
  readonly hint?: string | undefined;
  readonly related?: Diagnostic['related'] | undefined;
}

export function diagnostic(code: KnownCode, parts: DiagnosticParts): Diagnostic {
  return {
    code,
    severity: parts.severity ?? 'error',
    message: parts.message,
    range: parts.range,
    ...(parts.related === undefined || parts.related.length === 0 ? {} : { related: parts.related }),
    ...(parts.hint === undefined || parts.hint === '' ? {} : { hint: parts.hint }),
  };
}

/**
 * A mistake in a pipeline: collected, never thrown, all of them at once. Every message is made by a named constructor
 * in `diagnostics.ts` (the closed list of codes stands here), so that wording is tested in one place.
 */
import type { Range } from './source.ts';

export type Severity = 'error' | 'warning' | 'note';

export interface Diagnostic {
  /** Stable: `PL012`. */
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** What is wrong, and why: one sentence, no trailing period. */
  readonly message: string;
  readonly range: Range;
  /** Other places that belong to it: the other output, the steps of a cycle. */
  readonly related?: readonly { readonly message: string; readonly range: Range }[];
  /** What to do. */
  readonly hint?: string;
}

/** `PL0xx` syntax, `PL1xx` keys and values, `PL2xx` expressions, `PL3xx` references, `PL4xx` formats, `PL5xx` files. */
export type DiagnosticCode = `PL${number}`;

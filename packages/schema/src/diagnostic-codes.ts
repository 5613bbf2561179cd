/**
 * The closed list of codes, one line each: what the docs print and what `diagnostic()` accepts. A code is never reused
 * for another mistake. `PL0xx` syntax, `PL1xx` keys and values, `PL2xx` expressions, `PL3xx` references,
 * `PL4xx` formats, `PL5xx` files. Wording of the messages stands in the `*-diagnostics.ts` beside each step.
 */
export const diagnosticCodes = {
  PL001: 'The file is not valid YAML',
} as const;

export type KnownCode = keyof typeof diagnosticCodes;

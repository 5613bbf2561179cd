/** What planning found, as diagnostics; secrets taken out, as messages may quote resolved options. */
import type { PlanProblem } from '@pipeline/engine';
import type { Diagnostic, KnownCode } from '@pipeline/schema';
import { exitCode } from './exit-code.ts';
import type { Masker } from './masker.ts';

/** About `--only` and its like: the pipeline has no line that could be shown. */
export function selectionProblems(problems: readonly PlanProblem[]): readonly PlanProblem[] {
  return problems.filter(({ task }) => task === undefined);
}

export function planDiagnostics(problems: readonly PlanProblem[], masker: Masker): readonly Diagnostic[] {
  const placed = problems.filter(({ task }) => task !== undefined);
  return placed.map(({ kind, message, range, hint, related }) => ({
    code: (kind === 'error' ? 'PL501' : 'PL502') satisfies KnownCode,
    severity: 'error',
    message: masker.text(message),
    range,
    ...(hint === undefined ? {} : { hint: masker.text(hint) }),
    ...(related === undefined
      ? {}
      : { related: related.map((other) => ({ ...other, message: masker.text(other.message) })) }),
  }));
}

/** A mistake in the pipeline weighs more than something that this machine lacks. */
export function problemsExitCode(problems: readonly PlanProblem[]): number {
  return problems.some(({ kind }) => kind === 'error') ? exitCode.mistake : exitCode.missing;
}

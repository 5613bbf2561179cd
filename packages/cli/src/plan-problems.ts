/** What planning found, as diagnostics; secrets taken out, as messages may quote resolved options. */
import type { PlanProblem } from '@pipeline/engine';
import type { Diagnostic, KnownCode } from '@pipeline/schema';
import { exitCode } from './exit-code.ts';
import type { Masker } from './masker.ts';
import { type PrepareRequest, tellProblems } from './prepare-run.ts';
import { usageError } from './usage-error.ts';

export interface TellRequest extends Pick<PrepareRequest, 'opened' | 'surroundings' | 'consequence'> {
  readonly masker: Masker;
}

/** Says all of it; the exit code that it is worth. */
export function tellPlanProblems(problems: readonly PlanProblem[], request: TellRequest): number {
  for (const { message, hint } of selectionProblems(problems))
    usageError({ message, hint: hint ?? '' }, request.surroundings.stderr);
  tellProblems(planDiagnostics(problems, request.masker), request);
  return problemsExitCode(problems);
}

/** About `--only` and its like: the pipeline has no line that could be shown. */
function selectionProblems(problems: readonly PlanProblem[]): readonly PlanProblem[] {
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

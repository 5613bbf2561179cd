/** How many actions of a prediction will do what, in numbers and in words. */
import type { ActionPrediction, PredictedStatus, Prediction } from '@pipeline/engine';
import { formatCount } from '../reporters/quantity.ts';

/** In the order in which they are shown. */
export const statuses: readonly PredictedStatus[] = [
  'run',
  'may-run',
  'skipped',
  'cached',
  'up-to-date',
  'reads',
];

export type PlanCounts = Readonly<Record<PredictedStatus, number>>;

export const statusWords: Readonly<Record<PredictedStatus, string>> = {
  run: 'run',
  'may-run': 'may run',
  cached: 'cached',
  'up-to-date': 'up to date',
  skipped: 'skipped',
  reads: 'reads',
};

export function countActions(actions: readonly ActionPrediction[]): PlanCounts {
  const counts = { run: 0, 'may-run': 0, cached: 0, 'up-to-date': 0, skipped: 0, reads: 0 };
  for (const { status } of actions) counts[status] += 1;
  return counts;
}

/** `3 run, 1 may run, 37 cached`; empty for none. What is only read is no work. */
export function countsOf(counts: PlanCounts): string {
  return statuses
    .filter((status) => status !== 'reads' && counts[status] > 0)
    .map((status) => `${formatCount(counts[status])} ${statusWords[status]}`)
    .join(', ');
}

/** Nothing would be done. */
export function isUpToDate({ tasks, leftOver }: Prediction): boolean {
  if (leftOver.some(({ change }) => change === 'delete')) return false;
  return tasks.every(
    ({ actions, followsFrom, problems }) =>
      followsFrom.length === 0 &&
      problems.length === 0 &&
      actions.every(({ status }) => status !== 'may-run' && status !== 'run'),
  );
}

/** Which run of the past is meant: `last`, or the beginning of an id that no other run has. */
import type { PastRun, PastRuns } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, nearest, ok } from '@pipeline/schema';
import type { UsageError } from '../parse-arguments.ts';

export const shortLength = 8;
const shownIds = 5;

export const shortId = ({ header }: PastRun): string => header.job.slice(0, shortLength);

export function findRun({ runs }: PastRuns, named: string): Result<PastRun, UsageError> {
  const [latest] = runs;
  if (latest === undefined) {
    return err({
      message: 'no run of this project is known',
      hint: 'pipeline run makes one; -C <folder> looks in another project',
    });
  }
  if (named === 'last') return ok(latest);
  const wanted = named.toLowerCase();
  const [found, other] = runs.filter(({ header }) => header.job.toLowerCase().startsWith(wanted));
  if (found !== undefined && other === undefined) return ok(found);
  if (found === undefined) return err(unknown(named, runs));
  const all = runs.filter(({ header }) => header.job.toLowerCase().startsWith(wanted));
  return err({
    message: `${all.length} runs begin with "${named}": ${listed(all)}`,
    hint: 'give more of the id',
  });
}

function unknown(named: string, runs: readonly PastRun[]): UsageError {
  const ids = ['last', ...runs.map(shortId)];
  const near = nearest(named.slice(0, shortLength), ids);
  return {
    message: `there is no run "${named}"`,
    hint: near === undefined ? `pipeline runs lists them: ${listed(runs)}` : `did you mean "${near}"?`,
  };
}

function listed(runs: readonly PastRun[]): string {
  const rest = runs.length > shownIds ? ', …' : '';
  return runs.slice(0, shownIds).map(shortId).join(', ') + rest;
}

/** Does something with each of many, a few at a time; the first failure stops the rest and is the result. */
import type { Failure } from '@pipeline/engine';
import { failure as makeFailure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';

export interface Parallel<Item, Made> {
  readonly items: readonly Item[];
  readonly atOnce: number;
  readonly signal: AbortSignal;
  /** `signal` is also aborted when another one failed. */
  readonly work: (item: Item, index: number, signal: AbortSignal) => Promise<Result<Made, Failure>>;
}

/** In the order of `items`. */
export async function inParallel<Item, Made>(
  parallel: Parallel<Item, Made>,
): Promise<Result<readonly Made[], Failure>> {
  const { items, atOnce, work } = parallel;
  const failing = new AbortController();
  const signal = AbortSignal.any([parallel.signal, failing.signal]);
  const made: Made[] = [];
  const queue = items.entries();
  let failure: Failure | undefined;
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (signal.aborted) return;
      const result = await work(item, index, signal);
      if (result.ok) {
        made[index] = result.value;
      } else {
        failure ??= result.error;
        failing.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failure === undefined && parallel.signal.aborted)
    failure = makeFailure('cancelled', 'the transfer was cancelled');
  return failure === undefined ? ok(made) : err(failure);
}

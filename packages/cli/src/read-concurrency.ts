/** `-j 4`, `--concurrency 50%`: actions at once, for every command that does work. */
import type { Concurrency, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { FlagValues, UsageError } from './parse-arguments.ts';

/** Undefined: not given. */
export function readConcurrency(flags: FlagValues): Result<Concurrency['max'], UsageError> {
  const text = flags.values.get('concurrency');
  if (text === undefined) return ok(undefined);
  const [, digits = '', percent] = /^(\d{1,6})(%)?$/.exec(text) ?? [];
  const number = Number(digits);
  if (number < 1) {
    return err({
      message: `--concurrency cannot be "${text}"`,
      hint: 'give a number from 1 up, or a share such as 50%',
    });
  }
  return ok(percent === undefined ? number : { percent: number });
}

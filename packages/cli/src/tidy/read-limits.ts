/** How large and how old what is kept may become, as people write it. */
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { FlagValues, UsageError } from '../parse-arguments.ts';
import { parseSize } from '../parse-size.ts';

const defaultMaxBytes = 10e9;

const unitMs: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

export function readMaxBytes({ values }: FlagValues, flag: string): Result<number, UsageError> {
  const text = values.get(flag);
  const bytes = text === undefined ? defaultMaxBytes : parseSize(text);
  return bytes === undefined
    ? err({ message: `--${flag} cannot be "${text ?? ''}"`, hint: 'give a size, as 500MB or 10GB' })
    : ok(bytes);
}

/** `30d` → milliseconds. */
export function readMaxAge({ values }: FlagValues, flag: string): Result<number | undefined, UsageError> {
  const text = values.get(flag);
  if (text === undefined) return ok(undefined);
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)([mhdw])$/.exec(text.trim()) ?? [];
  const ms = Number(amount) * (unitMs[unit] ?? Number.NaN);
  return Number.isFinite(ms) && ms > 0
    ? ok(ms)
    : err({ message: `--${flag} cannot be "${text}"`, hint: 'give a time, as 12h, 30d or 4w' });
}

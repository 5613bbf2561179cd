import { expect, test } from 'vitest';
import { Pauses } from '../../src/pauses.ts';

test('many pauses at once, of which Node warns nobody, are over together', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', onWarning);
  const pauses = new Pauses();
  const long = Array.from({ length: 50 }, () => pauses.take(60_000));
  await pauses.take(1);
  expect(pauses.areOver).toBe(false);
  pauses.end();
  await Promise.all([...long, pauses.take(60_000)]);
  expect(pauses.areOver).toBe(true);
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { passed } from '../../src/passed.ts';

test('time that has passed leaves no listener, and an abort ends the wait', async () => {
  const waiting = new AbortController();
  await passed(1, waiting.signal);
  expect(getEventListeners(waiting.signal, 'abort')).toEqual([]);
  const long = passed(60_000, waiting.signal);
  waiting.abort();
  await long;
  await passed(60_000, waiting.signal);
});

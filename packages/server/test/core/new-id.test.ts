import { expect, test } from 'vitest';
import { isId } from '../../src/files.ts';
import { newId } from '../../src/new-id.ts';

test('ids are random UUIDs of version 4, and no two are alike', () => {
  const ids = Array.from({ length: 20_000 }, newId);
  expect(
    ids.filter((id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
  ).toEqual([]);
  expect(ids.every(isId)).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);
  // Every digit that is free takes every value.
  for (let place = 0; place < 36; place += 1) {
    const seen = new Set(ids.map((id) => id[place]));
    expect([1, 4, 16], `place ${place}`).toContain(seen.size);
  }
});

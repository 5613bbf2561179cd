/** Whatever is done to it, it holds what a `Map` would, in the same order. */
import { array, assert, constantFrom, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { IdMap } from '../../src/id-map.ts';

// Some begin alike, so that they are looked for in the same places.
const idOf = (number: number): string => (number % 3 === 0 ? `the same beginning ${number}` : `${number}`);

test('it holds what a map would', () => {
  const steps = array(record({ what: constantFrom('set', 'set', 'delete'), which: nat(60) }), {
    maxLength: 300,
  });
  assert(
    property(steps, (list) => {
      const map = new Map<string, object>();
      const ids = new IdMap<{ readonly id: string; readonly step: number }>();
      for (const [step, { what, which }] of list.entries()) {
        const id = idOf(which);
        const one = { id, step };
        if (what === 'delete') expect(ids.delete(id)).toBe(map.delete(id));
        else if (map.has(id)) ids.set(one);
        else ids.add(one);
        if (what === 'set') map.set(id, one);
        expect(ids.has(id)).toBe(map.has(id));
      }
      expect(ids.size).toBe(map.size);
      expect([...ids]).toEqual([...map.values()]);
      for (let which = 0; which <= 61; which += 1) expect(ids.get(idOf(which))).toBe(map.get(idOf(which)));
    }),
  );
});

test('many, of which most go again', () => {
  const ids = new IdMap<{ readonly id: string }>();
  const all = Array.from({ length: 50_000 }, () => ({ id: crypto.randomUUID() }));
  for (const one of all) ids.set(one);
  for (const { id } of all.slice(100)) expect(ids.delete(id)).toBe(true);
  expect([...ids]).toEqual(all.slice(0, 100));
  expect(ids.get(all[200]?.id ?? '')).toBeUndefined();
});

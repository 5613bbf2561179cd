import { expect, test } from 'vitest';
import { Places } from '../../src/places.ts';

test.each([0, 1, 8, 9, 100])('the places of %i names', (count) => {
  const names = Array.from({ length: count }, (_, place) => `name-${place}`);
  const places = new Places(names);
  expect(names.map((name) => places.of(name))).toEqual(names.map((_, place) => place));
  expect(places.of('other')).toBeUndefined();
});

/**
 * `matrix` → variants: every combination of the lists, less `exclude`, and `include` as GitHub Actions does it. An
 * included map that contradicts no value of a combination adds its other keys to it; one that fits none is a variant
 * of its own. It knows nothing of tasks.
 */
import type { Diagnostic } from './diagnostic.ts';
import {
  isJsonList,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonScalar,
  type JsonValue,
} from './json.ts';
import { badMatrix, badName, excludesNothing } from './key-diagnostics.ts';
import type { Variant } from './pipeline.ts';
import type { Places } from './places.ts';

const maximumVariants = 1000;

export interface LoweredMatrix {
  readonly variants: readonly Variant[];
  readonly diagnostics: readonly Diagnostic[];
}

export function lowerMatrix(matrix: JsonObject, path: JsonPath, places: Places): LoweredMatrix {
  const diagnostics = [...badNames(matrix, path, places), ...repeatedValues(matrix, path, places)];
  const lists = axes(matrix);
  const count = lists.reduce((product, [, values]) => product * values.length, lists.length === 0 ? 0 : 1);
  if (count > maximumVariants) {
    const sum = `${lists.map(([, values]) => values.length).join(' × ')} = ${count.toLocaleString('en-US')}`;
    return { variants: [], diagnostics: [...diagnostics, tooMany(places.key(path), sum)] };
  }
  const excludes = maps(matrix['exclude']);
  const all = product(lists);
  excludes.forEach((exclude, index) => {
    if (!all.some((variant) => agrees(variant, exclude))) {
      diagnostics.push(excludesNothing(places.value([...path, 'exclude', index])));
    }
  });
  const kept = all.filter((variant) => !excludes.some((exclude) => agrees(variant, exclude)));
  const variants = included(kept, maps(matrix['include']), new Set(lists.map(([name]) => name)));
  if (variants.length > maximumVariants) {
    diagnostics.push(tooMany(places.key(path), variants.length.toLocaleString('en-US')));
  } else if (variants.length === 0) {
    diagnostics.push(
      badMatrix(places.key(path), 'every combination of this matrix is excluded', 'remove an `exclude`'),
    );
  }
  if (diagnostics.length === 0) diagnostics.push(...repeatedVariants(variants, path, places));
  return { variants, diagnostics };
}

const tooMany = (range: Diagnostic['range'], sum: string): Diagnostic =>
  badMatrix(
    range,
    `this matrix gives ${sum} variants; ${maximumVariants.toLocaleString('en-US')} are possible`,
  );

type Axis = readonly [name: string, values: readonly JsonScalar[]];

function axes(matrix: JsonObject): readonly Axis[] {
  return Object.entries(matrix).flatMap(([name, values]): Axis[] =>
    name === 'include' || name === 'exclude' || !isJsonList(values) ? [] : [[name, values.filter(isScalar)]],
  );
}

function product(lists: readonly Axis[]): readonly Variant[] {
  if (lists.length === 0) return [];
  return lists.reduce<readonly Variant[]>(
    (variants, [name, values]) =>
      variants.flatMap((variant) => values.map((value) => ({ ...variant, [name]: value }))),
    [{}],
  );
}

function included(
  base: readonly Variant[],
  includes: readonly Variant[],
  names: ReadonlySet<string>,
): readonly Variant[] {
  let variants = base;
  const added: Variant[] = [];
  for (const include of includes) {
    // Only the values of the lists may not be contradicted: what an earlier `include` added may be.
    const original = Object.fromEntries(Object.entries(include).filter(([name]) => names.has(name)));
    const fits = (variant: Variant): boolean => agrees(variant, original);
    if (variants.some(fits))
      variants = variants.map((variant) => (fits(variant) ? { ...variant, ...include } : variant));
    else added.push(include);
  }
  return [...variants, ...added];
}

const agrees = (variant: Variant, part: Variant): boolean =>
  Object.entries(part).every(([name, value]) => variant[name] === value);

const isScalar = (value: JsonValue): value is JsonScalar => !isJsonList(value) && !isJsonObject(value);

function maps(value: JsonValue | undefined): readonly Variant[] {
  if (!isJsonList(value)) return [];
  return value.filter(isJsonObject).map((item) => {
    const entries = Object.entries(item).flatMap(([name, one]): [string, JsonScalar][] =>
      isScalar(one) ? [[name, one]] : [],
    );
    return Object.fromEntries(entries);
  });
}

function badNames(matrix: JsonObject, path: JsonPath, places: Places): Diagnostic[] {
  const added = maps(matrix['include']).map((include, index): [JsonPath, Variant] => [
    [...path, 'include', index],
    include,
  ]);
  return [[path, matrix] as const, ...added].flatMap(([place, names]) =>
    Object.keys(names)
      .filter((name) => !/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name))
      .map((name) =>
        badName(places.key([...place, name]), { what: 'a matrix key', name, isVariable: false }),
      ),
  );
}

function repeatedValues(matrix: JsonObject, path: JsonPath, places: Places): Diagnostic[] {
  return axes(matrix).flatMap(([name, values]) =>
    values.flatMap((value, index) =>
      values.indexOf(value) < index
        ? [
            badMatrix(
              places.value([...path, name, index]),
              `"${String(value)}" stands twice in "${name}"`,
              'remove one of the two',
            ),
          ]
        : [],
    ),
  );
}

/** Two equal variants would write the same files. */
function repeatedVariants(
  variants: readonly Variant[],
  path: JsonPath,
  places: Places,
): readonly Diagnostic[] {
  const texts = variants.map((variant) =>
    JSON.stringify(Object.entries(variant).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  if (new Set(texts).size === texts.length) return [];
  const message = 'two variants of this matrix are equal after `include`';
  return [badMatrix(places.key([...path, 'include']), message, 'remove one of the two')];
}

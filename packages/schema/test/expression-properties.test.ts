/** Properties of expressions over random texts and random trees. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  evaluateTemplate,
  type JsonScalar,
  parseCondition,
  parseTemplate,
  type Scope,
} from '@pipeline/schema';

const same = (index: number): number => index;
const fragments = [
  '${{',
  '$${{',
  '}}',
  '{{',
  "'",
  '"',
  '(',
  ')',
  '[',
  ']',
  ',',
  '.',
  '==',
  '=',
  '!',
  '&&',
  '||',
  '<',
  'in',
  ' ',
  '\n',
  '1',
  '-',
  'params.a',
  'file',
  'lower',
  'default',
  '😀',
  'é',
  '\\',
];
const soup = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join('')),
);

test('no text makes the parser throw, and every mistake lies inside the text', () => {
  fc.assert(
    fc.property(soup, (text) => {
      for (const parse of [parseTemplate, parseCondition]) {
        const parsed = parse(text, same);
        if (parsed.ok) continue;
        expect(parsed.error.length).toBeGreaterThan(0);
        for (const { range } of parsed.error) {
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThanOrEqual(text.length);
        }
      }
    }),
    { numRuns: 3000 },
  );
});

test('a text without expressions stays as it is', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!text.includes('{{'));
      expect(parseTemplate(text, same)).toEqual({ ok: true, value: undefined });
      // And between expressions, and with every literal `${{` written as `$${{`.
      expect(evaluate(`${text}\${{ 'x' }}${text}`)).toBe(text.endsWith('$') ? undefined : `${text}x${text}`);
    }),
  );
});

function evaluate(text: string): JsonScalar | undefined {
  const parsed = parseTemplate(text, same);
  if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join(', '));
  if (parsed.value === undefined) return text;
  // After a text that ends in `$` the expression is a literal one.
  if (parsed.value.parts.every((part) => typeof part === 'string')) return undefined;
  const value = evaluateTemplate(parsed.value, scope);
  if (!value.ok) throw new Error(`${text}: ${value.error}`);
  return value.value;
}

const scope: Scope = {
  params: { n: 7, s: 'Ab c' },
  env: {},
  secrets: {},
  matrix: { width: 480, format: 'webp' },
  job: { id: 'j', date: '2024-05-01' },
};

/** A tree with the value that it must have, worked out beside it, and how tightly its outermost operator binds. */
interface Node {
  readonly text: string;
  readonly value: JsonScalar;
  readonly level: number;
}

const levelOf = { '||': 0, '&&': 1, '==': 2, '!=': 2, '<': 3, '<=': 3, '>': 3, '>=': 3, in: 3 };
const unary = 4;
const primary = 5;
/** In parentheses only where the grammar needs them. */
const at = (node: Node, level: number): string => (node.level < level ? `(${node.text})` : node.text);
const leaf = (text: string, value: JsonScalar): Node => ({ text, value, level: primary });
const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`;

function binary(operator: keyof typeof levelOf, [left, right]: readonly [Node, Node], value: boolean): Node {
  const level = levelOf[operator];
  // Left to right: the right side binds tighter.
  return { text: `${at(left, level)} ${operator} ${at(right, level + 1)}`, value, level };
}

const trees = fc.letrec<{ number: Node; text: Node; boolean: Node }>((tie) => ({
  number: fc.oneof(
    fc.integer({ min: -50, max: 50 }).map((value) => leaf(String(value), value)),
    fc.constantFrom(leaf('params.n', 7), leaf('matrix.width', 480)),
    fc.tuple(tie('number')).map(([value]) => leaf(`default(matrix.absent, ${value.text})`, value.value)),
  ),
  text: fc.oneof(
    { depthSize: 'small' },
    fc.string({ maxLength: 4 }).map((value) => leaf(quoted(value), value)),
    fc.constantFrom(leaf('params.s', 'Ab c'), leaf('matrix.format', 'webp')),
    tie('text').map((inner) => leaf(`upper(${inner.text})`, String(inner.value).toUpperCase())),
    fc
      .tuple(tie('text'), tie('number'), tie('boolean'))
      .map(([a, b, c]) =>
        leaf(`join([${a.text}, ${b.text}, ${c.text}], '+')`, `${a.value}+${b.value}+${c.value}`),
      ),
    fc
      .tuple(tie('text'), tie('text'))
      .map(([a, b]) =>
        leaf(`replace(${a.text}, 'b', ${b.text})`, String(a.value).split('b').join(String(b.value))),
      ),
  ),
  boolean: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean().map((value) => leaf(String(value), value)),
    tie('boolean').map((inner) => ({
      text: `!${at(inner, unary)}`,
      value: inner.value !== true,
      level: unary,
    })),
    fc
      .tuple(tie('boolean'), tie('boolean'))
      .map(([a, b]) => binary('&&', [a, b], a.value === true && b.value === true)),
    fc
      .tuple(tie('boolean'), tie('boolean'))
      .map(([a, b]) => binary('||', [a, b], a.value === true || b.value === true)),
    fc.tuple(tie('boolean'), tie('boolean')).map(([a, b]) => binary('==', [a, b], a.value === b.value)),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => binary('!=', [a, b], a.value !== b.value)),
    fc
      .tuple(tie('number'), tie('number'))
      .map(([a, b]) => binary('<', [a, b], Number(a.value) < Number(b.value))),
    fc
      .tuple(tie('number'), tie('number'))
      .map(([a, b]) => binary('>=', [a, b], Number(a.value) >= Number(b.value))),
    fc
      .tuple(tie('text'), tie('text'))
      .map(([a, b]) => binary('<=', [a, b], String(a.value) <= String(b.value))),
    fc.tuple(tie('number'), fc.array(tie('number'), { maxLength: 3 })).map(([a, items]) =>
      binary(
        'in',
        [a, leaf(`[${items.map(({ text }) => text).join(', ')}]`, null)],
        items.some(({ value }) => value === a.value),
      ),
    ),
  ),
}));

test('a tree that is printed and read again has the value that it had', () => {
  fc.assert(
    fc.property(fc.oneof(trees.boolean, trees.text, trees.number), ({ text, value }) => {
      expect(evaluate(`\${{ ${text} }}`)).toBe(value);
    }),
    { numRuns: 2000 },
  );
});

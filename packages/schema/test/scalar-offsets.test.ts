import { array, assert, constantFrom, pre, property } from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { parseYaml } from '../src/parse-yaml.ts';

/** For each letter of the value, the letter at its offset in the file. */
function lettersAt(text: string, path: readonly string[]): readonly (readonly [string, string])[] {
  const { document } = parseYaml({ path: 'p.yaml', text });
  let value = document?.value;
  for (const key of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (document === undefined || typeof value !== 'string') throw new Error('no text');
  const offset = document.places.offsets(path);
  return value
    .split('')
    .flatMap((letter, index) => (/[a-z]/.test(letter) ? [[letter, text[offset(index)] ?? '']] : []));
}

test.each([
  ['plain', 'a: hello world\n'],
  ['plain over lines', 'a: hello\n   big\n\n   world\n'],
  ['double quotes', 'a: "hello world"\n'],
  ['escapes', 'a: "he\\tl\\u00e9lo \\"wor\\x41ld\\" \\U0001F600 end"\n'],
  ['folded double quotes', 'a: "hello\n  big \\\n  world"\n'],
  ['a tab after a fold', 'a: "hello:\n  \\t\\tworld bc"\n'],
  ['a tab after an empty line', 'a: "hello:\n\n  \\t\\tworld bc"\n'],
  ['single quotes', "a: 'it''s a world'\n"],
  ['literal block', 'a: |\n  hello\n    deep\n\n  world\n'],
  ['folded block', 'a: >-\n  hello\n  big\n\n  world\n'],
  ['block with a header comment', 'a: |2-  # note\n    hello\n  world\n'],
  ['CRLF', 'a: |\r\n  hello\r\n  world\r\n'],
  ['CRLF folded', 'a: hello\r\n  world\r\n'],
])('%s', (_name, text) => {
  const pairs = lettersAt(text, ['a']);
  expect(pairs.length).toBeGreaterThan(8);
  for (const [wanted, found] of pairs) expect(found).toBe(wanted);
});

test('whatever the YAML library writes', () => {
  const words = array(constantFrom('a', 'bc', ' ', '\n', '"', "'", '\\', '\t', ': ', ' #', 'é'), {
    maxLength: 30,
  });
  assert(
    property(
      words,
      constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
      (parts, type) => {
        const value = parts.join('');
        const text = stringify(
          { a: value },
          { defaultStringType: type, defaultKeyType: 'PLAIN', lineWidth: 20 },
        );
        const written = parseDocument(text);
        // Some texts of blanks and tabs it writes in a way that it cannot read itself.
        pre(written.errors.length === 0 && written.get('a') === value);
        for (const [wanted, found] of lettersAt(text, ['a'])) expect(found).toBe(wanted);
      },
    ),
    { numRuns: 500 },
  );
});

import { readFileSync } from 'node:fs';
import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  letrec,
  nat,
  oneof,
  property,
  string,
  tuple,
} from 'fast-check';
import { expect, test } from 'vitest';
import { loadPipeline, printDiagnostic } from '../src/index.ts';

/** Loads and prints: neither may throw, and every range must lie in the text. */
function survives(text: string): void {
  const source = { path: 'p.yaml', text };
  const loaded = loadPipeline(source);
  const diagnostics = loaded.ok ? loaded.value.warnings : loaded.error;
  if (!loaded.ok) expect(diagnostics.length).toBeGreaterThan(0);
  for (const diagnostic of diagnostics) {
    for (const { range } of [diagnostic, ...(diagnostic.related ?? [])]) {
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThanOrEqual(text.length);
    }
    expect(printDiagnostic(diagnostic, source, { isColored: false, width: 60 })).toContain(diagnostic.code);
  }
}

const example = readFileSync(new URL('../../../examples/site-assets/pipeline.yaml', import.meta.url), 'utf8');
const odd = constantFrom(
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  '{{',
  '${{',
  '}}',
  ':',
  ': ',
  '#',
  ' #',
  '*',
  '&',
  '!',
  '|',
  '>',
  '- ',
  '\t',
  '\n',
  '\n  ',
  '\\',
  '%',
  '@',
  '`',
  ',',
  '?',
  '0',
  'x',
  'null',
  '~',
  '<<: *a',
  '&a ',
  '*a',
  'é',
  '👩‍💻',
  '\r\n',
  '\u0000',
  '__proto__: ',
);

test('any text', () => {
  assert(property(string({ unit: 'binary', maxLength: 200 }), survives), { numRuns: 200 });
  assert(
    property(array(odd, { maxLength: 40 }), (parts) => survives(parts.join(''))),
    { numRuns: 600 },
  );
});

test.each([
  '[',
  '{',
  '- ',
  '? ',
  '[\n',
  '"',
  '"\\t',
  '\\',
  ' #',
  ': ',
  '*',
  '!',
  '&a ',
  'a: ',
  '${{ ',
  '{{',
  '- a: ',
  '\t',
  '<<: ',
])('a long line of %j', (piece) => survives(`name: ${piece.repeat(10_000)}\n${piece.repeat(10_000)}`));

test('a real pipeline with pieces cut out, put in and doubled', () => {
  const edit = tuple(nat(example.length), nat(12), array(odd, { maxLength: 2 }));
  assert(
    property(array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = example;
      for (const [at, length, pieces] of edits)
        text = text.slice(0, at) + pieces.join('') + text.slice(at + length);
      survives(text);
    }),
    { numRuns: 400 },
  );
});

test('any JSON where tasks stand', () => {
  const keys = constantFrom(
    'tasks',
    'operation',
    'input',
    'needs',
    'matrix',
    'if',
    'retry',
    'options',
    'path',
    'output_format',
    'params',
    'env',
    'secrets',
    'defaults',
    'concurrency',
    'watch',
    'default',
    'include',
    'x-a',
    'a',
    '*',
    'convert',
    'constructor',
    '__proto__',
  );
  const leaf = oneof(
    constantFrom(
      'convert',
      'import/local',
      'export/local',
      'a',
      '${{ matrix.a }}',
      '${{ secrets.a }}',
      '10m',
      '',
      '50%',
    ),
    double(),
    boolean(),
    constant(null),
  );
  const { value } = letrec((tie) => ({
    value: oneof(
      { maxDepth: 3 },
      leaf,
      array(tie('value'), { maxLength: 4 }),
      dictionary(keys, tie('value'), { maxKeys: 6 }),
    ),
  }));
  assert(
    property(
      dictionary(keys, value, { maxKeys: 8 }),
      dictionary(constantFrom('a', 'b', 'c'), dictionary(keys, value, { maxKeys: 8 })),
      (top, tasks) => survives(JSON.stringify({ ...top, tasks }, undefined, 1)),
    ),
    { numRuns: 200 },
  );
});

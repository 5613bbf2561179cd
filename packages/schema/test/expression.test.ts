/** Reading and evaluating `${{ }}`: values, places and messages. */
import { describe, expect, test } from 'vitest';
import {
  evaluateTemplate,
  type JsonScalar,
  parseCondition,
  parseTemplate,
  type Scope,
} from '@pipeline/schema';

const scope: Scope = {
  params: { quality: 80, name: 'Ann', draft: false, 'max-width': 1600, ratio: 0.5, empty: '' },
  env: { CITY: 'Ulm' },
  secrets: { TOKEN: 'hush' },
  matrix: { format: 'webp', width: 480, none: null },
  file: {
    path: 'docs/a b/Été à Paris.DOCX',
    dir: 'docs/a b',
    name: 'Été à Paris.DOCX',
    stem: 'Été à Paris',
    ext: 'DOCX',
    format: 'docx',
    size: 2048,
  },
  job: { id: 'j-1', date: '2024-05-01' },
};

/** The value, or the error as `!message`. */
function evaluate(text: string, values: Scope = scope): JsonScalar {
  const parsed = parseTemplate(text, (index) => index);
  if (!parsed.ok) return parsed.error.map(({ message }) => `!${message}`).join('\n');
  if (parsed.value === undefined) return `no expression: ${text}`;
  const value = evaluateTemplate(parsed.value, values);
  return value.ok ? value.value : `!${value.error}`;
}

describe('values', () => {
  test.each<[string, JsonScalar]>([
    // A scalar that is one expression keeps its type.
    ['${{ params.quality }}', 80],
    ['${{params.draft}}', false],
    ['${{ matrix.none }}', null],
    ['${{ 12.5 }}', 12.5],
    ['${{ -3 }}', -3],
    ['${{ 1e3 }}', 1000],
    ['${{ true }}', true],
    ["${{ 'it''s' }}", "it's"],
    ['${{ "say ""hi""" }}', 'say "hi"'],
    ["${{ '}}' }}", '}}'],
    ['${{ params.max-width }}', 1600],
    // Everything else is text.
    [' ${{ params.quality }}', ' 80'],
    ['${{ file.stem }}-${{ matrix.width }}.${{ matrix.format }}', 'Été à Paris-480.webp'],
    ['a ${{ params.draft }} ${{ params.ratio }}', 'a false 0.5'],
    ['$${{ params.quality }}', '${{ params.quality }}'],
    ['$$${{ x }} and ${{ env.CITY }}', '$${{ x }} and Ulm'],
    ['$ ${{ env.CITY }}', '$ Ulm'],
    ['{{mustache}} ${{ env.CITY }}', '{{mustache}} Ulm'],
    ['${{ file.size }}', 2048],
    ['${{ job.id }}/${{ job.date }}', 'j-1/2024-05-01'],
    ['Bearer ${{ secrets.TOKEN }}', 'Bearer hush'],
    // Operators, loosest to tightest: || && == < !
    ['${{ true || false && false }}', true],
    ['${{ (true || false) && false }}', false],
    ['${{ false == 2 < 1 }}', true],
    ['${{ !params.draft && matrix.width < 500 }}', true],
    ['${{ !(matrix.width < 500) }}', false],
    ['${{ !!params.draft }}', false],
    ['${{ 1 < 2 == true }}', true],
    ["${{ matrix.format == 'webp' }}", true],
    ["${{ matrix.format == 'WEBP' }}", false],
    ['${{ matrix.none == null }}', true],
    ['${{ params.quality >= 80 && params.quality <= 80 }}', true],
    ["${{ job.date < '2024-06-01' }}", true],
    ["${{ 'a' > 'b' || 'b' >= 'b' }}", true],
    ["${{ file.format in ['doc', 'docx'] }}", true],
    ["${{ !(file.format in ['md',]) }}", true],
    ['${{ matrix.width in [] }}', false],
    ['${{ matrix.width != 480 }}', false],
    // What decides is enough.
    ['${{ false && matrix.absent == 1 }}', false],
    ['${{ true || matrix.absent == 1 }}', true],
    // Functions.
    ['${{ lower(file.ext) }}', 'docx'],
    ['${{ upper(matrix.format) }}', 'WEBP'],
    ["${{ replace(file.dir, ' ', '$&') }}", 'docs/a$&b'],
    ["${{ replace('aXa', 'a', '') }}", 'X'],
    ["${{ replace('abc', '', '-') }}", 'abc'],
    ['${{ slug(file.stem) }}', 'ete-a-paris'],
    ["${{ slug('  Привет, мир! ') }}", 'привет-мир'],
    ["${{ slug('a_b--c') }}", 'a-b-c'],
    ["${{ default(matrix.absent, 'x') }}", 'x'],
    ["${{ default(env.HOME, 'x') }}", 'x'],
    ["${{ default(params.empty, 'x') }}", 'x'],
    ["${{ default(matrix.none, 'x') }}", 'x'],
    ["${{ default(params.draft, 'x') }}", false],
    ["${{ default(matrix.width, 'x') }}", 480],
    ['${{ default(matrix.absent, default(matrix.none, 3)) }}', 3],
    ["${{ join(['a', 1, true], '-') }}", 'a-1-true'],
    ["${{ join(['a', 'b']) }}", 'a,b'],
    ["${{ join([], '-') }}", ''],
    ["${{ lower(join([file.stem, matrix.format], '.')) }}", 'été à paris.webp'],
  ])('%s', (text, value) => expect(evaluate(text)).toBe(value));

  test.each(['plain', '', '{{ a }}', '$ {{', '}}', '{ file.stem }', '{{ file }}'])(
    'no expression in %j',
    (text) => {
      expect(parseTemplate(text, (index) => index)).toEqual({ ok: true, value: undefined });
    },
  );

  test.each<[string, string]>([
    ['${{ env.HOME }}', '!the environment variable HOME is not set'],
    ['${{ secrets.KEY }}', '!the secret KEY is not set in the environment'],
    ['${{ matrix.absent }}', '!this variant has no `matrix.absent`'],
    ['${{ params.toString }}', '!`params.toString` has no value'],
    ['${{ params.__proto__ }}', '!`params.__proto__` has no value'],
    ["${{ slug('!?') }}", '!slug("!?") leaves nothing: it has no letters or digits'],
    ["${{ matrix.width < 'a' }}", '!`<` cannot compare 480 with "a"'],
    ['${{ !matrix.width }}', '!`!` needs true or false, not 480'],
    ['${{ params.name && true }}', '!`&&` needs true or false, not "Ann"'],
    ['${{ true && params.name }}', '!`&&` needs true or false, not "Ann"'],
    ['${{ lower(matrix.width) }}', '!lower() needs a text, not 480'],
    ['x${{ matrix.none }}', '!null has no text'],
    ["${{ ['a'] }}", '!a list is no value: join([a, b], ", ") makes a text of it'],
  ])('%s fails with a reason', (text, error) => expect(evaluate(text)).toBe(error));

  test('a task without input has no file', () => {
    const { file: _file, ...importScope } = scope;
    expect(evaluate('${{ file.stem }}', importScope)).toBe('!there is no single file here for `file.stem`');
  });
});

/** The text with carets under it, the message, the hint. */
function shown(text: string, parse: typeof parseCondition | typeof parseTemplate = parseTemplate): string {
  const parsed = parse(text, (index) => index);
  if (parsed.ok) throw new Error(`no mistake in ${text}`);
  const lines = parsed.error.map(({ code, message, range: { start, end }, hint }) =>
    [
      `${' '.repeat(start)}${'^'.repeat(Math.max(1, end - start))} ${code} ${message}`,
      ...(hint === undefined ? [] : [`= ${hint}`]),
    ].join('\n'),
  );
  return `\n${[text, ...lines].join('\n')}`;
}

describe('mistakes', () => {
  test.each<[string, string]>([
    [
      '${{ params.a',
      '\n${{ params.a\n^^^ PL201 this expression is never closed\n= close it with `}}`; for a literal `${{` write `$${{`',
    ],
    [
      '${{ params.a } x',
      '\n${{ params.a } x\n^^^ PL201 this expression is never closed\n= close it with `}}`; for a literal `${{` write `$${{`',
    ],
    ['${{ }}', '\n${{ }}\n    ^^ PL201 this expression is empty\n= write for example `${{ file.stem }}`'],
    [
      '${{ a = 1 }}',
      '\n${{ a = 1 }}\n      ^ PL201 `=` has no meaning in an expression\n= write `==` to compare',
    ],
    [
      "${{ params.a === 'x' }}",
      "\n${{ params.a === 'x' }}\n             ^^^ PL201 `===` has no meaning in an expression\n= write `==`",
    ],
    [
      "${{ file.stem + '.pdf' }}",
      "\n${{ file.stem + '.pdf' }}\n              ^ PL201 `+` has no meaning in an expression\n= expressions do not calculate; to join texts write them side by side: `${{ file.stem }}-${{ matrix.width }}`",
    ],
    [
      '${{ matrix.width -1 }}',
      '\n${{ matrix.width -1 }}\n                 ^ PL201 `-` has no meaning in an expression\n= expressions do not calculate; give the value by `params` or `matrix`',
    ],
    [
      '${{ file.stem | lower }}',
      '\n${{ file.stem | lower }}\n              ^ PL201 `|` has no meaning in an expression\n= there are no filters: write `lower(file.stem)`; for "or" write `||`',
    ],
    [
      "${{ 'abc }}",
      "\n${{ 'abc }}\n    ^ PL201 this text is never closed\n= close it with the same quote; a quote inside a text is doubled: 'it''s'",
    ],
    [
      '${{ github.ref }}',
      '\n${{ github.ref }}\n    ^^^^^^^^^^ PL202 expressions do not know `github.ref`\n= there is no `github`; declare the variable under `env`, for example `GITHUB_REF_NAME`, and write `env.GITHUB_REF_NAME`',
    ],
    [
      '${{ inputs.q }}',
      '\n${{ inputs.q }}\n    ^^^^^^^^ PL202 expressions do not know `inputs.q`\n= inputs of a run are `params`',
    ],
    [
      '${{ matirx.width }}',
      '\n${{ matirx.width }}\n    ^^^^^^^^^^^^ PL202 expressions do not know `matirx.width`\n= did you mean "matrix"?',
    ],
    [
      '${{ webp }}',
      "\n${{ webp }}\n    ^^^^ PL202 expressions do not know `webp`\n= values come from params, env, secrets, matrix, file, job; a text stands in quotes: 'webp'",
    ],
    [
      "${{ contains(file.stem, 'x') }}",
      "\n${{ contains(file.stem, 'x') }}\n    ^^^^^^^^ PL204 there is no function `contains`\n= write `value in ['a', 'b']`",
    ],
    [
      '${{ lowr(file.stem) }}',
      '\n${{ lowr(file.stem) }}\n    ^^^^ PL204 there is no function `lowr`\n= did you mean "lower"?',
    ],
    [
      '${{ toJSON(matrix) }}',
      '\n${{ toJSON(matrix) }}\n    ^^^^^^ PL204 there is no function `toJSON`\n= functions are lower, upper, replace, slug, default, join',
    ],
    [
      '${{ file }}',
      '\n${{ file }}\n    ^^^^ PL201 expected a name after it, such as `file.stem` but found `file` alone',
    ],
    [
      '${{ file.a.b }}',
      '\n${{ file.a.b }}\n    ^^^^^^^^ PL201 expected a single name, such as `file.a` but found `file.a.b`',
    ],
    ['${{ (true }}', '\n${{ (true }}\n          ^^ PL201 expected `)` but found the end of the expression'],
    [
      "${{ file.ext in ['a' 'b'] }}",
      "\n${{ file.ext in ['a' 'b'] }}\n                     ^^^ PL201 expected `,` or `]` but found `'b'`",
    ],
    [
      '${{ true and false }}',
      '\n${{ true and false }}\n         ^^^ PL201 `and` is no operator\n= write `&&`',
    ],
    ['${{ not params.a }}', '\n${{ not params.a }}\n    ^^^ PL201 `not` is no operator\n= write `!`'],
    [
      '${{ 1 2 }}',
      '\n${{ 1 2 }}\n      ^ PL201 expected an operator or the end of the expression but found `2`',
    ],
    ['${{ == 1 }}', '\n${{ == 1 }}\n    ^^ PL201 expected a value but found `==`'],
    [
      'x {{ params.a }} y',
      "\nx {{ params.a }} y\n  ^^^^^^^^^^^^^^ PL207 `{{ params.a }}` is plain text: an expression begins with a dollar sign\n= write `${{ params.a }}`; for this very text write `${{ '{{ params.a }}' }}`",
    ],
  ])('%s', (text, expected) => expect(shown(text)).toBe(expected));

  test('all mistakes of a scalar at once', () => {
    const parsed = parseTemplate(
      '${{ = }} ${{ params.a }} ${{ x }} {{ env.B }} ${{ open',
      (index) => index + 100,
    );
    expect(parsed.ok ? [] : parsed.error.map(({ range }) => range)).toEqual([
      { start: 104, end: 105 },
      { start: 129, end: 130 },
      { start: 134, end: 145 },
      { start: 146, end: 149 },
    ]);
  });

  test('what stands too deep or too long is a mistake, not a crash', () => {
    for (const text of [
      '!'.repeat(5000),
      '('.repeat(5000),
      '['.repeat(5000),
      'lower('.repeat(5000),
      `true${' && true'.repeat(5000)}`,
    ]) {
      expect(shown(`\${{ ${text} }}`)).toContain('PL201 this expression is too long');
    }
  });

  test('huge texts are read, or refused, in no time', () => {
    const size = 1_000_000;
    const many: readonly string[] = [
      `\${{ '${'a'.repeat(size)}' }}`,
      `\${{ '${"''".repeat(size)}' }}`,
      `\${{ a${'.a'.repeat(size)} }}`,
      `\${{ ${' '.repeat(size)} }}`,
      '${{ = }}'.repeat(size),
      '{{ env.A }}'.repeat(size),
    ];
    for (const text of many) {
      const parsed = parseTemplate(text, (index) => index);
      const errors = parsed.ok ? [] : parsed.error;
      expect(errors.length).toBeGreaterThan(0);
      expect(errors.length).toBeLessThanOrEqual(50);
      for (const { message } of errors) expect(message.length).toBeLessThan(200);
    }
    const escaped = parseTemplate('$${{'.repeat(size), (index) => index);
    expect(escaped).toEqual({ ok: true, value: { parts: ['${{'.repeat(size)] } });
  });

  test('conditions stand without `${{ }}`, and may have them', () => {
    for (const text of [
      "matrix.format == 'webp'",
      "${{ matrix.format == 'webp' }}",
      "  ${{ matrix.format == 'webp' }} ",
    ]) {
      const parsed = parseCondition(text, (index) => index);
      expect(parsed.ok && evaluateTemplate(parsed.value, scope)).toEqual({ ok: true, value: true });
    }
    expect(shown('matrix.a = 1', parseCondition)).toContain('^ PL201 `=` has no meaning');
    expect(shown('  ${{ matrix.a = 1 }}', parseCondition)).toContain(
      `${' '.repeat(15)}^ PL201 \`=\` has no meaning`,
    );
    expect(shown('true && ${{ matrix.a }}', parseCondition)).toContain(
      '= write the names without `${{ }}` here',
    );
    expect(shown('', parseCondition)).toContain('PL201 this expression is empty');
  });
});

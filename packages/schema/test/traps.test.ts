import { describe, expect, test } from 'vitest';
import { check, convertWith, load } from './check.ts';

const pages = (value: string): unknown =>
  load(`tasks:
  in: { operation: import/local, path: a.pdf }
  one: { operation: convert, input: in, output_format: png, pages: ${value} }
  out: { operation: export/local, input: one, path: out }
`).tasks.get('one')?.options['pages'];

describe('text that YAML reads as something else', () => {
  test('path: !docs/**', () => {
    expect(
      check(`tasks:
  in: { operation: import/upload }
  docs:
    operation: import/local
    path: !docs/**
  out: { operation: export/local, input: [in, docs], path: out }
`),
    ).toMatchInlineSnapshot(`
      "error[PL008]: YAML reads \`!docs/**\` as a tag and drops it, because it begins with "!"
        --> pipeline.yaml:5:11
         |
       5 |     path: !docs/**
         |           ^^^^^^^^
         = hint: put it in quotes: "!docs/**""
    `);
  });

  test('path: *.md', () => {
    expect(check('tasks:\n  docs:\n    operation: import/local\n    path: *.md\n')).toMatchInlineSnapshot(`
      "error[PL005]: YAML reads \`*.md\` as an alias, a reference to an anchor "&.md" that does not exist
        --> pipeline.yaml:4:11
         |
       4 |     path: *.md
         |           ^^^^
         = hint: put it in quotes: "*.md""
    `);
    expect(check('tasks:\n  docs:\n    operation: import/local\n    path:\n      - **/*.{md,txt}\n'))
      .toMatchInlineSnapshot(`
      "error[PL005]: YAML reads \`**/*.{md,txt}\` as an alias, a reference to an anchor "&*/*.{md,txt}" that does not exist
        --> pipeline.yaml:5:9
         |
       5 |       - **/*.{md,txt}
         |         ^^^^^^^^^^^^^
         = hint: put it in quotes: "**/*.{md,txt}""
    `);
    expect(check('x-common: &common 1\nname: *comon\ntasks: { a: { operation: import/upload } }\n'))
      .toMatchInlineSnapshot(`
      "error[PL005]: there is no anchor "&comon" before this alias
        --> pipeline.yaml:2:7
         |
       2 | name: *comon
         |       ^^^^^^
         = hint: did you mean "*common"?"
    `);
  });

  test('font_color: #ff0000', () => {
    expect(
      check(`tasks:
  in: { operation: import/local, path: a.png }
  mark:
    operation: watermark
    input: in
    text: Draft
    font_color: #ff0000
  out: { operation: export/local, input: mark, path: out }
`),
    ).toMatchInlineSnapshot(`
      "error[PL108]: "font_color" has no value: after a blank, "#" begins a comment
        --> pipeline.yaml:7:17
         |
       7 |     font_color: #ff0000
         |                 ^^^^^^^
         = hint: put it in quotes: "#ff0000""
    `);
  });

  test('engine_version: 7.10', () => {
    expect(check(convertWith('    engine_version: 7.10'))).toMatchInlineSnapshot(`
      "error[PL102]: "engine_version" must be a text, but YAML reads 7.10 as the number 7.1
        --> pipeline.yaml:7:21
         |
       7 |     engine_version: 7.10
         |                     ^^^^
         = hint: put it in quotes: "7.10""
    `);
    expect(check(convertWith('    engine_version: 7'))).toMatchInlineSnapshot(`
      "error[PL102]: "engine_version" must be a text, not the number 7
        --> pipeline.yaml:7:21
         |
       7 |     engine_version: 7
         |                     ^
         = hint: put it in quotes: "7""
    `);
  });

  test('pages: 1 is certain enough', () => {
    expect(pages('1')).toBe('1');
    expect(pages('1-2')).toBe('1-2');
    expect(() => pages('0')).toThrow('"pages" must be at least 1, not the number 0');
    expect(() => pages('first')).toThrow('"pages" does not have the right form: the text "first"');
  });

  test('x: {{ a }}', () => {
    expect(check(convertWith('    filename: {{ file.stem }}'))).toMatchInlineSnapshot(`
      "error[PL013]: YAML reads {{ }} as a map inside a map
        --> pipeline.yaml:7:15
         |
       7 |     filename: {{ file.stem }}
         |               ^^^^^^^^^^^^^^^
         = hint: an expression has a dollar sign: \${{ file.stem }}"
    `);
    expect(check(convertWith('    filename: {{ file.stem }}.webp'))).toMatchInlineSnapshot(`
      "error[PL013]: YAML reads {{ }} as a map inside a map
        --> pipeline.yaml:7:15
         |
       7 |     filename: {{ file.stem }}.webp
         |               ^^^^^^^^^^^^^^^^^^^^
         = hint: an expression has a dollar sign: \${{ file.stem }}.webp"
    `);
  });

  test('[${{ a }}, b]', () => {
    expect(check('x-a: [${{ file.stem }}.png, b]\n')).toMatchInlineSnapshot(`
      "error[PL012]: inside [ ] and { } YAML reads the braces of an expression as a map
        --> pipeline.yaml:1:7
         |
       1 | x-a: [\${{ file.stem }}.png, b]
         |       ^^^^^^^^^^^^^^^^^^^^
         = hint: put the expression in quotes: "\${{ file.stem }}.png""
    `);
    expect(check('x-a: { b: ${{ file.stem }} }\n')).toMatchInlineSnapshot(`
      "error[PL012]: inside [ ] and { } YAML reads the braces of an expression as a map
        --> pipeline.yaml:1:11
         |
       1 | x-a: { b: \${{ file.stem }} }
         |           ^^^^^^^^^^^^^^^^
         = hint: put the expression in quotes: "\${{ file.stem }}""
    `);
  });

  test('text: Draft: v2', () => {
    expect(check('name: Draft: v2\n')).toMatchInlineSnapshot(`
      "error[PL011]: a value with ": " in it would begin a map inside the line, which YAML does not allow
        --> pipeline.yaml:1:7
         |
       1 | name: Draft: v2
         |       ^^^^^^^^^
         = hint: put it in quotes: "Draft: v2""
    `);
  });

  test('"C:\\tmp"', () => {
    expect(check('tasks:\n  in:\n    operation: import/local\n    path: "C:\\tmp"\n')).toMatchInlineSnapshot(`
      "error[PL014]: in double quotes YAML turns \`\\t\` into a tab, so this is not the path it looks like
        --> pipeline.yaml:4:11
         |
       4 |     path: "C:\\tmp"
         |           ^^^^^^^^
         = hint: use single quotes, or "/": 'C:\\tmp'"
    `);
    expect(check('name: "C:\\data"\n')).toMatchInlineSnapshot(`
      "error[PL014]: YAML does not know the escape \`\\d\` in double quotes
        --> pipeline.yaml:1:10
         |
       1 | name: "C:\\data"
         |          ^^
         = hint: use single quotes: 'C:\\data'"
    `);
    expect(check('tasks: { in: { operation: import/local, path: "C:\\\\tmp" } }\n')).not.toContain('PL014');
    expect(check('tasks: { in: { operation: import/upload } }\nname: "one\\ttwo"\n')).toBe('fine: in');
  });

  test('yes and no', () => {
    expect(check(convertWith('    strip: yes'))).toMatchInlineSnapshot(`
      "error[PL102]: "strip" must be true or false, not the text "yes"
        --> pipeline.yaml:7:12
         |
       7 |     strip: yes
         |            ^^^
         = hint: write true"
    `);
    expect(check(convertWith('    strip: off'))).toContain('hint: write false');
    expect(check(convertWith('    strip: "true"'))).toContain('hint: write true without quotes');
  });

  test('characters that YAML keeps for itself', () => {
    expect(check('name: @home\n')).toMatchInlineSnapshot(`
      "error[PL015]: a value cannot begin with "@": YAML keeps it for itself
        --> pipeline.yaml:1:7
         |
       1 | name: @home
         |       ^
         = hint: put it in quotes: "@home""
    `);
    expect(check(convertWith('    filename: %d.png'))).toMatchInlineSnapshot(`
      "error[PL015]: a value cannot begin with "%": YAML keeps it for itself
        --> pipeline.yaml:7:15
         |
       7 |     filename: %d.png
         |               ^
         = hint: put it in quotes: "%d.png""
    `);
  });

  test('a comma in braces', () => {
    expect(
      check(`params: { q: { type: integer, default: 3, description: Of photos, 1 to 9 } }
tasks: { in: { operation: import/upload } }
`),
    ).toMatchInlineSnapshot(`
      "error[PL101]: there is no key "1 to 9" in "q"
        --> pipeline.yaml:1:67
         |
       1 | params: { q: { type: integer, default: 3, description: Of photos, 1 to 9 } }
         |                                                                   ^^^^^^
         = hint: inside { } a comma ends the text before it: put that text in quotes"
    `);
  });

  test('no blank after a colon in braces', () => {
    expect(check('tasks: { in: { operation: import/local, path:a.png } }\n')).toMatchInlineSnapshot(`
      "error[PL101]: there is no key "path:a.png" in import/local
        --> pipeline.yaml:1:41
         |
       1 | tasks: { in: { operation: import/local, path:a.png } }
         |                                         ^^^^^^^^^^
         = hint: a blank belongs after the colon: \`path: a.png\`"
    `);
  });

  test('mistakes of other tasks are still reported', () => {
    expect(
      check(`tasks:
  in: { operation: import/local, path: !a/** }
  one: { operation: convert, input: in, output_format: png, width: 1px }
  out: { operation: export/local, input: oen, path: out }
`),
    ).toMatchInlineSnapshot(`
      "error[PL008]: YAML reads \`!a/**\` as a tag and drops it, because it begins with "!"
        --> pipeline.yaml:2:40
         |
       2 |   in: { operation: import/local, path: !a/** }
         |                                        ^^^^^
         = hint: put it in quotes: "!a/**"

      error[PL102]: "width" must be a whole number, not the text "1px"
        --> pipeline.yaml:3:68
         |
       3 |   one: { operation: convert, input: in, output_format: png, width: 1px }
         |                                                                    ^^^
         = hint: write 1

      error[PL301]: there is no task "oen"
        --> pipeline.yaml:4:42
         |
       4 |   out: { operation: export/local, input: oen, path: out }
         |                                          ^^^
         = hint: did you mean "one"?"
    `);
  });
});

test('true where one of a few words is wanted: quotes would not help', () => {
  const text = `tasks:
  made: { operation: import/local, path: a.md }
  out: { operation: export/local, input: made, path: out, overwrite: true }
`;
  expect(check(text)).toMatchInlineSnapshot(`
    "error[PL103]: "overwrite" must be if_changed, always or never, not true
      --> pipeline.yaml:3:70
       |
     3 |   out: { operation: export/local, input: made, path: out, overwrite: true }
       |                                                                      ^^^^"
  `);
});

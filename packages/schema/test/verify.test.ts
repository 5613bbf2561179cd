import { describe, expect, test } from 'vitest';
import { check, codes, convertWith, load } from './check.ts';

const verify = (keys: string): string => convertWith(`    verify: ${keys}`);

describe('verify', () => {
  test.each([
    '{ width: 1920, height: { min: 200, max: 1080 }, max_size: 5MB, format: webp }',
    '{ max_size: 80% }',
    '{ max_size: 500 KiB }',
    '{ max_size: 1000000 }',
    '{ width: "${{ params.w }}", format: "${{ file.format }}" }',
    '{ x-why: the shop refuses others, width: { max: 100 } }',
  ])('%s', (keys) => {
    expect(check(`params: { w: 3 }\n${verify(keys)}`)).toBe('fine: in, one, out');
  });

  test('is part of the task, its expressions beside it', () => {
    const task = load(`params: { w: 3 }\n${verify('{ width: "${{ params.w }}", format: webp }')}`).tasks.get(
      'one',
    );
    expect(task?.verify?.values).toEqual({ width: '${{ params.w }}', format: 'webp' });
    expect(task?.verify?.templates.map(({ path }) => path)).toEqual([['width']]);
  });

  test('what is wrong with it', () => {
    expect(check(verify('{ pags: 3, width: wide, max_size: 5 megs, pdf_a: 5b, height: { least: 3 } }')))
      .toMatchInlineSnapshot(`
        "error[PL101]: there is no key "pags" in "verify"
          --> pipeline.yaml:7:15
           |
         7 |     verify: { pags: 3, width: wide, max_size: 5 megs, pdf_a: 5b, height: { least: 3 } }
           |               ^^^^
           = hint: did you mean "pages"?

        error[PL102]: "width" must be a whole number or a map, not the text "wide"
          --> pipeline.yaml:7:31
           |
         7 |     verify: { pags: 3, width: wide, max_size: 5 megs, pdf_a: 5b, height: { least: 3 } }
           |                               ^^^^

        error[PL107]: "max_size" does not have the right form: the text "5 megs"
          --> pipeline.yaml:7:47
           |
         7 |     verify: { pags: 3, width: wide, max_size: 5 megs, pdf_a: 5b, height: { least: 3 } }
           |                                               ^^^^^^
           = hint: for instance "5MB"

        error[PL103]: "pdf_a" must be true, "1a", "1b", "2a", "2b", "2u", "3a", "3b", "3u", "4", "4e" or "4f", not the text "5b"
          --> pipeline.yaml:7:62
           |
         7 |     verify: { pags: 3, width: wide, max_size: 5 megs, pdf_a: 5b, height: { least: 3 } }
           |                                                              ^^

        error[PL101]: there is no key "least" in "height"
          --> pipeline.yaml:7:76
           |
         7 |     verify: { pags: 3, width: wide, max_size: 5 megs, pdf_a: 5b, height: { least: 3 } }
           |                                                                            ^^^^^
           = hint: its keys are min, max"
      `);
    expect(check(verify('{ width: { min: 9, max: 3 }, format: pdff }'))).toMatchInlineSnapshot(`
      "error[PL115]: \`min\` of \`width\` is greater than its \`max\`
        --> pipeline.yaml:7:22
         |
       7 |     verify: { width: { min: 9, max: 3 }, format: pdff }
         |                      ^^^^^^^^^^^^^^^^^^

      error[PL403]: there is no format "pdff"
        --> pipeline.yaml:7:50
         |
       7 |     verify: { width: { min: 9, max: 3 }, format: pdff }
         |                                                  ^^^^
         = hint: did you mean "pdf"?"
    `);
    expect(check(verify('{ width: "${{ params.nope }}" }'))).toMatchInlineSnapshot(`
      "error[PL202]: there is no parameter "nope"
        --> pipeline.yaml:7:27
         |
       7 |     verify: { width: "\${{ params.nope }}" }
         |                           ^^^^^^^^^^^
         = hint: declare it at the top of the file: \`params: { nope: { type: string } }\`"
    `);
    expect(check(verify('{ width: "${{ file.name }}" }'))).toMatchInlineSnapshot(`
      "error[PL205]: \`width\` takes a whole number of at least 0, but this is text
        --> pipeline.yaml:7:27
         |
       7 |     verify: { width: "\${{ file.name }}" }
         |                           ^^^^^^^^^"
    `);
    expect(codes(verify('{}'))).toEqual(['PL106']);
  });

  test('what cannot be measured on what comes out', () => {
    expect(check(verify('{ duration: 10s }'))).toMatchInlineSnapshot(`
      "error[PL407]: \`duration\` has no meaning for webp, which task \`one\` makes
        --> pipeline.yaml:7:25
         |
       7 |     verify: { duration: 10s }
         |                         ^^^
         = hint: it is for audio, video and GIF"
    `);
    expect(codes(verify('{ pages: 1, pdf_a: true, text_contains: a }'))).toEqual(['PL407', 'PL407', 'PL407']);
    const each = (format: string): readonly string[] =>
      codes(
        verify('{ width: 3 }').replace(
          'output_format: webp',
          `matrix: { f: [webp, ${format}] }\n    output_format: \${{ matrix.f }}`,
        ),
      );
    expect(each('png')).toEqual([]);
    expect(each('pdf')).toEqual(['PL407']);
  });

  test('where there is nothing to check', () => {
    const out = 'out: { operation: export/local, input: one, path: out';
    expect(check(convertWith('').replace(out, `${out}, verify: { max_size: 5MB }`))).toMatchInlineSnapshot(`
      "error[PL115]: \`verify\` comes too late in export/local: the files are where they should be kept from
        --> pipeline.yaml:8:58
         |
       8 |   out: { operation: export/local, input: one, path: out, verify: { max_size: 5MB } }
         |                                                          ^^^^^^
         = hint: write it in the task that makes them"
    `);
    const all = `defaults: { "*": { verify: { max_size: 5MB } } }\n${convertWith('')}`;
    expect(check(all)).toBe('fine: in, one, out');
    const first = 'in: { operation: import/local, path: a.png';
    expect(check(convertWith('').replace(first, `${first}, verify: { max_size: 80% }`)))
      .toMatchInlineSnapshot(`
      "error[PL115]: \`max_size\` in percent has no input to be compared with: import/local takes no files
        --> pipeline.yaml:2:67
         |
       2 |   in: { operation: import/local, path: a.png, verify: { max_size: 80% } }
         |                                                                   ^^^
         = hint: write a size, such as 5MB"
    `);
  });
});

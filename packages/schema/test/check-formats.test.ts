/** Format flow through whole pipelines. */
import { describe, expect, test } from 'vitest';
import { applicableOptions, type Conversions, loadPipeline } from '@pipeline/schema';
import { load, mistakes as allMistakes } from './load.ts';

/** What this test's backend can do besides CloudConvert. */
const conversions: Conversions = {
  has: (from, to) => conversions.targets(from).has(to),
  targets: (from) => new Set({ md: ['epub', 'pdf'], json: ['yaml', 'csv'], foo: [] }[from] ?? []),
};

/** Only what is said about formats. */
const mistakes = (text: string, with_: Conversions | undefined = conversions): readonly string[] =>
  allMistakes(text, with_).filter((mistake) => mistake.startsWith('PL4'));

/** One task `it` that takes the files of a glob. */
const flow = (glob: string, task: string, more = ''): readonly string[] =>
  mistakes(`
params: { f: { type: string, default: pdf, enum: [pdf, mp4] }, any: { type: string, default: pdf } }
tasks:
  src: { operation: import/local, path: ${glob} }
  ${more}
  it: { input: src, ${task} }
  out: { operation: export/local, path: out, input: it }
`);

describe('what is right stays silent', () => {
  test.each<[string, string]>([
    ['"**/*.docx"', 'operation: convert, output_format: pdf, pages: 1-2'],
    ['"**/*.{docx,md,html}"', 'operation: convert, output_format: pdf'],
    ['"*.md"', 'operation: convert, output_format: epub'],
    ['"*.json"', 'operation: convert, output_format: yaml'],
    [
      '"*.JPEG"',
      'operation: convert, output_format: webp, quality: 80, strip: true, filename: "${{ file.stem }}.webp"',
    ],
    ['"*"', 'operation: convert, output_format: mp4, video_codec: x264, crf: 20'],
    ['docs', 'operation: thumbnail, output_format: png'],
    ['"*.[dD][oO][cC]"', 'operation: convert, output_format: mp4'],
    ['"*.mp{3..4}"', 'operation: thumbnail, output_format: png'],
    ['"${{ params.any }}/*.mp3"', 'operation: thumbnail, output_format: png'],
    ['"*.tar.gz"', 'operation: convert, output_format: zip'],
    ['"*.mp3"', 'operation: convert, output_format: "${{ params.any }}"'],
    ['"*.{jpg,mp3}"', 'operation: archive, output_format: tar.gz, filename: all.tgz'],
    ['"*.{jpg,pdf,mp4}"', 'operation: watermark, text: DRAFT, pages: 1'],
    ['"*.svg"', 'operation: convert, output_format: pdf, width: 300'],
    ['"*.pptx"', 'operation: convert, output_format: jpg, pixel_density: 200'],
    ['"*.gif"', 'operation: convert, output_format: mp4, fps: 25'],
    ['"*.foo"', 'operation: thumbnail, output_format: png'],
    ['"*.bin"', 'operation: convert, input_format: docx, output_format: pdf'],
    ['["*.{png,mp3}", "!**/*.mp3"]', 'operation: thumbnail, output_format: png'],
    ['"*.{png,mp3}", exclude: "**/*.mp3"', 'operation: thumbnail, output_format: png'],
  ])('%s → %s', (glob, task) => expect(flow(glob, task)).toEqual([]));
});

describe('what cannot be', () => {
  const takes =
    'it takes images, drawings, PDF, documents, presentations, spreadsheets, ebooks, video, fonts and CAD drawings';

  test.each<[string, string, string]>([
    [
      '"*.mp3"',
      'operation: thumbnail, output_format: png',
      `PL401 \`thumbnail\` cannot take mp3 (from task \`src\`) @ it = ${takes}`,
    ],
    [
      '"*.{png,mp3,wav}"',
      'operation: thumbnail, output_format: png',
      `PL401 \`thumbnail\` cannot take mp3 or wav (from task \`src\`) @ it = ${takes}`,
    ],
    [
      '"*.docx"',
      'operation: optimize',
      'PL401 `optimize` cannot take docx (from task `src`) @ it = it takes jpg, png, webp, svg, gif and PDF',
    ],
    [
      '"*.docx"',
      'operation: pdf/rotate-pages, rotation: "+90"',
      'PL401 `pdf/rotate-pages` cannot take docx (from task `src`) @ it = it takes PDF',
    ],
    [
      '"*.docx"',
      'operation: convert, output_format: mp4',
      'PL402 nothing converts docx to mp4 (from task `src`) @ mp4 = docx can become pdf, png, jpg, html, txt, epub, odt, azw3, …',
    ],
    [
      '"*.png"',
      'operation: convert, output_format: docx',
      'PL402 nothing converts png to docx (from task `src`) @ docx = png can become pdf, jpg, webp, gif, bmp, eps, icns, ico, …',
    ],
    [
      '"*.mp3"',
      'operation: convert, output_format: mp4',
      'PL402 nothing converts mp3 to mp4 (from task `src`) @ mp4 = mp3 can become aac, aiff, flac, m4a, wav or wma',
    ],
    [
      '"*.foo"',
      'operation: convert, output_format: pdf',
      'PL402 nothing converts foo to pdf (from task `src`) @ pdf = if its name hides what the file is, say so with `input_format`',
    ],
    [
      '"*.docx"',
      'operation: convert, output_format: pfd',
      'PL403 there is no format "pfd" @ pfd = did you mean "pdf"?',
    ],
    [
      '"*.docx"',
      'operation: convert, output_format: pdf, input_format: dcox',
      'PL403 there is no format "dcox" @ dcox = did you mean "docx"?',
    ],
    [
      '"*.docx"',
      'operation: convert, output_format: pdf, quality: 80',
      'PL404 `quality` has no meaning when docx becomes pdf @ 80 = it is for conversions to images, or from images to PDF',
    ],
    [
      '"*.docx"',
      'operation: convert, output_format: pdf, video_codec: x264',
      'PL404 `video_codec` has no meaning when docx becomes pdf @ x264 = it is for conversions to video',
    ],
    [
      '"*"',
      'operation: convert, output_format: pdf, video_codec: x264',
      'PL404 `video_codec` has no meaning when pdf comes out @ x264 = it is for conversions to video',
    ],
    [
      '"*.png"',
      'operation: optimize, profile: web',
      'PL404 `profile` has no meaning for png @ web = it is for conversions from PDF',
    ],
    [
      '"*.{docx,mp3}"',
      'operation: merge, output_format: pdf',
      'PL405 `merge` cannot make PDF pages of mp3 (from task `src`) @ it = to put files of any kind together, use `archive`',
    ],
    [
      '"*.docx"',
      'operation: convert, output_format: pdf, filename: "${{ file.stem }}.docx"',
      'PL406 the file name ends in ".docx", but what comes out is pdf @ "${{ file.stem }}.docx" = let the name end in ".pdf"',
    ],
    [
      '"*.pdf"',
      'operation: pdf/split-pages, filename: page-%d.png',
      'PL406 the file name ends in ".png", but what comes out is pdf @ page-%d.png = let the name end in ".pdf"',
    ],
    [
      '"*.docx"',
      'operation: convert, output_format: "${{ params.f }}"',
      'PL402 nothing converts docx to mp4 (from task `src`) @ "${{ params.f }}" = docx can become pdf, png, jpg, html, txt, epub, odt, azw3, …',
    ],
    [
      '"*.docx"',
      'operation: convert, matrix: { f: [pdf, mp4] }, output_format: "${{ matrix.f }}"',
      'PL402 nothing converts docx to mp4 (from task `src`) @ "${{ matrix.f }}" = docx can become pdf, png, jpg, html, txt, epub, odt, azw3, …',
    ],
    [
      '"*.docx"',
      'operation: convert, matrix: { f: [pdf, png] }, output_format: "${{ matrix.f }}", filename: "x.${{ matrix.f }}", video_codec: x264',
      'PL404 `video_codec` has no meaning when docx becomes pdf @ x264 = it is for conversions to video',
    ],
    [
      '"*.png"',
      'operation: convert, matrix: { f: [webp, jpg], e: [jpg] }, output_format: "${{ matrix.f }}", filename: "${{ file.stem }}.${{ matrix.e }}"',
      'PL406 the file name ends in ".jpg", but what comes out is webp @ "${{ file.stem }}.${{ matrix.e }}" = let the name end in ".webp"',
    ],
  ])('%s → %s', (glob, task, expected) => expect(flow(glob, task)).toEqual([expected]));

  test('the formats of the hint begin with the kind that was wanted', () => {
    expect(flow('"*.gif"', 'operation: convert, output_format: ogv')).toEqual([
      'PL402 nothing converts gif to ogv (from task `src`) @ ogv = gif can become mp4, avi, flv, mkv, mov, webm, wmv, pdf, …',
    ]);
  });
});

const converted = (condition: string): string =>
  `operation: convert, matrix: { f: [pdf, mp4] }, output_format: "\${{ matrix.f }}"${condition}`;

/** Number of mistakes without any backend. */
const without = (glob: string, to: string): number => {
  const text = `tasks: { src: { operation: import/local, path: "${glob}" }, it: { operation: convert, input: src, output_format: ${to} }, out: { operation: export/url, input: it } }`;
  const loaded = loadPipeline({ path: 'p.yaml', text }, {});
  return loaded.ok ? 0 : loaded.error.length;
};

describe('flow', () => {
  test('goes through tasks in any order of the file, and names the last task before', () => {
    const text = `
tasks:
  out: { operation: export/local, path: out, input: cover }
  cover: { operation: thumbnail, input: sound, output_format: png }
  sound: { operation: convert, input: clips, output_format: mp3 }
  clips: { operation: import/local, path: "*.mp4" }
`;
    expect(mistakes(text)).toHaveLength(1);
    expect(mistakes(text)[0]).toMatch(/^PL401 `thumbnail` cannot take mp3 \(from task `sound`\) @ cover/);
  });

  test('a mistake is not told again of the tasks below', () => {
    const more =
      'small: { operation: optimize, input: src }\n  again: { operation: convert, input: small, output_format: pdf }';
    expect(
      flow('"*.mp3"', 'operation: archive, output_format: zip', more).map((text) => text.slice(0, 5)),
    ).toEqual(['PL401']);
  });

  test.each<[string, string]>([
    ['operation: import/url, url: "https://x.org/a/song.mp3?x=1#y"', 'mp3'],
    ['operation: import/url, url: "https://x.org/get.php", filename: song.mp3', 'mp3'],
    ['operation: import/url, url: "https://x.org/song.%6dp3"', 'mp3'],
    ['operation: import/base64, file: AAAA, filename: song.wav', 'wav'],
    ['operation: import/raw, file: "x.png", filename: song.m4a', 'm4a'],
    [
      'operation: import/s3, bucket: b, region: r, access_key_id: k, secret_access_key: s, key: a/song.mp3',
      'mp3',
    ],
    ['operation: import/sftp, host: h, username: u, password: p, file: /a/song.mp3', 'mp3'],
  ])('%s gives %s', (task, format) => {
    const text = `tasks: { src: { ${task} }, it: { operation: thumbnail, input: src, output_format: png }, out: { operation: export/url, input: it } }`;
    expect(mistakes(text)[0]).toContain(`cannot take ${format} (from task \`src\`)`);
  });

  test.each([
    'operation: import/url, url: "https://x.org/get.php"',
    'operation: import/url, url: "https://x.org/"',
    'operation: import/url, url: "https://mp3.mp3"',
    'operation: import/url, url: "https://x.org/%zz"',
    'operation: import/upload',
    'operation: import/s3, bucket: b, region: r, access_key_id: k, secret_access_key: s, key_prefix: song.mp3',
  ])('%s gives nothing that is known', (task) => {
    const text = `tasks: { src: { ${task} }, it: { operation: thumbnail, input: src, output_format: png }, out: { operation: export/url, input: it } }`;
    expect(mistakes(text)).toEqual([]);
  });

  test.each<[string, boolean]>([
    ["file.format == 'png'", true],
    ["file.format != 'mp3'", true],
    ["file.ext in ['png', 'jpg']", true],
    ["lower(file.ext) == 'png'", true],
    ["file.format in ['png'] && file.size > 10", true],
    ["!(file.format == 'mp3')", true],
    ["file.stem == 'cover'", true],
    ["file.format == 'mp3'", false],
    ['params.on', false],
    ["file.format in ['png', 'mp3']", false],
  ])('`if: %s` keeps mp3 out: %s', (condition, keepsOut) => {
    const text = `
params: { on: { type: boolean, default: true } }
tasks:
  src: { operation: import/local, path: "*.{png,mp3}" }
  it: { operation: thumbnail, input: src, output_format: png, if: "${condition}" }
  out: { operation: export/local, path: out, input: it }
`;
    expect(mistakes(text).length).toBe(keepsOut ? 0 : 1);
  });

  test('`if` on the matrix keeps a variant out', () => {
    expect(flow('"*.docx"', converted(''))).toHaveLength(1);
    expect(flow('"*.docx"', converted(`, if: "matrix.f != 'mp4'"`))).toEqual([]);
    expect(flow('"*.docx"', converted(`, if: "matrix.f == 'pdf' || file.format == 'mov'"`))).toEqual([]);
  });

  test('a picture that is no picture', () => {
    const text = `
tasks:
  src: { operation: import/local, path: "*.png" }
  logo: { operation: import/local, path: logo.mp3 }
  it: { operation: watermark, input: src, image: logo }
  out: { operation: export/local, path: out, input: it }
`;
    expect(mistakes(text)).toEqual([
      'PL401 `image` of `watermark` cannot be mp3 (from task `logo`) @ logo = it takes images and drawings',
    ]);
  });

  test('defaults are for many tasks: one without a use for them is no mistake', () => {
    const text = `
defaults: { convert: { quality: 80 } }
tasks:
  src: { operation: import/local, path: "*.docx" }
  it: { operation: convert, input: src, output_format: pdf }
  out: { operation: export/local, path: out, input: it }
`;
    expect(mistakes(text)).toEqual([]);
    expect(load(text).tasks.get('it')).toMatchObject({ options: { quality: 80 }, inherited: ['quality'] });
  });

  test('of options for several formats, each file gets those that are for it', () => {
    const options = { output_format: 'pdf', quality: 80, pages: '1', filename: 'x.pdf' };
    expect(applicableOptions('convert', options, { from: 'jpg', to: 'pdf' })).toEqual({
      output_format: 'pdf',
      quality: 80,
      filename: 'x.pdf',
    });
    expect(applicableOptions('convert', options, { from: 'docx', to: 'pdf' })).toEqual({
      output_format: 'pdf',
      pages: '1',
      filename: 'x.pdf',
    });
    expect(applicableOptions('convert', options, { from: undefined, to: 'pdf' })).toBe(options);
  });

  test('without a backend only what no tool does is called impossible', () => {
    expect([
      without('*.md', 'epub'),
      without('*.docx', 'mp4'),
      without('*.foo', 'pdf'),
      without('*.jxl', 'qoi'),
    ]).toEqual([0, 1, 0, 0]);
  });

  test('a chain of 10,000 tasks, last first, does not overflow', () => {
    const count = 10_000;
    const lines = Array.from({ length: count }, (_, index) => {
      const input = index + 1 === count ? 'src' : `t${index + 1}`;
      return `  t${index}: { operation: convert, input: ${input}, output_format: ${index === 0 ? 'mp4' : 'pdf'} }`;
    });
    const text = `tasks:\n  out: { operation: export/url, input: t0 }\n${lines.join('\n')}\n  src: { operation: import/local, path: "*.docx" }\n`;
    expect(mistakes(text).map((mistake) => mistake.slice(0, 60))).toEqual([
      'PL402 nothing converts pdf to mp4 (from task `t1`) @ mp4 = p',
    ]);
  });
});

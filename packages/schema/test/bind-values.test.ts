/** Values of a run, and the options that come of them. */
import { describe, expect, test } from 'vitest';
import {
  bindValues,
  type GivenValues,
  resolveOptions,
  type RunValues,
  type Scope,
  type Task,
} from '@pipeline/schema';
import { load, shown } from './load.ts';

const declared = `
params:
  quality: { type: integer, default: 80, minimum: 1, maximum: 100 }
  ratio: { type: number, default: 0.5 }
  draft: { type: boolean, default: false }
  mode: { type: string, default: max, enum: [max, crop] }
  out-dir: { type: string, default: out, pattern: '^[a-z]+$' }
  plain: hello
env: { CITY: Ulm }
secrets: [TOKEN]
tasks:
  files: { operation: import/upload }
  out: { operation: export/local, path: out, input: files }
`;

function bind(text: string, given: Partial<GivenValues>): RunValues | readonly string[] {
  const bound = bindValues(load(text), { params: {}, env: {}, ...given });
  return bound.ok ? bound.value : bound.error.map((diagnostic) => shown(text, diagnostic));
}

describe('parameters', () => {
  const defaults = { quality: 80, ratio: 0.5, draft: false, mode: 'max', 'out-dir': 'out', plain: 'hello' };

  test.each<[GivenValues['params'], GivenValues['env'], object]>([
    [{}, {}, {}],
    [{ quality: '75' }, {}, { quality: 75 }],
    [{ quality: 75 }, {}, { quality: 75 }],
    [{ ratio: '1e-1', draft: 'true', mode: 'crop' }, {}, { ratio: 0.1, draft: true, mode: 'crop' }],
    [{ ratio: 2 }, {}, { ratio: 2 }],
    [{ plain: '12' }, {}, { plain: '12' }],
    [{ plain: '' }, {}, { plain: '' }],
    [{}, { PIPELINE_PARAM_OUT_DIR: 'dist', PIPELINE_PARAM_OTHER: 'x' }, { 'out-dir': 'dist' }],
    [{ quality: '60' }, { PIPELINE_PARAM_QUALITY: '50' }, { quality: 60 }],
    [{}, { PIPELINE_PARAM_QUALITY: '50' }, { quality: 50 }],
  ])('%j and %j', (params, env, expected) => {
    expect(bind(declared, { params, env })).toMatchObject({ params: { ...defaults, ...expected } });
  });

  test.each<[GivenValues['params'], string]>([
    [{ qualty: '1' }, 'PL211 the pipeline has no parameter "qualty" @ quality = did you mean "quality"?'],
    [
      { width: '1' },
      'PL211 the pipeline has no parameter "width" @ quality = it has quality, ratio, draft, mode, out-dir, plain',
    ],
    [
      { quality: '0' },
      'PL212 the parameter "quality" takes a whole number from 1 to 100, but "0" is given @ quality',
    ],
    [
      { quality: '7.5' },
      'PL212 the parameter "quality" takes a whole number from 1 to 100, but "7.5" is given @ quality',
    ],
    [
      { quality: '' },
      'PL212 the parameter "quality" takes a whole number from 1 to 100, but "" is given @ quality',
    ],
    [
      { quality: '0x10' },
      'PL212 the parameter "quality" takes a whole number from 1 to 100, but "0x10" is given @ quality',
    ],
    [{ ratio: 'Infinity' }, 'PL212 the parameter "ratio" takes a number, but "Infinity" is given @ ratio'],
    [
      { draft: 'yes' },
      'PL212 the parameter "draft" takes true or false, but "yes" is given @ draft = write true or false',
    ],
    [
      { draft: 1 },
      'PL212 the parameter "draft" takes true or false, but 1 is given @ draft = write true or false',
    ],
    [
      { mode: 'cropp' },
      'PL212 the parameter "mode" takes one of max, crop, but "cropp" is given @ mode = did you mean "crop"?',
    ],
    [
      { 'out-dir': 'A' },
      'PL212 the parameter "out-dir" takes text that matches ^[a-z]+$, but "A" is given @ out-dir',
    ],
    [
      { plain: 12 },
      'PL212 the parameter "plain" takes text, but 12 is given @ plain = put the value in quotes: "12"',
    ],
  ])('%j', (params, expected) => expect(bind(declared, { params })).toEqual([expected]));

  test('a wrong value in the environment names its variable', () => {
    expect(bind(declared, { env: { PIPELINE_PARAM_DRAFT: 'no' } })).toEqual([
      'PL212 the parameter "draft" takes true or false, but "no" is given by PIPELINE_PARAM_DRAFT @ draft = write true or false',
    ]);
  });

  test('everything that is missing is told at once', () => {
    const text = `
params: { a: { type: string, description: Where to. }, max-width: { type: integer } }
env: [CITY, ZIP]
secrets: [TOKEN, UNUSED]
tasks:
  page: { operation: import/url, url: "https://x.org/\${{ env.CITY }}/\${{ default(env.ZIP, '1') }}", headers: { A: "\${{ secrets.TOKEN }}" } }
  out: { operation: export/local, path: "\${{ params.a }}/\${{ env.CITY }}", input: page }
`;
    expect(bind(text, { params: { width: 'x' }, env: { CITY: '' } })).toEqual([
      'PL211 the pipeline has no parameter "width" @ a = it has a, max-width',
      'PL213 the parameter "a" has no value (Where to.) @ a = give it with `-p a=…` or PIPELINE_PARAM_A, or declare a `default`',
      'PL213 the parameter "max-width" has no value @ max-width = give it with `-p max-width=…` or PIPELINE_PARAM_MAX_WIDTH, or declare a `default`',
      'PL214 the environment variable CITY is not set @ env.CITY = set it, give it a default under `env`, or write `default(env.CITY, …)`',
      'PL215 the secret TOKEN is not set in the environment @ secrets.TOKEN = set the environment variable TOKEN',
    ]);
    const given = { params: { a: 'x', 'max-width': '9' }, env: { CITY: 'Ulm', TOKEN: 'hush', OTHER: 'y' } };
    expect(bind(text, given)).toEqual({
      params: { a: 'x', 'max-width': 9 },
      env: { CITY: 'Ulm' },
      secrets: { TOKEN: 'hush' },
    });
  });

  test('a pipeline without parameters says so', () => {
    const text = 'tasks: { a: { operation: import/upload }, b: { operation: export/url, input: a } }';
    expect(bind(text, { params: { x: '1' } })).toEqual([
      'PL211 the pipeline has no parameter "x" @  = it declares no `params` at all',
    ]);
  });

  test('the environment goes before the default', () => {
    expect(bind(declared, {})).toMatchObject({ env: { CITY: 'Ulm' }, secrets: {} });
    expect(bind(declared, { env: { CITY: 'Bonn', TOKEN: 'hush' } })).toMatchObject({
      env: { CITY: 'Bonn' },
      secrets: { TOKEN: 'hush' },
    });
  });
});

function task(yaml: string): Task {
  const text = `
params: { n: { type: integer }, s: { type: string }, big: { type: integer } }
env: [X]
secrets: [TOKEN]
tasks:
  files: { operation: import/upload }
  it: ${yaml}
  out: { operation: export/url, input: it }
`;
  const found = load(text).tasks.get('it');
  if (found === undefined) throw new Error('no task');
  return found;
}

describe('options', () => {
  const scope: Scope = {
    params: { n: 640, s: 'text', big: 900 },
    env: { X: 'x' },
    secrets: { TOKEN: 'hush' },
    matrix: { width: 480 },
    file: { path: 'a/b.png', dir: 'a', name: 'b.png', stem: 'b', ext: 'png', format: 'png', size: 3 },
    job: { id: 'j', date: '2024-05-01' },
  };

  test('a task without expressions gives its own options, not a copy', () => {
    const plain = task('{ operation: convert, input: files, output_format: webp, width: 480 }');
    expect(resolveOptions(plain, scope)).toEqual({ ok: true, value: { output_format: 'webp', width: 480 } });
    const resolved = resolveOptions(plain, scope);
    expect(resolved.ok && resolved.value).toBe(plain.options);
  });

  test('values keep their types, and the task stays as it was', () => {
    const one = task(
      '{ operation: convert, input: files, matrix: { width: [480] }, output_format: webp, fit: max, width: "${{ matrix.width }}", height: "${{ params.n }}", filename: "${{ file.stem }}-${{ matrix.width }}.webp" }',
    );
    const before = JSON.stringify(one.options);
    expect(resolveOptions(one, scope)).toEqual({
      ok: true,
      value: { output_format: 'webp', fit: 'max', width: 480, height: 640, filename: 'b-480.webp' },
    });
    expect(JSON.stringify(one.options)).toBe(before);
  });

  test('only what changes is copied', () => {
    const meta = task(
      '{ operation: metadata/write, input: files, metadata: { Title: "${{ file.stem }}", Author: Ann, Year: "${{ params.n }}" } }',
    );
    expect(resolveOptions(meta, scope)).toEqual({
      ok: true,
      value: { metadata: { Title: 'b', Author: 'Ann', Year: 640 } },
    });
    const list = task(
      '{ operation: command, input: files, engine: ffmpeg, command: ffmpeg, arguments: [-i, "${{ env.X }}", "${{ params.n }}"] }',
    );
    const resolved = resolveOptions(list, scope);
    expect(resolved.ok && resolved.value).toEqual({
      engine: 'ffmpeg',
      command: 'ffmpeg',
      arguments: ['-i', 'x', 640],
    });
  });

  test.each<[string, string]>([
    [
      '{ operation: convert, input: files, output_format: webp, quality: "${{ params.big }}" }',
      '`quality` takes a whole number from 1 to 100, but its expression gives 900',
    ],
    [
      '{ operation: convert, input: files, output_format: webp, fit: "${{ params.s }}" }',
      '`fit` takes one of max, crop, scale, but its expression gives "text"',
    ],
    [
      '{ operation: convert, input: files, output_format: webp, width: "${{ default(params.s, 3) }}" }',
      '`width` takes a whole number of at least 1, but its expression gives "text"',
    ],
    [
      '{ operation: convert, input: files, output_format: webp, filename: "${{ slug(\'!\') }}" }',
      '`filename` has no value: slug("!") leaves nothing: it has no letters or digits',
    ],
    [
      "{ operation: convert, input: files, output_format: webp, filename: \"${{ replace(params.s, 'text', '') }}\" }",
      '`filename` takes text, but its expression gives ""',
    ],
  ])('%s', (yaml, error) => expect(resolveOptions(task(yaml), scope)).toEqual({ ok: false, error }));

  test('the value of a secret stands in no message', () => {
    const open = task('{ operation: pdf/decrypt, input: files, password: "${{ secrets.TOKEN }}" }');
    const { secrets: _secrets, ...others } = scope;
    expect(resolveOptions(open, { ...others, secrets: { TOKEN: '' } })).toEqual({
      ok: false,
      error: '`password` takes text, but what its expression gives is not that',
    });
  });
});

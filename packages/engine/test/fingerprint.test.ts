/** What makes another result, and what does not: the same meaning has the same key, however it was written. */
import { createHash } from 'node:crypto';
import type { JsonObject, OperationName } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { fingerprintOf } from '../src/fingerprint.ts';
import type { ActionPlan, ActionRequest, Artifact } from '../src/operation.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

const photo: Artifact = {
  task: 'photos',
  dir: 'summer',
  name: 'a.jpg',
  format: 'jpg',
  path: '/home/ann/a.jpg',
  sizeBytes: 3,
  sha256: 'aa',
};

function request(
  options: JsonObject,
  more: Partial<ActionRequest> & { operation?: OperationName } = {},
): ActionRequest {
  const { operation = 'convert', ...rest } = more;
  return {
    task: {
      name: 'small',
      range: { start: 0, end: 0 },
      operation,
      inputs: [],
      fileInputs: {},
      needs: [],
      variants: [{}],
      groupBy: 'file',
      retry: { attempts: 1, delayMs: 0, backoff: 1, maxDelayMs: 0, on: 'transient' },
      ignoreError: false,
      cache: true,
      options,
      templates: [],
      optionRanges: {},
    },
    address: 'small[a.jpg]',
    variant: {},
    inputs: [photo],
    fileInputs: {},
    options,
    ...rest,
  };
}

const plan: ActionPlan = {
  converter: { name: 'sharp', version: '1' },
  basis: { libvips: '8.17', pipeline: '1.0.0' },
};
const key = (asked: ActionRequest, planned: ActionPlan = plan): string =>
  fingerprintOf(asked, planned, digest).key;

const base = { output_format: 'webp', width: 100 };

test.each<[string, JsonObject, OperationName?]>([
  ['the order of the options', { width: 100, output_format: 'webp' }],
  ['an option that says what holds anyway', { ...base, fit: 'max', strip: false, auto_orient: true }],
])('no difference: %s', (_what, options) => {
  expect(key(request(options))).toBe(key(request(base)));
});

test.each<[OperationName, JsonObject, JsonObject]>([
  ['convert', { output_format: 'pdf', pages: 1 }, { output_format: 'pdf', pages: '1' }],
  ['convert', { output_format: 'mp4', level: 4.1 }, { output_format: 'mp4', level: '4.1' }],
  ['convert', { output_format: 'mp4', trim_start: 90 }, { output_format: 'mp4', trim_start: '90' }],
  ['convert', { output_format: 'png', quality: 80 }, JSON.parse('{"quality": 80.0, "output_format": "png"}')],
  ['convert', { output_format: 'png', zoom: 1, screen_width: 1440, wait_time: 0 }, { output_format: 'png' }],
  ['convert', { output_format: 'mp4', preset: 'medium', faststart: true }, { output_format: 'mp4' }],
  ['pdf/x', { variant: 4 }, {}],
  ['pdf/x', { variant: '4' }, {}],
  ['pdf/ocr', { language: ['eng'], auto_orient: true }, {}],
  ['pdf/a', { conformance_level: '3b' }, {}],
  [
    'pdf/encrypt',
    { set_password: 'x', allow_print: 'full', allow_modify: 'all', allow_extract: true },
    { set_password: 'x' },
  ],
  ['optimize', { profile: 'web', flatten_signatures: false }, {}],
  [
    'watermark',
    { text: 'A', rotation: 0, font_align: 'left', opacity: 100, margin_vertical: 25 },
    { text: 'A' },
  ],
  ['thumbnail', { output_format: 'png', count: 1, fit: 'max' }, { output_format: 'png' }],
  ['metadata/write', { metadata: { b: 1, a: 'x' } }, { metadata: { a: 'x', b: 1 } }],
])('%s: %o is the same as %o', (operation, one, other) => {
  expect(key(request(one, { operation }))).toBe(key(request(other, { operation })));
});

test.each<[string, ActionRequest, ActionPlan?]>([
  ['an option', request({ ...base, width: 101 })],
  ['an option that is not the default', request({ ...base, fit: 'crop' })],
  ['true for what is neither by default', request({ ...base, embed_images: true })],
  ['a text in place of a number where only texts are taken', request({ ...base, filename: 'a.webp' })],
  ['another operation', request(base, { operation: 'thumbnail' })],
  ['the content of a file', request(base, { inputs: [{ ...photo, sha256: 'bb' }] })],
  ['the name of a file', request(base, { inputs: [{ ...photo, name: 'b.jpg' }] })],
  ['the place of a file', request(base, { inputs: [{ ...photo, dir: 'winter' }] })],
  ['one file more', request(base, { inputs: [photo, photo] })],
  ['a file of an option', request(base, { fileInputs: { image: [photo] } })],
  ['what it must hold to', request(base, { verify: { width: 100 } })],
  ['another converter', request(base), { ...plan, converter: { name: 'imagemagick', version: '1' } }],
  ['another version', request(base), { ...plan, converter: { name: 'sharp', version: '2' } }],
  ['another library inside', request(base), { ...plan, basis: { libvips: '8.18', pipeline: '1.0.0' } }],
  ['fonts', request(base), { ...plan, basis: { libvips: '8.17', pipeline: '1.0.0', fonts: '1a' } }],
])('a difference: %s', (_what, asked, planned = plan) => {
  expect(key(asked, planned)).not.toBe(key(request(base)));
});

test('the order of files counts where they become one', () => {
  const other = { ...photo, name: 'b.jpg', sha256: 'bb' };
  expect(key(request(base, { inputs: [photo, other] }))).not.toBe(
    key(request(base, { inputs: [other, photo] })),
  );
});

test('neither where a file lies, nor whose it is, nor what its task is called', () => {
  const asked = request(base, {
    inputs: [{ ...photo, task: 'others', path: '/home/bob/a.jpg' }],
    address: 'other[a.jpg]',
  });
  const renamed = { ...asked, task: { ...asked.task, name: 'other', timeoutMs: 5 } };
  expect(key(renamed)).toBe(key(request(base)));
});

test('what it is made of can be read', () => {
  const { ingredients } = fingerprintOf(request({ ...base, fit: 'max' }), plan, digest);
  expect(ingredients).toEqual([
    { name: 'language', value: '1' },
    { name: 'operation', value: 'convert' },
    { name: 'option output_format', value: '"webp"' },
    { name: 'option width', value: '100' },
    { name: 'converter', value: 'sharp 1' },
    { name: 'libvips', value: '8.17' },
    { name: 'pipeline', value: '1.0.0' },
    { name: 'input summer/a.jpg', value: 'aa' },
  ]);
});

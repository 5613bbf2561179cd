/**
 * What `verify` can ask of the files that a task makes, as JSON Schema, and which formats each question has a meaning for.
 * It measures nothing: that is the business of the backend.
 */
import { type FormatKind, formatKind } from './formats.ts';
import type { JsonObject } from './json.ts';
import { durationPattern, type KeySchema } from './key-schema.ts';

/** `5MB`, `500 KiB`, `80%` of the source. */
const sizePattern = '^[0-9]+(\\.[0-9]+)? ?([kKMG]i?B|B|%)$';

const count = { type: 'integer', minimum: 0 } as const;
const seconds = { type: ['number', 'string'], minimum: 0, pattern: durationPattern } as const;

function bounds(value: JsonObject, what: string, examples: KeySchema['examples']): JsonObject {
  return {
    properties: {
      min: { ...value, description: `The least ${what}.`, examples: [examples[0] ?? 1] },
      max: { ...value, description: `The greatest ${what}.`, examples: [examples[1] ?? 1] },
    },
    additionalProperties: false,
    minProperties: 1,
  };
}

function counted(what: string, examples: KeySchema['examples']): JsonObject {
  return { type: ['integer', 'object'], minimum: 0, ...bounds(count, what, examples) };
}

export const verifyKeys: Readonly<Record<string, KeySchema>> = {
  pages: {
    ...counted('number of pages', [1, 20]),
    description: 'Pages of a PDF, or of a TIFF: a number, or `min` and `max`.',
    examples: [12, { min: 1, max: 20 }],
  },
  duration: {
    type: ['number', 'string', 'object'],
    minimum: 0,
    pattern: durationPattern,
    ...bounds(seconds, 'duration', ['30s', '2m']),
    description:
      'Length of sound or video: seconds or a text with a unit, give or take half a second; or `min` and `max`.',
    examples: ['90s', { min: 30, max: '2m' }],
  },
  width: {
    ...counted('width', [320, 1920]),
    description: 'Pixels across of a picture or video, as it is shown: a number, or `min` and `max`.',
    examples: [1920, { max: 1920 }],
  },
  height: {
    ...counted('height', [240, 1080]),
    description: 'Pixels down of a picture or video, as it is shown: a number, or `min` and `max`.',
    examples: [1080, { min: 200 }],
  },
  max_size: {
    type: ['integer', 'string'],
    minimum: 1,
    pattern: sizePattern,
    description: 'Size on disk at most: bytes, a text with a unit, or a share of the size of the input.',
    examples: ['5MB', '80%'],
  },
  format: {
    type: 'string',
    minLength: 1,
    description: 'What the file really is, told by its content and not by its name.',
    examples: ['pdf'],
  },
  pdf_a: {
    enum: [true, '1a', '1b', '2a', '2b', '2u', '3a', '3b', '3u', '4', '4e', '4f'],
    description: 'The file says of itself that it is PDF/A: of any kind, or of this part and level.',
    examples: [true, '2b'],
  },
  text_contains: {
    type: ['string', 'array'],
    minLength: 1,
    minItems: 1,
    items: { type: 'string', minLength: 1 },
    description:
      'Text that a person can read in it, or a list of such texts; blanks and line ends count alike.',
    examples: ['Invoice', ['Invoice', 'Total']],
  },
};

interface Measurable {
  readonly kinds?: readonly FormatKind[];
  readonly formats?: readonly string[];
}

/** Absent: every file. */
const verifiable: Readonly<Record<string, Measurable>> = {
  pages: { kinds: ['pdf'], formats: ['tiff'] },
  duration: { kinds: ['audio', 'video'], formats: ['gif'] },
  width: { kinds: ['image', 'video'], formats: ['svg'] },
  height: { kinds: ['image', 'video'], formats: ['svg'] },
  pdf_a: { kinds: ['pdf'] },
  text_contains: {
    kinds: ['pdf', 'document', 'ebook', 'data', 'spreadsheet', 'presentation'],
    formats: ['svg'],
  },
};

/** Whether `verify` can ask this of files of that format; a format that nobody knows may be anything. */
export function canVerify(check: string, format: string): boolean {
  const { kinds, formats } = (Object.hasOwn(verifiable, check) ? verifiable[check] : undefined) ?? {};
  const kind = formatKind(format);
  if ((kinds === undefined && formats === undefined) || kind === undefined) return true;
  return kinds?.includes(kind) === true || formats?.includes(format) === true;
}

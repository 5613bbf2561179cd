/**
 * What `verify` expects, held against what was measured. Pure: it knows the language of the key and no format. A number
 * is exact, but for durations, which no codec keeps to the frame.
 */
import type { JsonObject, JsonValue } from '@pipeline/schema';

/** What is wrong, in words: `12 pages, expected at most 10`. Undefined: it holds. */
export type Verdict = { readonly expected: string; readonly found: string } | undefined;

/** Codecs pad to whole frames. */
const secondsOff = 0.5;

export function judgeCount(wanted: JsonValue, found: number): Verdict {
  return judgeRange(rangeOf(wanted, count, 0), found, (value) => value.toLocaleString('en-US'));
}

export function judgeSeconds(wanted: JsonValue, found: number): Verdict {
  return judgeRange(rangeOf(wanted, seconds, secondsOff), found, (value) => `${round(value)} s`);
}

interface Range {
  readonly min: number;
  readonly max: number;
  /** One value is wanted. */
  readonly exact?: number;
}

function rangeOf(wanted: JsonValue, read: (value: JsonValue) => number | undefined, off: number): Range {
  const exact = read(wanted);
  if (exact !== undefined) return { min: exact - off, max: exact + off, exact };
  const bounds = isObject(wanted) ? wanted : {};
  return {
    min: read(bounds['min'] ?? null) ?? 0,
    max: read(bounds['max'] ?? null) ?? Number.POSITIVE_INFINITY,
  };
}

function judgeRange({ min, max, exact }: Range, found: number, shown: (value: number) => string): Verdict {
  if (found >= min && found <= max) return undefined;
  const least = min > 0 ? `at least ${shown(min)}` : '';
  const most = Number.isFinite(max) ? `at most ${shown(max)}` : '';
  const range = [least, most].filter((text) => text !== '').join(' and ');
  return { expected: exact === undefined ? range : shown(exact), found: shown(found) };
}

const count = (value: JsonValue): number | undefined => (typeof value === 'number' ? value : undefined);

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** `90`, `90s`, `1m30s`. */
function seconds(value: JsonValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  let sum = 0;
  for (const [, amount, unit] of value.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/g))
    sum += Number(amount) * (unitSeconds[unit ?? ''] ?? 0);
  return sum;
}

const units: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  kiB: 2 ** 10,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

/** `inputBytes`: of everything that went in. */
export function judgeSize(
  wanted: JsonValue,
  { bytes, inputBytes }: { readonly bytes: number; readonly inputBytes: number },
): Verdict {
  const [, amount = '0', unit = 'B'] = /^([0-9.]+) ?([A-Za-z%]*)$/.exec(word(wanted)) ?? [];
  const isShare = unit === '%';
  const most = isShare ? (inputBytes * Number(amount)) / 100 : Number(amount) * (units[unit] ?? 1);
  if (bytes <= most) return undefined;
  const asked = typeof wanted === 'number' ? shownBytes(wanted) : word(wanted);
  const share = inputBytes === 0 ? '' : ` (${Math.ceil((100 * bytes) / inputBytes)}% of the input)`;
  return {
    expected: `at most ${asked}${isShare ? ` of the input, ${shownBytes(Math.floor(most))}` : ''}`,
    found: `${shownBytes(bytes)}${isShare ? share : ''}`,
  };
}

const shownBytes = (bytes: number): string => `${bytes.toLocaleString('en-US')} bytes`;

/** `found`: `2B`, as its metadata says; undefined for a PDF that says nothing. */
export function judgePdfA(wanted: JsonValue, found: string | undefined): Verdict {
  const isAsked = wanted === true ? found !== undefined : found?.toLowerCase() === word(wanted);
  if (isAsked) return undefined;
  return {
    expected: wanted === true ? 'PDF/A' : `PDF/A-${word(wanted)}`,
    found: found === undefined ? 'a PDF that is not marked as PDF/A' : `PDF/A-${found.toLowerCase()}`,
  };
}

/** Line ends and blanks depend on how a page is set: they all count as one blank. */
export function judgeText(wanted: JsonValue, text: string): Verdict {
  const flat = flattened(text);
  const texts = Array.isArray(wanted) ? wanted : [wanted];
  const missing = texts.map(word).filter((one) => !flat.includes(flattened(one)));
  if (missing.length === 0) return undefined;
  const begin = flat.length > 80 ? `${flat.slice(0, 80)}…` : flat;
  return {
    expected: `the text ${missing.map((one) => JSON.stringify(one)).join(' and ')}`,
    found: flat === '' ? 'no text at all' : `a text without it that begins with ${JSON.stringify(begin)}`,
  };
}

const flattened = (text: string): string =>
  text.normalize('NFC').replaceAll('­', '').replaceAll(/\s+/gu, ' ').trim();

const round = (value: number): number => Math.round(value * 100) / 100;

/** The schema lets nothing but texts and numbers here. */
const word = (value: JsonValue): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

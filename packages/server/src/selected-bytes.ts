/**
 * Which bytes of a file a request gets, by its conditions and its range (RFC 9110, sections 13 and 14). Pure. Several
 * ranges at once, and ranges that are no ranges, are answered with the whole file, as the standard allows.
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface StoredBytes {
  readonly sizeBytes: number;
  /** Strong, with its quotation marks. */
  readonly etag: string;
  readonly modifiedAt: Date;
}

export type Selected =
  | { readonly type: 'whole' }
  /** Both ends included. */
  | { readonly type: 'part'; readonly first: number; readonly last: number }
  | { readonly type: 'not-modified' }
  | { readonly type: 'unsatisfiable' };

export function selectBytes(method: string, headers: IncomingHttpHeaders, stored: StoredBytes): Selected {
  if (isKnown(headers, stored)) return { type: 'not-modified' };
  const range = method === 'GET' ? headers.range : undefined;
  if (range === undefined || !isSame(headers['if-range'], stored)) return { type: 'whole' };
  return selectRange(range, stored.sizeBytes);
}

/** The client has it already. Dates count only where there is no tag. */
function isKnown(headers: IncomingHttpHeaders, { etag, modifiedAt }: StoredBytes): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) {
    return tags.trim() === '*' || [...tags.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, tag]) => tag === etag);
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return wholeSeconds(modifiedAt) <= since;
}

/** What the client has a part of is this very file. */
function isSame(ifRange: string | string[] | undefined, { etag, modifiedAt }: StoredBytes): boolean {
  if (ifRange === undefined) return true;
  return ifRange === etag || Date.parse(String(ifRange)) === wholeSeconds(modifiedAt);
}

/** HTTP dates know no fractions. */
const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1000) * 1000;

function selectRange(range: string, sizeBytes: number): Selected {
  const [, from = '', to = ''] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range) ?? [];
  if (from === '' && to === '') return { type: 'whole' };
  // The last bytes.
  if (from === '') return part(Math.max(0, sizeBytes - Number(to)), sizeBytes - 1);
  const first = Number(from);
  const last = to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (to !== '' && Number(to) < first) return { type: 'whole' };
  return part(first, last);
}

const part = (first: number, last: number): Selected =>
  first > last ? { type: 'unsatisfiable' } : { type: 'part', first, last };

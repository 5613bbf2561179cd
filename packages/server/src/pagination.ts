/**
 * Lists in pages, in CloudConvert's envelope: a simple paginator that never counts, so `last` is null and there is no
 * total. Empty parameters are absent ones: some clients always send all of them.
 */
import type { JsonObject, JsonValue } from '@pipeline/schema';

/** A parsed query: a parameter given twice is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Page {
  readonly number: number;
  readonly size: number;
}

const defaultSize = 100;
const largestSize = 1000;

export function parameter(query: Query, name: string): string | undefined {
  const value = query[name];
  const text = typeof value === 'string' ? value : value?.at(-1);
  return text === undefined || text === '' ? undefined : text;
}

/** `include=retries,payload` */
export function includes(query: Query): ReadonlySet<string> {
  const words = (parameter(query, 'include') ?? '').split(',').map((word) => word.trim());
  return new Set(words.filter((word) => word !== ''));
}

export function pageOf(query: Query): Page {
  return {
    number: wholeNumber(parameter(query, 'page')) ?? 1,
    size: Math.min(wholeNumber(parameter(query, 'per_page')) ?? defaultSize, largestSize),
  };
}

/** One more than fits is taken: then there is a next page. */
export function takePage<T>(
  items: Iterable<T>,
  { number, size }: Page,
): { items: readonly T[]; hasMore: boolean } {
  const first = (number - 1) * size;
  const taken: T[] = [];
  let at = 0;
  for (const item of items) {
    if (at >= first + size) return { items: taken, hasMore: true };
    if (at >= first) taken.push(item);
    at += 1;
  }
  return { items: taken, hasMore: false };
}

export interface Listing {
  readonly data: readonly JsonValue[];
  readonly hasMore: boolean;
  readonly page: Page;
  /** Without a query: `https://…/v2/jobs`. */
  readonly path: string;
  readonly query: Query;
}

export function envelope({ data, hasMore, page, path, query }: Listing): JsonObject {
  const first = data.length === 0 ? null : (page.number - 1) * page.size + 1;
  const link = (number: number): string => `${path}?${linkQuery(query)}page=${number}`;
  return {
    data,
    links: {
      first: link(1),
      last: null,
      prev: page.number > 1 ? link(page.number - 1) : null,
      next: hasMore ? link(page.number + 1) : null,
    },
    meta: {
      current_page: page.number,
      from: first,
      path,
      per_page: page.size,
      to: first === null ? null : first + data.length - 1,
    },
  };
}

/** Filters go along to the next page. */
function linkQuery(query: Query): string {
  return Object.keys(query)
    .filter((name) => name !== 'page' && parameter(query, name) !== undefined)
    .map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(parameter(query, name) ?? '')}&`)
    .join('');
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined;
}

/** Keys of files elsewhere, such as `reports/2024/a.pdf`: where they lie here, and how they are written there. Pure. */
import { safeFileName } from '../files/safe-file-name.ts';

export interface KeyPlace {
  readonly dir: string;
  readonly name: string;
}

/** Where a key lies below `base`: folders are kept. Undefined: no file can be called so. */
export function placeOfKey(key: string, base: string): KeyPlace | undefined {
  const segments = key.slice(base.length).split('/');
  const name = safeFileName(segments.pop() ?? '');
  // `a//b` is `a/b` here: no folder has an empty name.
  const folders = segments.filter((segment) => segment !== '').map((segment) => safeFileName(segment));
  if (name === undefined || folders.includes(undefined)) return undefined;
  return { dir: folders.join('/'), name };
}

/** The part of a prefix that is a folder: `reports/20` → `reports/`. */
export const folderOf = (prefix: string): string => prefix.slice(0, prefix.lastIndexOf('/') + 1);

export const lastPart = (key: string): string => key.slice(key.lastIndexOf('/') + 1);

/** Percent-encoded as RFC 3986 has it, all but the slashes: the form that signatures are made of. */
const encodeKey = (key: string): string => key.split('/').map(encodePart).join('/');

export const encodePart = (text: string): string =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** As it is where it is not percent-encoded properly. */
export function decodeKey(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Put together as text: a key may start with slashes, which would name another place or host. */
export const keyUrl = (root: URL, key: string): URL => new URL(root.href + encodeKey(key));

/** What no key in an address can be: URLs resolve `.` and `..` wherever they stand. */
export function wrongUrlKey(key: string): string | undefined {
  if (key.endsWith('/')) return 'ends in a slash, so it names a folder';
  if (key.split('/').some((segment) => segment === '.' || segment === '..'))
    return 'has a part that is only dots, which no address can hold';
  if (/\p{Surrogate}/u.test(key)) return 'is no valid text';
  return undefined;
}

/**
 * What a document may read: files beside it that lie inside the project, and nothing else. Everything that a converter
 * wants of a document's references passes through here; refusals name the reference.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConversionError } from '../host/protocol.ts';
import { isInside } from '../files/paths.ts';
import { referenceKind } from './references.ts';
import type { Reference } from './references.ts';

export interface DocumentPlace {
  /** Absolute path of the document. */
  readonly inputPath: string;
  /** What messages call it. */
  readonly inputName: string;
  /** Real paths. */
  readonly allowedDirs: readonly string[];
  /** Is told every path that is looked at beside the document, there or not: what is made of it depends on them. */
  readonly looked?: Set<string>;
}

const maxResourceBytes: number = 128 * 2 ** 20;

/** Throws for the first reference that would have to be read from this machine or the network. */
export function refuseOutside(references: readonly Reference[], place: DocumentPlace): void {
  for (const reference of references) {
    if (reference.kind === 'local' || (reference.kind === 'remote' && reference.isContent)) {
      throw outside(reference.url, { place, what: placeName(reference.place) });
    }
  }
}

/** Throws for references to this machine only: for outputs that keep a reference as it stands and read nothing. */
export function refuseLocal(references: readonly Reference[], place: DocumentPlace): void {
  refuseOutside(
    references.filter(({ kind }) => kind === 'local'),
    place,
  );
}

/** The bytes of a file that a document refers to by a relative path. */
export async function readReferenced(
  url: string,
  about: { readonly place: DocumentPlace; readonly what: string; readonly extensions?: readonly string[] },
): Promise<{ readonly path: string; readonly bytes: Uint8Array }> {
  if (referenceKind(url) !== 'relative') throw outside(url, about);
  const found = await findFile(url, about);
  const real = await realpath(found);
  if (!isInside(real, about.place.allowedDirs)) throw outside(url, about);
  const { size } = await stat(real);
  if (size > maxResourceBytes) {
    throw new ConversionError(
      'too-large',
      `${refers(about, url)}, which is larger than ${maxResourceBytes / 2 ** 20} MiB`,
    );
  }
  return { path: real, bytes: new Uint8Array(await readFile(real)) };
}

async function findFile(
  url: string,
  about: { readonly place: DocumentPlace; readonly what: string; readonly extensions?: readonly string[] },
): Promise<string> {
  const dir = path.dirname(about.place.inputPath);
  for (const name of spellings(url)) {
    for (const extension of ['', ...(about.extensions ?? [])]) {
      const candidate = path.resolve(dir, `${name}${extension}`);
      // Judged before it is touched: not even the existence of a file elsewhere shows.
      if (!isInside(candidate, about.place.allowedDirs)) throw outside(url, about);
      about.place.looked?.add(candidate);
      if (await isFile(candidate)) return candidate;
    }
  }
  throw new ConversionError(
    'not-found',
    `${refers(about, url)}, which is not there`,
    `It is looked for at ${JSON.stringify(path.resolve(dir, url))}.`,
  );
}

/** As written, with %20 and its like decoded, and without `?query#fragment`. */
function spellings(url: string): readonly string[] {
  const bare = url.replace(/[?#].*$/s, '');
  return [...new Set([url, decoded(url), bare, decoded(bare)])].filter(
    (name) => name !== '' && !name.includes('\0'),
  );
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

async function isFile(candidate: string): Promise<boolean> {
  try {
    return (await stat(candidate)).isFile();
  } catch {
    return false;
  }
}

const refers = (about: { readonly place: DocumentPlace; readonly what: string }, url: string): string =>
  `${JSON.stringify(about.place.inputName)} refers to the ${about.what} ${JSON.stringify(short(url))}`;

const short = (url: string): string => (url.length > 200 ? `${url.slice(0, 200)}…` : url);

/** The refusal that names a reference. */
function outside(
  url: string,
  about: { readonly place: DocumentPlace; readonly what: string },
): ConversionError {
  const kind = referenceKind(url);
  const why =
    kind === 'remote'
      ? 'documents load nothing from the network'
      : 'documents read no files outside of their project';
  const hint =
    kind === 'remote'
      ? 'Download it beside the document and refer to it by a relative path.'
      : 'Put the file beside the document, inside the project, and refer to it by a relative path.';
  return new ConversionError('refused', `${refers(about, url)}: ${why}`, hint);
}

const placeNames: Readonly<Record<string, string>> = {
  css: 'style resource',
  img: 'image',
  image: 'image',
  link: 'style sheet',
  entity: 'XML entity',
};
const placeName = (place: string): string => placeNames[place] ?? `<${place}>`;

/**
 * The images of a document on their way into an output: those inside of the file, `data:` URLs, and files beside it
 * that the document may read. Gives the tree with new targets and the bytes that belong to them.
 */
import path from 'node:path';
import { ConversionError } from '../../host/protocol.ts';
import { formatOfBytes } from '../../files/magic.ts';
import type { DocumentContent } from './pandoc-read.ts';
import { imageText, imageTo, rewriteTree, treeContents } from './document-tree.ts';
import type { ImageNode } from './document-tree.ts';
import { fitted } from '../pictures/picture-size.ts';
import { readReferenced, refuseLocal, refuseOutside } from '../reference-policy.ts';
import type { DocumentPlace } from '../reference-policy.ts';
import { markupReferences, referenceKind } from '../references.ts';
import type { PageSetup } from '../typst/typst-template.ts';

/**
 * embed: bytes are handed to the writer under flat names.
 * data: what lies inside of the document becomes `data:` URLs. data-all: files beside it, too.
 * beside: what lies inside becomes files in a folder next to the output.
 * drop: the output shows no images at all.
 */
export type ImageMode = 'embed' | 'data' | 'data-all' | 'beside' | 'drop';

export interface ImageRequest {
  readonly place: DocumentPlace;
  readonly mode: ImageMode;
  /** Folder name for `beside`. */
  readonly folder: string;
  /** Image formats that the writer understands; others leave their description. */
  readonly understands?: ReadonlySet<string>;
  /** The page on which images must fit. */
  readonly page?: PageSetup;
}

export interface PlacedImages {
  readonly tree: string;
  /** For the writer, or to be written beside the output. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Format and reference of images that had to be left out. */
  readonly left: readonly string[];
}

/** Where references leave out the extension, as LaTeX does. */
const guessedExtensions = ['.png', '.jpg', '.jpeg', '.svg', '.pdf', '.gif'];

export async function placeImages(content: DocumentContent, request: ImageRequest): Promise<PlacedImages> {
  const { images } = treeContents(content.tree);
  const references = images.map(({ url }) => ({
    url,
    kind: referenceKind(url),
    place: 'img',
    isContent: true,
  }));
  const outer = references.filter(({ url }) => !content.media.has(url));
  if (request.mode === 'embed' || request.mode === 'data-all') refuseOutside(outer, request.place);
  else refuseLocal(outer, request.place);
  if (request.mode === 'drop') return { tree: content.tree, files: new Map(), left: [] };
  const files = new Map<string, Uint8Array>();
  const left: string[] = [];
  const targets = new Map<string, string | undefined>();
  for (const { url } of images) {
    if (targets.has(url)) continue;
    const bytes = await imageBytes(url, content, request);
    targets.set(url, bytes === undefined ? url : target(bytes, { url, request, files, left }));
  }
  const image = (node: ImageNode): unknown => {
    const to = targets.get(node.url);
    if (to === undefined) return imageText(node);
    if (request.page !== undefined) return imageTo(fitted(node, files.get(to), request.page), to);
    return to === node.url ? undefined : imageTo(node, to);
  };
  return { tree: rewriteTree(content.tree, { image }), files, left };
}

/** Undefined: the reference stays as it is. */
async function imageBytes(
  url: string,
  content: DocumentContent,
  request: ImageRequest,
): Promise<Uint8Array | undefined> {
  const inside = content.media.get(url);
  if (inside !== undefined) return inside;
  if (request.mode === 'data' || request.mode === 'beside') return undefined;
  if (/^data:/i.test(url)) return request.mode === 'embed' ? dataBytes(url) : undefined;
  if (referenceKind(url) !== 'relative') return undefined;
  return (await readReferenced(url, { place: request.place, what: 'image', extensions: guessedExtensions }))
    .bytes;
}

function dataBytes(url: string): Uint8Array | undefined {
  const found = /^data:([^,]*),([^]*)$/i.exec(url);
  if (found === null) return undefined;
  const body = found[2] ?? '';
  if (/;base64\s*$/i.test(found[1] ?? '')) return new Uint8Array(Buffer.from(decodeLoosely(body), 'base64'));
  return new TextEncoder().encode(decodeLoosely(body));
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function target(
  bytes: Uint8Array,
  about: {
    readonly url: string;
    readonly request: ImageRequest;
    readonly files: Map<string, Uint8Array>;
    readonly left: string[];
  },
): string | undefined {
  const { request, files } = about;
  const format = imageFormat(bytes) ?? path.extname(about.url).slice(1).toLowerCase();
  if (format === 'svg') judgeSvg(bytes, about.url, request.place);
  if (request.understands?.has(format) === false) {
    about.left.push(
      `${about.url.startsWith('data:') ? 'data: image' : about.url} (${format || 'unknown format'})`,
    );
    return undefined;
  }
  if (request.mode === 'data' || request.mode === 'data-all')
    return `data:${mediaType(format)};base64,${Buffer.from(bytes).toString('base64')}`;
  const name = `image-${files.size + 1}.${format || 'bin'}`;
  files.set(name, bytes);
  return request.mode === 'beside' ? `${encodeURI(request.folder)}/${name}` : name;
}

/** An SVG is a document of its own, and may point elsewhere. */
function judgeSvg(bytes: Uint8Array, url: string, place: DocumentPlace): void {
  const references = markupReferences(new TextDecoder().decode(bytes));
  refuseOutside(references, {
    ...place,
    inputName: url.startsWith('data:') ? `an SVG image in ${place.inputName}` : url,
  });
  const relative = references.find(({ kind }) => kind === 'relative');
  if (relative === undefined) return;
  throw new ConversionError(
    'refused',
    `The SVG image ${JSON.stringify(url)} in ${JSON.stringify(place.inputName)} refers to another file, ${JSON.stringify(relative.url)}: an embedded SVG must be complete in itself`,
    'Embed that image into the SVG (in Inkscape: Extensions, Images, Embed Images).',
  );
}

function imageFormat(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, 8192);
  const found = formatOfBytes(head);
  if (found !== 'txt') return found === 'heic' ? undefined : (found ?? windowsMetafile(head));
  return /<svg[\s>]/i.test(new TextDecoder().decode(head)) ? 'svg' : undefined;
}

function windowsMetafile(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.subarray(0, 44)).toString('latin1');
  if (start.slice(40) === ' EMF') return 'emf';
  return start.startsWith('\xd7\xcd\xc6\x9a') || start.startsWith('\x01\0\x09\0') ? 'wmf' : undefined;
}

function mediaType(format: string): string {
  if (format === 'jpg') return 'image/jpeg';
  return format === 'svg' ? 'image/svg+xml' : `image/${format || 'octet-stream'}`;
}

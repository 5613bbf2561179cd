/**
 * Pandoc's document tree (its JSON form): finds and replaces images and raw fragments, and reads the metadata.
 * The tree is data of somebody else's: it stays `unknown`, and only the few nodes of interest are looked at.
 */

export interface ImageNode {
  readonly url: string;
  readonly title: string;
  readonly attributes: unknown;
  readonly alt: unknown;
}

export interface RawNode {
  readonly type: 'RawBlock' | 'RawInline';
  readonly format: string;
  readonly text: string;
}

export interface TreeVisitor {
  /** What to put in its place; the same node, or undefined, to leave it. */
  readonly image?: (node: ImageNode) => unknown;
  /** A list of nodes takes its place in the surrounding list. */
  readonly raw?: (node: RawNode) => readonly unknown[] | undefined;
}

/** A copy of the document with the visitor's replacements. Inner nodes come first. */
export function rewriteTree(json: string, visitor: TreeVisitor): string {
  const tree: unknown = JSON.parse(json, (_key, value: unknown) =>
    Array.isArray(value) ? value.flatMap((item) => visitNode(item, visitor)) : value,
  );
  return JSON.stringify(tree);
}

function visitNode(item: unknown, visitor: TreeVisitor): readonly unknown[] {
  if (!isNode(item)) return [item];
  const image = visitor.image === undefined ? undefined : asImage(item);
  if (image !== undefined) return [visitor.image?.(image) ?? item];
  const raw = visitor.raw === undefined ? undefined : asRaw(item);
  return raw === undefined ? [item] : (visitor.raw?.(raw) ?? [item]);
}

/** All images and raw fragments, in the order of the document. */
export function treeContents(json: string): {
  readonly images: readonly ImageNode[];
  readonly raws: readonly RawNode[];
} {
  const images: ImageNode[] = [];
  const raws: RawNode[] = [];
  rewriteTree(json, {
    image: (node) => void images.push(node),
    raw: (node) => void raws.push(node),
  });
  return { images, raws };
}

/** The image with another target. */
export const imageTo = (node: ImageNode, url: string): unknown => ({
  t: 'Image',
  c: [node.attributes, node.alt, [url, node.title]],
});

/** What stands for a picture that the output cannot hold: its description. */
export const imageText = (node: ImageNode): unknown => ({
  t: 'Span',
  c: [
    ['', [], []],
    [{ t: 'Str', c: '[' }, ...(Array.isArray(node.alt) ? node.alt : []), { t: 'Str', c: ']' }],
  ],
});

/** Title, authors and language as plain text, where the document names them. */
export function treeMetadata(json: string): {
  readonly title?: string;
  readonly authors: readonly string[];
  readonly date?: string;
} {
  const tree: unknown = JSON.parse(json);
  const meta = isRecord(tree) && isRecord(tree.meta) ? tree.meta : {};
  const title = plainText(meta.title).trim();
  const author = meta.author;
  const authors = (
    isRecord(author) && author.t === 'MetaList' && Array.isArray(author.c) ? author.c : [author]
  )
    .map((item) => plainText(item).trim())
    .filter((name) => name !== '');
  const date = plainText(meta.date).trim();
  return { authors, ...(title === '' ? {} : { title }), ...(date === '' ? {} : { date }) };
}

/** The document with a text in its metadata, where it has none of that name. */
export function withMetadata(json: string, name: string, text: string): string {
  const tree: unknown = JSON.parse(json);
  if (!isRecord(tree)) return json;
  const meta = isRecord(tree.meta) ? tree.meta : {};
  if (plainText(meta[name]).trim() !== '') return json;
  return JSON.stringify({ ...tree, meta: { ...meta, [name]: { t: 'MetaString', c: text } } });
}

/** The blocks of a document, or the inline nodes of its only paragraph. */
export function treeBlocks(json: string): readonly unknown[] {
  const tree: unknown = JSON.parse(json);
  return isRecord(tree) && Array.isArray(tree.blocks) ? tree.blocks : [];
}

export const inlinesOf = (blocks: readonly unknown[]): readonly unknown[] =>
  blocks.flatMap((block) =>
    isNode(block) && (block.t === 'Plain' || block.t === 'Para') && Array.isArray(block.c) ? block.c : [],
  );

function plainText(node: unknown): string {
  if (Array.isArray(node)) return node.map(plainText).join('');
  if (!isNode(node)) return '';
  if (node.t === 'Space' || node.t === 'SoftBreak' || node.t === 'LineBreak') return ' ';
  if (typeof node.c === 'string') return node.c;
  if (Array.isArray(node.c))
    return node.c
      .map((part) => (typeof part === 'string' && node.t === 'Code' ? part : plainText(part)))
      .join('');
  return '';
}

interface PandocNode {
  readonly t: string;
  readonly c?: unknown;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNode = (value: unknown): value is PandocNode => isRecord(value) && typeof value.t === 'string';

function asImage(node: PandocNode): ImageNode | undefined {
  if (node.t !== 'Image' || !Array.isArray(node.c)) return undefined;
  const [attributes, alt, target]: readonly unknown[] = node.c;
  if (!Array.isArray(target)) return undefined;
  const [url, title]: readonly unknown[] = target;
  return typeof url === 'string'
    ? { url, title: typeof title === 'string' ? title : '', attributes, alt }
    : undefined;
}

function asRaw(node: PandocNode): RawNode | undefined {
  if ((node.t !== 'RawBlock' && node.t !== 'RawInline') || !Array.isArray(node.c)) return undefined;
  const [format, text]: readonly unknown[] = node.c;
  return typeof format === 'string' && typeof text === 'string' ? { type: node.t, format, text } : undefined;
}

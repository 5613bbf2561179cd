/**
 * A document file → pandoc's tree and the media inside of the file. Checks the file before pandoc sees it, refuses
 * what points out of the project, and feeds includes one by one. It does not know what the tree becomes.
 */
import { readFile } from 'node:fs/promises';
import { ConversionError } from '../../host/protocol.ts';
import { formatLabel, readStart, wrongFormat } from '../../files/magic.ts';
import { decodeText } from '../tables/decode-text.ts';
import { inlinesOf, rewriteTree, treeBlocks, treeContents } from './document-tree.ts';
import { pandocReaders } from './pandoc-formats.ts';
import type { PandocReader } from './pandoc-formats.ts';
import { callPandoc } from './pandoc-library.ts';
import type { PandocAnswer, PandocCall } from './pandoc-library.ts';
import { plainTextDocument } from '../tables/plain-text.ts';
import { readReferenced, refuseLocal, refuseOutside } from '../reference-policy.ts';
import type { DocumentPlace } from '../reference-policy.ts';
import { markupDepth, maxMarkupDepth } from './markup-depth.ts';
import { markupReferences } from '../references.ts';
import { checkZip } from '../archives/zip-check.ts';

export interface ReadRequest {
  readonly place: DocumentPlace;
  readonly from: string;
  readonly encoding: string | undefined;
  readonly nowMs: number;
  /** The output shows what the document refers to, so it would have to be read. */
  readonly shows: boolean;
  /** The output keeps HTML fragments as they are. */
  readonly keepsHtml: boolean;
}

export interface DocumentContent {
  /** JSON. */
  readonly tree: string;
  /** Media inside of the file, by the path that images in the tree have. */
  readonly media: ReadonlyMap<string, Uint8Array>;
}

const maxDocumentBytes: number = 256 * 2 ** 20;
const maxIncludes = 200;
const markupFormats = new Set(['html', 'docbook', 'jats', 'opml', 'fb2', 'epub']);

export async function readDocument(request: ReadRequest): Promise<DocumentContent> {
  const { inputPath, inputName } = request.place;
  const reader = pandocReaders[request.from];
  if (reader === undefined) throw new Error(`pandoc reads no ${request.from}`);
  const start = await readStart(inputPath);
  const wrong = wrongFormat(request.from, start, inputName);
  if (wrong !== undefined) throw new ConversionError(wrong.type, wrong.message, wrong.hint);
  if (start.sizeBytes > maxDocumentBytes) {
    throw new ConversionError(
      'too-large',
      `${JSON.stringify(inputName)} is larger than ${maxDocumentBytes / 2 ** 20} MiB, the limit for documents`,
    );
  }
  if (reader.isZip === true) await checkZip(inputPath, inputName);
  const bytes = new Uint8Array(await readFile(inputPath));
  if (reader.isBinary === true) return readBinary(bytes, reader, request);
  return readText(
    decodeText(bytes, {
      name: inputName,
      format: request.from,
      ...(request.encoding === undefined ? {} : { encoding: request.encoding }),
    }),
    reader,
    request,
  );
}

async function readBinary(
  bytes: Uint8Array,
  reader: PandocReader,
  request: ReadRequest,
): Promise<DocumentContent> {
  const { nowMs } = request;
  const options = { from: reader.reader, to: 'json', 'input-files': ['document'] };
  return withMedia({ options, files: new Map([['document', bytes]]), nowMs }, request);
}

/** With the media inside of the file. Where a picture lies elsewhere, pandoc drops it then: read again without. */
async function withMedia(call: PandocCall, request: ReadRequest): Promise<DocumentContent> {
  const answer = await callPandoc({ ...call, options: { ...call.options, 'extract-media': 'media' } });
  throwReadError(answer, request);
  if (answer.warnings.every(({ type }) => type !== 'CouldNotFetchResource')) {
    return { tree: answer.stdout, media: answer.media };
  }
  const plain = await callPandoc(call);
  throwReadError(plain, request);
  return {
    tree: plain.stdout,
    media: new Map([...answer.media].map(([path, bytes]) => [path.replace(/^media\//, ''), bytes])),
  };
}

async function readText(text: string, reader: PandocReader, request: ReadRequest): Promise<DocumentContent> {
  if (request.from === 'txt') return { tree: plainTextDocument(text), media: new Map() };
  if (markupFormats.has(request.from)) judgeMarkup(text, request);
  const { call, answer } = await callWithIncludes(text, reader, request);
  throwReadError(answer, request);
  if (mediaHolding.has(request.from)) return withMedia(call, request);
  return { tree: await expandHtml(answer.stdout, request), media: new Map() };
}

/** Text formats with pictures in them. */
const mediaHolding = new Set(['rtf', 'fb2', 'ipynb']);

/** References of HTML that pandoc drops or would follow: each is judged before pandoc runs. */
function judgeMarkup(markup: string, request: ReadRequest): void {
  const depth = markupDepth(markup);
  if (depth > maxMarkupDepth) {
    throw new ConversionError(
      'too-large',
      `${JSON.stringify(request.place.inputName)} is nested too deeply: ${depth} elements inside of each other, and the limit is ${maxMarkupDepth}`,
      'Such files are usually made by mistake, or to do harm.',
    );
  }
  const references = markupReferences(markup);
  if (request.shows) refuseOutside(references, request.place);
  else refuseLocal(references, request.place);
}

/** Pandoc asks for an include by failing or warning; the file is then judged, read and handed in, and pandoc begins anew. */
async function callWithIncludes(
  text: string,
  reader: PandocReader,
  request: ReadRequest,
): Promise<{ readonly call: PandocCall; readonly answer: PandocAnswer }> {
  let source = text;
  const files = new Map<string, Uint8Array>();
  for (let round = 0; round < maxIncludes; round += 1) {
    const call = { options: { from: reader.reader, to: 'json' }, stdin: source, files, nowMs: request.nowMs };
    const answer = await callPandoc(call);
    const missing = missingInclude(answer);
    if (missing === undefined) return { call, answer };
    source = await addInclude(missing, { source, files, place: request.place });
  }
  throw new ConversionError(
    'too-large',
    `${JSON.stringify(request.place.inputName)} includes more than ${maxIncludes} files`,
  );
}

/** LaTeX, Org and others warn; reStructuredText and Typst stop. */
function missingInclude(answer: PandocAnswer): string | undefined {
  const warned = answer.warnings.find(
    ({ type, verbosity }) => type === 'CouldNotLoadIncludeFile' && verbosity === 'WARNING',
  );
  return warned?.path ?? /^ERROR: (.+): withBinaryFile: does not exist/.exec(answer.error)?.[1];
}

/** Pandoc's files have no folders here: an include in one gets a name of its own, also in the text that asks for it. */
async function addInclude(
  wanted: string,
  about: { readonly source: string; readonly files: Map<string, Uint8Array>; readonly place: DocumentPlace },
): Promise<string> {
  const { bytes } = await readReferenced(wanted.replace(/^\.\/(?=\/)/, ''), {
    place: about.place,
    what: 'file',
  });
  const text = new TextEncoder().encode(decodeText(bytes, { name: wanted, format: 'txt' }));
  const flat = wanted.replace(/^\.\//, '');
  if (!flat.includes('/')) {
    if (about.files.has(flat)) throw includeFailure(wanted, about.place);
    about.files.set(flat, text);
    return about.source;
  }
  const alias = `include-${about.files.size + 1}`;
  for (const spelling of [flat, flat.replace(/\.\w+$/, '')]) {
    const isShort = spelling !== flat;
    if (!about.source.includes(spelling)) continue;
    about.files.set(`${alias}${flat.slice(spelling.length)}${isShort ? '' : extensionOf(flat)}`, text);
    return about.source.replaceAll(spelling, isShort ? alias : `${alias}${extensionOf(flat)}`);
  }
  throw includeFailure(wanted, about.place);
}

const extensionOf = (name: string): string => /\.\w+$/.exec(name)?.[0] ?? '';
const includeFailure = (wanted: string, place: DocumentPlace): ConversionError =>
  new ConversionError(
    'unsupported',
    `${JSON.stringify(place.inputName)} includes ${JSON.stringify(wanted)} in a way that pandoc cannot follow`,
    'Include it from a file in the same folder.',
  );

function throwReadError(answer: PandocAnswer, request: ReadRequest): void {
  if (answer.error === '') return;
  const why = answer.error
    .replace(/^ERROR:\s*/, '')
    .trim()
    .slice(0, 600);
  throw new ConversionError(
    'bad-input',
    `${JSON.stringify(request.place.inputName)} cannot be read as ${formatLabel(request.from)}: ${why}`,
    'Check that the file opens in the program that made it; `input_format` helps where the extension is wrong.',
  );
}

/** HTML inside of Markdown and its like becomes a part of the tree, where the output would otherwise drop it. */
async function expandHtml(tree: string, request: ReadRequest): Promise<string> {
  const fragments = new Set(
    treeContents(tree)
      .raws.filter(({ format }) => format === 'html')
      .map(({ text }) => text),
  );
  for (const fragment of fragments) judgeMarkup(fragment, request);
  if (request.keepsHtml || fragments.size === 0) return tree;
  const parsed = new Map<string, readonly unknown[]>();
  for (const fragment of fragments) {
    if (/^<!--[^]*-->\s*$/.test(fragment)) parsed.set(fragment, []);
    else {
      const answer = await callPandoc({
        options: { from: 'html', to: 'json' },
        stdin: fragment,
        nowMs: request.nowMs,
      });
      parsed.set(fragment, answer.error === '' ? treeBlocks(answer.stdout) : []);
    }
  }
  return rewriteTree(tree, {
    raw: ({ type, format, text }) => {
      const blocks = format === 'html' ? parsed.get(text) : undefined;
      return blocks === undefined || type === 'RawBlock' ? blocks : inlinesOf(blocks);
    },
  });
}

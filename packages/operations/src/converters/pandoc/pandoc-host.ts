/**
 * Documents into documents by pandoc, inside a converter host. Three steps: read into a tree, place the images, write.
 * With `page` it writes the Typst source and the images of a printed page instead, for the Typst host.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { formatLabel } from '../../files/magic.ts';
import { outputDateMs } from '../../files/output-date.ts';
import { flagOption, listOption, textOption } from '../../read-options.ts';
import { treeMetadata, withMetadata } from './document-tree.ts';
import { pandocWriter } from './pandoc-formats.ts';
import type { PandocWriter } from './pandoc-formats.ts';
import { placeImages } from './pandoc-images.ts';
import type { ImageMode } from './pandoc-images.ts';
import { callPandoc } from './pandoc-library.ts';
import { readDocument } from './pandoc-read.ts';
import { pageSetup } from '../page-setup.ts';
import { typstTemplate } from '../typst/typst-template.ts';

/** As JSON in a host's job; all paths are absolute. */
interface PandocJob {
  readonly inputPath: string;
  readonly inputName: string;
  readonly from: string;
  /** Absent when a page is printed. */
  readonly to: string | undefined;
  /** Of the document; for a page, the Typst source, with its images beside it. */
  readonly outputPath: string;
  readonly allowedDirs: readonly string[];
  readonly options: JsonObject;
  /** The folder that images get when they cannot lie in the output; they are written to `<outputPath>.media`. */
  readonly mediaName: string;
}

const htmlKeeping = new Set([
  'html',
  'md',
  'gfm',
  'commonmark',
  'ipynb',
  'mediawiki',
  'textile',
  'dokuwiki',
  'native',
]);
const inlineMedia = new Set(['html', 'md', 'gfm', 'commonmark']);
const typstImages = new Set(['png', 'jpg', 'gif', 'svg', 'webp', 'pdf']);

export const host: HostModule = { run };

async function run(job: JsonObject): Promise<JsonObject> {
  const request = readJob(job);
  try {
    return await convert(request);
  } catch (error) {
    // The stack ran out, in pandoc or in our own walk over its tree. Not `bad-input`: this host is not to be used again.
    if (!(error instanceof RangeError)) throw error;
    throw new ConversionError(
      'converter-failed',
      `${JSON.stringify(request.inputName)} is nested too deeply: lists, quotes or elements inside of each other, thousands of times`,
      'Such files are usually made by mistake, or to do harm.',
    );
  }
}

async function convert(request: PandocJob): Promise<JsonObject> {
  const writer = request.to === undefined ? pageWriter : pandocWriter(request.from, request.to);
  if (writer === undefined) throw new Error(`pandoc writes no ${request.to}`);
  const mode = imageMode(request, writer);
  const place = {
    inputPath: request.inputPath,
    inputName: request.inputName,
    allowedDirs: request.allowedDirs,
    looked: new Set<string>(),
  };
  const nowMs = outputDateMs();
  const content = await readDocument({
    place,
    from: request.from,
    encoding: textOption(request.options, 'encoding'),
    nowMs,
    shows: mode === 'embed' || mode === 'data-all',
    keepsHtml: request.to !== undefined && htmlKeeping.has(request.to),
  });
  const images = await placeImages(content, {
    place,
    mode,
    folder: request.mediaName,
    ...(request.to === undefined || request.to === 'typst' ? { understands: typstImages } : {}),
    ...(request.to === undefined ? { page: pageSetup(request.options) } : {}),
  });
  const placed = { ...images, nowMs };
  await (request.to === undefined ? writePage(request, placed) : writeDocument(request, writer, placed));
  if (mode === 'beside') await writeBeside(`${request.outputPath}.media`, images.files);
  return {
    files: mode === 'beside' ? [...images.files.keys()] : [],
    left: images.left,
    beside: [...place.looked],
  };
}

const pageWriter: PandocWriter = { writer: 'typst', embeds: true };

function readJob(job: JsonObject): PandocJob {
  const options = job.options;
  return {
    inputPath: textOption(job, 'inputPath') ?? '',
    inputName: textOption(job, 'inputName') ?? '',
    from: textOption(job, 'from') ?? '',
    to: textOption(job, 'to'),
    outputPath: textOption(job, 'outputPath') ?? '',
    allowedDirs: listOption(job, 'allowedDirs'),
    options: isObject(options) ? options : {},
    mediaName: textOption(job, 'mediaName') ?? 'media',
  };
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function imageMode(request: PandocJob, writer: PandocWriter): ImageMode {
  if (writer.embeds === true) return 'embed';
  if (request.to === 'txt') return 'drop';
  if (request.to === undefined || !inlineMedia.has(request.to)) return 'beside';
  if (flagOption(request.options, 'embed_images')) return 'data-all';
  return request.options.embed_images === false ? 'beside' : 'data';
}

const bibliographies: ReadonlySet<string | undefined> = new Set(['bib', 'biblatex', 'ris', 'csljson']);

/** A list of references has no text of its own: a document shows them as its bibliography. */
const references = ({ from, to }: PandocJob): JsonObject =>
  bibliographies.has(from) && !bibliographies.has(to) ? { citeproc: true } : {};

interface Placed {
  readonly tree: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly nowMs: number;
}

async function writeDocument(request: PandocJob, writer: PandocWriter, placed: Placed): Promise<void> {
  const stem = path.parse(request.inputName).name;
  const tree =
    request.to === 'epub'
      ? withMetadata(withMetadata(placed.tree, 'title', stem), 'identifier', stableId(placed.tree))
      : placed.tree;
  const answer = await callPandoc({
    options: {
      from: 'json',
      to: writer.writer,
      standalone: true,
      wrap: 'none',
      'output-file': 'output',
      ...references(request),
      ...(request.to === 'html' ? { variables: { pagetitle: treeMetadata(tree).title ?? stem } } : {}),
    },
    stdin: tree,
    files: writer.embeds === true ? placed.files : new Map(),
    nowMs: placed.nowMs,
  });
  const bytes = written(answer, request);
  await writeFile(request.outputPath, request.to === 'ipynb' ? withStableCells(bytes) : bytes);
}

/** Pandoc gives the cells of a notebook random ids. */
function withStableCells(bytes: Uint8Array): Uint8Array {
  const notebook: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const cells = isObject(notebook) && Array.isArray(notebook['cells']) ? notebook['cells'] : [];
  const named = cells.map((cell: unknown, index) =>
    isObject(cell) ? { ...cell, id: `cell-${index + 1}` } : cell,
  );
  return new TextEncoder().encode(
    JSON.stringify({ ...(isObject(notebook) ? notebook : {}), cells: named }, undefined, 1),
  );
}

/** A document gets the same identifier whenever it is made from the same content. */
function stableId(tree: string): string {
  const hash = createHash('sha256').update(tree).digest('hex');
  return `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** The Typst source and its images. */
async function writePage(request: PandocJob, placed: Placed): Promise<void> {
  const template = typstTemplate(pageSetup(request.options), {
    ...treeMetadata(placed.tree),
    needsDate: flagOption(request.options, 'pdf_a'),
    showsTitle: request.from !== 'html',
  });
  const answer = await callPandoc({
    options: {
      from: 'json',
      to: 'typst+smart',
      standalone: true,
      wrap: 'none',
      template: 'page.typ',
      'output-file': 'output',
      ...references(request),
    },
    stdin: placed.tree,
    files: new Map([['page.typ', new TextEncoder().encode(template)]]),
    nowMs: placed.nowMs,
  });
  await writeFile(request.outputPath, written(answer, request));
  await writeBeside(path.dirname(request.outputPath), placed.files);
}

async function writeBeside(dir: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  if (files.size > 0) await mkdir(dir, { recursive: true });
  for (const [name, bytes] of files) await writeFile(path.join(dir, name), bytes);
}

function written(
  answer: { readonly output: Uint8Array | undefined; readonly stdout: string; readonly error: string },
  request: PandocJob,
): Uint8Array {
  if (answer.error === '') return answer.output ?? new TextEncoder().encode(answer.stdout);
  const why = answer.error
    .replace(/^ERROR:\s*/, '')
    .trim()
    .slice(0, 600);
  throw new ConversionError(
    'converter-failed',
    `${JSON.stringify(request.inputName)} cannot be written as ${formatLabel(request.to ?? 'pdf')}: ${why}`,
  );
}

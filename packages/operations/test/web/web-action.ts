/** Runs operations on files of a project, and on pages of a loopback server, as the engine would. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import type { ActionPlan, Artifact, Failure, Operation, OperationResult } from '@pipeline/engine';
import type { JsonObject, OperationName, Result } from '@pipeline/schema';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';

export interface Given {
  readonly operation?: OperationName;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Names of `files`; default: the first. */
  readonly inputs?: readonly string[];
  readonly options: JsonObject;
  readonly signal?: AbortSignal;
}

export interface Performed {
  readonly planned: Result<ActionPlan, Failure>;
  readonly result: Result<OperationResult, Failure>;
}

export async function perform(operation: Operation, given: Given): Promise<Performed> {
  const root = newFolder();
  const { files = {} } = given;
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), content);
  }
  const names = given.inputs ?? Object.keys(files).slice(0, 1);
  const inputs: readonly Artifact[] = names.map((file) => {
    const dir = path.dirname(file);
    return artifact(path.join(root, file), { dir: dir === '.' ? '' : dir });
  });
  const request = action({ operation: given.operation ?? 'convert', options: given.options, inputs });
  const context = contextOf(root, given.signal === undefined ? {} : { signal: given.signal });
  const planned = await operation.plan(request, context);
  return { planned, result: await operation.run(request, context) };
}

export interface Done extends OperationResult {
  /** Of the first output. */
  readonly bytes: Buffer;
  readonly name: string;
  readonly planned: Performed['planned'];
}

export async function done(operation: Operation, given: Given): Promise<Done> {
  const { planned, result } = await perform(operation, given);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  const [first] = result.value.outputs;
  return {
    ...result.value,
    planned,
    name: first?.name ?? '',
    bytes: first === undefined ? Buffer.alloc(0) : readFileSync(first.path),
  };
}

export async function failureOf(operation: Operation, given: Given): Promise<Failure> {
  const { result } = await perform(operation, given);
  if (result.ok) throw new Error(`it made ${result.value.outputs.map(({ name }) => name).join(', ')}`);
  return result.error;
}

const millimetres = (points: number): number => Math.round((points / 72) * 25.4);

/** Of every page, in whole millimetres. */
export async function pageSizes(
  pdf: Uint8Array,
): Promise<readonly (readonly [width: number, height: number])[]> {
  const document = await PDFDocument.load(pdf);
  return document.getPages().map((page) => [millimetres(page.getWidth()), millimetres(page.getHeight())]);
}

/** Where the first red pixel of the first page lies, in millimetres from its left and top. */
export async function firstRed(pdf: Buffer): Promise<readonly [number, number]> {
  const { data, width, scale } = await rendered(pdf);
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] === 255 && data[at + 1] === 0) {
      const index = at / 4;
      return [(index % width) / scale, Math.floor(index / width) / scale];
    }
  }
  throw new Error('nothing is red');
}

export async function colorAt(pdf: Buffer): Promise<readonly number[]> {
  const { data, width } = await rendered(pdf);
  const at = (100 * width + 100) * 4;
  return [...data.subarray(at, at + 3)];
}

/** Pixels of the first page, RGBA; `scale` is pixels for a millimetre. */
async function rendered(pdf: Buffer): Promise<{ data: Uint8Array; width: number; scale: number }> {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(pdf);
  const page = await document.getPage(0).render({ scale: 2, render: 'bitmap' });
  const { data, width } = page;
  document.destroy();
  library.destroy();
  return { data, width, scale: (72 * 2) / 25.4 };
}

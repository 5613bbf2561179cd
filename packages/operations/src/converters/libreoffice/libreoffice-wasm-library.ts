/**
 * Starts LibreOffice as wasm once in this process, without a network, and opens and stores documents by its
 * LibreOfficeKit. Its files are in its own memory: nothing of this machine can be named there. In a host.
 */
import { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { OfficeModule } from '@matbee/libreoffice-converter/wasm/loader';
import { loadOfficeModule } from './wasm-threads.ts';

export interface OfficeCall {
  readonly bytes: Uint8Array;
  readonly from: string;
  readonly to: string;
  /** As LibreOfficeKit takes them: filter options, `Password=…`. */
  readonly loading: string;
  readonly storing: string;
}

export type OfficeOutcome =
  | { readonly type: 'done'; readonly bytes: Uint8Array }
  | { readonly type: 'failed'; readonly stage: 'load' | 'store'; readonly said: string };

/** The parts of the module under names of ours; a pointer is a number. */
interface Office {
  readonly module: OfficeModule;
  readonly kit: number;
  readonly load: OfficeModule['_lok_documentLoadWithOptions'];
  readonly store: OfficeModule['_lok_documentSaveAs'];
  readonly close: OfficeModule['_lok_documentDestroy'];
  readonly errorOf: OfficeModule['_lok_getError'];
}

let started: Promise<Office> | undefined;

/** Rejects when LibreOffice does not start, or breaks: this process is of no use afterwards. */
export async function convertInOffice(call: OfficeCall): Promise<OfficeOutcome> {
  started ??= start();
  const office = await started;
  const { FS } = office.module;
  const input = `${inputDir}/input.${call.from}`;
  const output = `${outputDir}/output.${call.to}`;
  FS.writeFile(input, call.bytes);
  try {
    return await convert(office, { ...call, input, output });
  } finally {
    // What one document leaves, the next must not find.
    for (const dir of [inputDir, outputDir]) empty(office, dir);
  }
}

async function convert(
  office: Office,
  call: OfficeCall & { readonly input: string; readonly output: string },
): Promise<OfficeOutcome> {
  const { module, kit, load, store, close } = office;
  await threadsComeBack();
  const document = withTexts(module, [`file://${call.input}`, call.loading], ([url = 0, options = 0]) =>
    load(kit, url, options),
  );
  if (document === 0) return { type: 'failed', stage: 'load', said: lastError(office) };
  try {
    await threadsComeBack();
    const texts = [`file://${call.output}`, call.to, call.storing];
    const isStored = withTexts(module, texts, ([url = 0, format = 0, options = 0]) =>
      store(document, url, format, options),
    );
    if (isStored === 0) return { type: 'failed', stage: 'store', said: lastError(office) };
    return { type: 'done', bytes: module.FS.readFile(call.output) };
  } finally {
    close(document);
  }
}

/** A thread that ended says so by a message, and can be used again when this thread has read it. */
const threadsComeBack = (): Promise<void> => setTimeout(10);

const inputDir = '/tmp/in';
const outputDir = '/tmp/out';
/** Where LibreOffice expects to be allowed to write; it does not make them itself. */
const profileDirs = ['', '/temp', '/temp/embeddedfonts', '/temp/embeddedfonts/fromdocs', '/registry'];

async function start(): Promise<Office> {
  shutNetwork();
  const module = await loadOfficeModule();
  for (const dir of [inputDir, outputDir, ...profileDirs.map((name) => `/instdir/user${name}`)]) {
    makeDir(module, dir);
  }
  const {
    _libreofficekit_hook: hook,
    _lok_documentLoadWithOptions: load,
    _lok_documentSaveAs: store,
  } = module;
  const { _lok_documentDestroy: close, _lok_getError: errorOf } = module;
  const kit = withTexts(module, ['/instdir/program'], ([path = 0]) => hook(path));
  if (kit === 0) throw new Error('LibreOffice as wasm did not start');
  return { module, kit, load, store, close, errorOf };
}

/** Its sockets are WebSockets, where a package for them lies around: this process opens none of any kind. */
function shutNetwork(): void {
  Socket.prototype.connect = () => {
    throw new Error('documents load nothing from the network');
  };
}

function makeDir({ FS }: OfficeModule, dir: string): void {
  try {
    FS.mkdir(dir);
  } catch {
    // It is there.
  }
}

function empty({ module: { FS } }: Office, dir: string): void {
  for (const name of FS.readdir(dir)) {
    if (name !== '.' && name !== '..') FS.unlink(`${dir}/${name}`);
  }
}

/** Texts in the memory of the module for the time of a call. */
function withTexts(
  module: OfficeModule,
  texts: readonly string[],
  call: (pointers: readonly number[]) => number,
): number {
  const { _malloc: allocate, _free: free } = module;
  const pointers = texts.map((text) => {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const pointer = allocate(bytes.length);
    module.HEAPU8.set(bytes, pointer);
    return pointer;
  });
  try {
    return call(pointers);
  } finally {
    for (const pointer of pointers) free(pointer);
  }
}

function lastError({ module, kit, errorOf }: Office): string {
  const pointer = errorOf(kit);
  if (pointer === 0) return '';
  const end = module.HEAPU8.indexOf(0, pointer);
  return new TextDecoder().decode(module.HEAPU8.slice(pointer, end));
}

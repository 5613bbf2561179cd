/**
 * Loads pandoc (a wasm build, from an optional npm package) and calls it with files by value. It has no file system but
 * the one given here and no network at all. Runs inside a host only: the first call takes about a second.
 */
import { ConversionError } from '../../host/protocol.ts';

export interface PandocCall {
  /** As in a defaults file of pandoc: `from`, `to`, `standalone`, … */
  readonly options: Readonly<Record<string, unknown>>;
  readonly stdin?: string;
  /** Names without folders: pandoc's file system here is flat. */
  readonly files?: ReadonlyMap<string, Uint8Array>;
  /** What pandoc takes for the present, ms since the epoch: the date inside of docx, odt and epub files. */
  readonly nowMs: number;
}

export interface PandocAnswer {
  readonly stdout: string;
  /** The file of the option `output-file`. */
  readonly output: Uint8Array | undefined;
  /** What `extract-media` found, by path. */
  readonly media: ReadonlyMap<string, Uint8Array>;
  readonly warnings: readonly PandocWarning[];
  /** Empty when it went well. */
  readonly error: string;
}

export interface PandocWarning {
  readonly type: string;
  readonly verbosity: string;
  readonly path: string | undefined;
  readonly text: string;
}

interface PandocModule {
  readonly convert: (
    options: Readonly<Record<string, unknown>>,
    stdin: string | null,
    files: Readonly<Record<string, Blob>>,
  ) => Promise<unknown>;
}

let loaded: Promise<PandocModule> | undefined;

export async function callPandoc(call: PandocCall): Promise<PandocAnswer> {
  loaded ??= loadPandoc();
  const pandoc = await loaded;
  const files = Object.fromEntries(
    [...(call.files ?? [])].map(([name, bytes]) => [name, new Blob([new Uint8Array(bytes)])]),
  );
  const answer = await withClock(call.nowMs, () => pandoc.convert(call.options, call.stdin ?? null, files));
  return readAnswer(answer, call.options['output-file']);
}

async function loadPandoc(): Promise<PandocModule> {
  // Not a literal: the package may be absent, and it brings no types.
  const name: string = 'pandoc-wasm';
  try {
    const module: unknown = await import(name);
    if (isPandocModule(module)) return module;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new ConversionError(
      'converter-missing',
      'Documents are converted by pandoc, and the optional package "pandoc-wasm" is not installed',
      'Add it: npm install pandoc-wasm@1.1.0 (GPL-2.0-or-later, which is why it is optional)',
    );
  }
  throw new Error('pandoc-wasm has another interface than expected');
}

const isPandocModule = (value: unknown): value is PandocModule =>
  typeof value === 'object' && value !== null && 'convert' in value && typeof value.convert === 'function';

/** The wasm asks the global clock, and stamps the answer into files; a host does one job at a time. */
async function withClock<T>(nowMs: number, work: () => Promise<T>): Promise<T> {
  const RealDate = globalThis.Date;
  class FixedDate extends RealDate {
    constructor(value?: number | string) {
      super(value ?? nowMs);
    }
  }
  Object.assign(globalThis, { Date: FixedDate });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { Date: RealDate });
  }
}

async function readAnswer(answer: unknown, outputName: unknown): Promise<PandocAnswer> {
  if (!isRecord(answer)) throw new Error('pandoc gave no answer');
  const files = isRecord(answer.files) ? answer.files : {};
  const media = isRecord(answer.mediaFiles) ? answer.mediaFiles : {};
  const blobs = Object.entries(media).filter((entry): entry is [string, Blob] => entry[1] instanceof Blob);
  const output = typeof outputName === 'string' ? files[outputName] : undefined;
  return {
    stdout: textOf(answer.stdout),
    error: textOf(answer.stderr),
    output: output instanceof Blob ? await bytesOf(output) : undefined,
    media: new Map(
      await Promise.all(
        blobs.map(async ([name, blob]): Promise<[string, Uint8Array]> => [name, await bytesOf(blob)]),
      ),
    ),
    warnings: Array.isArray(answer.warnings) ? answer.warnings.filter(isRecord).map(readWarning) : [],
  };
}

const readWarning = (warning: Readonly<Record<string, unknown>>): PandocWarning => ({
  type: textOf(warning.type),
  verbosity: textOf(warning.verbosity),
  path: typeof warning.path === 'string' ? warning.path : undefined,
  text: textOf(warning.pretty),
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());

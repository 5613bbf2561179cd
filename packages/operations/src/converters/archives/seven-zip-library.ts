/**
 * Runs 7-Zip (a wasm build, from an optional npm package) on one folder of the disk, which is all that it can see.
 * Every command gets an instance of its own. What it writes is counted: archives lie about their sizes.
 */
import { withFixedClock } from '../../host/fixed-clock.ts';
import { ConversionError } from '../../host/protocol.ts';

export interface SevenZipCall {
  /** Absolute; the working folder of the command. */
  readonly dir: string;
  readonly args: readonly string[];
  /** Throws `ExpandedTooMuch` when more is written. */
  readonly maxWrittenBytes: number;
}

export interface SevenZipAnswer {
  /** 0 well, 1 with warnings, 2 and up failed, undefined: it gave up, for example for want of a password. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
}

export class ExpandedTooMuch extends Error {}

/** The part of the wasm module that is used here; its own types do not know that standard input can end. */
interface SevenZipModule {
  readonly FS: {
    readonly mkdir: (path: string) => unknown;
    readonly mount: (type: object, options: { readonly root: string }, mountPoint: string) => unknown;
    readonly chdir: (path: string) => void;
  };
  /** The real disk. */
  readonly NODEFS: object;
  readonly callMain: (args: string[]) => unknown;
}

type SevenZipFactory = (options: {
  readonly print: (line: string) => void;
  readonly printErr: (line: string) => void;
  /** Bytes; null is the end. */
  readonly stdin: () => number | null;
  readonly quit: () => void;
}) => Promise<SevenZipModule>;

const mountPoint = '/files';
let factory: Promise<SevenZipFactory> | undefined;

export async function callSevenZip(call: SevenZipCall): Promise<SevenZipAnswer> {
  factory ??= loadFactory();
  const create = await factory;
  const output: string[] = [];
  const errors: string[] = [];
  const module = await create({
    print: (line) => void output.push(line),
    printErr: (line) => void errors.push(line),
    stdin: () => null,
    quit: () => {},
  });
  module.FS.mkdir(mountPoint);
  module.FS.mount(countedDisk(module, call.maxWrittenBytes), { root: call.dir }, mountPoint);
  module.FS.chdir(mountPoint);
  return {
    code: withFixedClock(() => exitCode(module, call.args)),
    output: output.join('\n'),
    errors: errors.join('\n').trim(),
  };
}

function exitCode(module: SevenZipModule, args: readonly string[]): number | undefined {
  try {
    const code: unknown = module.callMain([...args]);
    return typeof code === 'number' ? code : undefined;
  } catch (error) {
    if (error instanceof Error) throw error;
    // It ended itself: no password, no memory.
    return undefined;
  }
}

function countedDisk(module: SevenZipModule, maxBytes: number): object {
  const operations: unknown = Reflect.get(module.NODEFS, 'stream_ops');
  if (typeof operations !== 'object' || operations === null)
    throw new Error('7z-wasm has another interface than expected');
  const write: unknown = Reflect.get(operations, 'write');
  if (typeof write !== 'function') throw new Error('7z-wasm has another interface than expected');
  let written = 0;
  Reflect.set(operations, 'write', (...parameters: readonly unknown[]): unknown => {
    const [, , , length] = parameters;
    written += typeof length === 'number' ? length : 0;
    if (written > maxBytes) throw new ExpandedTooMuch();
    return Reflect.apply(write, operations, [...parameters]);
  });
  return module.NODEFS;
}

async function loadFactory(): Promise<SevenZipFactory> {
  // Not a literal: the package may be absent.
  const name: string = '7z-wasm';
  try {
    const module: unknown = await import(name);
    const found: unknown =
      typeof module === 'object' && module !== null ? Reflect.get(module, 'default') : undefined;
    if (isFactory(found)) return found;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new ConversionError(
      'converter-missing',
      'Archives are converted by 7-Zip, and the optional package "7z-wasm" is not installed',
      'Add it: npm install 7z-wasm@1.2.0 (LGPL-2.1-or-later)',
    );
  }
  throw new Error('7z-wasm has another interface than expected');
}

const isFactory = (value: unknown): value is SevenZipFactory => typeof value === 'function';

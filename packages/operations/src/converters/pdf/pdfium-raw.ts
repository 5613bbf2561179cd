/**
 * The functions of PDFium that its package has but does not offer: places of letters, and the outline. Inside a converter
 * host. They are looked for by name, so that a package without them is told apart from a broken one.
 */
import type { PDFiumDocument, PDFiumLibrary } from '@hyzyla/pdfium';

type Call = (...parameters: readonly number[]) => number;

export interface RawPdfium {
  readonly call: (name: string, ...parameters: readonly number[]) => number;
  /** Memory for the time of the call; the bytes are valid within it only. */
  readonly withMemory: <T>(size: number, work: (pointer: number, view: () => DataView) => T) => T;
}

export function rawPdfium(library: PDFiumLibrary): RawPdfium {
  const module: unknown = Reflect.get(library, 'module');
  if (!isObject(module)) throw new Error('the PDFium library has changed');
  const { wasmExports } = module;
  if (!isObject(wasmExports)) throw new Error('the PDFium library has changed');
  const call = (name: string, ...parameters: readonly number[]): number => {
    const found = wasmExports[name];
    if (!isCall(found)) throw new Error(`the PDFium library has no ${name}`);
    return found(...parameters);
  };
  return {
    call,
    withMemory: (size, work) => {
      const pointer = call('malloc', size);
      try {
        // Memory may grow, and its buffer with it: looked up anew each time.
        return work(pointer, () => {
          const heap = module['HEAPU8'];
          if (!(heap instanceof Uint8Array)) throw new Error('the PDFium library has changed');
          return new DataView(heap.buffer, pointer, size);
        });
      } finally {
        call('free', pointer);
      }
    },
  };
}

/** What PDFium calls the document. */
export function documentHandle(document: PDFiumDocument): number {
  const handle: unknown = Reflect.get(document, 'documentIdx');
  if (typeof handle !== 'number') throw new Error('the PDFium library has changed');
  return handle;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const isCall = (value: unknown): value is Call => typeof value === 'function';

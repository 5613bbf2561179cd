/**
 * The contract between the main process and a converter host: a child process of ours that loads one converter
 * library and does one job at a time. Native code and wasm thus run off the main thread, can be killed on timeout or
 * cancel without harm to anyone else, and cannot take Pipeline down when they crash.
 * Jobs and answers are plain JSON; files pass by path, never by value.
 */
import type { FailureType } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';

/** One `converters/<name>-host.ts` each; the table in `host-main.ts` loads it when it is first asked for. */
export type HostName =
  | 'sharp'
  | 'svgo'
  | 'pdfium'
  | 'pandoc'
  | 'typst'
  | 'pdf-lib'
  | 'tables'
  | 'seven-zip'
  | 'qpdf'
  | 'watermark-pdf'
  | 'ocr'
  | 'optimize-pdf'
  | 'pdf-html'
  | 'chromium'
  | 'website'
  | 'magick'
  | 'fonts'
  | 'metadata'
  | 'node-av'
  | 'email'
  | 'libreoffice';

/** What a `*-host.ts` file exports as `host`. */
export interface HostModule {
  /** Throws `ConversionError` for what can be expected to go wrong; any other throw counts as a failed converter. */
  readonly run: (job: JsonObject, report: (percent: number | null) => void) => Promise<JsonObject>;
}

export interface HostRequest {
  readonly host: HostName;
  readonly job: JsonObject;
  readonly signal: AbortSignal;
  readonly progress?: (percent: number | null) => void;
  /** Resident memory at which the host is killed; default 2 GiB. */
  readonly maxMemoryBytes?: number;
  /** How long the work may take once it has begun; absent: as long as the action may. */
  readonly timeBound?: TimeBound;
  /** Resident memory after the job beyond which the host is not kept warm; default 768 MiB. */
  readonly maxIdleBytes?: number;
  /** Name of the file that is worked on, for messages about a host that died. */
  readonly about?: string;
}

/** For work whose time tells nothing of the size of its input: such a file would hold up a run for hours. */
export interface TimeBound {
  readonly ms: number;
  /** What such a file usually has, and what to do. */
  readonly hint: string;
}

/** Main process → host. */
export type ToHost =
  | {
      readonly type: 'run';
      readonly host: HostName;
      readonly job: JsonObject;
      readonly maxMemoryBytes: number;
    }
  /** A job of this kind is expected: its library loads meanwhile. There is no answer. */
  | { readonly type: 'prepare'; readonly host: string };

/** Host → main process. */
export type FromHost =
  | { readonly type: 'progress'; readonly percent: number | null }
  /** `rssBytes`: what the host holds after the job; a big one is not kept. */
  | { readonly type: 'done'; readonly answer: JsonObject; readonly rssBytes: number }
  /** `detail`: the stack of an unexpected error, for the failure's stderr. */
  | { readonly type: 'failed'; readonly error: ConversionErrorData; readonly detail?: string };

export interface ConversionErrorData {
  readonly type: FailureType;
  readonly message: string;
  readonly hint?: string;
  /** Where the usual code of the type is not enough: `PASSWORD_REQUIRED`. */
  readonly code?: string;
}

/** Thrown inside hosts only; on the other side it has become a `Failure`. */
export class ConversionError extends Error {
  readonly data: ConversionErrorData;
  constructor(
    type: FailureType,
    message: string,
    more?: string | Pick<ConversionErrorData, 'hint' | 'code'>,
  ) {
    super(message);
    const rest = typeof more === 'string' ? { hint: more } : more;
    this.data = { type, message, ...rest };
  }
}

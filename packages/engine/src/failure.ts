/**
 * Every expected way in which an action ends badly. A failure says what failed, why, and what to do; it is plain JSON
 * and goes into events as it is. Bugs are not failures: they throw, and `run-action.ts` turns them into `internal`.
 */
export type FailureType =
  | 'bad-input' // the file is broken, hostile or not what its name says: never retried
  | 'too-large' // a bound on pixels, bytes, pages or entries was passed: never retried
  | 'unsupported' // no converter here does this pair or option
  | 'not-available' // the backend has no such operation (yet)
  | 'converter-missing' // it would work with a program that is not installed
  | 'verification-failed' // what was made does not hold to `verify`
  | 'converter-failed' // the converter ended badly on a file that looked right
  | 'timed-out'
  | 'stalled'
  | 'cancelled'
  | 'input-failed' // an input of this action failed, so it never started
  | 'not-found' // a file or URL is not there
  | 'network'
  | 'refused' // auth, quota, a path outside the project
  | 'write-failed' // disk full, read-only, in the way
  | 'internal'; // a bug in Pipeline

export interface Failure {
  readonly type: FailureType;
  /** CloudConvert's task code, e.g. `INPUT_TASK_FAILED`, `INVALID_CONVERSION_TYPE`, `CANCELLED`. */
  readonly code: string;
  /** What failed and why: one or two sentences, with the name of the file. */
  readonly message: string;
  /** What to do. */
  readonly hint?: string;
  /** May pass by itself: worth another attempt. */
  readonly isTransient: boolean;
  /** The server said when to come back. */
  readonly retryAfterMs?: number;
  /** More than a person wants to read at once: the stack of a bug. */
  readonly details?: string;
  /** How the converter was called and what it said last. */
  readonly converter?: {
    readonly name: string;
    readonly command?: readonly string[];
    readonly exitCode?: number | null;
    readonly signal?: string | null;
    readonly stderr?: string;
  };
}

const codes: Readonly<Record<FailureType, string>> = {
  'bad-input': 'INVALID_FILE',
  'too-large': 'FILE_TOO_LARGE',
  unsupported: 'INVALID_CONVERSION_TYPE',
  'not-available': 'OPERATION_NOT_AVAILABLE',
  'converter-missing': 'CONVERTER_MISSING',
  'verification-failed': 'VERIFICATION_FAILED',
  'converter-failed': 'CONVERSION_FAILED',
  'timed-out': 'TIMEOUT',
  stalled: 'STALLED',
  cancelled: 'CANCELLED',
  'input-failed': 'INPUT_TASK_FAILED',
  'not-found': 'NOT_FOUND',
  network: 'DOWNLOAD_FAILED',
  refused: 'REFUSED',
  'write-failed': 'WRITE_FAILED',
  internal: 'INTERNAL_ERROR',
};

const transientTypes: ReadonlySet<FailureType> = new Set(['network', 'stalled', 'timed-out']);

export type FailureDetails = Partial<
  Pick<Failure, 'code' | 'hint' | 'isTransient' | 'retryAfterMs' | 'details' | 'converter'>
>;

/** `failure('bad-input', '"a.png" ends in the middle of its pixels', { hint: 'copy it again from its source' })` */
export function failure(type: FailureType, message: string, details: FailureDetails = {}): Failure {
  return { type, code: codes[type], message, isTransient: transientTypes.has(type), ...details };
}

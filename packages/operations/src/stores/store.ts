/**
 * What every store of files elsewhere can do, whatever its protocol: list names that start with something, bring a file
 * here, take one. `import-files.ts` and `export-files.ts` make operations of it; they know no protocol, and a store
 * knows no operation.
 */
import type { Artifact, Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import type { HttpTimeouts } from '../http/request.ts';
import type { Network } from '../http/network.ts';
import type { Wait } from '../http/retry.ts';

/** The option that names one file, and the one that names many: `key` and `key_prefix`. */
export interface StoreOptions {
  readonly one: string;
  readonly many: string;
}

export interface Store {
  readonly options: StoreOptions;
  /** How many files of one action are on their way together. */
  readonly atOnce: number;
  /** What it needs on this machine; absent: nothing. */
  readonly missing?: () => Promise<Failure | undefined>;
  /**
   * Checks everything that can be checked without a connection, and opens none. `direction` says which options the
   * task may have.
   */
  readonly open: (options: JsonObject, direction: 'import' | 'export') => Result<Place, Failure>;
}

/** One bucket, container or server, with the credentials for it. */
export interface Place {
  /** The same for the same file and no other, and fit to be shown: `s3://bucket/key`. */
  readonly address: (key: string) => string;
  /** Why there can be no file of this name. */
  readonly wrongKey: (key: string) => string | undefined;
  /** `folder/` and a name become a key; most stores just join them. */
  readonly join: (many: string, name: string) => string;
  readonly list: (many: string, session: Session) => Promise<Result<Listing, Failure>>;
  readonly fetch: (wanted: Fetch, session: Session) => Promise<Result<Fetched, Failure>>;
  /** The file is there whole, or as it was before. */
  readonly put: (upload: Upload, session: Session) => Promise<Result<true, Failure>>;
}

export interface Listing {
  /** Only files: no folders, and nothing that stands for one. */
  readonly files: readonly RemoteFile[];
  /** Part of every key: places below it are kept, as `dir`. Empty or ends in `/`. */
  readonly base: string;
}

export interface RemoteFile {
  readonly key: string;
  readonly sizeBytes: number;
}

export interface Fetch {
  readonly key: string;
  /** What it will be called. */
  readonly name: string;
  /** Absolute; it holds nothing else. */
  readonly folder: string;
  readonly progress: (percent: number | null) => void;
}

export interface Fetched {
  readonly path: string;
  readonly sha256?: string;
}

export interface Upload {
  readonly key: string;
  readonly file: Artifact;
  readonly sizeBytes: number;
  /** Bytes that are on their way; starts again when an attempt does. */
  readonly progress: (bytes: number) => void;
}

/** How one action works: its patience, its bounds, its end. */
export interface Session {
  readonly signal: AbortSignal;
  readonly timeouts: HttpTimeouts;
  readonly maxBytes: number;
  /** Where it may connect to. */
  readonly network: Network;
  /** Of each request. */
  readonly attempts: number;
  readonly wait: Wait;
  readonly onWait: (message: string) => void;
  /** Said to the person when the action has finished. */
  readonly note: (message: string) => void;
}

/** What a server is given: the engine's backend, its folder, its keys and its limits. All choices are made by who starts it. */
import type { Backend } from '@pipeline/engine';
import type { JsonObject, JsonValue } from '@pipeline/schema';

export interface ServerOptions {
  /** Does the work of all operations but uploads and `export/url`, which are the server's own. */
  readonly backend: Backend;
  /** What `GET /operations` lists. Asked for once. */
  readonly catalogue: () => Promise<readonly CatalogueEntry[]>;
  /** Absolute; holds the log and all files. Made when it is not there. */
  readonly dataDir: string;
  /** Empty: whoever can reach the server may use it, as one user. */
  readonly keys: readonly ApiKey[];
  /** Where clients reach the server, without a slash at the end; absent: by the Host of each request. */
  readonly publicUrl?: string;
  /** Signs webhooks of jobs, and signed URLs, of every user without a secret of their own. */
  readonly signingSecret: string;
  /** Default: one with the id `default`, the signing secret above and the user of the first key. */
  readonly signedUrls?: readonly SignedUrlBase[];
  readonly retentionMs: number;
  readonly limits: ServerLimits;
  readonly allow: Allowances;
  /** Whether a webhook may be sent to an IP address: the rule that the backend holds its own connections to. */
  readonly mayReach: (address: string) => boolean;
  /** One JSON object a line, secrets masked. */
  readonly log: (entry: LogEntry) => void;
  /** Requests are logged only when the server failed them. */
  readonly isQuiet?: boolean;
  readonly version: string;
}

export interface ApiKey {
  readonly name: string;
  readonly key: string;
  /** Users see only their own jobs. */
  readonly userId: number;
  readonly scopes: readonly Scope[];
}

/** Where signed URLs lead: `/s/<id>`, and `/<id>` of every host whose name begins with `s.`. */
export interface SignedUrlBase {
  readonly id: string;
  readonly signingSecret: string;
  /** Whose jobs they run. */
  readonly userId: number;
}

export type Scope =
  | 'user.read'
  | 'user.write'
  | 'task.read'
  | 'task.write'
  | 'webhook.read'
  | 'webhook.write';

export interface ServerLimits {
  /** Of a JSON body. */
  readonly bodyBytes: number;
  readonly uploadBytes: number;
  /** Actions at once, over all jobs. */
  readonly actions: number;
  /** Jobs and lone tasks that have not ended, of one user: beyond, the answer is 402. */
  readonly openJobs: number;
  readonly tasksPerJob: number;
  /** Of a job that has started. */
  readonly jobMs: number;
  /** Jobs and tasks made in a minute by one user: beyond, the answer is 429. */
  readonly createdPerMinute: number;
}

/** Off unless the server's owner says so. */
export interface Allowances {
  /** `import/local` and `export/local`. */
  readonly localFiles: boolean;
  /** Absolute and real: they reach nothing outside of it. Absent: there is nothing for them. */
  readonly localFolder?: string;
  readonly command: boolean;
}

export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly [key: string]: JsonValue;
}

/** An entry of `GET /operations`, in the order of its keys; see CloudConvert's documentation of it. */
export interface CatalogueEntry {
  readonly operation: string;
  readonly input_format: string | null;
  readonly output_format: string | null;
  readonly engine: string;
  readonly credits: number;
  readonly meta: { readonly group: string };
  /** Shown with `include=options` only. */
  readonly options: readonly JsonObject[];
  /** Shown with `include=engine_versions` only. */
  readonly engine_versions: readonly JsonObject[];
  readonly deprecated: boolean;
  readonly experimental: boolean;
  /** Another engine for the same pair: shown with `alternatives=true` only. */
  readonly isAlternative: boolean;
}

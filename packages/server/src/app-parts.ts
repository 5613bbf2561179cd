/** What the routes are given: the neighbours that do the work behind them, and nothing of how they do it. */
import type { FastifyInstance } from 'fastify';
import type { JsonObject } from '@pipeline/schema';
import type { Auth } from './auth.ts';
import type { StoredTask } from './job.ts';
import type { JobStore } from './job-store.ts';
import type { ServerOptions, SignedUrlBase } from './server-options.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface AppParts {
  readonly options: AppOptions;
  readonly auth: Auth;
  readonly store: JobStore;
  readonly work: JobWork;
  readonly webhooks: Pick<WebhookStore, 'add' | 'webhook' | 'webhooks' | 'remove'>;
  /** Where, and with which fields, the file of this upload is posted. */
  readonly uploadForm: (task: StoredTask, base: string) => JsonObject;
  readonly signedUrls?: readonly SignedUrlBase[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Uploads, downloads, signed URLs, metrics: whoever has routes or hooks of his own. */
  readonly plugins: readonly AppPlugin[];
  readonly patience?: Patience;
}

/** How long a client may take to send what it has begun to send. Uploads have a rule of their own. */
export interface Patience {
  readonly headersMs: number;
  /** Of a JSON body, unless it is large and comes on well. */
  readonly bodyMs: number;
}

export type AppOptions = Pick<ServerOptions, 'catalogue' | 'keys' | 'limits' | 'log' | 'publicUrl'>;

export type AppPlugin = (app: FastifyInstance) => void;

/** What becomes of jobs once they are stored. They start by themselves: whoever runs them listens to the store. */
export interface JobWork {
  /** Ends a task that has not ended with `CANCELLED`, and what depends on it; false: it had ended. */
  readonly cancel: (taskId: string) => Promise<boolean>;
  /** Nothing of it runs any more, and its files are gone, when this settles. */
  readonly removeJob: (jobId: string) => Promise<void>;
  /** The same for one task; what depends on it fails. */
  readonly removeTask: (taskId: string) => Promise<void>;
}

/** What the routes are given: the neighbours that do the work behind them, and nothing of how they do it. */
import type { FastifyInstance } from 'fastify';
import type { JsonObject } from '@pipeline/schema';
import type { Auth } from './auth.ts';
import type { StoredTask } from './job.ts';
import type { JobStore } from './job-store.ts';
import type { ServerOptions } from './server-options.ts';
import type { WebhookStore } from './webhook-store.ts';

export interface AppParts {
  readonly options: AppOptions;
  readonly auth: Auth;
  readonly store: JobStore;
  readonly work: JobWork;
  readonly webhooks: Pick<WebhookStore, 'add' | 'webhook' | 'webhooks' | 'remove'>;
  /** Where, and with which fields, the file of this upload is posted. */
  readonly uploadForm: (task: StoredTask, base: string) => JsonObject;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Uploads, downloads, signed URLs, metrics: whoever has routes or hooks of his own. */
  readonly plugins: readonly AppPlugin[];
}

export type AppOptions = Pick<ServerOptions, 'catalogue' | 'keys' | 'limits' | 'log' | 'publicUrl'>;

export type AppPlugin = (app: FastifyInstance) => void;

/** What becomes of jobs once they are stored. They start by themselves: whoever runs them listens to the store. */
export interface JobWork {
  /** Settles when the task has ended, as `CANCELLED` unless it came to another end meanwhile. */
  readonly cancelTask: (id: string) => Promise<void>;
  /** Stop what runs of it, forget it, and remove its files. */
  readonly removeJob: (id: string) => Promise<void>;
  readonly removeTask: (id: string) => Promise<void>;
}

/** Those who speak of jobs without being asked: sockets and webhooks. They show jobs as the API does. */
import type { Server as HttpServer } from 'node:http';
import type { Auth } from './auth.ts';
import { foreignTo } from './foreign-pages.ts';
import type { JobStore } from './job-store.ts';
import type { Metrics } from './metrics.ts';
import { baseOf } from './request-view.ts';
import { jobResource, taskResource, type View } from './resources.ts';
import type { ServerOptions } from './server-options.ts';
import { openSockets, type ShownResources } from './sockets.ts';
import type { WebhookStore } from './webhook-store.ts';
import { openWebhooks } from './webhooks.ts';

export interface SpeakerParts {
  readonly options: ServerOptions;
  readonly httpServer: HttpServer;
  readonly auth: Auth;
  readonly metrics: Metrics;
  readonly store: JobStore;
  readonly webhooks: WebhookStore;
  readonly uploadForm: View['uploadForm'];
}

export interface Speakers {
  /** Webhooks are sent from now on. `url`: where the server listens. */
  readonly start: (url: string) => void;
  /** Connections first: the HTTP server ends when they have. */
  readonly closeSockets: () => void;
  readonly closeWebhooks: (graceMs: number) => Promise<void>;
}

export async function openSpeakers(parts: SpeakerParts): Promise<Speakers> {
  const { options, metrics, store, webhooks } = parts;
  const { dataDir, signingSecret, version, log, publicUrl } = options;
  const show = showFor(parts);
  const deliveries = await openWebhooks({
    dataDir,
    jobs: store,
    webhooks,
    show,
    signingSecret,
    mayReach: options.mayReach,
    version,
    now: Date.now,
    log,
    count: (outcome) => metrics.count('pipeline_webhook_deliveries_total', { outcome }),
  });
  const foreignReason = foreignTo(publicUrl);
  const sockets = openSockets({
    httpServer: parts.httpServer,
    store,
    authenticate: parts.auth.callerOf,
    ...(options.keys.length === 0 && { isForeign: (headers) => foreignReason(headers) !== undefined }),
    baseUrl: (request) => baseOf(request, publicUrl),
    show,
  });
  metrics.gauge('pipeline_sockets', () => [{ labels: {}, value: sockets.count() }]);
  metrics.gauge('pipeline_webhooks_waiting', () => [{ labels: {}, value: deliveries.pending() }]);
  return {
    start: (url) => deliveries.start((job) => publicUrl ?? job.base ?? url),
    closeSockets: sockets.close,
    closeWebhooks: deliveries.close,
  };
}

const showFor = ({ store, uploadForm }: SpeakerParts): ShownResources => ({
  job: (job, base) => jobResource(job, { base, uploadForm }, store.tasksOf(job)),
  task: (task, base) => taskResource(task, { base, uploadForm }),
});

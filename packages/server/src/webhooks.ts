/**
 * Tells the world of jobs: to the webhooks of accounts, and to the `webhook_url` of a job. Each event is delivered at
 * least once: it leaves the queue when its receiver has taken it, or has said that it never will, and the queue outlives
 * the server. What is not in it because the server died in between is found in the jobs after the next start.
 */
import pLimit, { type LimitFunction } from 'p-limit';
import type { Delivery, DeliveryLog } from './delivery-log.ts';
import { openDeliveryLog } from './delivery-log.ts';
import type { JobStore } from './job-store.ts';
import type { StoredJob } from './job.ts';
import { Pauses } from './pauses.ts';
import type { PostOutcome } from './post-webhook.ts';
import { isWebhookUrl, postWebhook } from './post-webhook.ts';
import type { LogEntry } from './server-options.ts';
import { hexHmac } from './signatures.ts';
import type { ShownResources } from './sockets.ts';
import type { StoredWebhook, WebhookEvent, WebhookStore } from './webhook-store.ts';

export interface WebhookParts {
  readonly dataDir: string;
  readonly jobs: Pick<JobStore, 'job' | 'allJobs' | 'listen'>;
  readonly webhooks: WebhookStore;
  readonly show: Pick<ShownResources, 'job'>;
  /** Of a job's own webhook; an account's has its own. */
  readonly signingSecret: string;
  /** Of an IP address. */
  readonly mayReach: (address: string) => boolean;
  readonly version: string;
  readonly now: () => number;
  readonly log: (entry: LogEntry) => void;
  /** Called for each attempt. */
  readonly count?: (outcome: 'delivered' | 'failed' | 'given-up') => void;
  readonly limits?: Partial<WebhookLimits>;
}

export interface WebhookLimits {
  readonly deliveries: number;
  /** At once for one user, so that nobody holds up the others. */
  readonly deliveriesPerUser: number;
  /** At once for one user to one receiver, so that a slow one does not hold up the others. */
  readonly deliveriesPerOrigin: number;
  readonly timeoutMs: number;
  /** Doubled after each try. */
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** From the event to the last try. */
  readonly giveUpMs: number;
  /** Tries in a row after which a webhook is marked as failing. */
  readonly failingAfter: number;
}

const defaultLimits: WebhookLimits = {
  deliveries: 128,
  deliveriesPerUser: 32,
  deliveriesPerOrigin: 8,
  timeoutMs: 30_000,
  firstRetryMs: 1000,
  maxRetryMs: 15 * 60_000,
  giveUpMs: 24 * 3_600_000,
  failingAfter: 3,
};

export interface Webhooks {
  /** Until then nothing is sent, and nothing is lost. `baseOf`: what links in a delivery begin with. */
  readonly start: (baseOf: (job: StoredJob) => string) => void;
  /** Still to be delivered. */
  readonly pending: () => number;
  /** Deliveries under way may end within the grace; all others wait for the next start. */
  readonly close: (graceMs?: number) => Promise<void>;
}

export async function openWebhooks(parts: WebhookParts): Promise<Webhooks> {
  const log = await openDeliveryLog({
    dataDir: parts.dataDir,
    hasJob: (id) => parts.jobs.job(id) !== undefined,
  });
  let stop: ((graceMs: number) => Promise<void>) | undefined;
  return {
    start: (baseOf) => {
      const sender = new Sender(parts, { log, baseOf });
      const deafen = parts.jobs.listen((change) => {
        if (change.type === 'job' && change.event !== 'updated')
          sender.tell(change.job, `job.${change.event}`);
      });
      stop = (graceMs) => {
        deafen();
        return sender.close(graceMs);
      };
      for (const delivery of log.pending()) sender.start(delivery);
      for (const job of parts.jobs.allJobs()) sender.tellMissed(job);
    },
    pending: () => log.pending().length,
    close: async (graceMs = 2000) => {
      await stop?.(graceMs);
      await log.close();
    },
  };
}

interface Outlet {
  readonly log: DeliveryLog;
  readonly baseOf: (job: StoredJob) => string;
}

class Sender {
  readonly #parts: WebhookParts;
  readonly #limits: WebhookLimits;
  readonly #log: DeliveryLog;
  readonly #baseOf: Outlet['baseOf'];
  readonly #all: LimitFunction;
  readonly #byUser: Limits;
  readonly #byOrigin: Limits;
  /** Tries in a row that failed. */
  readonly #failures = new Map<number, number>();
  readonly #pauses = new Pauses();
  readonly #aborted = new AbortController();
  readonly #delivering = new Set<Promise<void>>();

  constructor(parts: WebhookParts, { log, baseOf }: Outlet) {
    this.#parts = parts;
    this.#limits = { ...defaultLimits, ...parts.limits };
    this.#log = log;
    this.#baseOf = baseOf;
    this.#all = pLimit(this.#limits.deliveries);
    this.#byUser = new Limits(this.#limits.deliveriesPerUser);
    this.#byOrigin = new Limits(this.#limits.deliveriesPerOrigin);
  }

  /** After a start: what its listener may not have lived to hear. */
  tellMissed(job: StoredJob): void {
    this.tell(job, 'job.created');
    if (job.status === 'finished') this.tell(job, 'job.finished');
    if (job.status === 'error') this.tell(job, 'job.failed');
  }

  tell(job: StoredJob, event: WebhookEvent): void {
    let body: string | undefined;
    for (const receiver of receiversOf(job, event, this.#parts.webhooks)) {
      const id = [
        job.id,
        event,
        receiver.webhookId ?? 'own',
        event === 'job.created' ? '' : job.endedAt,
      ].join('/');
      if (this.#log.has(id)) continue;
      body ??= bodyOf(event, this.#parts.show.job(job, this.#baseOf(job)));
      const queuedAt = this.#parts.now();
      const delivery = { id, jobId: job.id, userId: job.userId, event, body, queuedAt, ...receiver };
      this.#log.queue(delivery).catch((error: unknown) => this.#warnOfDisk(error));
      this.start(delivery);
    }
  }

  start(delivery: Delivery): void {
    const work = this.#deliver(delivery)
      .catch((error: unknown) => this.#warnOfDisk(error))
      .finally(() => this.#delivering.delete(work));
    this.#delivering.add(work);
  }

  async close(graceMs: number): Promise<void> {
    this.#pauses.end();
    const grace = setTimeout(() => this.#aborted.abort(), graceMs);
    await Promise.all(this.#delivering);
    clearTimeout(grace);
  }

  async #deliver(delivery: Delivery): Promise<void> {
    for (let retryMs = this.#limits.firstRetryMs; !this.#pauses.areOver; retryMs *= 2) {
      const outcome = await this.#try(delivery);
      if (outcome === undefined || (outcome.type === 'failed' && this.#aborted.signal.aborted)) return;
      const isLast = outcome.type !== 'failed' || this.#isOver(delivery);
      this.#parts.count?.(outcome.type === 'taken' ? 'delivered' : isLast ? 'given-up' : 'failed');
      await this.#note(delivery, outcome);
      if (isLast) {
        await this.#log.end(delivery);
        return;
      }
      await this.#pauses.take(Math.min(retryMs, this.#limits.maxRetryMs));
    }
  }

  /** Undefined: it is not to be sent, or not now. Places are taken from the narrow ones on: who waits holds up nobody else. */
  #try(delivery: Delivery): Promise<PostOutcome | undefined> {
    const { userId, url } = delivery;
    const post = (): Promise<PostOutcome | undefined> => this.#all(() => this.#post(delivery));
    return this.#byOrigin.run(`${userId} ${new URL(url).origin}`, () => this.#byUser.run(`${userId}`, post));
  }

  async #post(delivery: Delivery): Promise<PostOutcome | undefined> {
    if (this.#pauses.areOver) return undefined;
    const secret = this.#secretFor(delivery);
    if (secret === undefined) return { type: 'refused', reason: 'the webhook was removed or disabled' };
    const { body, url } = delivery;
    return postWebhook({
      url,
      body,
      signature: hexHmac(secret, body),
      version: this.#parts.version,
      isAllowed: this.#parts.mayReach,
      timeoutMs: this.#limits.timeoutMs,
      signal: this.#aborted.signal,
    });
  }

  #secretFor({ webhookId }: Delivery): string | undefined {
    if (webhookId === null) return this.#parts.signingSecret;
    const webhook = this.#parts.webhooks.webhook(webhookId);
    return webhook === undefined || webhook.disabled ? undefined : webhook.signingSecret;
  }

  #isOver = ({ queuedAt }: Delivery): boolean => this.#parts.now() - queuedAt > this.#limits.giveUpMs;

  async #note(delivery: Delivery, outcome: PostOutcome): Promise<void> {
    const { webhookId, jobId, event, url } = delivery;
    if (outcome.type !== 'taken') {
      const reason = outcome.type === 'gone' ? 'answered with 410' : outcome.reason;
      const { host } = new URL(url);
      this.#parts.log({ level: 'warn', message: 'webhook was not taken', job: jobId, event, host, reason });
    }
    const webhook = webhookId === null ? undefined : this.#parts.webhooks.webhook(webhookId);
    if (webhook !== undefined) await this.#mark(webhook, outcome);
  }

  async #mark(webhook: StoredWebhook, outcome: PostOutcome): Promise<void> {
    const { id, failing } = webhook;
    const failures = outcome.type === 'taken' ? 0 : (this.#failures.get(id) ?? 0) + 1;
    this.#failures.set(id, failures);
    if (outcome.type === 'gone') await this.#parts.webhooks.update(id, { disabled: true });
    else if (failures === 0 && failing) await this.#parts.webhooks.update(id, { failing: false });
    else if (failures >= this.#limits.failingAfter && !failing) {
      await this.#parts.webhooks.update(id, { failing: true });
    }
  }

  #warnOfDisk(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.log({ level: 'error', message: 'the queue of webhooks could not be written', reason });
  }
}

/** A limit for each key, as long as somebody needs it. */
class Limits {
  readonly #concurrency: number;
  readonly #byKey = new Map<string, LimitFunction>();

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const limit = this.#byKey.get(key) ?? pLimit(this.#concurrency);
    this.#byKey.set(key, limit);
    try {
      return await limit(work);
    } finally {
      if (limit.activeCount + limit.pendingCount === 0) this.#byKey.delete(key);
    }
  }
}

type Receiver = Pick<Delivery, 'webhookId' | 'url'>;

const nobody: readonly Receiver[] = [];

function receiversOf(job: StoredJob, event: WebhookEvent, webhooks: WebhookStore): readonly Receiver[] {
  const known = webhooks.webhooks(job.userId);
  const ownUrl = event === 'job.created' ? null : job.webhookUrl;
  if (known.length === 0 && ownUrl === null) return nobody;
  const happenedAt = event === 'job.created' ? job.createdAt : (job.endedAt ?? job.createdAt);
  const accounts = known
    .filter(
      ({ disabled, events, createdAt }) => !disabled && events.includes(event) && createdAt <= happenedAt,
    )
    .map(({ id, url }) => ({ webhookId: id, url }));
  const own = ownUrl === null ? nobody : [{ webhookId: null, url: ownUrl }];
  return [...accounts, ...own].filter(({ url }) => isWebhookUrl(url));
}

/** Slashes are escaped in all that CloudConvert sends; the signature is over these very bytes. */
const bodyOf = (event: WebhookEvent, job: ReturnType<ShownResources['job']>): string =>
  JSON.stringify({ event, job }).replaceAll('/', String.raw`\/`);

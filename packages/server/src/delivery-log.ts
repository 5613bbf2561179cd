/**
 * Which webhooks are still to be delivered, in memory and in a log that outlives the server: a record when one is queued,
 * a record when it has ended. What is still needed is written once more when most of the log is over, and the old
 * segments go. It sends nothing.
 */
import { type Log, openLog } from './log.ts';
import type { WebhookEvent } from './webhook-store.ts';

export interface Delivery {
  /** The same for the same event of the same job to the same receiver. */
  readonly id: string;
  readonly jobId: string;
  /** Whose job it is. */
  readonly userId: number;
  /** Null: the job's own. */
  readonly webhookId: number | null;
  readonly event: WebhookEvent;
  readonly url: string;
  /** Exactly as it is signed and sent. */
  readonly body: string;
  readonly queuedAt: number;
}

export interface DeliveryLog {
  readonly pending: () => readonly Delivery[];
  /** It is waiting, or has ended already. */
  readonly has: (id: string) => boolean;
  /** Settle when it is on the disk. */
  readonly queue: (delivery: Delivery) => Promise<void>;
  readonly end: (delivery: Delivery) => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface DeliveryLogOptions {
  readonly dataDir: string;
  /** What has ended is remembered as long as its job: only then might somebody queue it again. */
  readonly hasJob: (id: string) => boolean;
  readonly segmentBytes?: number;
}

type Entry =
  | { readonly type: 'queued'; readonly delivery: Delivery }
  | { readonly type: 'ended'; readonly id: string; readonly jobId: string };

export async function openDeliveryLog(options: DeliveryLogOptions): Promise<DeliveryLog> {
  const { dataDir, hasJob, segmentBytes } = options;
  const deliveries = new Deliveries(hasJob);
  const log = await openLog({
    dir: dataDir,
    name: 'deliveries',
    ...(segmentBytes !== undefined && { segmentBytes }),
    replay: (text) => {
      const entry: Entry = JSON.parse(text);
      deliveries.apply(entry);
    },
  });
  const append = async (entry: Entry): Promise<void> => {
    deliveries.apply(entry);
    await log.append(JSON.stringify(entry));
    await deliveries.compact(log);
  };
  return {
    pending: () => [...deliveries.pending.values()],
    has: (id) => deliveries.pending.has(id) || deliveries.ended.has(id),
    queue: (delivery) => append({ type: 'queued', delivery }),
    end: ({ id, jobId }) => append({ type: 'ended', id, jobId }),
    close: () => log.close(),
  };
}

class Deliveries {
  readonly pending = new Map<string, Delivery>();
  /** To the id of the job. */
  readonly ended = new Map<string, string>();
  readonly #hasJob: (id: string) => boolean;
  /** Segments beyond which it is worth a look. */
  #maxSegments = 4;
  #isCompacting = false;

  constructor(hasJob: (id: string) => boolean) {
    this.#hasJob = hasJob;
  }

  apply(entry: Entry): void {
    if (entry.type === 'queued') {
      if (!this.ended.has(entry.delivery.id)) this.pending.set(entry.delivery.id, entry.delivery);
      return;
    }
    this.pending.delete(entry.id);
    this.ended.set(entry.id, entry.jobId);
  }

  /** Its cost is paid by the growth since the last time. */
  async compact(log: Log): Promise<void> {
    if (this.#isCompacting || log.segments().length <= this.#maxSegments) return;
    this.#isCompacting = true;
    try {
      const written = await Promise.all(this.#needed().map((entry) => log.append(JSON.stringify(entry))));
      await log.dropBefore(Math.min(...written, log.segments().at(-1) ?? 0));
      this.#maxSegments = Math.max(4, log.segments().length * 2);
    } finally {
      this.#isCompacting = false;
    }
  }

  #needed(): readonly Entry[] {
    for (const [id, jobId] of this.ended) if (!this.#hasJob(jobId)) this.ended.delete(id);
    return [
      ...[...this.ended].map(([id, jobId]): Entry => ({ type: 'ended', id, jobId })),
      ...[...this.pending.values()].map((delivery): Entry => ({ type: 'queued', delivery })),
    ];
  }
}

/**
 * Which webhooks are still to be delivered, in memory and in one file that outlives the server: a line when one is
 * queued, a line when it has ended. Many lines share one fsync. What was cut off by a crash at the end of the file does not
 * count; the file is written anew, without what is over, when most of it is. It sends nothing.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { writeStableFile } from './stable-file.ts';
import type { WebhookEvent } from './webhook-store.ts';

export interface Delivery {
  /** The same for the same event of the same job to the same receiver. */
  readonly id: string;
  readonly jobId: string;
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
  readonly file: string;
  /** What has ended is remembered as long as its job: only then might somebody queue it again. */
  readonly hasJob: (id: string) => boolean;
  /** The file is written anew when it has doubled, and grown by this at least. */
  readonly compactBytes?: number;
}

type Line =
  | { readonly type: 'queued'; readonly delivery: Delivery }
  | { readonly type: 'ended'; readonly id: string; readonly jobId: string };

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

export async function openDeliveryLog(options: DeliveryLogOptions): Promise<DeliveryLog> {
  await mkdir(path.dirname(options.file), { recursive: true });
  const log = new FileLog(options);
  await log.open();
  return {
    pending: () => [...log.pending.values()],
    has: (id) => log.pending.has(id) || log.ended.has(id),
    queue: (delivery) => log.append({ type: 'queued', delivery }),
    end: ({ id, jobId }) => log.append({ type: 'ended', id, jobId }),
    close: () => log.close(),
  };
}

class FileLog {
  readonly pending = new Map<string, Delivery>();
  /** To the id of the job. */
  readonly ended = new Map<string, string>();
  readonly #options: DeliveryLogOptions;
  readonly #leastGrowth: number;
  #handle: FileHandle | undefined;
  #grown = 0;
  #size = 0;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: DeliveryLogOptions) {
    this.#options = options;
    this.#leastGrowth = options.compactBytes ?? 16 * 1024 * 1024;
  }

  async open(): Promise<void> {
    for (const line of await readLines(this.#options.file)) this.#apply(line);
    await this.#compact();
  }

  append(line: Line): Promise<void> {
    this.#apply(line);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text: `${JSON.stringify(line)}\n`, resolve, reject });
      this.#writing ??= this.#write();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #apply(line: Line): void {
    if (line.type === 'queued') {
      this.pending.set(line.delivery.id, line.delivery);
      return;
    }
    this.pending.delete(line.id);
    this.ended.set(line.id, line.jobId);
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#save(batch.map(({ text }) => text).join(''));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#writing = undefined;
  }

  async #save(text: string): Promise<void> {
    // Also after a write that failed half-way: the file is then as the memory has it.
    if (this.#handle === undefined || this.#grown > Math.max(this.#size, this.#leastGrowth)) {
      await this.#compact();
      return;
    }
    try {
      await this.#handle.appendFile(text);
      await this.#handle.datasync();
      this.#grown += text.length;
    } catch (error) {
      await this.#handle.close().catch(() => undefined);
      this.#handle = undefined;
      throw error;
    }
  }

  async #compact(): Promise<void> {
    for (const [id, jobId] of this.ended) if (!this.#options.hasJob(jobId)) this.ended.delete(id);
    const lines: readonly Line[] = [
      ...[...this.ended].map(([id, jobId]): Line => ({ type: 'ended', id, jobId })),
      ...[...this.pending.values()].map((delivery): Line => ({ type: 'queued', delivery })),
    ];
    await this.#handle?.close();
    this.#handle = undefined;
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeStableFile(this.#options.file, text);
    this.#size = text.length;
    this.#handle = await open(this.#options.file, 'a');
    this.#grown = 0;
  }
}

async function readLines(file: string): Promise<readonly Line[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  // What stands behind the last line break was being written when the power went.
  const complete = text.split('\n').slice(0, -1);
  return complete.map((line, index) => {
    try {
      const read: Line = JSON.parse(line);
      return read;
    } catch {
      throw new Error(
        `${file} is damaged in line ${index + 1}: it holds the webhooks that are still to be delivered; remove the line, or the file`,
      );
    }
  });
}

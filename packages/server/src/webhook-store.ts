/**
 * The webhooks of accounts, in memory and in one small file below the data folder. A change is on the disk before it is
 * told. It sends nothing: `webhooks.ts` does.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeStableFile } from './stable-file.ts';
import { StartError } from './start-error.ts';

export type WebhookEvent = 'job.created' | 'job.finished' | 'job.failed';
export const webhookEvents: readonly WebhookEvent[] = ['job.created', 'job.finished', 'job.failed'];

export interface StoredWebhook {
  /** CloudConvert counts webhooks; all other ids are UUIDs. */
  readonly id: number;
  readonly userId: number;
  readonly url: string;
  /** Its receiver answered 410: nothing is sent to it any more. */
  readonly disabled: boolean;
  readonly events: readonly WebhookEvent[];
  /** The last deliveries were not taken. */
  readonly failing: boolean;
  readonly signingSecret: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface NewWebhook {
  readonly userId: number;
  readonly url: string;
  readonly events: readonly WebhookEvent[];
}

export interface WebhookStore {
  readonly add: (webhook: NewWebhook) => Promise<StoredWebhook>;
  readonly webhook: (id: number) => StoredWebhook | undefined;
  /** Oldest first. */
  readonly webhooks: (userId: number) => readonly StoredWebhook[];
  readonly update: (id: number, change: WebhookChange) => Promise<void>;
  readonly remove: (id: number) => Promise<void>;
  /** Settles when everything is written. */
  readonly close: () => Promise<void>;
}

export type WebhookChange = Partial<Pick<StoredWebhook, 'disabled' | 'failing'>>;

interface Kept {
  /** Ids of removed webhooks do not come back. */
  readonly nextId: number;
  readonly webhooks: readonly StoredWebhook[];
}

const none: readonly StoredWebhook[] = [];

export async function openWebhookStore(dataDir: string, now: () => number): Promise<WebhookStore> {
  await mkdir(dataDir, { recursive: true });
  const file = path.join(dataDir, 'webhooks.json');
  const kept = await readKept(file);
  let { nextId } = kept;
  const webhooks = new Map(kept.webhooks.map((webhook) => [webhook.id, webhook]));

  // One write at a time, each of everything: the last one always has it all.
  const write = (): Promise<void> =>
    writeStableFile(file, `${JSON.stringify({ nextId, webhooks: [...webhooks.values()] }, null, 2)}\n`);
  let written: Promise<void> = Promise.resolve();
  const save = (): Promise<void> => {
    written = written.then(write, write);
    return written;
  };

  return {
    add: async (made) => {
      const time = now();
      const webhook: StoredWebhook = {
        id: nextId++,
        ...made,
        disabled: false,
        failing: false,
        signingSecret: randomBytes(24).toString('base64url'),
        createdAt: time,
        updatedAt: time,
      };
      webhooks.set(webhook.id, webhook);
      await save();
      return webhook;
    },
    webhook: (id) => webhooks.get(id),
    webhooks: (userId) =>
      webhooks.size === 0 ? none : [...webhooks.values()].filter((webhook) => webhook.userId === userId),
    update: async (id, change) => {
      const webhook = webhooks.get(id);
      if (webhook === undefined) return;
      webhooks.set(id, { ...webhook, ...change, updatedAt: now() });
      await save();
    },
    remove: async (id) => {
      if (webhooks.delete(id)) await save();
    },
    close: () => written.catch(() => undefined),
  };
}

async function readKept(file: string): Promise<Kept> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { nextId: 1, webhooks: [] };
    throw error;
  }
  try {
    const kept: Kept = JSON.parse(text);
    return { nextId: kept.nextId, webhooks: [...kept.webhooks] };
  } catch {
    throw new StartError(
      `${file} is damaged: it holds the webhooks; mend it, or remove it to start without any`,
    );
  }
}

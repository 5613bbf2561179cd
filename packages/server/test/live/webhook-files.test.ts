// What the server keeps of webhooks on the disk: those of accounts, and the queue of deliveries.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDeliveryLog } from '../../src/delivery-log.ts';
import type { Delivery, DeliveryLog } from '../../src/delivery-log.ts';
import { openWebhookStore } from '../../src/webhook-store.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'pipeline-webhooks-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('what is over leaves the disk', async () => {
  const there = new Set<string>();
  const open = (): Promise<DeliveryLog> =>
    openDeliveryLog({ dataDir, hasJob: (id) => there.has(id), segmentBytes: 1000 });
  const delivery = (number: number): Delivery => ({
    id: `${number}`,
    jobId: `job-${number}`,
    userId: 1,
    webhookId: null,
    event: 'job.finished',
    url: 'https://example.com',
    body: 'x'.repeat(200),
    queuedAt: 0,
  });
  const log = await open();
  there.add('job-3');
  for (let number = 0; number < 100; number++) {
    await log.queue(delivery(number));
    if (number !== 50) await log.end(delivery(number));
  }
  await log.close();
  const segments = readdirSync(dataDir).filter((name) => name.startsWith('deliveries-'));
  expect(segments.length).toBeLessThanOrEqual(6);
  const again = await open();
  expect(again.pending()).toEqual([delivery(50)]);
  expect([again.has('3'), again.has('4'), again.has('50')]).toEqual([true, false, true]);
  await again.close();
});

test('webhooks come back after a start, and their ids do not', async () => {
  const first = await openWebhookStore(dataDir, () => 1000);
  const [one, two] = await Promise.all([
    first.add({ userId: 1, url: 'https://one.example', events: ['job.created'] }),
    first.add({ userId: 1, url: 'https://two.example', events: ['job.failed'] }),
  ]);
  await first.remove(two.id);
  await first.update(one.id, { failing: true });
  await first.close();
  const second = await openWebhookStore(dataDir, () => 2000);
  expect(second.webhooks(1)).toEqual([{ ...one, failing: true }]);
  expect(second.webhooks(2)).toEqual([]);
  expect(await second.add({ userId: 1, url: 'https://three.example', events: [] })).toMatchObject({
    id: 3,
    createdAt: 2000,
  });
  writeFileSync(path.join(dataDir, 'webhooks.json'), '{"nextId":');
  await expect(openWebhookStore(dataDir, () => 0)).rejects.toThrow('webhooks.json is damaged');
});

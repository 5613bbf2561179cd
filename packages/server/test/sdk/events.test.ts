// Events over socket.io, as the SDK listens to them: before the end and after it.
import type CloudConvert from 'cloudconvert';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { at, png } from './files.ts';
import { startPlace } from './place.ts';
import type { Place } from './place.ts';

let place: Place;
let input: Uint8Array;
beforeAll(async () => {
  place = await startPlace();
  input = await png();
});
afterAll(() => place.close());

const tasks = {
  up: { operation: 'import/upload' },
  small: { operation: 'convert', input: 'up', output_format: 'jpg', width: 12 },
  out: { operation: 'export/url', input: 'small' },
} as const;

type Job = Awaited<ReturnType<CloudConvert['jobs']['get']>>;

async function upload(client: CloudConvert, job: Job, bytes = input): Promise<void> {
  await client.tasks.upload(at(job.tasks, 0), bytes, 'input.png', bytes.length);
}

const heard = <Data>(listen: (callback: (data: Data) => void) => unknown): Promise<Data> =>
  new Promise((resolve) => void listen(resolve));

test('hears the end of a job and of its tasks', async () => {
  const client = place.client();
  const job = await client.jobs.create({ tasks });
  const jobEnd = heard<{ job: Job }>((callback) => client.jobs.subscribeEvent(job.id, 'finished', callback));
  const names: string[] = [];
  const lastTask = new Promise<void>((resolve) => {
    client.jobs.subscribeTaskEvent(job.id, 'finished', ({ task }) => {
      names.push((task as { name?: string }).name ?? '');
      if (names.at(-1) === 'out') resolve();
    });
  });
  await upload(client, job);
  const told = (await jobEnd).job;
  expect(told).toMatchObject({ id: job.id, status: 'finished' });
  expect(client.jobs.getExportUrls(told)).toMatchObject([
    { filename: 'input.jpg', url: expect.stringContaining(place.url) },
  ]);
  await lastTask;
  expect(names).toEqual(['up', 'small', 'out']);
  client.closeSocket();
});

test('hears of an end that came before it listened', async () => {
  const client = place.client();
  const job = await client.jobs.create({ tasks });
  await upload(client, job);
  await client.jobs.wait(job.id);
  const { job: told } = await heard<{ job: Job }>((callback) =>
    client.jobs.subscribeEvent(job.id, 'finished', callback),
  );
  expect(told.tasks.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished']);
  const taskId = job.tasks[1]?.id ?? '';
  const { task } = await heard<{ task: Job['tasks'][number] }>((callback) =>
    client.tasks.subscribeEvent(taskId, 'finished', callback as never),
  );
  expect(task).toMatchObject({ id: taskId, status: 'finished', operation: 'convert' });
  client.closeSocket();
});

test('hears of failures, on the channels of the user too', async () => {
  const client = place.client();
  const me = await client.users.me();
  const failedTask = heard<{ task: Job['tasks'][number] }>((callback) =>
    client.users.subscribeTaskEvent(me.id, 'failed', callback as never),
  );
  const failedJob = heard<{ job: Job }>((callback) =>
    client.users.subscribeJobEvent(me.id, 'failed', callback),
  );
  // The subscriptions go out when the socket is connected: what is told on a channel of one's own shows that it is.
  const isListening = heard((callback) => client.users.subscribeJobEvent(me.id, 'created', callback));
  const created = setInterval(
    () =>
      void client.jobs.create({
        tasks: { raw: { operation: 'import/raw', file: 'x', filename: 'x.txt' } as never },
      }),
    100,
  );
  await isListening;
  clearInterval(created);
  const job = await client.jobs.create({ tasks });
  await upload(client, job, new Uint8Array([1, 2, 3]));
  expect((await failedTask).task).toMatchObject({ status: 'error', name: 'small', job_id: job.id });
  expect((await failedJob).job).toMatchObject({ id: job.id, status: 'error' });
  client.closeSocket();
});

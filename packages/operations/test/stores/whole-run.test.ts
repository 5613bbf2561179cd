/** A whole job from a bucket to a bucket: what the events and the job say, how it ends, and that no secret is seen. */
import type { JobEvent } from '@pipeline/engine';
import { openWorkspace, planJob, runJob } from '@pipeline/engine';
import { bindValues, loadPipeline } from '@pipeline/schema';
import { expect, test } from 'vitest';
import { createLocalBackend } from '../../src/local-backend.ts';
import { contextOf, newFolder } from '../places/action.ts';
import type { S3Server } from './s3-server.ts';
import { accessKeyId, bucket, region, secretAccessKey, serveS3 } from './s3-server.ts';

const text = ({ origin }: S3Server): string => `
secrets: [STORE_ID, STORE_KEY]
defaults:
  import/s3: &store
    bucket: ${bucket}
    region: ${region}
    endpoint: ${origin}
    access_key_id: \${{ secrets.STORE_ID }}
    secret_access_key: \${{ secrets.STORE_KEY }}
  export/s3: *store
tasks:
  drafts: { operation: import/s3, key_prefix: drafts/ }
  sheets: { operation: convert, input: drafts, output_format: json }
  out: { operation: export/s3, input: sheets, key_prefix: out/ }
  pages: { operation: export/s3, input: drafts, key: pages/%d.csv }
`;

async function run(server: S3Server, secret: string, tasks = '') {
  const loaded = loadPipeline({ path: 'pipeline.yaml', text: text(server) + tasks });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const { pipeline } = loaded.value;
  const values = bindValues(pipeline, { params: {}, env: { STORE_ID: accessKeyId, STORE_KEY: secret } });
  if (!values.ok) throw new Error(JSON.stringify(values.error));
  const root = newFolder();
  const { baseDir, allowedDirs, jobId, startedAt } = contextOf(root);
  const context = { baseDir, allowedDirs, jobId, startedAt };
  const local = createLocalBackend({ maxHosts: 1 });
  const plan = await planJob({ pipeline, values: values.value, backends: { local }, context });
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const workspace = await openWorkspace({ dir: newFolder(), jobId });
  const events: JobEvent[] = [];
  const outcome = await runJob(plan.value, {
    workspace,
    now: () => performance.now(),
    onEvent: (event) => void events.push(event),
    signal: new AbortController().signal,
    maxActions: 2,
  });
  await Promise.all([workspace.close(), local.close()]);
  return { outcome, events };
}

test('files go through and keep their folders; results are told by their addresses', async () => {
  const server = await serveS3({ 'drafts/a.csv': 'x,y\n1,2\n', 'drafts/2024/b.csv': 'x,y\n3,4\n' });
  const { outcome, events } = await run(server, secretAccessKey);
  expect(outcome).toMatchObject({ exitCode: 0, counts: { ran: 6, failed: 0 } });
  const json = (key: string): unknown => JSON.parse(server.objects.get(key)?.bytes.toString() ?? 'null');
  expect(json('out/a.json')).toEqual([{ x: 1, y: 2 }]);
  expect(json('out/2024/b.json')).toEqual([{ x: 3, y: 4 }]);
  expect(server.objects.get('pages/1.csv')?.bytes.toString()).toBe('x,y\n1,2\n');
  expect(server.objects.get('pages/2.csv')?.bytes.toString()).toBe('x,y\n3,4\n');
  const paths = events.flatMap((event) =>
    event.type === 'action.finished' && event.task === 'out' ? event.outputs.map(({ path }) => path) : [],
  );
  const address = (key: string): string => `${server.origin}/${bucket}/${key}`;
  expect(new Set(paths)).toEqual(new Set([address('out/a.json'), address('out/2024/b.json')]));
  const task = outcome.job.tasks.find(({ name }) => name === 'out');
  expect(task?.result?.['files']).toMatchObject([
    { filename: 'a.json', url: address('out/a.json') },
    { dir: '2024', filename: 'b.json', url: address('out/2024/b.json') },
  ]);
  expect(JSON.stringify([events, outcome.job])).not.toContain(secretAccessKey);
});

test('refused credentials end the run with 4, and are not seen', async () => {
  const server = await serveS3({ 'drafts/a.csv': 'x\n1\n' });
  const { outcome, events } = await run(server, 'wrong-s3cret');
  expect(outcome.exitCode).toBe(4);
  expect(JSON.stringify(events)).toContain('the secret_access_key is not that of this access_key_id');
  expect(JSON.stringify([events, outcome.job])).not.toMatch(/s3cret|AKIDEXAMPLE/);
});

test('what was imported is not written over: an error of the plan for one file, of the action for many', async () => {
  const server = await serveS3({ 'drafts/a.csv': 'x,y\n1,2\n' });
  const one = `
  draft: { operation: import/s3, key: drafts/a.csv }
  again: { operation: export/s3, input: draft, key: drafts/a.csv }
`;
  await expect(run(server, secretAccessKey, one)).rejects.toThrow(
    `again[a.csv] would write over ${server.origin}/${bucket}/drafts/a.csv, which draft reads`,
  );
  const many = `
  back: { operation: export/s3, input: drafts, key_prefix: drafts/ }
`;
  const { outcome, events } = await run(server, secretAccessKey, many);
  expect(outcome.exitCode).not.toBe(0);
  expect(JSON.stringify(events)).toContain(
    `would write over ${server.origin}/${bucket}/drafts/a.csv, which drafts reads`,
  );
  expect(server.objects.get('drafts/a.csv')?.bytes.toString()).toBe('x,y\n1,2\n');
});

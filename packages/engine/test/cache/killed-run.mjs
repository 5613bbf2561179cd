// One run of a pipeline with a cache on the disk, for the test that kills it: `node killed-run.mjs <folder>`. It says
// `running` when its first action begins, so that no moment of the run is missed for the start of the process.
import path from 'node:path';
import { openDiskCache, openWorkspace, planJob, runJob } from '@pipeline/engine';
import { fileBackend } from './file-backend.mjs';

const [dir = ''] = process.argv.slice(2);
const noRetry = { attempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 60_000, on: 'transient' };
const task = (name, sketch) => ({
  name,
  range: { start: 0, end: 0 },
  operation: 'convert',
  inputs: [],
  fileInputs: {},
  needs: [],
  variants: [{}],
  groupBy: 'file',
  retry: noRetry,
  ignoreError: false,
  cache: true,
  options: {},
  templates: [],
  optionRanges: {},
  ...sketch,
});
const tasks = [
  task('files', { operation: 'import/local', options: { path: path.join(dir, 'in') } }),
  task('work', { inputs: ['files'], options: { prefix: '+' } }),
  task('more', { inputs: ['work'], options: { prefix: '-' } }),
  task('all', { operation: 'merge', inputs: ['more'], groupBy: 'all' }),
  task('out', {
    operation: 'export/local',
    inputs: ['more', 'all'],
    options: { path: path.join(dir, 'out') },
  }),
];
const pipeline = {
  source: { path: 'pipeline.yaml', text: '' },
  params: new Map(),
  env: new Map(),
  secrets: [],
  concurrency: { limits: new Map() },
  onError: 'continue',
  tasks: new Map(tasks.map((one) => [one.name, one])),
};
let count = 0;
const backends = { local: fileBackend({ onRun: () => (count += 1) }) };
const context = { baseDir: dir, allowedDirs: [dir], jobId: 'job', startedAt: 0 };
const plan = await planJob({ pipeline, values: { params: {}, env: {}, secrets: {} }, backends, context });
if (!plan.ok) throw new Error(plan.error[0].message);
const onProblem = (error) => {
  throw error;
};
const cache = openDiskCache({ dir: path.join(dir, '.cache'), root: dir, now: Date.now, onProblem });
const workspace = await openWorkspace({ dir: path.join(dir, '.work'), jobId: 'job' });
process.stdout.write('running\n');
const { exitCode } = await runJob(plan.value, {
  workspace,
  now: () => performance.now(),
  onEvent: () => {},
  signal: new AbortController().signal,
  maxActions: 4,
  caching: { cache, mode: 'read-write' },
});
cache.close();
await workspace.close();
process.stdout.write(`${JSON.stringify({ exitCode, count })}\n`);

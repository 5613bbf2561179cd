// What the engine costs by itself, with operations that do nothing: CPU time of each action, planning of a large random
// graph, and how memory grows with the number of actions. Prints one JSON line for each promise.
//   npx tsc -b packages/engine && node bench/schedule.mjs
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { planJob, runJob } from '@pipeline/engine';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const noRetry = { attempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 60_000, on: 'transient' };
const context = {
  baseDir: '/project',
  allowedDirs: ['/project'],
  jobId: 'bench',
  startedAt: 1_700_000_000_000,
};
const values = { params: {}, env: {}, secrets: {} };

await actionCost();
await graphPlanning();
await memory();

/** The best of several rounds: what the engine needs, not what else the machine was doing. */
async function actionCost() {
  const count = 10_000;
  const rounds = [];
  for (let round = 0; round < 8; round += 1) {
    const pipeline = streamOf(count);
    collectGarbage();
    const before = process.cpuUsage();
    const plan = await planned(pipeline);
    const planCpu = process.cpuUsage(before);
    const { counts } = await run(plan, () => {});
    const cpu = process.cpuUsage(before);
    if (counts.ran < count) throw new Error(`only ${counts.ran} actions ran`);
    rounds.push({
      all: (cpu.user + cpu.system) / counts.ran,
      plan: (planCpu.user + planCpu.system) / counts.ran,
    });
  }
  const best = rounds.toSorted((a, b) => a.all - b.all)[0];
  print('schedule: CPU of each of 10,000 trivial actions, plan and run', {
    value: best.all,
    unit: 'µs',
    bar: 50,
    plan: Number(best.plan.toFixed(1)),
    rounds: rounds.map(({ all }) => Number(all.toFixed(1))),
  });
}

async function graphPlanning() {
  const taskCount = 5000;
  const edgeCount = 20_000;
  const random = generator(42);
  const inputs = Array.from({ length: taskCount }, () => new Set());
  for (let edges = 0; edges < edgeCount;) {
    const to = 1 + Math.floor(random() * (taskCount - 1));
    const from = Math.floor(random() * to);
    if (inputs[to].has(from)) continue;
    inputs[to].add(from);
    edges += 1;
  }
  // Groups: every task is one action, so that the graph alone is measured, not the files that paths multiply.
  const tasks = inputs.map((from, index) =>
    task(`t${index}`, {
      inputs: [...from].map((other) => `t${other}`),
      groupBy: 'all',
      options: { files: [{ dir: '', name: `f${index}` }] },
    }),
  );
  const pipeline = pipelineOf(tasks);
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const before = performance.now();
    const plan = await planned(pipeline);
    times.push(performance.now() - before);
    if (plan.actions.length !== taskCount)
      throw new Error(`only ${plan.actions.length} actions were planned`);
  }
  // The first round, cold: nobody plans the same job five times.
  print('schedule: a random graph of 5,000 tasks and 20,000 edges planned', {
    value: times[0],
    unit: 'ms',
    bar: 300,
    rounds: times.map((ms) => Math.round(ms)),
  });
}

async function memory() {
  const perAction = [];
  for (const count of [10_000, 20_000, 40_000]) perAction.push(Math.round((await heapOf(count)) / count));
  const growth = perAction[2] / perAction[0];
  print('schedule: heap of an action at 40,000 actions against 10,000', {
    value: growth,
    unit: 'times',
    bar: 1.2,
    bytes_per_action: perAction,
  });
}

/** Bytes in use at the end of a run, when the plan and every action are still there. */
async function heapOf(count) {
  const pipeline = streamOf(count);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  let used = 0;
  const plan = await planned(pipeline);
  await run(plan, (event) => {
    if (event.type !== 'job.finished') return;
    collectGarbage();
    used = process.memoryUsage().heapUsed - before;
  });
  return used;
}

/** Passes files on: known before the run, made at once. */
function trivialBackend() {
  const operation = { plan: planTrivially, run: runTrivially };
  return { name: 'local', load: async () => operation, close: async () => {} };
}

function planTrivially(request) {
  return { ok: true, value: { outputs: filesOf(request) } };
}

async function runTrivially(request, { workDir }) {
  const outputs = filesOf(request).map(({ dir, name }) => ({ dir, name, path: `${workDir}/${name}` }));
  return { ok: true, value: { outputs } };
}

function filesOf({ options, inputs }) {
  return options.files ?? inputs;
}

/** Folders and files that cost nothing. */
function emptyWorkspace() {
  let count = 0;
  return {
    dir: '/work',
    createDir: async () => `/work/${(count += 1)}`,
    removeDir: async () => {},
    inspect: async () => ({ ok: true, value: 1 }),
    close: async () => {},
    closeSync: () => {},
  };
}

/** Files that flow from an import through two tasks. */
function streamOf(actions) {
  const files = Array.from({ length: actions / 2 }, (_, index) => `folder-${index % 100}/file-${index}.txt`);
  const pipeline = pipelineOf([
    task('docs', { operation: 'import/local', options: { files: files.map(splitPlace) } }),
    task('pdf', { inputs: ['docs'] }),
    task('site', { inputs: ['pdf'], operation: 'export/local' }),
  ]);
  return pipeline;
}

function splitPlace(place) {
  const [dir, name] = place.split('/');
  return { dir, name };
}

async function planned(pipeline) {
  const plan = await planJob({ pipeline, values, context, backends: { local: trivialBackend() } });
  if (!plan.ok) throw new Error(plan.error[0].message);
  return plan.value;
}

function run(plan, onEvent) {
  const { signal } = new AbortController();
  const workspace = emptyWorkspace();
  return runJob(plan, { workspace, now: () => performance.now(), onEvent, signal, maxActions: 8 });
}

function pipelineOf(tasks) {
  return {
    source: { path: 'bench.yaml', text: '' },
    params: new Map(),
    env: new Map(),
    secrets: [],
    concurrency: { limits: new Map() },
    onError: 'continue',
    tasks: new Map(tasks.map((task) => [task.name, task])),
  };
}

function task(name, sketch) {
  return {
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
  };
}

/** Mulberry32: the same graph on every machine. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function print(name, { value, bar, ...more }) {
  const ok = value <= bar;
  process.stdout.write(`${JSON.stringify({ name, value: Number(value.toFixed(2)), bar, ok, ...more })}\n`);
  if (!ok) process.exitCode = 1;
}

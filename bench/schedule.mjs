// What the engine costs by itself, with operations that do nothing: CPU time of each action, planning of a large random
// graph, and how memory grows with the number of actions. Prints one JSON line for each promise.
//   npx tsc -b packages/engine && node bench/schedule.mjs
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { planJob, runJob } from '@pipeline/engine';
import { fakeBackend, finishAtOnce, memoryWorkspace } from '@pipeline/engine/testing';

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
  for (let round = 0; round < 5; round += 1) {
    const { pipeline, workspace, local } = streamOf(count);
    collectGarbage();
    const before = process.cpuUsage();
    const plan = await planned(pipeline, local);
    const planCpu = process.cpuUsage(before);
    const { counts } = await run(plan, workspace, () => {});
    const cpu = process.cpuUsage(before);
    if (counts.ran < count) throw new Error(`only ${counts.ran} actions ran`);
    rounds.push({
      all: (cpu.user + cpu.system) / counts.ran,
      plan: (planCpu.user + planCpu.system) / counts.ran,
    });
  }
  const best = rounds.toSorted((a, b) => a.all - b.all)[0];
  print('schedule: CPU of each of 10,000 trivial actions, plan and run, µs', {
    value: best.all,
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
      options: { files: [`f${index}`] },
    }),
  );
  const pipeline = pipelineOf(tasks);
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    const local = fakeBackend({ workspace: memoryWorkspace() });
    const before = performance.now();
    const plan = await planned(pipeline, local);
    times.push(performance.now() - before);
    if (plan.actions.length !== taskCount)
      throw new Error(`only ${plan.actions.length} actions were planned`);
  }
  // The first round, cold: nobody plans the same job five times.
  print('schedule: a random graph of 5,000 tasks and 20,000 edges planned, ms', {
    value: times[0],
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
    bar: 1.2,
    bytes_per_action: perAction,
  });
}

/** Bytes in use at the end of a run, when the plan and every action are still there. */
async function heapOf(count) {
  const { pipeline, workspace, local } = streamOf(count);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  let used = 0;
  const plan = await planned(pipeline, local);
  await run(plan, workspace, (event) => {
    if (event.type !== 'job.finished') return;
    collectGarbage();
    used = process.memoryUsage().heapUsed - before;
  });
  return used;
}

/** Files that flow from an import through two tasks. */
function streamOf(actions) {
  const files = Array.from({ length: actions / 2 }, (_, index) => `folder-${index % 100}/file-${index}.txt`);
  const pipeline = pipelineOf([
    task('docs', { operation: 'import/local', options: { files } }),
    task('pdf', { inputs: ['docs'] }),
    task('site', { inputs: ['pdf'], operation: 'export/local' }),
  ]);
  const workspace = memoryWorkspace();
  return { pipeline, workspace, local: fakeBackend({ workspace, run: finishAtOnce }) };
}

async function planned(pipeline, local) {
  const plan = await planJob({ pipeline, values, context, backends: { local } });
  if (!plan.ok) throw new Error(plan.error[0].message);
  return plan.value;
}

function run(plan, workspace, onEvent) {
  const { signal } = new AbortController();
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

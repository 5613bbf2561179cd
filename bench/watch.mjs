// Watching, by the real command line: from a change to its output, without settling, against the conversion alone as the
// run itself reports it; and a burst of files, of which none may be missed and none converted twice.
//   node bench/watch.mjs [changes] [files of the burst]
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const require = createRequire(new URL('../packages/operations/package.json', import.meta.url));
const sharp = require('sharp');
const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const changes = Number(process.argv[2] ?? 40);
const burst = Number(process.argv[3] ?? 10_000);
const barMs = 50;

await measure('latency', (folder) => latency(folder));
await measure('burst', (folder) => burstOf(folder, burst));

async function measure(name, work) {
  const folder = mkdtempSync(path.join(os.tmpdir(), `pipeline-watch-${name}-`));
  try {
    mkdirSync(path.join(folder, 'photos'));
    mkdirSync(path.join(folder, 'new'));
    report(await work(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 100 photos are watched; one after the other gets a new picture, renamed into place. */
async function latency(folder) {
  for (let index = 0; index < 100; index += 1)
    writeFileSync(path.join(folder, 'photos', `p${index}.png`), await picture(index));
  writeFileSync(path.join(folder, 'pipeline.yaml'), pipelineText('settle: 0ms, debounce: 0ms'));
  const watch = await startWatch(folder);
  const over = [];
  const conversions = [];
  for (let index = 0; index < changes; index += 1) {
    const name = `p${(index * 37) % 100}`;
    const file = path.join(folder, 'new', `${name}.png`);
    writeFileSync(file, await picture(1000 + index));
    const cycle = watch.cycle();
    const changedAt = performance.timeOrigin + performance.now();
    renameSync(file, path.join(folder, 'photos', `${name}.png`));
    const events = await cycle;
    const converted = events.find(
      (event) => event.type === 'action.finished' && event.task === 'web' && event.status === 'finished',
    );
    const { ctimeMs } = statSync(path.join(folder, 'public', `${name}.webp`));
    conversions.push(converted.action_ms);
    over.push(ctimeMs - changedAt - converted.action_ms);
  }
  await watch.stop();
  const value = median(over);
  return {
    name: `watch: change to output over the conversion alone, ms (100 files, ${changes} changes)`,
    value: round(value),
    bar: barMs,
    ok: value <= barMs,
    p90: round(quantile(over, 0.9)),
    conversion_ms: round(median(conversions)),
  };
}

async function burstOf(folder, count) {
  writeFileSync(path.join(folder, 'pipeline.yaml'), pipelineText('settle: 200ms'));
  const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#204060' } })
    .png()
    .toBuffer();
  const watch = await startWatch(folder);
  const converted = new Map();
  watch.onEvent = (event) => {
    if (event.type === 'action.finished' && event.task === 'web' && event.status === 'finished')
      converted.set(event.file, (converted.get(event.file) ?? 0) + 1);
  };
  const startMs = performance.now();
  for (let index = 0; index < count; index += 1) {
    // A difference in each: no two may share a result.
    const file = path.join(folder, 'photos', `p${index}.png`);
    writeFileSync(file, Buffer.concat([bytes, Buffer.from(String(index))]));
  }
  const writtenMs = performance.now() - startMs;
  while (converted.size < count && performance.now() - startMs < 600_000) await watch.cycle();
  // Whatever would come twice has time to come.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const seconds = (performance.now() - startMs - 3000) / 1000;
  await watch.stop();
  const twice = [...converted.values()].filter((times) => times > 1).length;
  const outputs = readdirSync(path.join(folder, 'public')).filter((name) => name.endsWith('.webp')).length;
  const missed = count - outputs;
  return {
    name: `watch: a burst of ${count} files, missed or converted twice`,
    value: missed + twice,
    bar: 0,
    ok: missed + twice === 0,
    missed,
    twice,
    runs: watch.cycles,
    written_ms: round(writtenMs),
    all_there_s: round(seconds),
  };
}

function pipelineText(watch) {
  return `watch: { ${watch} }
tasks:
  photos: { operation: import/local, path: "photos/*.png" }
  web: { operation: convert, input: photos, output_format: webp }
  publish: { operation: export/local, input: web, path: public }
`;
}

async function picture(seed) {
  const background = { r: (seed * 53) % 256, g: (seed * 101) % 256, b: (seed * 17) % 256 };
  return sharp({ create: { width: 640, height: 480, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Resolves when it waits for changes for the first time. */
async function startWatch(folder) {
  const child = spawn(process.execPath, [bin, 'watch', '--json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CI: '' },
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  const watch = {
    cycles: 0,
    onEvent: () => {},
    cycle: () => new Promise((resolve) => void waiting.push(resolve)),
    stop: async () => {
      child.kill('SIGINT');
      return ended;
    },
  };
  const waiting = [];
  let events = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line);
    watch.onEvent(event);
    if (event.type === 'watch.changed') events = [];
    events.push(event);
    if (event.type !== 'watch.waiting') return;
    watch.cycles += 1;
    for (const resolve of waiting.splice(0)) resolve(events);
  });
  await watch.cycle();
  watch.cycles = 0;
  return watch;
}

function report(result) {
  process.stdout.write(`${JSON.stringify({ ...result, cpus: os.availableParallelism() })}\n`);
  if (!result.ok) process.exitCode = 1;
}

function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function median(values) {
  return quantile(values, 0.5);
}

function round(value) {
  return Number(value.toFixed(2));
}

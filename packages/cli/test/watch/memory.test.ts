/** A watch may be left on for weeks: nothing grows with the runs. Measured in the process itself, after collecting garbage. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Running, signalGroup, start, writeFileIn } from '../running-command.ts';
import { createWorkFolder, removeWorkFolder } from '../script.ts';

const probe = `import v8 from 'node:v8';
import vm from 'node:vm';
import { writeFileSync } from 'node:fs';
v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');
process.on('SIGUSR2', () => {
  collect();
  setTimeout(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync('heap.json', JSON.stringify({ heapUsed, external, handles: process.getActiveResourcesInfo().length }));
  }, 50);
});
`;

let folder = '';
let running: Running | undefined;
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(async () => {
  if (running !== undefined && running.child.exitCode === null) signalGroup(running, 'SIGKILL');
  await running?.ended;
  removeWorkFolder(folder);
});

interface Heap {
  readonly heapUsed: number;
  readonly external: number;
  readonly handles: number;
}

async function heap(): Promise<Heap> {
  const file = path.join(folder, 'heap.json');
  rmSync(file, { force: true });
  running?.child.kill('SIGUSR2');
  return vi.waitFor(() => JSON.parse(readFileSync(file, 'utf8')), { timeout: 20_000, interval: 20 });
}

/** Each a run: the output follows the input. */
async function cycles(from: number, to: number): Promise<void> {
  for (let cycle = from; cycle < to; cycle += 1) {
    const text = `cycle ${cycle}`;
    writeFileIn(folder, `docs/f${cycle % 10}.md`, text);
    const output = path.join(folder, `out/f${cycle % 10}.md`);
    await vi.waitFor(
      () => expect(existsSync(output) && readFileSync(output, 'utf8'), running?.output.stderr).toBe(text),
      { timeout: 20_000, interval: 4 },
    );
  }
}

test('300 runs later, the heap is what it was', { timeout: 120_000 }, async () => {
  writeFileIn(folder, 'probe.mjs', probe);
  writeFileIn(
    folder,
    'pipeline.yaml',
    `watch: { settle: 0ms, debounce: 0ms }
tasks:
  docs: { operation: import/local, path: "docs/*.md" }
  out: { operation: export/local, input: docs, path: out }
`,
  );
  running = start(['watch', '-q'], { cwd: folder, env: { NODE_OPTIONS: '--import=./probe.mjs' } });
  await cycles(0, 100);
  const before = await heap();
  await cycles(100, 400);
  const after = await heap();
  const growth = { heap: after.heapUsed - before.heapUsed, external: after.external - before.external };
  // Code that is compiled on the way counts too; one plan kept of each run would be ten times as much.
  expect(growth.heap, JSON.stringify({ before, after })).toBeLessThan(1_500_000);
  expect(growth.external, JSON.stringify({ before, after })).toBeLessThan(500_000);
  expect(after.handles - before.handles).toBeLessThan(5);
});

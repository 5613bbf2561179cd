/** Each run of a watch that does something is a run of the history. */
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { leftBehind, type Running, signalGroup, start, writeFileIn } from '../running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from '../script.ts';

let folder = '';
let running: Running | undefined;
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(async () => {
  if (running?.child.exitCode === null) signalGroup(running, 'SIGKILL');
  await running?.ended;
  running = undefined;
  removeWorkFolder(folder);
});

test('a watch leaves a journal of each of its runs, and each can be run again', async () => {
  writeFileIn(
    folder,
    'pipeline.yaml',
    `name: copy
watch: { settle: 30ms, debounce: 10ms }
tasks:
  docs: { operation: import/local, path: "docs/*.md" }
  out: { operation: export/local, input: docs, path: out }
`,
  );
  writeFileIn(folder, 'docs/a.md', 'a');
  running = start(['watch', '--poll'], { cwd: folder });
  const says = (times: number): Promise<void> =>
    vi.waitFor(
      () => expect(running?.output.stderr.match(/watching: \d+ files?;/g)).toHaveLength(times),
      20_000,
    );
  await says(1);
  writeFileIn(folder, 'docs/b.md', 'b');
  await says(2);
  signalGroup(running, 'SIGINT');
  await running.ended;
  const { stdout } = await runCommand(['runs', '--json'], { cwd: folder });
  const { runs }: { runs: { result: string; flags: { switches: string[] } }[] } = JSON.parse(stdout);
  expect(runs.map(({ result }) => result)).toEqual(['finished', 'finished']);
  expect(runs[0]?.flags.switches).toEqual([]);
  const again = await runCommand(['retry', '-q', '--print-outputs'], { cwd: folder });
  expect(again.code, again.stderr).toBe(0);
  expect(again.stdout).toContain(path.join(folder, 'out/b.md'));
  expect(leftBehind(folder)).toEqual([]);
});

/** What a run leaves behind that ends by SIGKILL: half of nothing, and everything that it exported known as ours. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { start, writeFileIn } from './running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(() => removeWorkFolder(folder));

const pipeline = (origin: string): string => `tasks:
  source: { operation: import/local, path: "in/*.txt" }
  early: { operation: export/local, input: source, path: early, prune: true }
  file: { operation: import/url, url: "${origin}/never.bin" }
  out: { operation: export/local, input: file, path: out }
`;

const waitFor = async (isThere: () => boolean): Promise<void> => {
  while (!isThere()) await new Promise((resolve) => setTimeout(resolve, 20));
};

const journal = (): string => {
  const runs = path.join(folder, '.pipeline/runs');
  if (!existsSync(runs)) return '';
  return readdirSync(runs)
    .map((name) => readFileSync(path.join(runs, name), 'utf8'))
    .join('');
};

test('what a killed run exported is pruned when its source is gone', async () => {
  // Answers nobody.
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  writeFileIn(folder, 'pipeline.yaml', pipeline(`http://127.0.0.1:${port}`));
  writeFileIn(folder, 'in/a.txt', 'a');
  writeFileIn(folder, 'in/b.txt', 'b');
  const { child, ended } = start(['run'], { cwd: folder });
  await waitFor(() => journal().includes('early[a.txt]') && journal().includes('early[b.txt]'));
  await waitFor(() => (journal().match(/"action.finished"/g) ?? []).length >= 3);
  child.kill('SIGKILL');
  await ended;
  server.closeAllConnections();
  server.close();
  // The next one has neither the download nor one of the files; somebody has edited nothing.
  writeFileIn(folder, 'pipeline.yaml', pipeline('').split('\n').slice(0, 3).join('\n'));
  writeFileIn(folder, 'early/mine.txt', 'mine');
  rmSync(path.join(folder, 'in/a.txt'));
  const { code, stderr } = await runCommand(['run', '-q'], { cwd: folder });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('pruned 1 file that no source makes any more: early/a.txt');
  expect(readdirSync(path.join(folder, 'early')).sort()).toEqual(['b.txt', 'mine.txt']);
  // And what was the same was taken over as ours.
  rmSync(path.join(folder, 'in/b.txt'));
  writeFileIn(folder, 'in/c.txt', 'c');
  const next = await runCommand(['run', '-q'], { cwd: folder });
  expect(next.stderr).toContain('early/b.txt');
  expect(readdirSync(path.join(folder, 'early')).sort()).toEqual(['c.txt', 'mine.txt']);
});

/** Two runs of one pipeline at the same time: each does its work, and no certificate is left that either could belie. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileIn } from './running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(() => removeWorkFolder(folder));

test('two at once, and a change while they run', async () => {
  writeFileIn(
    folder,
    'pipeline.yaml',
    `tasks:
  source: { operation: import/local, path: "in/*.txt" }
  out: { operation: export/local, input: source, path: out }
`,
  );
  mkdirSync(path.join(folder, 'in'));
  for (let index = 0; index < 40; index += 1)
    writeFileSync(path.join(folder, `in/${index}.txt`), `first ${index}`);
  const runs = [0, 1, 2].map(() => runCommand(['run', '-q'], { cwd: folder }));
  for (let index = 0; index < 40; index += 3)
    writeFileSync(path.join(folder, `in/${index}.txt`), `second ${index}`);
  for (const { code, stderr } of await Promise.all(runs)) expect(code, stderr).toBe(0);
  const last = await runCommand(['run', '-q'], { cwd: folder });
  expect(last.code, last.stderr).toBe(0);
  for (let index = 0; index < 40; index += 1) {
    const wanted = `${index % 3 === 0 ? 'second' : 'first'} ${index}`;
    expect(readFileSync(path.join(folder, `out/${index}.txt`), 'utf8'), last.stderr).toBe(wanted);
  }
  expect((await runCommand(['run', '-q'], { cwd: folder })).stderr).toMatch(/^up to date: 40 files/);
});

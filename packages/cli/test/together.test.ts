/**
 * Sizes of one picture are cut from one decoded picture. Whichever of them is new, the files are those of a clean run:
 * what comes out of an incremental run can be committed, and a clean run elsewhere changes nothing.
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileIn } from './running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

const photo = path.join(import.meta.dirname, '../../../examples/quickstart/photos/dawn.jpg');
const folders: string[] = [];
let folder = '';
beforeEach(() => {
  folder = newProject();
});
afterEach(() => {
  for (const each of folders.splice(0)) removeWorkFolder(each);
});

function newProject(): string {
  const created = createWorkFolder();
  folders.push(created);
  mkdirSync(path.join(created, 'photos'));
  copyFileSync(photo, path.join(created, 'photos/dawn.jpg'));
  return created;
}

async function run(project: string, widths: readonly number[]): Promise<string> {
  writeFileIn(
    project,
    'pipeline.yaml',
    `tasks:
  photos: { operation: import/local, path: "photos/*.jpg" }
  sizes:
    operation: convert
    input: photos
    matrix: { width: [${widths.join(', ')}] }
    output_format: png
    width: \${{ matrix.width }}
    filename: \${{ file.stem }}-\${{ matrix.width }}.png
  out: { operation: export/local, input: sizes, path: out }
`,
  );
  const { code, stderr } = await runCommand(['run', '-q'], { cwd: project });
  expect(code, stderr).toBe(0);
  return stderr;
}

const outputs = (project: string): Readonly<Record<string, Buffer>> =>
  Object.fromEntries(
    readdirSync(path.join(project, 'out'))
      .sort()
      .map((name) => [name, readFileSync(path.join(project, 'out', name))]),
  );

test('a new size leaves all of them as a clean run does', async () => {
  await run(folder, [200]);
  await run(folder, [200, 320, 1000]);
  const clean = newProject();
  await run(clean, [200, 320, 1000]);
  expect(outputs(folder)).toEqual(outputs(clean));
  expect(await run(folder, [200, 320, 1000])).toMatch(/^up to date: 3 files/);
});

test('plan says why the others are made anew, and the sizes of before are still known', async () => {
  await run(folder, [200, 1000]);
  await run(folder, [200, 320, 1000]);
  writeFileIn(
    folder,
    'pipeline.yaml',
    readFileSync(path.join(folder, 'pipeline.yaml'), 'utf8').replace('320', '480'),
  );
  const { stdout } = await runCommand(['plan'], { cwd: folder });
  expect(stdout).toContain('dawn-200.png: what is made together with it changed');
  expect(await run(folder, [200, 1000])).toMatch(/^up to date: 2 files/);
});

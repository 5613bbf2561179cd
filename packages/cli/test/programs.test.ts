/** The real command with a real converter program: what it says, what it makes, and how it ends. */
import { accessSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFileIn } from './running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

const programFolders = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'];
const isThere = programFolders.some((folder) => {
  try {
    accessSync(path.join(folder, 'rsvg-convert'));
    return true;
  } catch {
    return false;
  }
});
const pipelineText = `tasks:
  drawing: { operation: import/local, path: a.svg }
  print: { operation: convert, input: drawing, output_format: eps, engine: rsvg }
  out: { operation: export/local, input: print, path: out }
`;
const drawing =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h40v20H0z"/></svg>';

let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
  writeFileIn(folder, 'a.svg', drawing);
  writeFileIn(folder, 'pipeline.yaml', pipelineText);
});
afterEach(() => removeWorkFolder(folder));

test.skipIf(!isThere)('an installed program is used, named with its version, and all ends well', async () => {
  const env = { PIPELINE_PROGRAMS_PATH: programFolders.join(path.delimiter) };
  const { code, stdout, stderr } = await runCommand(['run', '--json'], { cwd: folder, env });
  expect(code, stderr).toBe(0);
  const events: { type: string; task?: string; converter?: string; version?: string }[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const started = events.find(({ type, task }) => type === 'action.started' && task === 'print');
  expect(started).toMatchObject({ converter: 'rsvg', version: expect.stringMatching(/^\d+\.\d+/) });
  expect(readFileSync(path.join(folder, 'out/a.eps'), 'latin1')).toMatch(/^%!PS[^]*BoundingBox: 0 0 \d+ \d+/);
});

test('a program that is missing is told before anything runs, with what installs it', async () => {
  const { code, stderr } = await runCommand(['run'], { cwd: folder });
  expect(code).toBe(3);
  expect(stderr).toContain('rsvg turns SVG into EPS, but rsvg is not installed');
  expect(stderr).toMatch(/Install it: .*rsvg/);
});

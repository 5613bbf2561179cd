/** `pipeline clean` where somebody can be asked, and while a run is going on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  copyPipeline,
  downloadPipeline,
  hangs,
  signalGroup,
  start,
  withServer,
  writeFileIn,
} from '../running-command.ts';
import { bin, cleanEnvironment, createWorkFolder, removeWorkFolder, runCommand } from '../script.ts';

let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
  writeFileIn(folder, '.pipeline/results/job-1/key/a.txt', 'text');
});
afterEach(() => removeWorkFolder(folder));

const results = (): boolean => existsSync(path.join(folder, '.pipeline/results/job-1'));

/** In a terminal; `keys` are typed when it asks. */
async function inTerminal(args: string, keys: string): Promise<{ output: string; code: number }> {
  const child = spawn('script', ['-qec', `${process.execPath} ${bin} ${args}`, '/dev/null'], {
    cwd: folder,
    env: { ...cleanEnvironment(folder), TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.includes('[y/N]')) child.stdin.write(keys);
  });
  const [code]: number[] = await once(child, 'close');
  return { output, code: code ?? -1 };
}

describe.skipIf(!existsSync('/usr/bin/script'))('in a terminal', () => {
  test.each([
    ['y\r', true],
    ['yes\r', true],
    ['n\r', false],
    ['\r', false],
    ['\u0004', false],
    ['\u0003', false],
  ])('it asks, and %j means %s', async (keys, isYes) => {
    const { output, code } = await inTerminal('clean', keys);
    expect(output).toContain('4 B  .pipeline/results/job-1  (results of export/url)');
    expect(output).toContain('Remove all of this? [y/N]');
    expect(results()).toBe(!isYes);
    expect(code).toBe(0);
  });

  test('--yes does not ask', async () => {
    const { output } = await inTerminal('clean --yes', '');
    expect(output).not.toContain('[y/N]');
    expect(results()).toBe(false);
  });
});

test('while a run goes on, its results and the cache stay', async () => {
  await withServer(hangs, async (origin, server) => {
    writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
    const run = start(['run'], { cwd: folder });
    await once(server, 'request');
    const listed = await runCommand(['runs', '--json'], { cwd: folder });
    const { id } = JSON.parse(listed.stdout).runs[0];
    mkdirSync(path.join(folder, '.pipeline/results', id));
    const all = await runCommand(['clean', '--all', '--yes'], { cwd: folder });
    expect(all.stderr).toContain('a run is going on in process');
    expect(all.code).toBe(2);
    const clear = await runCommand(['cache', 'clear'], { cwd: folder });
    expect(clear.stderr).toContain('a run is going on in process');
    expect(clear.code).toBe(2);
    const own = await runCommand(['clean', '--yes'], { cwd: folder });
    expect(own.code).toBe(0);
    expect(results()).toBe(false);
    expect(existsSync(path.join(folder, '.pipeline/results', id))).toBe(true);
    signalGroup(run, 'SIGKILL');
    await run.ended;
    const after = await runCommand(['clean', '--yes', '--json'], { cwd: folder });
    const items: { what: string; removed: boolean }[] = JSON.parse(after.stdout).items;
    expect(items.map(({ what, removed }) => `${what} ${removed}`).sort()).toEqual([
      'results true',
      'work true',
    ]);
  });
});

test('a file in the place of .pipeline is nobody’s fault: there is no history, no cache, and nothing to clean', async () => {
  rmSync(path.join(folder, '.pipeline'), { recursive: true });
  writeFileIn(folder, '.pipeline', 'in the way');
  writeFileIn(folder, 'pipeline.yaml', copyPipeline);
  const run = await runCommand(['run', '-q'], { cwd: folder });
  expect(run.code, run.stderr).toBe(0);
  expect(run.stderr).toContain(
    'no history is kept of this run, as .pipeline cannot be written: a part of its path is a file, not a folder',
  );
  const commands = [
    ['runs'],
    ['clean', '--all', '--orphans', '--yes'],
    ['cache'],
    ['cache', 'gc'],
    ['cache', 'clear'],
  ];
  for (const args of commands) {
    const { code, stderr } = await runCommand(args, { cwd: folder });
    expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  }
  expect(readFileSync(path.join(folder, '.pipeline'), 'utf8')).toBe('in the way');
});

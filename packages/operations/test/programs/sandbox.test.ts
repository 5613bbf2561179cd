/** How a program is confined: the arguments of bubblewrap. Whether they hold is tried in `run-program.test.ts`. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bubblewrapArgs } from '../../src/programs/sandbox.ts';

let dir = '';
beforeEach(() => {
  dir = realpathSync(mkdtempSync(path.join(tmpdir(), 'pipeline-sandbox-')));
  writeFileSync(path.join(dir, 'input.docx'), 'x');
});
afterEach(() => rmSync(dir, { recursive: true }));

/** What follows each `flag`, one or two words each. */
function valuesOf(args: readonly string[], flag: string): readonly string[] {
  return args.flatMap((arg, index) => (arg === flag ? (args[index + 1] ?? '') : []));
}

test('it sees the system, its inputs and one folder to write; no home, no project, no other process', () => {
  const command = process.execPath;
  const workDir = path.join(dir, 'work');
  const input = path.join(dir, 'input.docx');
  const args = bubblewrapArgs({
    command,
    args: ['--convert', input],
    workDir,
    reads: [input],
    network: false,
  });
  expect(args).toContain('--unshare-all');
  expect(args).toContain('--die-with-parent');
  expect(args).not.toContain('--share-net');
  expect(valuesOf(args, '--bind')).toEqual([workDir]);
  const read = valuesOf(args, '--ro-bind');
  expect(read).toContain(input);
  expect(read).toContain('/usr');
  for (const hidden of [homedir(), dir, '/', '/etc', '/var', '/home', '/tmp', process.cwd(), '/etc/passwd']) {
    expect(read).not.toContain(hidden);
  }
  expect(args.slice(args.lastIndexOf('--') + 1)).toEqual([command, '--convert', input]);
});

test('only what asks for a network gets one, with names of hosts', () => {
  const base = { command: process.execPath, args: [], workDir: dir, reads: [] };
  expect(bubblewrapArgs({ ...base, network: true })).toContain('--share-net');
  expect(valuesOf(bubblewrapArgs({ ...base, network: true }), '--ro-bind')).toContain('/etc/hosts');
  expect(valuesOf(bubblewrapArgs({ ...base, network: false }), '--ro-bind')).not.toContain('/etc/hosts');
});

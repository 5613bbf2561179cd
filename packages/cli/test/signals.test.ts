/** Ctrl-C and its like, with real signals to real process groups. Every test waits for something that happens, never for time to pass. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  downloadPipeline,
  hangs,
  leftBehind,
  signalGroup,
  start,
  withServer,
  writeFileIn,
} from './running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(() => removeWorkFolder(folder));

describe('signals', () => {
  test.each([
    ['SIGINT', 130, 'interrupted'],
    ['SIGTERM', 143, 'terminated'],
    ['SIGHUP', 129, 'the terminal went away'],
  ] as const)(
    '%s cancels politely, keeps what is finished and leaves nothing behind',
    async (signal, code, word) => {
      await withServer(hangs, async (origin, server) => {
        writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
        const run = start(['run'], { cwd: folder });
        await once(server, 'request');
        await vi.waitFor(() => expect(existsSync(path.join(folder, 'early/hello.txt'))).toBe(true), 20_000);
        signalGroup(run, signal);
        expect(await run.ended, run.output.stderr).toBe(code);
        expect(run.output.stderr).toContain(`${word}: cancelling`);
        expect(readFileSync(path.join(folder, 'early/hello.txt'), 'utf8')).toBe('Hello');
        expect(existsSync(path.join(folder, 'out'))).toBe(false);
        expect(leftBehind(folder)).toEqual([]);
      });
    },
  );

  test('Ctrl-C ends the processes of converters too', async () => {
    writeFileIn(folder, 'doc.md', '# Long\n\nword '.repeat(20_000));
    writeFileIn(
      folder,
      'pipeline.yaml',
      'tasks:\n  doc: { operation: import/local, path: doc.md }\n  pdf: { operation: convert, input: doc, output_format: pdf }\n  out: { operation: export/local, input: pdf, path: out }\n',
    );
    const run = start(['run'], { cwd: folder });
    const hosts = await vi.waitFor(() => {
      const found = childrenOf(run.child.pid ?? 0);
      expect(found.length).toBeGreaterThan(0);
      return found;
    }, 20_000);
    signalGroup(run, 'SIGINT');
    expect(await run.ended, run.output.stderr).toBe(130);
    expect(hosts.filter(isAlive)).toEqual([]);
    expect(leftBehind(folder)).toEqual([]);
  });

  test('a second Ctrl-C kills at once, and even then nothing is left', async () => {
    // A polite end that never comes: the workspace cannot be removed at once, and removing it otherwise hangs.
    const stuck = `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { rmdirSync } = fs;
let interrupts = 0;
process.on('SIGINT', () => (interrupts += 1));
fs.rmdirSync = (...given) => {
  if (interrupts < 2) throw new Error('busy');
  return rmdirSync(...given);
};
fs.promises.rm = () => new Promise(() => setInterval(() => {}, 1e9));
syncBuiltinESMExports();
`;
    writeFileIn(folder, 'stuck.mjs', stuck);
    await withServer(hangs, async (origin, server) => {
      writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
      const run = start(['run'], { cwd: folder, env: { NODE_OPTIONS: '--import=./stuck.mjs' } });
      await once(server, 'request');
      expect(leftBehind(folder)).not.toEqual([]);
      signalGroup(run, 'SIGINT');
      await vi.waitFor(() => expect(run.output.stderr).toContain('interrupted: cancelling'), 20_000);
      expect(run.child.exitCode).toBe(null);
      signalGroup(run, 'SIGINT');
      expect(await run.ended).toBe(130);
      expect(leftBehind(folder)).toEqual([]);
    });
  });

  test('--timeout cancels in the same way and exits with 124', async () => {
    await withServer(hangs, async (origin) => {
      writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
      const { code, stderr } = await runCommand(['run', '--timeout', '700ms'], { cwd: folder });
      expect(stderr).toContain('out of time');
      expect(code).toBe(124);
      expect(existsSync(path.join(folder, 'out'))).toBe(false);
      expect(leftBehind(folder)).toEqual([]);
    });
  });

  test('a crash in the middle removes the workspace as well', async () => {
    writeFileIn(
      folder,
      'crash.mjs',
      "import http from 'node:http';\nconst request = http.request;\nhttp.request = (...args) => {\n  setImmediate(() => { throw new Error('broken on purpose'); });\n  return request(...args);\n};\nimport { syncBuiltinESMExports } from 'node:module';\nsyncBuiltinESMExports();\n",
    );
    await withServer(hangs, async (origin) => {
      writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
      const env = { NODE_OPTIONS: '--import=./crash.mjs' };
      const { code, stderr } = await runCommand(['run'], { cwd: folder, env });
      expect(stderr).toContain('this is a bug in Pipeline, not a mistake of yours: broken on purpose');
      expect(code).toBe(5);
      expect(leftBehind(folder)).toEqual([]);
    });
  });
});

function childrenOf(pid: number): readonly number[] {
  const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return list === '' ? [] : list.split(' ').map(Number);
}

function isAlive(pid: number): boolean {
  try {
    // A zombie that nobody waits for is dead too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** `kill -9` in the middle of a run, with the real command: what is known of it, and how it goes on. */
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  downloadPipeline,
  type Handler,
  signalGroup,
  start,
  withServer,
  writeFileIn,
} from '../running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from '../script.ts';

let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(() => removeWorkFolder(folder));

test('a killed run is known as interrupted, and retry goes on with what it had not done', async () => {
  let hangs = true;
  const handler: Handler = (_, response) => {
    if (!hangs) response.end('content');
  };
  await withServer(handler, async (origin, server) => {
    writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
    const run = start(['run'], { cwd: folder });
    await once(server, 'request');
    await vi.waitFor(() => expect(journal()).toContain('"action.finished"'), 20_000);
    const running = await runCommand(['runs'], { cwd: folder });
    expect(running.stdout).toMatch(/ download +running /);
    const busy = await runCommand(['retry', '--failed'], { cwd: folder });
    expect(busy.stderr).toContain(`is still running, in process ${run.child.pid}`);
    expect(busy.code).toBe(2);
    signalGroup(run, 'SIGKILL');
    await run.ended;
    const killed = await runCommand(['runs', 'last'], { cwd: folder });
    expect(killed.stdout).toContain('it was killed, or the machine went down');
    expect(killed.stdout).toContain('go on with it: pipeline retry --failed');
    hangs = false;
    const again = await runCommand(['retry', '--failed'], { cwd: folder });
    expect(again.code, again.stderr).toBe(0);
    expect(readFileSync(path.join(folder, 'out/big.bin'), 'utf8')).toBe('content');
    const listed = await runCommand(['runs', '--json'], { cwd: folder });
    expect(JSON.parse(listed.stdout).runs.map(({ result }: { result: string }) => result)).toEqual([
      'finished',
      'interrupted',
    ]);
  });
});

function journal(): string {
  const dir = path.join(folder, '.pipeline/runs');
  const [name] = existsSync(dir) ? readdirSync(dir) : [];
  return name === undefined ? '' : readFileSync(path.join(dir, name), 'utf8');
}

test('secrets are neither in a journal nor needed from it', async () => {
  const secret = 'a-secret-value';
  const told: (string | undefined)[] = [];
  const handler: Handler = ({ headers }, response) => {
    told.push(headers.authorization);
    response.end('content');
  };
  await withServer(handler, async (origin) => {
    writeFileIn(
      folder,
      'pipeline.yaml',
      `name: hidden
secrets: [TOKEN]
params: { note: { type: string, default: none } }
tasks:
  file: { operation: import/url, url: "${origin}/a.txt", headers: { Authorization: "\${{ secrets.TOKEN }}" } }
  text: { operation: import/raw, file: "\${{ params.note }}", filename: note.txt }
  out: { operation: export/local, input: [file, text], path: out }
`,
    );
    const env = { TOKEN: secret };
    const first = await runCommand(['run', '-q', '-p', `note=x ${secret}`], { cwd: folder, env });
    expect(first.code, first.stderr).toBe(0);
    expect(journal()).not.toContain(secret);
    expect(journal()).toContain('"masked":["note"]');
    const refused = await runCommand(['retry', '-q'], { cwd: folder, env });
    expect(refused.stderr).toMatch(/the param "note" of run \w{8} held a secret, and is not kept/);
    expect(refused.code).toBe(2);
    const again = await runCommand(['retry', '-q', '-p', 'note=y'], { cwd: folder, env });
    expect(again.code, again.stderr).toBe(0);
    expect(readFileSync(path.join(folder, 'out/note.txt'), 'utf8')).toBe('y');
    expect(told).toEqual([secret, secret]);
    const without = await runCommand(['retry', '-q', 'last'], { cwd: folder });
    expect(without.stderr).toContain('TOKEN');
    expect(without.code).toBe(3);
  });
});

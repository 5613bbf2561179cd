/** What programs read and what must never be written: events, closed pipes, full disks, secrets, completion. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Handler,
  copyPipeline,
  downloadPipeline,
  hangs,
  signalGroup,
  start,
  withServer,
  writeFileIn,
} from './running-command.ts';
import { bin, createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(() => removeWorkFolder(folder));

describe('standard output', () => {
  test('--json: every line is an event, from job.started to job.finished, and nothing else is said', async () => {
    writeFileIn(folder, 'pipeline.yaml', copyPipeline);
    const { stdout, stderr, code } = await runCommand(['run', '--json'], { cwd: folder });
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ type: 'job.started', v: 1, name: 'copy' });
    expect(events.map(({ type }) => type)).toContain('action.finished');
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'job.finished', exit_code: 0, job: { status: 'finished' } });
    expect(last.job.tasks.map(({ name }: { name: string }) => name)).toEqual(['text', 'out']);
    expect([stderr, code]).toEqual(['', 0]);
  });

  test('--json tells of an interruption with the exit code of the process', async () => {
    await withServer(hangs, async (origin, server) => {
      writeFileIn(folder, 'pipeline.yaml', downloadPipeline(origin));
      const run = start(['run', '--json'], { cwd: folder });
      await once(server, 'request');
      signalGroup(run, 'SIGTERM');
      expect(await run.ended).toBe(143);
      expect(JSON.parse(run.output.stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
        type: 'job.finished',
        exit_code: 143,
      });
    });
  });

  test('a reader that goes away ends nothing but the output', async () => {
    const args = [bin, 'schema'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([0, '']);
  });

  test('the files are made although nobody reads the events', async () => {
    writeFileIn(folder, 'pipeline.yaml', copyPipeline);
    const child = spawn(process.execPath, [bin, 'run', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(path.join(folder, 'out/hello.txt'), 'utf8')).toBe('Hello');
  });

  test('a full disk behind standard output is told, and fails', async () => {
    const child = spawn('/bin/sh', ['-c', `"${process.execPath}" "${bin}" schema > /dev/full`], {
      cwd: folder,
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [code] = await once(child, 'close');
    expect(stderr).toContain('cannot write the results to standard output: ENOSPC');
    expect(code).toBe(1);
  });
});

test('a server that refuses: exit 4, and the secret that it was sent is in no output', async () => {
  const seen: (string | undefined)[] = [];
  const refuse: Handler = (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401, { 'content-type': 'text/plain' });
    response.end(`no such token: ${request.headers.authorization}`);
  };
  await withServer(refuse, async (origin) => {
    const headers = ', headers: { Authorization: "Bearer ${{ secrets.API_TOKEN }}" }';
    writeFileIn(folder, 'pipeline.yaml', `secrets: [API_TOKEN]\n${downloadPipeline(origin, headers)}`);
    const env = { API_TOKEN: 'hunter2-secret' };
    for (const reporter of ['lines', 'json', 'github', 'junit:report.xml']) {
      const { code, stdout, stderr } = await runCommand(['run', '-v', '--reporter', reporter], {
        cwd: folder,
        env,
      });
      expect(code, stderr).toBe(4);
      expect(stdout + stderr).not.toContain('hunter2');
    }
    expect(readFileSync(path.join(folder, 'report.xml'), 'utf8')).not.toContain('hunter2');
    expect(seen[0]).toBe('Bearer hunter2-secret');
  });
});

test('a working folder that is gone is told in words', async () => {
  const script = `mkdir gone && cd gone && rmdir ../gone && exec "${process.execPath}" "${bin}" validate`;
  const child = spawn('/bin/sh', ['-c', script], { cwd: folder });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code] = await once(child, 'close');
  expect(stderr).toContain('the working folder does not exist any more');
  expect(code).toBe(2);
});

test('bash completes commands, flags and their values', async () => {
  const { stdout: script } = await runCommand(['completion', 'bash'], { cwd: folder });
  writeFileIn(folder, 'completion.bash', script);
  writeFileIn(
    folder,
    'ask.bash',
    'source ./completion.bash\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_pipeline\nprintf "%s\\n" "${COMPREPLY[@]}"\n',
  );
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    const child = spawn('bash', ['ask.bash', 'pipeline', ...words], { cwd: folder });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    await once(child, 'close');
    return stdout.trim().split('\n');
  };
  expect(await complete('va')).toEqual(['validate']);
  expect(await complete('run', '--par')).toEqual(['--param', '--params-file']);
  expect(await complete('run', '--on', '')).toEqual(['local', 'cloudconvert']);
  expect(await complete('graph', '--format', 'm')).toEqual(['mermaid']);
  expect(await complete('formats', 'docb')).toEqual(['docbook']);
  expect(await complete('completion', 'z')).toEqual(['zsh']);
});

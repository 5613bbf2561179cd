/**
 * The programs of docs/serve.md are run: `bash` and `js` blocks, against a server that is started for them, in a folder
 * that holds the file which they name.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const bin = path.join(root, 'packages/cli/bin/pipeline.js');
const text = readFileSync(path.join(root, 'docs/serve.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...text.matchAll(/^```(\S+)\n(.*?)^```$/gms)].flatMap(([, found, code = '']) =>
    found === language ? [code] : [],
  );

let folder = '';
let server: ChildProcess;
let url = '';

beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-serve-docs-'));
  writeFileSync(path.join(folder, 'report.md'), '# Report\n\nAll is well.\n');
  server = spawn(process.execPath, [bin, 'serve', '--port', '0', '-q'], { cwd: folder, stdio: 'pipe' });
  for await (const chunk of server.stdout ?? []) {
    url = /listening on (\S+)\n/.exec(String(chunk))?.[1] ?? '';
    if (url !== '') break;
  }
}, 60_000);
afterAll(async () => {
  server.kill('SIGTERM');
  if (server.exitCode === null) await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, args: readonly string[], given: { cwd: string; input: string }): string {
  const input = given.input.replaceAll('http://127.0.0.1:3000', url);
  const ran = spawnSync(command, args, { cwd: given.cwd, input, encoding: 'utf8' });
  expect(ran.status, ran.stderr).toBe(0);
  return ran.stdout;
}

test('by curl: a job, an upload, a download', () => {
  const [job = ''] = blocks('bash');
  run('bash', ['-eu'], { cwd: folder, input: job });
  expect(readFileSync(path.join(folder, 'report.pdf')).subarray(0, 5).toString()).toBe('%PDF-');
});

test('by curl: what can be done', () => {
  const [, operations = ''] = blocks('bash');
  const answer = JSON.parse(run('bash', ['-eu'], { cwd: folder, input: operations }));
  expect(answer.data[0]).toMatchObject({ input_format: 'md', output_format: 'pdf' });
  expect(answer.data[0].options.length).toBeGreaterThan(0);
});

test('by the official SDK for Node', () => {
  const [program = ''] = blocks('js');
  // Packages are found from the folder that it is started in.
  const cwd = path.join(root, 'packages/server');
  expect(run(process.execPath, ['--input-type=module', '-'], { cwd, input: program })).toBe(
    'hello.html 200\n',
  );
});

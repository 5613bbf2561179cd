/** SFTP servers unlike OpenSSH's: passwords, questions, no rename that replaces, broken connections, names that lie. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import ssh2 from 'ssh2';
import { afterEach, expect, test } from 'vitest';
import { createSftp } from '../../src/stores/sftp.ts';
import { closeConnections } from '../../src/stores/sftp-pool.ts';
import type { Store } from '../../src/stores/store.ts';
import { made, newFolder } from '../places/action.ts';
import { failureOf, filesOf, resultOf, runExport, runImport } from './run-store.ts';
import type { SshSettings } from './ssh-server.ts';
import { serveMemory, startSsh } from './ssh-server.ts';

afterEach(closeConnections);

const { STATUS_CODE } = ssh2.utils.sftp;
const password = 'the passwörd';
const byPassword: SshSettings['letIn'] = (context) =>
  context.method === 'password' && context.username === 'me' && context.password === password;

function storeOf(knownHosts = path.join(newFolder(), 'ssh/known_hosts')): Store {
  return createSftp(() => ({ own: knownHosts, others: [] }));
}

const options = (port: number, more: JsonObject): JsonObject => ({
  host: '127.0.0.1',
  port,
  username: 'me',
  password,
  ...more,
});

test('a password lets in; a wrong one is told', async () => {
  const files = new Map([['a.txt', Buffer.from('A')]]);
  const { port } = await startSsh({ letIn: byPassword, serve: serveMemory({ files }) });
  expect(await filesOf(runImport(storeOf(), options(port, { file: 'a.txt' })))).toEqual({ 'a.txt': 'A' });
  const wrong = options(port, { file: 'a.txt', password: 's3cret' });
  const failed = await failureOf(runImport(storeOf(), wrong));
  expect(failed).toMatchObject({ type: 'refused', message: expect.stringContaining('with this password') });
  expect(JSON.stringify(failed)).not.toContain('s3cret');
});

test('a server that asks for the password as a question gets it', async () => {
  const files = new Map([['a.txt', Buffer.from('A')]]);
  let isAnswered = false;
  const { port } = await startSsh({
    serve: serveMemory({ files }),
    letIn: (context) => {
      if (context.method !== 'keyboard-interactive') return false;
      context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
        isAnswered = answers[0] === password;
        if (isAnswered) context.accept();
        else context.reject();
      });
      return 'asked';
    },
  });
  expect(await filesOf(runImport(storeOf(), options(port, { file: 'a.txt' })))).toEqual({ 'a.txt': 'A' });
  expect(isAnswered).toBe(true);
});

test('where a rename does not replace, what was there is removed before', async () => {
  const files = new Map([['a.txt', Buffer.from('old')]]);
  const { port } = await startSsh({ letIn: byPassword, serve: serveMemory({ files }) });
  const inputs = [made('new', { name: 'a.txt' }), made('B', { name: 'b.txt' })];
  await resultOf(runExport(storeOf(), options(port, {}), { inputs }));
  expect([...files].map(([name, bytes]) => `${name}: ${bytes.toString()}`)).toEqual([
    'a.txt: new',
    'b.txt: B',
  ]);
});

test('a connection serves one file after the other', async () => {
  const files = new Map<string, Buffer>();
  const server = await startSsh({ letIn: byPassword, serve: serveMemory({ files }) });
  const store = storeOf();
  const inputs = Array.from({ length: 20 }, (_, index) => made('x', { name: `${index}.txt` }));
  await resultOf(runExport(store, options(server.port, {}), { inputs }));
  await resultOf(
    runExport(store, options(server.port, { file: 'again.txt' }), { inputs: inputs.slice(0, 1) }),
  );
  expect(files.size).toBe(21);
  expect(server.connections()).toBe(1);
});

test('a connection that breaks in the middle is made again', async () => {
  const files = new Map([['a.txt', Buffer.alloc(200_000, 'a')]]);
  let breaks = 1;
  const serve: SshSettings['serve'] = (sftp, connection) => {
    serveMemory({ files })(sftp, connection);
    if (breaks-- <= 0) return;
    sftp.removeAllListeners('READ');
    sftp.on('READ', () => connection.end());
  };
  const server = await startSsh({ letIn: byPassword, serve });
  const { result, waits } = await runImport(storeOf(), options(server.port, { file: 'a.txt' }));
  if (!result.ok) throw new Error(result.error.message);
  expect(readFileSync(result.value.outputs[0]?.path ?? '')).toHaveLength(200_000);
  expect(waits).toEqual([1000]);
  expect(server.connections()).toBe(2);
  breaks = 9;
  closeConnections();
  expect(await failureOf(runImport(storeOf(), options(server.port, { file: 'a.txt' })))).toMatchObject({
    type: 'network',
    isTransient: true,
    message: expect.stringContaining('tried 3 times'),
  });
});

test('a server that falls silent is given up', async () => {
  const files = new Map([['a.txt', Buffer.alloc(200_000, 'a')]]);
  const serve: SshSettings['serve'] = (sftp, connection) => {
    serveMemory({ files })(sftp, connection);
    sftp.removeAllListeners('READ');
    sftp.on('READ', () => undefined);
  };
  const server = await startSsh({ letIn: byPassword, serve });
  const failed = await failureOf(
    runImport(storeOf(), options(server.port, { file: 'a.txt' }), {
      timeouts: { connectMs: 5000, headersMs: 5000, idleMs: 150 },
      task: { retry: { attempts: 2, delayMs: 0, backoff: 1, maxDelayMs: 0, on: 'transient' } },
    }),
  );
  expect(failed).toMatchObject({ type: 'stalled', isTransient: true });
});

test('names that lead out of their folder are refused', async () => {
  const serve: SshSettings['serve'] = (sftp) => {
    let isRead = false;
    sftp.on('OPENDIR', (id) => sftp.handle(id, Buffer.from('h')));
    sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
    sftp.on('READDIR', (id) => {
      if (isRead) return sftp.status(id, STATUS_CODE.EOF);
      isRead = true;
      const attrs = { mode: 0o100644, size: 1, uid: 0, gid: 0, atime: 0, mtime: 0 };
      return sftp.name(id, [{ filename: '../../escape.txt', longname: '', attrs }]);
    });
  };
  const { port } = await startSsh({ letIn: byPassword, serve });
  const failed = await failureOf(runImport(storeOf(), options(port, { path: 'in' })));
  expect(failed).toMatchObject({ type: 'bad-input', message: expect.stringContaining('escape.txt') });
});

test('where the key cannot be written down, the note says so and the run goes on', async () => {
  const files = new Map([['a.txt', Buffer.from('A')]]);
  const { port } = await startSsh({ letIn: byPassword, serve: serveMemory({ files }) });
  const blocked = path.join(newFolder(), 'file');
  writeFileSync(blocked, '');
  const result = await resultOf(
    runImport(storeOf(path.join(blocked, 'known_hosts')), options(port, { file: 'a.txt' })),
  );
  expect(result.message).toContain('could not be written');
});

/** SFTP with OpenSSH's own server: files, folders, keys of hosts, refusals. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { afterEach, describe, expect, test } from 'vitest';
import { closeConnections } from '../../src/stores/sftp-pool.ts';
import { createSftp, sftp } from '../../src/stores/sftp.ts';
import type { Store } from '../../src/stores/store.ts';
import { artifact, made, namesIn, newFolder } from '../places/action.ts';
import { failureOf, filesOf, planExport, planImport, resultOf, runExport, runImport } from './run-store.ts';
import type { Sshd } from './sftp-server.ts';
import { hasSshd, someHostKey, startSshd } from './sftp-server.ts';

afterEach(closeConnections);

const storeOf = ({ knownHosts }: Pick<Sshd, 'knownHosts'>): Store =>
  createSftp(() => ({ own: knownHosts, others: [] }));

const optionsFor = ({ port, username, privateKey }: Sshd, more: JsonObject): JsonObject => ({
  host: '127.0.0.1',
  port,
  username,
  private_key: privateKey,
  ...more,
});

const hostLine = ({ port }: Sshd, key: string): string => `[127.0.0.1]:${port} ${key}\n`;

/** A server that is known. */
async function knownServer(more = ''): Promise<Sshd> {
  const server = await startSshd(more);
  writeFileSync(server.knownHosts, hostLine(server, server.hostKeys.ed25519));
  return server;
}

test.skipIf(process.env['PIPELINE_TEST_PROGRAMS'] !== 'all')('no test of this file is skipped here', () => {
  expect(hasSshd).toBe(true);
});

test.each([
  [{ host: 'sftp://example.com' }, 'host "sftp://example.com" is no name or address of a server'],
  [{ port: '70000' }, 'port is no number from 1 to 65535'],
  [{ file: 'folder/' }, 'file "folder/" ends in a slash, so it names a folder'],
])('mistakes in options are found by the plan: %j', async (wrong, message) => {
  const options = { host: 'sftp.example.com', username: 'me', password: 'x', file: 'a.txt', ...wrong };
  expect(await planImport(sftp, options)).toMatchObject({ ok: false, error: { type: 'bad-input', message } });
});

test('the plan names its targets, from the home folder or from the top', async () => {
  const options = { host: 'sftp.example.com', username: 'me', password: 'x' };
  const inputs = [made('a', { dir: 'd', name: 'a.txt' })];
  const writes = async (more: JsonObject) => {
    const planned = await planExport(sftp, { ...options, ...more }, inputs);
    return planned.ok ? planned.value.writes : planned.error;
  };
  expect(await writes({ path: '/in/' })).toEqual(['sftp://sftp.example.com/in/d/a.txt']);
  expect(await writes({ path: 'in', port: '2222' })).toEqual([
    'sftp://me@sftp.example.com:2222/~/in/d/a.txt',
  ]);
  expect(await writes({})).toEqual(['sftp://me@sftp.example.com/~/d/a.txt']);
  expect(await writes({ file: '/x/./y/../a-%d.txt', host: '::1' })).toEqual(['sftp://[::1]/x/a-1.txt']);
});

describe.skipIf(!hasSshd)('with sshd', () => {
  test('one file comes, under its name or another one, port as number or text', async () => {
    const server = await knownServer();
    const bytes = randomBytes(3_000_000);
    writeFileSync(path.join(server.folder, 'big é.bin'), bytes);
    const options = optionsFor(server, { file: path.join(server.folder, 'big é.bin') });
    const { result, context } = await runImport(storeOf(server), options);
    if (!result.ok) throw new Error(result.error.message);
    const [output] = result.value.outputs;
    expect(readFileSync(output?.path ?? '').equals(bytes)).toBe(true);
    expect(result.value).toMatchObject({ outputs: [{ dir: '', name: 'big é.bin' }] });
    expect(result.value.message).toBeUndefined();
    const percents = context.reports.map(([percent]) => percent ?? -1);
    expect(percents.at(-1)).toBe(100);
    expect(percents.length).toBeGreaterThan(5);
    const named = await resultOf(
      runImport(storeOf(server), { ...options, port: String(server.port), filename: 'r.bin' }),
    );
    expect(named.outputs[0]?.name).toBe('r.bin');
  });

  test('a folder comes with those below it; links to folders do not', async () => {
    const server = await knownServer();
    const at = (name: string): string => path.join(server.folder, name);
    mkdirSync(at('in/deep/er'), { recursive: true });
    writeFileSync(at('in/a.txt'), 'A');
    writeFileSync(at('in/.hidden'), 'H');
    writeFileSync(at('in/deep/empty.txt'), '');
    writeFileSync(at('in/deep/er/c.txt'), 'C');
    writeFileSync(at('outside.txt'), 'O');
    symlinkSync(at('outside.txt'), at('in/link.txt'));
    symlinkSync(at('in'), at('in/deep/circle'));
    symlinkSync(at('nothing'), at('in/dangling'));
    const running = runImport(storeOf(server), optionsFor(server, { path: at('in') }));
    expect(await filesOf(running)).toEqual({
      '.hidden': 'H',
      'a.txt': 'A',
      'deep/empty.txt': '',
      'deep/er/c.txt': 'C',
      'link.txt': 'O',
    });
    expect((await resultOf(running)).message).toMatch(
      /passed over \S+in\/dangling: it is a link to nothing; passed over \S+circle: it is a link to a folder/,
    );
    mkdirSync(at('none'));
    const none = await resultOf(runImport(storeOf(server), optionsFor(server, { path: `${at('none')}/` })));
    expect(none).toMatchObject({ outputs: [], message: expect.stringContaining('no file is there below') });
  });

  test('exports make their folders, replace what was there, and leave nothing else', async () => {
    const server = await knownServer();
    const at = (name: string): string => path.join(server.folder, name);
    mkdirSync(at('out/sub'), { recursive: true });
    writeFileSync(at('out/sub/a.pdf'), 'old and longer');
    const inputs = [
      made('new', { dir: 'sub', name: 'a.pdf' }),
      made('', { dir: 'new/er', name: 'empty.bin' }),
      made('ü', { name: 'ü.txt' }),
    ];
    const result = await resultOf(
      runExport(storeOf(server), optionsFor(server, { path: at('out') }), { inputs }),
    );
    expect(result.outputs[0]?.url).toBe(`sftp://127.0.0.1:${server.port}${at('out/sub/a.pdf')}`);
    expect(readFileSync(at('out/sub/a.pdf'), 'utf8')).toBe('new');
    expect(statSync(at('out/new/er/empty.bin')).size).toBe(0);
    expect(new Set(readdirSync(at('out'), { recursive: true, encoding: 'utf8' }))).toEqual(
      new Set(['new', 'new/er', 'new/er/empty.bin', 'sub', 'sub/a.pdf', 'ü.txt']),
    );
    const numbered = optionsFor(server, { file: at('pages/%d.pdf') });
    await resultOf(runExport(storeOf(server), numbered, { inputs: inputs.slice(0, 2) }));
    expect(namesIn(at('pages'))).toEqual(['1.pdf', '2.pdf']);
  });

  test('a larger file arrives whole, with progress', async () => {
    const server = await knownServer();
    const file = path.join(newFolder(), 'big.bin');
    const bytes = randomBytes(5_000_001);
    writeFileSync(file, bytes);
    const target = path.join(server.folder, 'big.bin');
    const { result, context } = await runExport(storeOf(server), optionsFor(server, { file: target }), {
      inputs: [artifact(file)],
    });
    expect(result.ok).toBe(true);
    expect(readFileSync(target).equals(bytes)).toBe(true);
    expect(context.reports.at(-1)).toEqual([100, undefined]);
    expect(context.reports.length).toBeGreaterThan(5);
  });

  test('the key of a new host is written down with a note, and is known from then on', async () => {
    const server = await startSshd();
    writeFileSync(path.join(server.folder, 'a.txt'), 'A');
    const options = optionsFor(server, { file: path.join(server.folder, 'a.txt') });
    const first = await resultOf(runImport(storeOf(server), options));
    expect(first.message).toMatch(
      new RegExp(
        `^the host key of \\[127.0.0.1\\]:${server.port} was not known: ssh-ed25519 SHA256:.*; it stands in ${server.knownHosts} now`,
      ),
    );
    expect(readFileSync(server.knownHosts, 'utf8')).toBe(hostLine(server, server.hostKeys.ed25519));
    expect(statSync(server.knownHosts).mode & 0o777).toBe(0o600);
    closeConnections();
    expect((await resultOf(runImport(storeOf(server), options))).message).toBeUndefined();
    expect(readFileSync(server.knownHosts, 'utf8').split('\n')).toHaveLength(2);
  });

  test('a key that has changed is refused before anything secret is sent, and is not written down', async () => {
    const server = await startSshd();
    const lines = hostLine(server, someHostKey());
    writeFileSync(server.knownHosts, lines);
    const failed = await failureOf(runImport(storeOf(server), optionsFor(server, { file: '/a.txt' })));
    expect(failed).toMatchObject({
      type: 'refused',
      isTransient: false,
      message: expect.stringContaining(
        'shows another host key than the one that is known: ssh-ed25519 SHA256:',
      ),
      hint: expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${server.port}'`),
    });
    expect(readFileSync(server.knownHosts, 'utf8')).toBe(lines);
    writeFileSync(server.knownHosts, `@revoked * ${server.hostKeys.ed25519}\n`);
    const revoked = await failureOf(runImport(storeOf(server), optionsFor(server, { file: '/a.txt' })));
    expect(revoked).toMatchObject({ type: 'refused', message: expect.stringContaining('calls revoked') });
  });

  test('a host that is known by another type of key is asked for that one', async () => {
    const server = await startSshd();
    writeFileSync(server.knownHosts, hostLine(server, server.hostKeys.rsa));
    writeFileSync(path.join(server.folder, 'a.txt'), 'A');
    const options = optionsFor(server, { file: path.join(server.folder, 'a.txt') });
    expect(await filesOf(runImport(storeOf(server), options))).toEqual({ 'a.txt': 'A' });
    expect(readFileSync(server.knownHosts, 'utf8')).toBe(hostLine(server, server.hostKeys.rsa));
  });

  test.each([
    [{ file: '/nowhere/a.txt' }, 'not-found', 'there is no such file or folder'],
    [{ file: '/tmp' }, 'bad-input', 'is no file'],
    [
      { private_key: undefined, password: 'wrong-s3cret' },
      'refused',
      'does not accept this username with this password',
    ],
    [{ private_key: 'nonsense-s3cret' }, 'bad-input', 'private_key is no private key that is known here'],
    [{ username: 'nobody-here' }, 'refused', 'does not accept this username with this private_key'],
  ])('%# is told in plain words', async (wrong, type, text) => {
    const server = await knownServer();
    const options = JSON.parse(JSON.stringify({ ...optionsFor(server, { file: '/a.txt' }), ...wrong }));
    const failed = await failureOf(runImport(storeOf(server), options));
    expect(failed).toMatchObject({ type, isTransient: false, message: expect.stringContaining(text) });
    expect(failed.hint).toBeTruthy();
    expect(JSON.stringify(failed)).not.toMatch(/s3cret|BEGIN OPENSSH/);
  });

  test('a server that is not there, or no SSH server, is told', async () => {
    const server = await knownServer();
    const store = storeOf(server);
    const gone = await failureOf(runImport(store, optionsFor({ ...server, port: 1 }, { file: '/a' })));
    expect(gone).toMatchObject({
      type: 'network',
      message: expect.stringContaining('nothing answers at 127.0.0.1:1'),
    });
    const none = await failureOf(
      runImport(store, { ...optionsFor(server, { file: '/a' }), host: 'no-such-host.invalid' }),
    );
    expect(none).toMatchObject({ type: 'network' });
  });

  test('a folder that may not be written leaves what was there', async () => {
    const server = await knownServer('ForceCommand internal-sftp -R');
    const target = path.join(server.folder, 'a.txt');
    writeFileSync(target, 'old');
    const failed = await failureOf(
      runExport(storeOf(server), optionsFor(server, { file: target }), {
        inputs: [made('new', { name: 'a.txt' })],
      }),
    );
    expect(failed).toMatchObject({ type: 'refused', isTransient: false });
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(readdirSync(server.folder)).toEqual(['a.txt']);
  });

  test('something in the way is told, and nothing is left behind', async () => {
    const server = await knownServer();
    mkdirSync(path.join(server.folder, 'a.txt/full'), { recursive: true });
    const failed = await failureOf(
      runExport(storeOf(server), optionsFor(server, { path: server.folder }), {
        inputs: [made('new', { name: 'a.txt' })],
      }),
    );
    expect(failed).toMatchObject({
      type: 'refused',
      message: expect.stringContaining('cannot write sftp://'),
    });
    expect(readdirSync(server.folder)).toEqual(['a.txt']);
  });

  test('a file above the limit is refused unread; a cancel ends the transfer', async () => {
    const server = await knownServer();
    const file = path.join(server.folder, 'a.bin');
    writeFileSync(file, randomBytes(2_000_000));
    chmodSync(file, 0o600);
    const options = optionsFor(server, { file });
    expect(await failureOf(runImport(storeOf(server), options, { maxBytes: 1000 }))).toMatchObject({
      type: 'too-large',
    });
    const abort = new AbortController();
    const context = { signal: abort.signal, progress: () => abort.abort() };
    expect(await failureOf(runImport(storeOf(server), options, { context }))).toMatchObject({
      type: 'cancelled',
    });
    const exported = path.join(server.folder, 'b.bin');
    const again = new AbortController();
    const failed = await failureOf(
      runExport(storeOf(server), optionsFor(server, { file: exported }), {
        inputs: [artifact(file)],
        context: { signal: again.signal, progress: () => again.abort() },
      }),
    );
    expect(failed).toMatchObject({ type: 'cancelled' });
    expect(existsSync(exported)).toBe(false);
  });
});

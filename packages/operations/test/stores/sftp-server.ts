/** OpenSSH's server, with its own keys and configuration, on a port of its own, as the user who runs the tests. */
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newFolder, undo } from '../places/action.ts';

export const sshKeygen = '/usr/bin/ssh-keygen';
const sshd = '/usr/sbin/sshd';
export const hasSshd = existsSync(sshd);
export const hasSshKeygen = existsSync(sshKeygen);

export interface Sshd {
  readonly port: number;
  readonly username: string;
  /** PEM of a key that is let in. */
  readonly privateKey: string;
  /** What the client is to read and write as `known_hosts`. */
  readonly knownHosts: string;
  /** The public halves of the host keys, as `known_hosts` has them: `ssh-ed25519 AAAA…`. */
  readonly hostKeys: Readonly<Record<'ed25519' | 'rsa', string>>;
  /** To have files served from. */
  readonly folder: string;
}

export async function startSshd(more = ''): Promise<Sshd> {
  const folder = newFolder();
  const file = (name: string): string => path.join(folder, name);
  for (const [name, text] of keyFiles()) writeFileSync(file(name), text, { mode: 0o600 });
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${file('host_ed25519')}`,
    `HostKey ${file('host_rsa')}`,
    `AuthorizedKeysFile ${file('user.pub')}`,
    'PidFile none',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'Subsystem sftp internal-sftp',
    more,
  ];
  writeFileSync(file('sshd_config'), `${config.join('\n')}\n`);
  // Its privilege separation asks for this folder when it is root.
  if (process.geteuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const server = spawn(sshd, ['-D', '-e', '-f', file('sshd_config')], { stdio: 'ignore' });
  undo(() => server.kill());
  await answering(port);
  const served = file('served');
  mkdirSync(served);
  const hostKey = (type: string): string => readFileSync(file(`host_${type}.pub`), 'utf8').trim();
  return {
    port,
    username: os.userInfo().username,
    privateKey: readFileSync(file('user'), 'utf8'),
    knownHosts: file('known_hosts'),
    hostKeys: { ed25519: hostKey('ed25519'), rsa: hostKey('rsa') },
    folder: served,
  };
}

let keys: ReadonlyMap<string, string> | undefined;

/** Made once: RSA takes its time. */
function keyFiles(): ReadonlyMap<string, string> {
  if (keys !== undefined) return keys;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-keys-'));
  const names = { host_ed25519: 'ed25519', host_rsa: 'rsa', user: 'ed25519' };
  for (const [name, type] of Object.entries(names)) {
    const bits = type === 'rsa' ? ['-b', '2048'] : [];
    const file = path.join(folder, name);
    execFileSync(sshKeygen, ['-q', '-t', type, ...bits, '-N', '', '-C', '', '-f', file]);
  }
  keys = new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
  rmSync(folder, { recursive: true });
  return keys;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('data', () => socket.destroy());
    });
    if (isThere) return;
    await delay(20);
  }
  throw new Error('sshd does not answer');
}

/** A key pair in the form of `known_hosts`, for a host that shows another one. */
export function someHostKey(): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const name = Buffer.from('ssh-ed25519');
  return `ssh-ed25519 ${Buffer.concat([length(name), length(raw)]).toString('base64')}`;
}

function length(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

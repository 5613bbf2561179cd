/**
 * A connection to an SFTP server by the library ssh2, and what is done over it as promises. It checks the host's key
 * before anything secret is sent, and knows no operation.
 */
import { connect as connectSocket } from 'node:net';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { Client, ClientErrorExtensions, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import { networkFailure } from '../http/http-failure.ts';
import { lookupOf } from '../http/network.ts';
import type { HostKeyFiles } from './host-keys.ts';
import { checkHostKey, knownKeys } from './host-keys.ts';
import { algorithmsOf, hostKeyOf } from './known-hosts.ts';
import type { SftpChannel } from './sftp-requests.ts';
import type { Session } from './store.ts';

export interface SftpServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string | undefined;
  readonly privateKey: string | undefined;
  readonly keyFiles: HostKeyFiles;
}

export interface SftpConnection extends SftpChannel {
  /** At once, whatever is on its way. */
  readonly end: () => void;
}

/** `sftp://host:2222/` */
export const serverUrl = ({ host, port }: SftpServer): URL =>
  new URL(`sftp://${host.includes(':') ? `[${host}]` : host}${port === 22 ? '' : `:${port}`}/`);

export async function missingSsh(): Promise<Failure | undefined> {
  try {
    await import('ssh2');
    return undefined;
  } catch {
    return failure('converter-missing', 'SFTP needs the package ssh2, which is not installed', {
      hint: 'npm install ssh2@1.17.0',
    });
  }
}

const hostKeyAlgorithms: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
];

export async function connect(
  server: SftpServer,
  session: Session,
): Promise<Result<SftpConnection, Failure>> {
  const refused = session.network.refused(server.host);
  if (refused !== undefined) return err(networkFailure(serverUrl(server), refused));
  const { default: ssh2 } = await import('ssh2');
  const { signal } = session;
  const { trusted } = await knownKeys(server, server.keyFiles);
  // Of the keys that a server has, it is to show one that is known.
  const preferred = trusted.flatMap(algorithmsOf);
  const algorithms = [...new Set([...preferred, ...hostKeyAlgorithms])].filter((name) =>
    hostKeyAlgorithms.includes(name),
  );
  const client = new ssh2.Client();
  const refusal: { failure?: Failure } = {};
  const verifyHost = async (blob: Buffer, verify: (isRight: boolean) => void): Promise<void> => {
    const checked = await checkHostKey(hostKeyOf(blob), server, server.keyFiles);
    if (!checked.ok) refusal.failure = checked.error;
    else if (checked.value !== undefined) session.note(checked.value);
    verify(checked.ok);
  };
  const config: ConnectConfig = {
    ...credentialsOf(server),
    ...socketTo(server, session),
    algorithms: { serverHostKey: algorithms.filter(isHostKeyAlgorithm) },
    readyTimeout: session.timeouts.connectMs,
    keepaliveInterval: Math.max(1000, Math.floor(session.timeouts.idleMs / 3)),
    keepaliveCountMax: 3,
    hostVerifier: (blob: Buffer, verify: (isRight: boolean) => void) => void verifyHost(blob, verify),
  };
  const opened = await open(client, config, signal);
  if (opened.ok) return opened;
  client.destroy();
  if (signal.aborted) return err(failure('cancelled', `the connection to ${server.host} was cancelled`));
  return err(refusal.failure ?? connectFailure(opened.error, server));
}

const isHostKeyAlgorithm = (name: string): name is ServerHostKeyAlgorithm => hostKeyAlgorithms.includes(name);

/** The library resolves names by itself, unless it is given a socket. */
function socketTo({ host, port }: SftpServer, { network }: Session): Pick<ConnectConfig, 'sock'> {
  return network.type === 'any' ? {} : { sock: connectSocket({ host, port, ...lookupOf(network) }) };
}

function credentialsOf({ host, port, username, password, privateKey }: SftpServer): ConnectConfig {
  return {
    host,
    port,
    username,
    ...(password !== undefined && { password, tryKeyboard: true }),
    ...(privateKey !== undefined && { privateKey }),
  };
}

function open(
  client: Client,
  config: ConnectConfig,
  signal: AbortSignal,
): Promise<Result<SftpConnection, Error>> {
  return new Promise((resolve) => {
    const gone = new AbortController();
    const abort = (): void => void client.destroy();
    signal.addEventListener('abort', abort, { once: true });
    const done = (result: Result<SftpConnection, Error>): void => {
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    client.on('error', (error) => done(err(error)));
    client.on('close', () => {
      gone.abort();
      done(err(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    });
    // Servers that ask for the password as a question.
    // oxlint-disable-next-line max-params -- as the library calls it
    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) =>
      finish(prompts.map(() => config.password ?? '')),
    );
    client.on('ready', () => {
      // Small requests that wait for each other: a kernel that collects them costs 40 ms each.
      client.setNoDelay(true);
      client.sftp((error, sftp) => {
        if (error !== undefined && error !== null) return done(err(error));
        sftp.on('error', () => undefined);
        return done(ok({ sftp, end: () => client.destroy(), gone: gone.signal }));
      });
    });
    try {
      client.connect(config);
    } catch (error) {
      // It reads the private key at once.
      done(err(error instanceof Error ? error : new Error(String(error))));
    }
  });
}

function connectFailure(error: Error & ClientErrorExtensions, server: SftpServer): Failure {
  const url = serverUrl(server);
  const where = url.host;
  if (/parse privateKey|private key/i.test(error.message) && error.level === undefined) {
    const isLocked = /encrypted|passphrase/i.test(error.message);
    return failure(
      'bad-input',
      isLocked
        ? 'private_key is locked with a passphrase'
        : 'private_key is no private key that is known here',
      {
        hint: isLocked
          ? 'make a copy without one: ssh-keygen -p -N "" -f copy-of-key'
          : 'take the whole file, from -----BEGIN to -----END and the line break behind it',
      },
    );
  }
  if (error.level === 'client-authentication') {
    const what = server.privateKey === undefined ? 'password' : 'private_key';
    return failure('refused', `${where} does not accept this username with this ${what}`, {
      hint:
        what === 'password'
          ? 'check username and password; the server may take keys only'
          : 'check username, and that the public key stands in authorized_keys of that user',
    });
  }
  if (error.level === 'client-timeout') {
    return failure('timed-out', `${where} did not let anybody in within the time`, {
      hint: 'check host and port: is it an SSH server?',
    });
  }
  if (/handshake|no matching|protocol|ident/i.test(`${error.level ?? ''} ${error.message}`)) {
    return failure('network', `cannot talk to ${where}: ${error.message}`, {
      hint: 'check host and port: is it an SSH server, and not an old one?',
      isTransient: false,
    });
  }
  if (/subsystem|open failed/i.test(error.message)) {
    return failure('refused', `${where} lets you in, but offers no SFTP`, {
      hint: 'the server needs the SFTP subsystem',
    });
  }
  return networkFailure(url, error);
}

/**
 * Connections that wait for the next file: a thousand files are a thousand actions, and signing in costs more than a
 * small file does. One action at a time has a connection. Light to load: the library is loaded with the first of them.
 */
import { createHash } from 'node:crypto';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err } from '@pipeline/schema';
import type { SftpConnection, SftpServer } from './sftp-connection.ts';
import type { Session } from './store.ts';

/** Waiting for longer keeps a place on the server for nothing. */
const idleMs = 3000;

const idle = new Map<string, Set<SftpConnection>>();

/** What is used is broken off when it fails, is cancelled, or does nothing for too long. */
export async function withConnection<T>(
  server: SftpServer,
  session: Session,
  work: (connection: SftpConnection, alive: () => void) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const key = keyOf(server, session);
  const taken = take(key);
  const opened = taken ?? (await open(server, session));
  if ('ok' in opened && !opened.ok) return opened;
  const connection = 'ok' in opened ? opened.value : opened;
  const result = await watched(connection, session, (alive) => work(connection, alive));
  // A refusal of the server is an answer like any other.
  if (result.ok || !result.error.isTransient) keep(key, connection);
  else connection.end();
  return result;
}

async function open(server: SftpServer, session: Session): Promise<Result<SftpConnection, Failure>> {
  const { connect } = await import('./sftp-connection.ts');
  return await connect(server, session);
}

async function watched<T>(
  { end }: SftpConnection,
  { signal, timeouts }: Session,
  work: (alive: () => void) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  let broken: Failure | undefined;
  const breakOff = (why: Failure): void => {
    broken ??= why;
    end();
  };
  const abort = (): void => breakOff(failure('cancelled', 'the transfer was cancelled'));
  const idle = setTimeout(
    () =>
      breakOff(
        failure('stalled', `the server did nothing for ${timeouts.idleMs / 1000} s`, {
          hint: 'try again later, or set retry',
        }),
      ),
    timeouts.idleMs,
  );
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const result = await work(() => void idle.refresh());
    return broken === undefined ? result : err(broken);
  } finally {
    clearTimeout(idle);
    signal.removeEventListener('abort', abort);
  }
}

function take(key: string): SftpConnection | undefined {
  const [connection] = idle.get(key) ?? [];
  if (connection !== undefined) idle.get(key)?.delete(connection);
  return connection?.gone.aborted === true ? take(key) : connection;
}

function keep(key: string, connection: SftpConnection): void {
  if (connection.gone.aborted) return;
  const waiting = idle.get(key) ?? new Set();
  idle.set(key, waiting.add(connection));
  setTimeout(() => {
    if (waiting.delete(connection)) connection.end();
  }, idleMs).unref();
}

export function closeConnections(): void {
  for (const waiting of idle.values()) for (const connection of waiting) connection.end();
  idle.clear();
}

const keyOf = (
  { host, port, username, password = '', privateKey = '', keyFiles }: SftpServer,
  { network }: Session,
): string =>
  createHash('sha256')
    .update(JSON.stringify([host, port, username, password, privateKey, keyFiles.own, network.type]))
    .digest('hex');

/**
 * Files on an SFTP server. A path that does not start with a slash starts in the user's home folder. What is written
 * has another name until it is whole.
 */
import { randomBytes } from 'node:crypto';
import { rename as renameHere, rm, stat as statHere } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { retry } from '../http/retry.ts';
import { textOption } from '../read-options.ts';
import type { HostKeyFiles } from './host-keys.ts';
import { systemKeyFiles } from './host-keys.ts';
import type { SftpConnection, SftpServer } from './sftp-connection.ts';
import { missingSsh, serverUrl } from './sftp-connection.ts';
import { listFolder } from './sftp-list.ts';
import { withConnection } from './sftp-pool.ts';
import type { SftpChannel } from './sftp-requests.ts';
import { download, makeFolder, refusal, remove, rename, stat, upload } from './sftp-requests.ts';
import type { Fetch, Fetched, Place, Session, Store, Upload } from './store.ts';

export const sftp: Store = createSftp(systemKeyFiles);

export function createSftp(keyFiles: () => HostKeyFiles): Store {
  return {
    options: { one: 'file', many: 'path' },
    // Servers count connections, and one of them fills the line.
    atOnce: 1,
    missing: missingSsh,
    open: (options) => {
      const server = serverOf(options, keyFiles());
      return server.ok ? ok(placeOf(server.value)) : server;
    },
  };
}

function serverOf(options: JsonObject, keyFiles: HostKeyFiles): Result<SftpServer, Failure> {
  const host = textOption(options, 'host') ?? '';
  if (!/^[\p{L}\p{N}_.:-]+$/u.test(host)) {
    return err(
      failure('bad-input', `host ${JSON.stringify(host)} is no name or address of a server`, {
        hint: 'the name alone, as sftp.example.com; the port stands under port',
      }),
    );
  }
  const port = Number(options['port'] ?? 22);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return err(failure('bad-input', 'port is no number from 1 to 65535', { hint: 'leave it out for 22' }));
  const key = textOption(options, 'private_key');
  return ok({
    host,
    port,
    keyFiles,
    username: textOption(options, 'username') ?? '',
    password: textOption(options, 'password'),
    // As environment variables of one line hold it.
    privateKey: key?.includes('\n') === false ? key.replaceAll(String.raw`\n`, '\n') : key,
  });
}

function placeOf(server: SftpServer): Place {
  const address = addressOf(server);
  const place = { server, address };
  return {
    address,
    wrongKey: (key) =>
      key.endsWith('/')
        ? 'ends in a slash, so it names a folder'
        : key.includes('\0')
          ? 'holds a character that no file has'
          : undefined,
    join: (folder, name) => (folder === '' ? name : `${folder.replace(/\/+$/, '')}/${name}`),
    list: (folder, session) =>
      connected(place, session, (connection, alive) =>
        listFolder({ channel: connection, address, note: session.note, alive }, folder),
      ),
    fetch: (wanted, session) =>
      connected(place, session, (connection, alive) =>
        fetchFile({ ...place, connection, alive, session }, wanted),
      ),
    put: (file, session) =>
      connected(place, session, (connection, alive) =>
        putFile({ ...place, connection, alive, session }, file),
      ),
  };
}

function addressOf(server: SftpServer): (key: string) => string {
  const origin = serverUrl(server).href;
  // A path from the home folder is another one for each user.
  const home = origin.replace('sftp://', `sftp://${server.username}@`);
  return (key) => {
    const place = path.posix.normalize(key);
    return place.startsWith('/') ? origin + place.slice(1) : `${home}~/${place}`;
  };
}

interface Served {
  readonly server: SftpServer;
  readonly address: (key: string) => string;
}

interface Work extends Served {
  readonly connection: SftpConnection;
  readonly session: Session;
  /** Something has happened. */
  readonly alive: () => void;
}

const connected = <T>(
  { server }: Served,
  session: Session,
  work: (connection: SftpConnection, alive: () => void) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> => retry(() => withConnection(server, session, work), session);

async function fetchFile(
  { connection, address, session, alive }: Work,
  { key, name, folder, progress }: Fetch,
): Promise<Result<Fetched, Failure>> {
  const what = `fetch ${address(key)}`;
  const stats = await stat(connection, key);
  if (!stats.ok) return err(refusal(stats.error, what, key));
  if (!stats.value.isFile()) {
    return err(failure('bad-input', `${address(key)} is no file`, { hint: 'for a folder use path' }));
  }
  const sizeBytes = stats.value.size;
  if (sizeBytes > session.maxBytes) {
    return err(
      failure('too-large', `${address(key)} has ${sizeBytes} bytes, and the limit is ${session.maxBytes}`, {
        hint: 'fetch it yourself and take it with import/local',
      }),
    );
  }
  const local = path.join(folder, '.download');
  const percent = percentOf(sizeBytes, progress);
  const fetched = await download(connection, {
    remote: key,
    local,
    sizeBytes,
    onBytes: (bytes) => {
      alive();
      percent(bytes);
    },
  });
  const here = await statHere(local).catch(() => undefined);
  if (fetched.ok && here?.size === sizeBytes) {
    const file = path.join(folder, name);
    await renameHere(local, file);
    return ok({ path: file });
  }
  await rm(local, { force: true });
  if (!fetched.ok) return err(refusal(fetched.error, what, key));
  return err(
    failure('network', `cannot ${what}: it changed on the way`, { hint: 'try again, or set retry' }),
  );
}

/** Each percent once. */
function percentOf(sizeBytes: number, progress: (percent: number) => void): (bytes: number) => void {
  let shown = 0;
  return (bytes) => {
    const now = Math.floor((bytes / sizeBytes) * 100);
    if (now > shown) progress(now);
    shown = Math.max(now, shown);
  };
}

async function putFile(
  { connection, address, alive }: Work,
  { key, file, sizeBytes, progress }: Upload,
): Promise<Result<true, Failure>> {
  const what = `write ${address(key)}`;
  const folder = path.posix.dirname(key);
  const made = await makeFolders(connection, folder);
  if (made !== undefined) return err(refusal(made, what, key));
  // Short, so that a name of 255 bytes has room beside it.
  const partial = path.posix.join(folder, `.pipeline-${randomBytes(6).toString('hex')}.part`);
  const sent = await upload(connection, {
    remote: partial,
    local: file.path,
    sizeBytes,
    onBytes: (bytes) => {
      alive();
      progress(bytes);
    },
  });
  const there = sent.ok ? await stat(connection, partial) : sent;
  const isWhole = there.ok && 'size' in there.value && there.value.size === sizeBytes;
  const named = isWhole ? await rename(connection, partial, key) : there;
  if (isWhole && named.ok) return ok(true);
  await remove(connection, partial);
  if (!named.ok) return err(refusal(named.error, what, key));
  return err(
    failure('network', `cannot ${what}: not all of it arrived`, { hint: 'try again later, or set retry' }),
  );
}

/** Those that are missing, from the top. Undefined: they are all there. */
async function makeFolders(channel: SftpChannel, folder: string): Promise<Error | undefined> {
  const there = await stat(channel, folder);
  if (there.ok) return undefined;
  if (folder !== '/' && folder !== '.') {
    const above = await makeFolders(channel, path.posix.dirname(folder));
    if (above !== undefined) return above;
  }
  const made = await makeFolder(channel, folder);
  // Another action may have made it.
  if (made.ok || (await stat(channel, folder)).ok) return undefined;
  return made.error;
}

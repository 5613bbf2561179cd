/**
 * An SSH server of the test's own for what OpenSSH's does not do without changes to the machine: passwords, questions,
 * a file server that lies. Made of the library that is also the client, so it says nothing about the protocol.
 */
import { generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, SFTPWrapper } from 'ssh2';
import { undo } from '../places/action.ts';

export interface SshServer {
  readonly port: number;
  readonly connections: () => number;
}

export interface SshSettings {
  /** `asked`: it answers by itself. */
  readonly letIn: (context: AuthContext) => boolean | 'asked';
  readonly serve: (sftp: SFTPWrapper, connection: Connection) => void;
}

const { STATUS_CODE } = ssh2.utils.sftp;
const hostKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString();

export async function startSsh({ letIn, serve }: SshSettings): Promise<SshServer> {
  let connections = 0;
  const open = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connections += 1;
    open.add(connection);
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      const isIn = letIn(context);
      if (isIn === true) context.accept();
      else if (isIn === false) context.reject(['password', 'keyboard-interactive']);
    });
    connection.on('session', (accept) =>
      accept().on('sftp', (acceptSftp) => serve(acceptSftp(), connection)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  undo(() => {
    for (const connection of open) connection.end();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { port, connections: () => connections };
}

/** In memory; it knows no rename that replaces. */
export interface MemoryFile {
  readonly files: Map<string, Buffer>;
}

/** As little of a file server as reading and writing take. */
export function serveMemory({ files }: MemoryFile): SshSettings['serve'] {
  return (sftp) => {
    const handles: { readonly path: string }[] = [];
    const pathOf = (handle: Buffer): string => handles[handle.readUInt32BE(0)]?.path ?? '';
    const done = (id: number, isGood: boolean): void =>
      sftp.status(id, isGood ? STATUS_CODE.OK : STATUS_CODE.FAILURE);
    const stat = (id: number, path: string): void => {
      const bytes = files.get(path);
      const isFolder = path === '.';
      if (bytes === undefined && !isFolder) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
      const mode = isFolder ? 0o040755 : 0o100644;
      return sftp.attrs(id, { mode, size: bytes?.length ?? 0, uid: 0, gid: 0, atime: 0, mtime: 0 });
    };
    sftp.on('OPEN', (id, path, flags) => {
      if ((flags & 2) !== 0) files.set(path, Buffer.alloc(0));
      const handle = Buffer.alloc(4);
      handle.writeUInt32BE(handles.push({ path }) - 1);
      sftp.handle(id, handle);
    });
    sftp.on('STAT', stat);
    sftp.on('FSTAT', (id, handle) => stat(id, pathOf(handle)));
    sftp.on('READ', (...[id, handle, offset, length]) => {
      const bytes = files.get(pathOf(handle))?.subarray(offset, offset + length);
      if (bytes === undefined || bytes.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, bytes);
    });
    sftp.on('WRITE', (...[id, handle, offset, data]) => {
      const path = pathOf(handle);
      const old = files.get(path) ?? Buffer.alloc(0);
      const bytes = Buffer.alloc(Math.max(old.length, offset + data.length));
      old.copy(bytes);
      data.copy(bytes, offset);
      files.set(path, bytes);
      done(id, true);
    });
    sftp.on('CLOSE', (id) => done(id, true));
    sftp.on('REMOVE', (id, path) => done(id, files.delete(path)));
    sftp.on('RENAME', (id, from, to) => {
      const bytes = files.get(from);
      if (bytes === undefined || files.has(to)) return done(id, false);
      files.delete(from);
      files.set(to, bytes);
      return done(id, true);
    });
  };
}

/** Requests to an SFTP server as promises, and what its refusals mean. A refusal is a value. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { FileEntryWithStats, SFTPWrapper, Stats } from 'ssh2';

export type SftpError = Error & { readonly code?: number | string };

type Callback<T> = (error: SftpError | null | undefined, value: T) => void;

/** What requests are sent over. */
export interface SftpChannel {
  readonly sftp: SFTPWrapper;
  /** Aborted when the connection has ended: nothing is answered any more. */
  readonly gone: AbortSignal;
}

function promise<T>(
  { sftp, gone }: SftpChannel,
  start: (sftp: SFTPWrapper, done: Callback<T>) => void,
): Promise<Result<T, SftpError>> {
  if (gone.aborted) return Promise.resolve(err(new Error('closed')));
  return new Promise((resolve) => {
    const end = (result: Result<T, SftpError>): void => {
      gone.removeEventListener('abort', lost);
      resolve(result);
    };
    const lost = (): void => end(err(new Error('closed')));
    gone.addEventListener('abort', lost, { once: true });
    try {
      start(sftp, (error, value) => end(error === null || error === undefined ? ok(value) : err(error)));
    } catch (error) {
      // The library throws for what it knows the server cannot do.
      end(err(error instanceof Error ? error : new Error(String(error))));
    }
  });
}

export const stat = (channel: SftpChannel, path: string): Promise<Result<Stats, SftpError>> =>
  promise(channel, (sftp, done) => sftp.stat(path, done));

export const readFolder = (
  channel: SftpChannel,
  path: string,
): Promise<Result<readonly FileEntryWithStats[], SftpError>> =>
  promise(channel, (sftp, done) => sftp.readdir(path, done));

export const makeFolder = (channel: SftpChannel, path: string): Promise<Result<unknown, SftpError>> =>
  promise(channel, (sftp, done) => sftp.mkdir(path, (error) => done(error, undefined)));

export const remove = (channel: SftpChannel, path: string): Promise<Result<unknown, SftpError>> =>
  promise(channel, (sftp, done) => sftp.unlink(path, (error) => done(error, undefined)));

export interface Transfer {
  readonly remote: string;
  readonly local: string;
  readonly sizeBytes: number;
  readonly onBytes: (bytes: number) => void;
}

export const download = (
  channel: SftpChannel,
  { remote, local, sizeBytes, onBytes }: Transfer,
): Promise<Result<unknown, SftpError>> =>
  promise(channel, (sftp, done) =>
    sftp.fastGet(remote, local, { fileSize: sizeBytes, step: onBytes }, (error) => done(error, undefined)),
  );

export const upload = (
  channel: SftpChannel,
  { remote, local, sizeBytes, onBytes }: Transfer,
): Promise<Result<unknown, SftpError>> =>
  promise(channel, (sftp, done) =>
    sftp.fastPut(local, remote, { fileSize: sizeBytes, step: onBytes }, (error) => done(error, undefined)),
  );

/** In place of what has that name; where the server cannot do that in one step, it is removed before. */
export async function rename(
  channel: SftpChannel,
  from: string,
  to: string,
): Promise<Result<unknown, SftpError>> {
  const atOnce = await promise(channel, (sftp, done: Callback<unknown>) =>
    sftp.ext_openssh_rename(from, to, (error) => done(error, undefined)),
  );
  if (atOnce.ok || atOnce.error.code !== undefined) return atOnce;
  const plain = (): Promise<Result<unknown, SftpError>> =>
    promise(channel, (sftp, done) => sftp.rename(from, to, (error) => done(error, undefined)));
  const first = await plain();
  if (first.ok) return first;
  await remove(channel, to);
  return await plain();
}

/** `what`: `write sftp://host/a.pdf`. */
export function refusal(error: SftpError, what: string, path: string): Failure {
  switch (error.code) {
    case 2:
      return failure('not-found', `cannot ${what}: there is no such file or folder`, {
        hint: path.startsWith('/')
          ? 'check the path: case counts'
          : 'check the path: it starts in the home folder of the user, one from the top starts with a slash',
      });
    case 3:
      return failure('refused', `cannot ${what}: the user may not do that`, {
        hint: 'change the permissions there, or choose another folder',
      });
    case 4:
    case 8:
      return failure('refused', `cannot ${what}: the server says no more than "${error.message}"`, {
        hint: 'is there space left, is something of that name in the way, is it a folder?',
      });
    case 'ENOENT':
    case 'EACCES':
    case 'ENOSPC':
      return failure('write-failed', `cannot ${what}: ${error.message}`, {
        hint: 'this is about the disk of this machine',
      });
    default:
      return failure('network', `cannot ${what}: the connection broke off (${error.message})`, {
        hint: 'try again later, or set retry',
      });
  }
}

/**
 * The `known_hosts` files of this machine: a key that is known is right, one that has changed is refused, one of a host
 * that was never seen is accepted and written down, with a note ("accept-new" of OpenSSH).
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { HostKey, KnownKeys } from './known-hosts.ts';
import { fingerprintOf, judge, keysOf, knownHostName, knownHostsLine } from './known-hosts.ts';

export interface HostKeyFiles {
  /** Absolute; new keys are added to it. */
  readonly own: string;
  readonly others: readonly string[];
}

export const systemKeyFiles = (): HostKeyFiles => ({
  own: path.join(os.homedir(), '.ssh', 'known_hosts'),
  others: ['/etc/ssh/ssh_known_hosts'],
});

export interface Host {
  readonly host: string;
  readonly port: number;
}

export async function knownKeys({ host, port }: Host, files: HostKeyFiles): Promise<KnownKeys> {
  const name = knownHostName(host, port);
  const texts = await Promise.all(
    [files.own, ...files.others].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const keys = texts.map((text) => keysOf(text, name));
  return {
    trusted: keys.flatMap(({ trusted }) => trusted),
    revoked: keys.flatMap(({ revoked }) => revoked),
  };
}

/** Undefined in the result: the key was known. Else a note for the person. */
export async function checkHostKey(
  shown: HostKey,
  at: Host,
  files: HostKeyFiles,
): Promise<Result<string | undefined, Failure>> {
  // Read again, and not as it was before the connection: another action may have added the host.
  const verdict = judge(await knownKeys(at, files), shown);
  const name = knownHostName(at.host, at.port);
  switch (verdict) {
    case 'known':
      return ok(undefined);
    case 'unknown':
      return ok(await remember(name, shown, files.own));
    default:
      return err(refused(name, shown, verdict));
  }
}

/** One after the other, so that lines do not mix. */
let writing: Promise<unknown> = Promise.resolve();

async function remember(name: string, shown: HostKey, file: string): Promise<string> {
  const seen = `the host key of ${name} was not known: ${shown.type} ${fingerprintOf(shown)}`;
  const write = addAfter(writing, { name, shown, file });
  writing = write.catch(() => undefined);
  try {
    await write;
    return `${seen}; it stands in ${file} now, and no other will be accepted`;
  } catch {
    return `${seen}; it could not be written into ${file}, so it will be accepted whatever it is next time`;
  }
}

interface Addition {
  readonly name: string;
  readonly shown: HostKey;
  readonly file: string;
}

async function addAfter(before: Promise<unknown>, { name, shown, file }: Addition): Promise<void> {
  await before;
  const text = await readFile(file, 'utf8').catch(() => '');
  if (keysOf(text, name).trusted.length > 0) return;
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const start = text === '' || text.endsWith('\n') ? '' : '\n';
  await appendFile(file, start + knownHostsLine(name, shown), { mode: 0o600 });
}

function refused(name: string, shown: HostKey, verdict: 'changed' | 'revoked'): Failure {
  const key = `${shown.type} ${fingerprintOf(shown)}`;
  if (verdict === 'revoked') {
    return failure('refused', `${name} shows a host key that known_hosts calls revoked: ${key}`, {
      hint: 'ask whoever runs the server',
    });
  }
  return failure('refused', `${name} shows another host key than the one that is known: ${key}`, {
    hint: `somebody may be in between. If the server was changed: ssh-keygen -R '${name}', and run again`,
  });
}

/** Reads `known_hosts` files as OpenSSH writes them, and judges the key that a server shows. Pure: it opens no file. */
import { createHash, createHmac } from 'node:crypto';

export interface HostKey {
  /** `ssh-ed25519` */
  readonly type: string;
  /** Base64, as in the file. */
  readonly key: string;
}

export interface KnownKeys {
  readonly trusted: readonly HostKey[];
  readonly revoked: readonly HostKey[];
}

export type Verdict = 'known' | 'unknown' | 'changed' | 'revoked';

/** As such files call a host: the port stands beside it when it is not the usual one. */
export const knownHostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/** `name` is a `knownHostName`. */
export function keysOf(text: string, name: string): KnownKeys {
  const trusted: HostKey[] = [];
  const revoked: HostKey[] = [];
  for (const line of text.split(/\r?\n/)) {
    const fields = line.trim().split(/[ \t]+/);
    const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined;
    const [hosts, type, key] = fields;
    if (hosts === undefined || hosts.startsWith('#') || type === undefined || key === undefined) continue;
    if (!isMeant(hosts, name)) continue;
    if (marker === undefined) trusted.push({ type, key });
    else if (marker === '@revoked') revoked.push({ type, key });
    // `@cert-authority` is about certificates, which are not asked for here.
  }
  return { trusted, revoked };
}

/** A host that is known by a key of another type is not unknown: somebody in between may have none of the known type. */
export function judge({ trusted, revoked }: KnownKeys, shown: HostKey): Verdict {
  const isShown = ({ type, key }: HostKey): boolean => type === shown.type && key === shown.key;
  if (revoked.some(isShown)) return 'revoked';
  if (trusted.some(isShown)) return 'known';
  return trusted.length === 0 ? 'unknown' : 'changed';
}

/** As it comes over the wire: a length, the type, the rest. */
export function hostKeyOf(blob: Buffer): HostKey {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return { type: blob.subarray(4, 4 + length).toString('latin1'), key: blob.toString('base64') };
}

/** `SHA256:…`, as every ssh shows it. */
export const fingerprintOf = ({ key }: HostKey): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '')}`;

export const knownHostsLine = (name: string, { type, key }: HostKey): string => `${name} ${type} ${key}\n`;

/** Names of signatures that a key can make, so that a server is asked for a key that is known. */
export const algorithmsOf = ({ type }: HostKey): readonly string[] =>
  type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type];

function isMeant(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashed(hosts, name);
  let isThere = false;
  for (const pattern of hosts.toLowerCase().split(',')) {
    if (!matches(pattern.replace(/^!/, ''), name)) continue;
    if (pattern.startsWith('!')) return false;
    isThere = true;
  }
  return isThere;
}

/** `|1|salt|hash` */
function isHashed(entry: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = entry.split('|');
  if (version !== '1') return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function matches(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name;
  const source = pattern
    .replaceAll(/[\\^$.|+()[\]{}]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

/**
 * URLs of files that need no key: `/files/<task id>/<token>/<file name>`. The token says where the file lies below the
 * task's folder, until when the URL holds, and whether browsers show the file or save it; its signature covers all of
 * it and the name, so no part can be guessed or changed. Nothing is kept: whoever has the secret can check it.
 *
 *     token   <number of the place>.<expiry, seconds, base 36>.<a: attachment, i: inline>.<HMAC, base64url>
 */
import { createHmac } from 'node:crypto';
import { forbidden, notFound } from './api-error.ts';
import { isId } from './files.ts';
import { isSameSecret, type Secret } from './signatures.ts';

export type DispositionType = 'attachment' | 'inline';

export interface DownloadLink {
  readonly taskId: string;
  /** As `TaskFiles` gives it: `0/report.pdf`. */
  readonly place: string;
  readonly disposition: DispositionType;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** As long as CloudConvert's. */
export const downloadMs: number = 24 * 60 * 60 * 1000;

/** Without the address of the server. */
export function downloadPath(link: DownloadLink, secret: Secret): string {
  const { number, name } = partsOf(link.place);
  const claims = [number, Math.ceil(link.expiresAt / 1000).toString(36), link.disposition[0]].join('.');
  const token = `${claims}.${signature({ taskId: link.taskId, claims, name }, secret)}`;
  return `/files/${link.taskId}/${token}/${encodeURIComponent(name)}`;
}

/** Throws the answer to a URL that is not ours, or too old. */
export function readDownloadUrl(
  url: { readonly taskId: string; readonly token: string; readonly name: string },
  { secret, now }: { readonly secret: Secret; readonly now: number },
): DownloadLink {
  const { taskId, token, name } = url;
  const [, claims = '', number = '', expiry = '', type = '', given = ''] =
    /^((\d+)\.([0-9a-z]+)\.([ai]))\.([\w-]+)$/.exec(token) ?? [];
  if (!isId(taskId) || claims === '') throw notFound('The file');
  if (!isSameSecret(given, signature({ taskId, claims, name }, secret))) {
    throw forbidden('The signature of the URL is wrong.');
  }
  const expiresAt = Number.parseInt(expiry, 36) * 1000;
  if (now >= expiresAt) throw forbidden('The URL has expired.');
  return {
    taskId,
    place: `${number}/${name}`,
    disposition: type === 'i' ? 'inline' : 'attachment',
    expiresAt,
  };
}

function partsOf(place: string): { readonly number: string; readonly name: string } {
  const [, number, name] = /^(\d+)\/([^/]+)$/.exec(place) ?? [];
  if (number === undefined || name === undefined)
    throw new Error(`Not the place of a file: ${JSON.stringify(place)}`);
  // As it is called on the disk: half a character, which JSON can hold, is there a replacement character.
  return { number, name: Buffer.from(name).toString() };
}

function signature(
  { taskId, claims, name }: { readonly taskId: string; readonly claims: string; readonly name: string },
  secret: Secret,
): string {
  // No part can hold the separator but the last.
  return createHmac('sha256', secret).update(`${taskId}/${claims}/${name}`).digest('base64url');
}

/**
 * Google Cloud Storage by its JSON API. Small files go in one request; large ones in a session of several, after which
 * the object is there whole or not at all.
 */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, mediaTypeOfFile, ok } from '@pipeline/schema';
import { textOption } from '../read-options.ts';
import { googleFailure } from './google-failure.ts';
import type { GoogleSubject } from './google-failure.ts';
import { encodePart } from './keys.ts';
import { isFileKey, listPages } from './list-pages.ts';
import type { Page } from './list-pages.ts';
import type { ServiceAccount } from './service-account.ts';
import { privateKeyOf, signIn } from './service-account.ts';
import type { Listing, Place, Session, Store, Upload } from './store.ts';
import type { Answer, StoreCall, StoreRequest } from './store-http.ts';
import { ask, fetchFile, sliceBody, slicesOf } from './store-http.ts';
import { objectsOf, parseJson, textAt } from './store-json.ts';
import { createTokenCache } from './token-cache.ts';

export interface GoogleSettings {
  readonly apiUrl: URL;
  readonly tokenUrl: URL;
  /** Above it, a file goes in parts. */
  readonly singleBytes: number;
  /** A multiple of 256 KiB, as the protocol wants. */
  readonly partBytes: number;
}

export const googleCloudStorage: Store = createGoogleCloudStorage({
  apiUrl: new URL('https://storage.googleapis.com/'),
  tokenUrl: new URL('https://oauth2.googleapis.com/token'),
  singleBytes: 100_000_000,
  partBytes: 64 * 1024 * 1024,
});

interface Bucket {
  readonly name: string;
  readonly account: ServiceAccount;
  /** What the token depends on. */
  readonly credentials: readonly string[];
  readonly settings: GoogleSettings;
}

const tokens = createTokenCache<string>();

export function createGoogleCloudStorage(settings: GoogleSettings): Store {
  return {
    options: { one: 'file', many: 'file_prefix' },
    atOnce: 4,
    open: (options) => {
      const bucket = bucketOf(options, settings);
      return bucket.ok ? ok(placeOf(bucket.value)) : bucket;
    },
  };
}

function bucketOf(options: JsonObject, settings: GoogleSettings): Result<Bucket, Failure> {
  const name = textOption(options, 'bucket') ?? '';
  const email = textOption(options, 'client_email') ?? '';
  if (!/^[a-z0-9][\w.-]*$/.test(name)) {
    return err(
      failure('bad-input', `bucket ${JSON.stringify(name)} is no name of a bucket`, {
        hint: 'the name alone, without gs://',
      }),
    );
  }
  const privateKey = textOption(options, 'private_key') ?? '';
  const key = privateKeyOf(privateKey);
  if (!key.ok) return key;
  const account = { email, key: key.value, tokenUrl: settings.tokenUrl };
  return ok({ name, account, credentials: [email, privateKey, settings.tokenUrl.href], settings });
}

function placeOf(bucket: Bucket): Place {
  const address = (key: string): string => `gs://${bucket.name}/${key}`;
  return {
    address,
    wrongKey,
    join: (prefix, name) => prefix + name,
    list: (prefix, session) => list(bucket, { prefix, address: address(prefix) }, session),
    fetch: async (wanted, session) => {
      const url = objectUrl(bucket, wanted.key);
      url.search = 'alt=media';
      const subject = { address: address(wanted.key), action: 'read' } as const;
      return await fetchFile(
        callOf({ bucket, session }, { method: 'GET', url, headers: {} }, subject),
        wanted,
        session,
      );
    },
    put: (upload, session) => put(bucket, { ...upload, address: address(upload.key) }, session),
  };
}

/** Slashes and dots are encoded here: only what the store itself does not take is wrong. */
function wrongKey(key: string): string | undefined {
  if (key.endsWith('/')) return 'ends in a slash, so it names a folder';
  if (key === '.' || key === '..') return 'has only dots, which no object is called';
  if (/[\r\n\p{Surrogate}]/u.test(key)) return 'holds characters that no object can have';
  if (Buffer.byteLength(key) > 1024) return 'is longer than 1,024 bytes';
  return undefined;
}

const objectsUrl = ({ settings, name }: Bucket, kind: '' | 'upload/'): URL =>
  new URL(`${settings.apiUrl.href}${kind}storage/v1/b/${encodePart(name)}/o`);

const objectUrl = (bucket: Bucket, key: string): URL =>
  new URL(`${objectsUrl(bucket, '').href}/${encodePart(key)}`);

interface Work {
  readonly bucket: Bucket;
  readonly session: Session;
}

function callOf(
  { bucket, session }: Work,
  request: StoreRequest,
  subject: Pick<GoogleSubject, 'address' | 'action'>,
): StoreCall {
  return {
    make: async () => {
      const token = await tokens.get(bucket.credentials, () => signIn(bucket.account, session));
      if (!token.ok) return token;
      return ok({
        ...request,
        headers: { ...request.headers, authorization: `Bearer ${token.value.value}` },
      });
    },
    explain: (answer) => {
      if (answer.status === 401) tokens.forget(bucket.credentials);
      return googleFailure(answer, { ...subject, bucket: bucket.name });
    },
  };
}

function list(
  bucket: Bucket,
  { prefix, address }: { readonly prefix: string; readonly address: string },
  session: Session,
): Promise<Result<Listing, Failure>> {
  const call = (token: string | undefined): StoreCall => {
    const url = objectsUrl(bucket, '');
    const query = { prefix, fields: 'kind,items(name,size),nextPageToken' };
    url.search = new URLSearchParams(token === undefined ? query : { ...query, pageToken: token }).toString();
    return callOf({ bucket, session }, { method: 'GET', url, headers: {} }, { address, action: 'list' });
  };
  return listPages({ prefix, address, call, read: readPage }, session);
}

function readPage({ text }: Answer): Page | undefined {
  const page = parseJson(text);
  if (page['kind'] !== 'storage#objects') return undefined;
  const files = objectsOf(page['items']).flatMap((item) => {
    const key = textAt(item, 'name') ?? '';
    return isFileKey(key) ? [{ key, sizeBytes: Number(textAt(item, 'size') ?? 0) }] : [];
  });
  return { files, next: textAt(page, 'nextPageToken') };
}

interface ObjectUpload extends Upload {
  readonly address: string;
}

async function put(bucket: Bucket, upload: ObjectUpload, session: Session): Promise<Result<true, Failure>> {
  const { file, sizeBytes, key, address, progress } = upload;
  if (sizeBytes > bucket.settings.singleBytes) return await putParts(bucket, upload, session);
  const url = objectsUrl(bucket, 'upload/');
  url.search = new URLSearchParams({ uploadType: 'media', name: key }).toString();
  const headers = { 'content-type': mediaTypeOfFile(file.name) };
  const body = sliceBody({ path: file.path, start: 0, sizeBytes }, progress);
  const request = { method: 'POST', url, headers, body } as const;
  const sent = await ask(callOf({ bucket, session }, request, { address, action: 'write' }), session);
  return sent.ok ? ok(true) : sent;
}

async function putParts(
  bucket: Bucket,
  { file, sizeBytes, key, address, progress }: ObjectUpload,
  session: Session,
): Promise<Result<true, Failure>> {
  const work = { bucket, session };
  const subject = { address, action: 'write' } as const;
  const url = objectsUrl(bucket, 'upload/');
  url.search = new URLSearchParams({ uploadType: 'resumable', name: key }).toString();
  const headers = {
    'x-upload-content-type': mediaTypeOfFile(file.name),
    'x-upload-content-length': String(sizeBytes),
  };
  const begun = await ask(callOf(work, { method: 'POST', url, headers }, subject), session);
  if (!begun.ok) return begun;
  const { location } = begun.value.headers;
  // Whoever has this address can write the object: it goes where the credentials went, and nowhere else.
  if (location === undefined || !URL.canParse(location) || new URL(location).origin !== url.origin)
    return err(noSession(address));
  const sizes = { partBytes: bucket.settings.partBytes, maxParts: Number.MAX_SAFE_INTEGER };
  for (const slice of slicesOf({ path: file.path, sizeBytes }, sizes)) {
    const end = slice.start + slice.sizeBytes;
    const range = `bytes ${slice.start}-${end - 1}/${sizeBytes}`;
    const body = sliceBody(slice, (bytes) => progress(slice.start + bytes));
    const request = {
      method: 'PUT',
      url: new URL(location),
      headers: { 'content-range': range },
      body,
    } as const;
    const isLast = end === sizeBytes;
    const call = callOf(work, request, subject);
    // "Resume Incomplete": so far, so good.
    const sent = await ask({ ...call, isGood: (status) => status === 308 && !isLast }, session);
    if (!sent.ok) return sent;
    const stored = `bytes=0-${end - 1}`;
    if (!isLast && sent.value.headers.range !== stored) return err(notStored(address));
  }
  return ok(true);
}

const noSession = (address: string): Failure =>
  failure('network', `no upload of ${address} could be begun: the answer names no session`, {
    hint: 'try again later',
  });

const notStored = (address: string): Failure =>
  failure('network', `a part of ${address} was not stored whole`, { hint: 'try again later, or set retry' });

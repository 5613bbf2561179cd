/**
 * Azure Blob Storage. A file becomes a block blob: in one request, or in blocks that become a blob together at the end;
 * blocks that never did are thrown away by the store after a week.
 */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, mediaTypeOfFile, ok } from '@pipeline/schema';
import { textOption } from '../read-options.ts';
import { azureFailure } from './azure-failure.ts';
import type { AzureSubject } from './azure-failure.ts';
import { withSharedKey } from './azure-shared-key.ts';
import { decodeKey, keyUrl, wrongUrlKey } from './keys.ts';
import { isFileKey, listPages } from './list-pages.ts';
import type { Page } from './list-pages.ts';
import { metadataHeaders } from './s3-headers.ts';
import type { Listing, Place, Session, Store, Upload } from './store.ts';
import { ask, fetchFile, sliceBody, slicesOf, textBody } from './store-http.ts';
import type { Answer, StoreCall, StoreRequest } from './store-http.ts';
import { childrenOf, parseXml, textOf } from './store-xml.ts';

export interface AzureSettings {
  /** Of the blobs of an account; ends in a slash. */
  readonly rootOf: (account: string) => URL;
  /** Above it, a file goes in blocks. */
  readonly singleBytes: number;
  readonly blockBytes: number;
}

/** Of the protocol: the oldest that knows all that is used here. */
const version = '2020-10-02';
const maxBlocks = 50_000;

export const azureBlob: Store = createAzureBlob({
  rootOf: (account) => new URL(`https://${account}.blob.core.windows.net/`),
  singleBytes: 100_000_000,
  blockBytes: 64_000_000,
});

interface Container {
  readonly root: URL;
  readonly account: string;
  readonly container: string;
  /** Base64; or the token of a shared access signature. */
  readonly access:
    | { readonly type: 'key'; readonly key: string }
    | { readonly type: 'token'; readonly parameters: URLSearchParams };
  readonly metadata: Readonly<Record<string, string>>;
  readonly settings: AzureSettings;
}

export function createAzureBlob(settings: AzureSettings): Store {
  return {
    options: { one: 'blob', many: 'blob_prefix' },
    atOnce: 4,
    open: (options) => {
      const account = textOption(options, 'storage_account') ?? '';
      const container = textOption(options, 'container') ?? '';
      if (!/^[a-z0-9]{3,24}$/.test(account))
        return err(
          wrongOption('storage_account', 'is no name of an account', '3 to 24 small letters and digits'),
        );
      if (!/^(?:\$root|\$web|[a-z0-9](?:-?[a-z0-9]){2,62})$/.test(container))
        return err(
          wrongOption('container', 'is no name of a container', '3 to 63 small letters, digits and -'),
        );
      const access = accessOf(options);
      if (!access.ok) return access;
      const metadata = metadataHeaders(options, 'x-ms-meta-');
      if (!metadata.ok) return metadata;
      const root = new URL(`${settings.rootOf(account).href}${container}/`);
      return ok(
        placeOf({ root, account, container, access: access.value, metadata: metadata.value, settings }),
      );
    },
  };
}

function accessOf(options: JsonObject): Result<Container['access'], Failure> {
  const token = textOption(options, 'sas_token');
  if (token !== undefined) {
    // Also the whole address that the portal shows beside it.
    const parameters = new URLSearchParams(token.trim().replace(/^[^?]*\?/, ''));
    if (parameters.has('sig')) return ok({ type: 'token', parameters });
    return err(wrongOption('sas_token', 'holds no signature', 'the token as it is given: sv=…&sig=…'));
  }
  const key = (textOption(options, 'storage_access_key') ?? '').trim();
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(key) && key.length % 4 === 0) return ok({ type: 'key', key });
  return err(wrongOption('storage_access_key', 'is not base64', 'one of the two keys of the account, whole'));
}

const wrongOption = (name: string, why: string, wanted: string): Failure =>
  failure('bad-input', `${name} ${why}`, { hint: `it is ${wanted}` });

function placeOf(container: Container): Place {
  const { account, container: name, root } = container;
  const address = (key: string): string => `https://${account}.blob.core.windows.net/${name}/${key}`;
  return {
    address,
    wrongKey: (key) => (key.length > 1024 ? 'is longer than 1,024 characters' : wrongUrlKey(key)),
    join: (prefix, file) => prefix + file,
    list: (prefix, session) => list(container, { prefix, address: address(prefix) }, session),
    fetch: (wanted, session) => {
      const request = { method: 'GET', url: keyUrl(root, wanted.key), headers: {} } as const;
      const subject = { address: address(wanted.key), action: 'read' } as const;
      return fetchFile(callOf(container, request, subject), wanted, session);
    },
    put: (upload, session) => put(container, { ...upload, address: address(upload.key) }, session),
  };
}

function callOf(
  { account, container, access }: Container,
  request: StoreRequest,
  subject: Pick<AzureSubject, 'address' | 'action'>,
): StoreCall {
  return {
    make: async () => {
      const headers = {
        ...request.headers,
        'x-ms-version': version,
        'x-ms-date': new Date().toUTCString(),
      };
      if (access.type === 'key')
        return ok(withSharedKey({ ...request, headers }, { account, key: access.key }));
      const url = new URL(request.url);
      for (const [name, value] of access.parameters) url.searchParams.append(name, value);
      return ok({ ...request, url, headers });
    },
    explain: (answer) => azureFailure(answer, { ...subject, account, container, access: access.type }),
  };
}

function list(
  container: Container,
  { prefix, address }: { readonly prefix: string; readonly address: string },
  session: Session,
): Promise<Result<Listing, Failure>> {
  const call = (marker: string | undefined): StoreCall => {
    const url = new URL(container.root.href.replace(/\/$/, ''));
    const query = { restype: 'container', comp: 'list', prefix };
    url.search = new URLSearchParams(marker === undefined ? query : { ...query, marker }).toString();
    return callOf(container, { method: 'GET', url, headers: {} }, { address, action: 'list' });
  };
  return listPages({ prefix, address, call, read: readPage }, session);
}

function readPage({ text }: Answer): Page | undefined {
  const page = parseXml(text);
  if (page === undefined || !page.has('EnumerationResults')) return undefined;
  const files = childrenOf(page, 'EnumerationResults', 'Blobs', 'Blob').flatMap((blob) => {
    const [name] = childrenOf(blob, 'Name');
    const given = textOf(blob, 'Name') ?? '';
    // Names that XML has no form for.
    const key = textOf(name, '@Encoded') === 'true' ? decodeKey(given) : given;
    const isFolder = textOf(blob, 'Properties', 'ResourceType') === 'directory';
    if (isFolder || !isFileKey(key)) return [];
    return [{ key, sizeBytes: Number(textOf(blob, 'Properties', 'Content-Length') ?? 0) }];
  });
  // The last page has an empty mark.
  return { files, next: textOf(page, 'EnumerationResults', 'NextMarker') || undefined };
}

interface BlobUpload extends Upload {
  readonly address: string;
}

async function put(
  container: Container,
  upload: BlobUpload,
  session: Session,
): Promise<Result<true, Failure>> {
  const { file, sizeBytes, key, address } = upload;
  const { settings, metadata, root } = container;
  if (sizeBytes > settings.singleBytes) return await putBlocks(container, upload, session);
  const headers = {
    ...metadata,
    'x-ms-blob-type': 'BlockBlob',
    'content-type': mediaTypeOfFile(file.name),
  };
  const body = sliceBody({ path: file.path, start: 0, sizeBytes }, upload.progress);
  const request = { method: 'PUT', url: keyUrl(root, key), headers, body } as const;
  const sent = await ask(callOf(container, request, { address, action: 'write' }), session);
  return sent.ok ? ok(true) : sent;
}

async function putBlocks(
  container: Container,
  { file, sizeBytes, key, address, progress }: BlobUpload,
  session: Session,
): Promise<Result<true, Failure>> {
  const { settings, metadata, root } = container;
  const ids: string[] = [];
  const sizes = { partBytes: settings.blockBytes, maxParts: maxBlocks };
  for (const [index, slice] of slicesOf({ path: file.path, sizeBytes }, sizes).entries()) {
    // All of one length, as the protocol wants.
    const id = Buffer.from(`block-${String(index).padStart(6, '0')}`).toString('base64');
    const url = keyUrl(root, key);
    url.search = new URLSearchParams({ comp: 'block', blockid: id }).toString();
    const body = sliceBody(slice, (bytes) => progress(slice.start + bytes));
    const request = { method: 'PUT', url, headers: {}, body } as const;
    const sent = await ask(callOf(container, request, { address, action: 'write' }), session);
    if (!sent.ok) return sent;
    ids.push(id);
  }
  const url = keyUrl(root, key);
  url.search = 'comp=blocklist';
  const latest = ids.map((id) => `<Latest>${id}</Latest>`).join('');
  const body = textBody(`<?xml version="1.0" encoding="utf-8"?><BlockList>${latest}</BlockList>`);
  const headers = { ...metadata, 'x-ms-blob-content-type': mediaTypeOfFile(file.name) };
  const request = { method: 'PUT', url, headers, body } as const;
  const sent = await ask(callOf(container, request, { address, action: 'write' }), session);
  return sent.ok ? ok(true) : sent;
}

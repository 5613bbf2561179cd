/**
 * An Azure Blob Storage of the test's own, in memory. It checks Shared Key signatures by the published algorithm, with
 * none of the code that signs.
 */
import { createHmac } from 'node:crypto';
import type { Answered, Received, StoreServer } from './store-server.ts';
import { serveStore } from './store-server.ts';

export interface Blob {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface AzureServer extends StoreServer {
  readonly blobs: Map<string, Blob>;
}

export const account = 'devaccount1';
export const container = 'documents';
export const accessKey = Buffer.from('the key of the account, in 32 by').toString('base64');
export const sasToken = 'sv=2020-10-02&sp=rwlc&sig=c2lnbmF0dXJl%2Bx%3D';

/** Of a request to an account whose address starts with its name in the path, as on an emulator. */
function expectedSignature({ method, path, query, headers }: Received, key: string): string {
  const header = (name: string): string => String(headers[name] ?? '');
  const length = header('content-length');
  const own = Object.keys(headers).filter((name) => name.startsWith('x-ms-'));
  const parameters = [...new Set([...query.keys()].map((name) => name.toLowerCase()))].sort();
  const text =
    `${method}\n${header('content-encoding')}\n${header('content-language')}\n${length === '0' ? '' : length}\n` +
    `${header('content-md5')}\n${header('content-type')}\n${header('date')}\n\n\n\n\n${header('range')}\n` +
    own
      .sort()
      .map((name) => `${name}:${header(name)}\n`)
      .join('') +
    `/${account}${path}` +
    parameters.map((name) => `\n${name}:${query.getAll(name).sort().join(',')}`).join('');
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
}

const error = (status: number, code: string, more = ''): Answered => ({
  status,
  headers: { 'x-ms-error-code': code },
  body: `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>about it\nRequestId:1</Message>${more}</Error>`,
});

export async function serveAzure(blobs: Readonly<Record<string, string>> = {}): Promise<AzureServer> {
  const stored = new Map<string, Blob>(
    Object.entries(blobs).map(([key, text]) => [key, { bytes: Buffer.from(text), headers: {} }]),
  );
  const blocks = new Map<string, Buffer>();
  const server = await serveStore((request) => {
    const { method, query, headers, body, path } = request;
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refusal;
    if (!path.startsWith(`/${account}/${container}`)) return error(404, 'ContainerNotFound');
    const key = decodeURIComponent(path.slice(`/${account}/${container}/`.length));
    if (query.get('comp') === 'list') return list(stored, query);
    if (method === 'GET') {
      const blob = stored.get(key);
      return blob === undefined ? error(404, 'BlobNotFound') : { status: 200, body: blob.bytes };
    }
    if (query.get('comp') === 'block') {
      blocks.set(`${key} ${query.get('blockid')}`, body);
      return { status: 201 };
    }
    if (query.get('comp') === 'blocklist') {
      const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map(([, id]) => id);
      const parts = ids.map((id) => blocks.get(`${key} ${id}`) ?? Buffer.from('missing'));
      stored.set(key, { bytes: Buffer.concat(parts), headers });
      return { status: 201 };
    }
    if (headers['x-ms-blob-type'] !== 'BlockBlob') return error(400, 'InvalidHeaderValue');
    stored.set(key, { bytes: body, headers });
    return { status: 201 };
  });
  return { ...server, blobs: stored };
}

function refusalOf(request: Received): Answered | undefined {
  const { headers, query, rawQuery } = request;
  if (headers['x-ms-version'] === undefined || headers['x-ms-date'] === undefined)
    return error(400, 'MissingRequiredHeader');
  if (query.has('sig')) {
    if (!rawQuery.endsWith(sasToken))
      return error(
        403,
        'AuthenticationFailed',
        '<AuthenticationErrorDetail>Signature not valid in the specified time frame</AuthenticationErrorDetail>',
      );
    return query.get('comp') === 'list' && !/sp=[a-z]*l/.test(rawQuery)
      ? error(403, 'AuthorizationPermissionMismatch')
      : undefined;
  }
  const expected = `SharedKey ${account}:${expectedSignature(request, accessKey)}`;
  return headers.authorization === expected ? undefined : error(403, 'AuthenticationFailed');
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

function list(blobs: ReadonlyMap<string, Blob>, query: URLSearchParams): Answered {
  const prefix = query.get('prefix') ?? '';
  const keys = [...blobs.keys()].filter((key) => key.startsWith(prefix)).sort();
  const start = Number(query.get('marker') ?? 0);
  const entries = keys.slice(start, start + 2).map((key) => {
    const isOdd = key.includes('\u0001');
    const name = isOdd
      ? `<Name Encoded="true">${encodeURIComponent(key)}</Name>`
      : `<Name>${xml(key)}</Name>`;
    const size = blobs.get(key)?.bytes.length;
    const type = key.endsWith('folder') ? '<ResourceType>directory</ResourceType>' : '';
    return `<Blob>${name}<Properties><Content-Length>${size}</Content-Length>${type}</Properties></Blob>`;
  });
  const next = start + 2 < keys.length ? String(start + 2) : '';
  return {
    status: 200,
    body: `\uFEFF<?xml version="1.0"?><EnumerationResults><Prefix>${xml(prefix)}</Prefix><Blobs>${entries.join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`,
  };
}

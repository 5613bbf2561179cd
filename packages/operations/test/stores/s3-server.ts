/**
 * An S3 of the test's own, in memory. It checks Signature Version 4 by the published algorithm, with none of the code
 * that signs, and the hash of every body.
 */
import { createHash, createHmac } from 'node:crypto';
import type { JsonObject } from '@pipeline/schema';
import type { Answered, Received, StoreServer } from './store-server.ts';
import { serveStore } from './store-server.ts';

export interface Stored {
  readonly bytes: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface S3Server extends StoreServer {
  readonly objects: Map<string, Stored>;
  /** Uploads in parts that are neither completed nor called off. */
  readonly uploads: Map<string, readonly Buffer[]>;
}

export const accessKeyId = 'AKIDEXAMPLE';
export const secretAccessKey = 'wJalr/secret+key';
export const bucket = 'documents';
export const region = 'eu-central-1';

/** Of a task that is about this server. */
export const optionsFor = ({ origin }: Pick<StoreServer, 'origin'>, more: JsonObject = {}): JsonObject => ({
  bucket,
  region,
  endpoint: origin,
  access_key_id: accessKeyId,
  secret_access_key: secretAccessKey,
  ...more,
});

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature that a request with these headers must carry. */
export function expectedSignature(
  { method, path, query, headers }: Pick<Received, 'method' | 'path' | 'query' | 'headers'>,
  secret: string,
): string {
  const [, scope = '', signedHeaders = ''] =
    /Credential=[^/]+\/(\S+), *SignedHeaders=(\S+), *Signature=/.exec(headers.authorization ?? '') ?? [];
  const canonical = [
    method,
    decodeURIComponent(path).split('/').map(encode).join('/'),
    [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join('&'),
    ...signedHeaders
      .split(';')
      .map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}`),
    '',
    signedHeaders,
    String(headers['x-amz-content-sha256']),
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<Buffer | string>((key, part) => hmac(key, part), `AWS4${secret}`);
  return createHmac('sha256', key).update(text).digest('hex');
}

const error = (status: number, code: string, more = ''): Answered => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>about ${code}</Message>${more}</Error>`,
});

export async function serveS3(
  objects: Readonly<Record<string, string>> = {},
  { pageSize = 2, token }: { readonly pageSize?: number; readonly token?: string } = {},
): Promise<S3Server> {
  const stored = new Map<string, Stored>(
    Object.entries(objects).map(([key, text]) => [key, { bytes: Buffer.from(text), headers: {} }]),
  );
  const uploads = new Map<string, Buffer[]>();
  const server = await serveStore((request) => {
    const refusal = refusalOf(request, token);
    if (refusal !== undefined) return refusal;
    const key = decodeURIComponent(request.path.slice(`/${bucket}/`.length));
    const uploadId = request.query.get('uploadId') ?? '';
    const { body, headers, method, query } = request;
    if (method === 'GET' && query.get('list-type') === '2') return list(stored, query, pageSize);
    if (method === 'GET') {
      const object = stored.get(key);
      return object === undefined ? error(404, 'NoSuchKey') : { status: 200, body: object.bytes };
    }
    if (method === 'POST' && query.has('uploads')) {
      const id = `upload/${uploads.size + 1}+`;
      uploads.set(id, []);
      stored.set(`pending ${id}`, { bytes: Buffer.alloc(0), headers });
      return {
        status: 200,
        body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
      };
    }
    if (method === 'PUT' && uploadId !== '') {
      const parts = uploads.get(uploadId);
      if (parts === undefined) return error(404, 'NoSuchUpload');
      parts[Number(query.get('partNumber')) - 1] = body;
      return { status: 200, headers: { etag: `"${sha256(body)}"` } };
    }
    if (method === 'POST') {
      const parts = uploads.get(uploadId) ?? [];
      const wanted = parts.map(
        (part, index) =>
          `<Part><PartNumber>${index + 1}</PartNumber><ETag>&quot;${sha256(part)}&quot;</ETag></Part>`,
      );
      if (body.toString() !== `<CompleteMultipartUpload>${wanted.join('')}</CompleteMultipartUpload>`)
        return error(400, 'InvalidPart');
      const begun = stored.get(`pending ${uploadId}`);
      stored.delete(`pending ${uploadId}`);
      uploads.delete(uploadId);
      stored.set(key, { bytes: Buffer.concat(parts), headers: begun?.headers ?? {} });
      return { status: 200, body: '<CompleteMultipartUploadResult/>' };
    }
    if (method === 'DELETE') {
      uploads.delete(uploadId);
      stored.delete(`pending ${uploadId}`);
      return { status: 204 };
    }
    stored.set(key, { bytes: body, headers });
    return { status: 200 };
  });
  return { ...server, objects: stored, uploads };
}

function refusalOf(request: Received, token: string | undefined): Answered | undefined {
  const { headers, path, body } = request;
  const authorization = headers.authorization ?? '';
  if (!authorization.includes(`Credential=${accessKeyId}/`)) return error(403, 'InvalidAccessKeyId');
  if (!authorization.includes(`/${region}/s3/aws4_request`)) {
    return error(400, 'AuthorizationHeaderMalformed', `<Region>${region}</Region>`);
  }
  if (headers['x-amz-security-token'] !== token) return error(400, 'InvalidToken');
  if (!authorization.endsWith(`Signature=${expectedSignature(request, secretAccessKey)}`))
    return error(403, 'SignatureDoesNotMatch');
  // Every header that changes the object must be signed.
  const signed = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const own = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  if (!own.every((name) => signed.includes(name)) || !signed.includes('host'))
    return error(403, 'AccessDenied');
  if (headers['x-amz-content-sha256'] !== sha256(body)) return error(400, 'XAmzContentSHA256Mismatch');
  if (!path.startsWith(`/${bucket}/`)) return error(404, 'NoSuchBucket');
  return undefined;
}

function list(objects: ReadonlyMap<string, Stored>, query: URLSearchParams, pageSize: number): Answered {
  const prefix = query.get('prefix') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const start = Number(query.get('continuation-token') ?? 0);
  const page = keys.slice(start, start + pageSize);
  const isTruncated = start + pageSize < keys.length;
  const entries = page.map(
    (key) =>
      `<Contents><Key>${encode(key).replaceAll('%20', '+')}</Key><Size>${objects.get(key)?.bytes.length}</Size></Contents>`,
  );
  const next = isTruncated ? `<NextContinuationToken>${start + pageSize}</NextContinuationToken>` : '';
  return {
    status: 200,
    body: `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`,
  };
}

/**
 * A Google Cloud Storage of the test's own, in memory, with its sign-in. It checks the JWT with the account's public key
 * and gives a token that the storage then asks for.
 */
import { generateKeyPairSync, verify } from 'node:crypto';
import type { Answered, Received, StoreServer } from './store-server.ts';
import { serveStore } from './store-server.ts';

interface UploadSession {
  readonly key: string;
  readonly type: string;
  readonly size: number;
  bytes: Buffer;
}

export interface GoogleServer extends StoreServer {
  readonly objects: Map<string, { readonly bytes: Buffer; readonly type: string }>;
  /** Every token that was given is not valid any more. */
  readonly revoke: () => void;
  readonly signIns: () => number;
}

export const clientEmail = 'pipeline@example.iam.gserviceaccount.com';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const otherKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answered => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

const error = (status: number, message: string): Answered =>
  json(status, { error: { code: status, message } });

export async function serveGoogle(objects: Readonly<Record<string, string>> = {}): Promise<GoogleServer> {
  const stored: GoogleServer['objects'] = new Map(
    Object.entries(objects).map(([key, text]) => [key, { bytes: Buffer.from(text), type: '' }]),
  );
  const sessions = new Map<string, UploadSession>();
  let signIns = 0;
  let tokens = new Set<string>();
  const server = await serveStore((request, origin) => {
    const { method, path, query, headers, body } = request;
    if (path === '/token') {
      const refusal = refusedAssertion(request, `${origin}/token`);
      if (refusal !== undefined) return json(400, { error: 'invalid_grant', error_description: refusal });
      signIns += 1;
      const token = `ya29.token-${signIns}`;
      tokens.add(token);
      return json(200, { access_token: token, expires_in: 3599, token_type: 'Bearer' });
    }
    if (!tokens.has(headers.authorization?.replace('Bearer ', '') ?? ''))
      return error(401, 'Invalid Credentials');
    const session = sessions.get(query.get('upload_id') ?? '');
    if (session !== undefined) {
      const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
      if (
        Number(from) !== session.bytes.length ||
        Number(to) + 1 - Number(from) !== body.length ||
        Number(size) !== session.size
      )
        return error(400, 'Invalid range');
      session.bytes = Buffer.concat([session.bytes, body]);
      if (session.bytes.length < session.size) {
        if (body.length % (256 * 1024) !== 0) return error(400, 'not a multiple of 256 KiB');
        return { status: 308, headers: { range: `bytes=0-${session.bytes.length - 1}` } };
      }
      stored.set(session.key, { bytes: session.bytes, type: session.type });
      return json(200, { kind: 'storage#object' });
    }
    const place = /^\/(upload\/)?storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(path);
    if (place === null) return error(404, 'Not Found');
    const [, upload, bucket, object] = place;
    if (bucket === 'forbidden')
      return error(403, `${clientEmail} does not have storage.objects.list access.`);
    if (bucket !== 'documents') return error(404, 'The specified bucket does not exist.');
    if (upload !== undefined) {
      const key = query.get('name') ?? '';
      if (query.get('uploadType') === 'media') {
        stored.set(key, { bytes: body, type: headers['content-type'] ?? '' });
        return json(200, { kind: 'storage#object' });
      }
      const id = `id-${sessions.size + 1}`;
      const { 'x-upload-content-type': type, 'x-upload-content-length': size } = headers;
      sessions.set(id, { key, type: String(type), size: Number(size), bytes: Buffer.alloc(0) });
      return { status: 200, headers: { location: `${origin}${path}?uploadType=resumable&upload_id=${id}` } };
    }
    if (object !== undefined && method === 'GET' && query.get('alt') === 'media') {
      const found = stored.get(decodeURIComponent(object));
      return found === undefined
        ? { status: 404, body: `No such object: documents/${object}` }
        : { status: 200, body: found.bytes };
    }
    const names = [...stored.keys()].filter((name) => name.startsWith(query.get('prefix') ?? '')).sort();
    const start = Number(query.get('pageToken') ?? 0);
    const items = names
      .slice(start, start + 2)
      .map((name) => ({ name, size: String(stored.get(name)?.bytes.length) }));
    const next = start + 2 < names.length ? { nextPageToken: String(start + 2) } : {};
    return json(200, { kind: 'storage#objects', ...(items.length > 0 && { items }), ...next });
  });
  return {
    ...server,
    objects: stored,
    revoke: () => {
      tokens = new Set();
    },
    signIns: () => signIns,
  };
}

const parse = (part: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString());

/** RFC 7523, as Google documents it for service accounts. */
function refusedAssertion({ body }: Received, audience: string): string | undefined {
  const form = new URLSearchParams(body.toString());
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'unsupported grant';
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const { alg } = parse(header);
  const { iss, aud, scope, iat, exp } = parse(claims);
  const now = Date.now() / 1000;
  if (iss !== clientEmail) return 'Invalid grant: account not found';
  if (
    alg !== 'RS256' ||
    !verify('sha256', Buffer.from(`${header}.${claims}`), keys.publicKey, Buffer.from(signature, 'base64url'))
  )
    return 'Invalid JWT Signature.';
  if (aud !== audience || scope !== 'https://www.googleapis.com/auth/devstorage.read_write')
    return 'invalid aud';
  if (Math.abs(Number(iat) - now) > 60 || Number(exp) - Number(iat) !== 3600)
    return 'Invalid JWT: iat and exp';
  return undefined;
}

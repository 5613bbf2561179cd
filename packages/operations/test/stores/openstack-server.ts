/** A Keystone and a Swift of the test's own, in memory: sign-in of version 3 and of Swift's version 1, tokens checked. */
import type { Answered, Received, StoreServer } from './store-server.ts';
import { serveStore } from './store-server.ts';

export interface SwiftServer extends StoreServer {
  readonly objects: Map<string, { readonly bytes: Buffer; readonly type: string }>;
}

export const username = 'pipeline';
export const password = 'pass;wörd s3cret';

export interface SwiftSettings {
  readonly projects?: readonly string[];
  /** Of the user; undefined: none. */
  readonly defaultProject?: string | undefined;
}

const json = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answered => ({
  status,
  headers,
  body: JSON.stringify(value),
});

export async function serveSwift(
  objects: Readonly<Record<string, string>> = {},
  { projects = ['site'], defaultProject }: SwiftSettings = { defaultProject: 'site' },
): Promise<SwiftServer> {
  const stored = new Map(
    Object.entries(objects).map(([key, text]) => [key, { bytes: Buffer.from(text), type: 'text/plain' }]),
  );
  const server = await serveStore((request, origin) => {
    const { path, headers } = request;
    if (path === '/v3/auth/tokens') return keystone(request, origin, defaultProject);
    if (path === '/v3/auth/projects') {
      if (headers['x-auth-token'] !== 'unscoped') return { status: 401 };
      return json(200, { projects: projects.map((name) => ({ id: `id-${name}`, name })) });
    }
    if (path === '/auth/v1.0') {
      return headers['x-auth-user'] === username && headers['x-auth-key'] === 'plain'
        ? { status: 200, headers: { 'x-auth-token': 'scoped', 'x-storage-url': `${origin}/v1/AUTH_site` } }
        : { status: 401 };
    }
    if (headers['x-auth-token'] !== 'scoped') return { status: 401 };
    if (!/^\/v1\/AUTH_site\/documents(?:\/|$)/.test(path)) return { status: 404, body: '<html>no</html>' };
    return swift(request, stored);
  });
  return { ...server, objects: stored };
}

const endpoint = (kind: string, region: string, url: string): unknown => ({ interface: kind, region, url });

function keystone({ body, method }: Received, origin: string, defaultProject: string | undefined): Answered {
  const { auth } = JSON.parse(body.toString());
  const user = auth.identity.password?.user;
  const isRight =
    method === 'POST' &&
    user?.name === username &&
    user?.password === password &&
    user?.domain?.id === 'default';
  if (!isRight)
    return json(401, { error: { message: 'The request you have made requires authentication.' } });
  const project = auth.scope?.project?.id ?? defaultProject;
  if (project === undefined) return json(201, { token: {} }, { 'x-subject-token': 'unscoped' });
  const catalog = [
    { type: 'identity', endpoints: [endpoint('public', 'RegionOne', `${origin}/v3`)] },
    {
      type: 'object-store',
      endpoints: [
        endpoint('admin', 'RegionOne', `${origin}/wrong`),
        endpoint('public', 'RegionTwo', `${origin}/elsewhere`),
        endpoint('public', 'RegionOne', `${origin}/v1/AUTH_site`),
      ],
    },
  ];
  const expires = new Date(Date.now() + 7_200_000).toISOString();
  return json(201, { token: { catalog, expires_at: expires } }, { 'x-subject-token': 'scoped' });
}

function swift({ method, path, query, headers, body }: Received, stored: SwiftServer['objects']): Answered {
  const key = decodeURIComponent(path.slice('/v1/AUTH_site/documents/'.length));
  if (method === 'PUT') {
    if (key === 'full.txt') return { status: 413 };
    stored.set(key, { bytes: body, type: headers['content-type'] ?? '' });
    return { status: 201 };
  }
  if (key !== '') {
    const found = stored.get(key);
    return found === undefined ? { status: 404 } : { status: 200, body: found.bytes };
  }
  const marker = query.get('marker') ?? '';
  const names = [...stored.keys()]
    .filter((name) => name.startsWith(query.get('prefix') ?? '') && name > marker)
    .sort()
    .slice(0, 2);
  return json(
    200,
    names.map((name) => ({
      name,
      bytes: stored.get(name)?.bytes.length,
      content_type: stored.get(name)?.type,
    })),
  );
}

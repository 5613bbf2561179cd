/**
 * Signs in to OpenStack and finds where the objects of a region are kept: Keystone version 3, or Swift's own sign-in of
 * version 1. A user without a default project gets the only one there is.
 */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { shownUrl } from '../http/shown-url.ts';
import type { Session } from './store.ts';
import type { Answer, StoreCall } from './store-http.ts';
import { ask, textBody } from './store-http.ts';
import { objectOf, objectsOf, parseJson, textAt } from './store-json.ts';
import type { Lasting } from './token-cache.ts';

export interface OpenstackUser {
  /** Of version 3 or 1. */
  readonly authUrl: URL;
  readonly version: 1 | 3;
  readonly username: string;
  readonly password: string;
  readonly region: string;
}

export interface SwiftAccount {
  readonly token: string;
  /** Ends in a slash; containers come behind it. */
  readonly root: URL;
}

/** Where nobody says how long a token lives. */
const lifeMs = 3_600_000;

/** `https://auth.example.com/v3`, also without the version; `…/auth/v1.0` is Swift's own. */
export function authUrlOf(text: string): Result<Pick<OpenstackUser, 'authUrl' | 'version'>, Failure> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return err(wrongAuthUrl('is no http or https address'));
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v3\/auth\/tokens$/, '/v3');
  if (path.endsWith('/v2.0'))
    return err(wrongAuthUrl('is that of version 2, which OpenStack gave up in 2018'));
  const version = /\/v1(?:\.0)?$/.test(path) ? 1 : 3;
  const authUrl = new URL(url);
  authUrl.pathname = version === 1 || path.endsWith('/v3') ? path : `${path}/v3`;
  return ok({ authUrl, version });
}

const wrongAuthUrl = (why: string): Failure =>
  failure('bad-input', `auth_url ${why}`, { hint: 'write it as https://auth.example.com/v3' });

export function signInToOpenstack(
  user: OpenstackUser,
  session: Session,
): Promise<Result<Lasting<SwiftAccount>, Failure>> {
  return user.version === 1 ? signInToSwift(user, session) : signInToKeystone(user, session);
}

async function signInToSwift(
  { authUrl, username, password }: OpenstackUser,
  session: Session,
): Promise<Result<Lasting<SwiftAccount>, Failure>> {
  const headers = { 'x-auth-user': username, 'x-auth-key': password };
  const call: StoreCall = {
    make: async () => ok({ method: 'GET', url: authUrl, headers }),
    explain: (answer) => refusal(answer, authUrl),
  };
  const answer = await ask(call, session);
  if (!answer.ok) return answer;
  const { 'x-auth-token': token, 'x-storage-url': root } = answer.value.headers;
  if (typeof token !== 'string' || typeof root !== 'string') return err(noSignIn(authUrl));
  return accountOf({ token, untilMs: Date.now() + lifeMs }, root);
}

type Scope = JsonObject | undefined;

async function signInToKeystone(
  user: OpenstackUser,
  session: Session,
): Promise<Result<Lasting<SwiftAccount>, Failure>> {
  const first = await askForToken(user, undefined, session);
  if (!first.ok) return first;
  if (first.value.catalog.length > 0) return pick(user, first.value);
  // No default project, so a token for nothing: it can at least say which projects there are.
  const project = await onlyProject(user, first.value.token, session);
  if (!project.ok) return project;
  const second = await askForToken(user, { project: { id: project.value } }, session);
  return second.ok ? pick(user, second.value) : second;
}

interface Token {
  readonly token: string;
  readonly untilMs: number;
  readonly catalog: readonly JsonObject[];
}

async function askForToken(
  { authUrl, username, password }: OpenstackUser,
  scope: Scope,
  session: Session,
): Promise<Result<Token, Failure>> {
  const user = { name: username, domain: { id: 'default' }, password };
  const identity = { methods: ['password'], password: { user } };
  const text = JSON.stringify({ auth: { identity, ...(scope !== undefined && { scope }) } });
  const url = new URL(`${authUrl.href}/auth/tokens`);
  const call: StoreCall = {
    make: async () =>
      ok({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: textBody(text),
      }),
    explain: (answer) => refusal(answer, authUrl),
  };
  const answer = await ask(call, session);
  if (!answer.ok) return answer;
  const { 'x-subject-token': token } = answer.value.headers;
  if (typeof token !== 'string') return err(noSignIn(authUrl));
  const about = objectOf(parseJson(answer.value.text)['token']);
  const untilMs = Date.parse(textAt(about, 'expires_at') ?? '');
  return ok({
    token,
    untilMs: Number.isNaN(untilMs) ? Date.now() + lifeMs : untilMs,
    catalog: objectsOf(about['catalog']),
  });
}

async function onlyProject(
  { authUrl }: OpenstackUser,
  token: string,
  session: Session,
): Promise<Result<string, Failure>> {
  const call: StoreCall = {
    make: async () =>
      ok({
        method: 'GET',
        url: new URL(`${authUrl.href}/auth/projects`),
        headers: { 'x-auth-token': token },
      }),
    explain: (answer) => refusal(answer, authUrl),
  };
  const answer = await ask(call, session);
  if (!answer.ok) return answer;
  const projects = objectsOf(parseJson(answer.value.text)['projects']);
  const [only, ...others] = projects.map((project) => textAt(project, 'id')).filter((id) => id !== undefined);
  if (only !== undefined && others.length === 0) return ok(only);
  const names = projects.map((project) => JSON.stringify(textAt(project, 'name') ?? '')).join(', ');
  return err(
    failure(
      'refused',
      only === undefined
        ? `the user belongs to no project at ${shownUrl(authUrl)}`
        : `the user belongs to ${projects.length} projects (${names}), and none of them is the default one`,
      { hint: 'set a default project for the user' },
    ),
  );
}

function pick(
  { region, authUrl }: OpenstackUser,
  { token, untilMs, catalog }: Token,
): Result<Lasting<SwiftAccount>, Failure> {
  const endpoints = catalog
    .filter((service) => textAt(service, 'type') === 'object-store')
    .flatMap((service) => objectsOf(service['endpoints']))
    .filter((endpoint) => textAt(endpoint, 'interface') === 'public');
  const regions = endpoints.map(
    (endpoint) => textAt(endpoint, 'region') ?? textAt(endpoint, 'region_id') ?? '',
  );
  const url = textAt(endpoints[regions.indexOf(region)] ?? {}, 'url');
  if (url !== undefined) return accountOf({ token, untilMs }, url);
  return err(
    failure(
      'not-found',
      endpoints.length === 0
        ? `${shownUrl(authUrl)} knows no object storage for this user`
        : `there is no object storage in region "${region}"`,
      {
        hint:
          endpoints.length === 0
            ? 'check that the project of the user has object storage'
            : `set region to one of: ${[...new Set(regions)].join(', ')}`,
      },
    ),
  );
}

function accountOf(
  { token, untilMs }: Omit<Token, 'catalog'>,
  address: string,
): Result<Lasting<SwiftAccount>, Failure> {
  if (!URL.canParse(address))
    return err(failure('network', 'the address of the object storage that OpenStack names is none'));
  const root = new URL(address.replace(/\/*$/, '/'));
  return ok({ value: { token, root }, untilMs });
}

function refusal({ status }: Answer, authUrl: URL): Failure | undefined {
  const shown = shownUrl(authUrl);
  if (status === 401 || status === 403) {
    return failure('refused', `${shown} does not accept this username with this password`, {
      hint: 'check username and password; the user must be in the domain "default"',
    });
  }
  if (status === 404 || (status >= 300 && status < 400)) {
    return failure('not-found', `${shown} is not the address of an identity service`, {
      hint: 'check auth_url: it ends in /v3',
    });
  }
  return undefined;
}

const noSignIn = (authUrl: URL): Failure =>
  failure('network', `${shownUrl(authUrl)} answers, but not as an identity service`, {
    hint: 'check auth_url: it ends in /v3',
    isTransient: false,
  });

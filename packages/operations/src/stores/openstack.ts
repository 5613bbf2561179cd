/** OpenStack Object Storage (Swift). It takes objects of at most 5 GB in one piece, and only those are written here. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, mediaTypeOfFile, ok } from '@pipeline/schema';
import { textOption } from '../read-options.ts';
import { authUrlOf, signInToOpenstack } from './keystone.ts';
import type { OpenstackUser, SwiftAccount } from './keystone.ts';
import { encodePart, keyUrl, wrongUrlKey } from './keys.ts';
import { isFileKey, listPages } from './list-pages.ts';
import type { Page } from './list-pages.ts';
import type { Listing, Place, Session, Store, Upload } from './store.ts';
import { ask, fetchFile, sliceBody } from './store-http.ts';
import type { Answer, StoreCall, StoreRequest } from './store-http.ts';
import { parseJsonList, textAt } from './store-json.ts';
import { createTokenCache } from './token-cache.ts';

const maxObjectBytes = 5 * 1024 ** 3;

interface Container {
  readonly name: string;
  readonly user: OpenstackUser;
  /** What the token depends on. */
  readonly credentials: readonly string[];
}

const accounts = createTokenCache<SwiftAccount>();

export const openstack: Store = {
  options: { one: 'file', many: 'file_prefix' },
  atOnce: 4,
  open: (options) => {
    const container = containerOf(options);
    return container.ok ? ok(placeOf(container.value)) : container;
  },
};

function containerOf(options: JsonObject): Result<Container, Failure> {
  const auth = authUrlOf(textOption(options, 'auth_url') ?? '');
  if (!auth.ok) return auth;
  const name = textOption(options, 'container') ?? '';
  if (/[/\p{Surrogate}]/u.test(name) || /^\.+$/.test(name) || Buffer.byteLength(name) > 256) {
    return err(
      failure('bad-input', `container ${JSON.stringify(name)} is no name of a container`, {
        hint: 'the name alone; folders belong into file_prefix',
      }),
    );
  }
  const [username = '', password = '', region = ''] = ['username', 'password', 'region'].map((option) =>
    textOption(options, option),
  );
  const user = { ...auth.value, username, password, region };
  return ok({ name, user, credentials: [auth.value.authUrl.href, username, password, region] });
}

interface Subject {
  readonly address: string;
  readonly action: 'read' | 'list' | 'write';
}

interface Aim {
  readonly request: Omit<StoreRequest, 'url'>;
  readonly url: (container: URL) => URL;
  readonly subject: Subject;
}

function placeOf(container: Container): Place {
  const { authUrl, region } = container.user;
  const address = (key: string): string => `swift://${authUrl.host}/${region}/${container.name}/${key}`;
  return {
    address,
    wrongKey: (key) => (Buffer.byteLength(key) > 1024 ? 'is longer than 1,024 bytes' : wrongUrlKey(key)),
    join: (prefix, name) => prefix + name,
    list: (prefix, session) => list(container, { prefix, address: address(prefix) }, session),
    fetch: (wanted, session) =>
      fetchFile(
        callOf(container, session, {
          request: { method: 'GET', headers: {} },
          url: (root) => keyUrl(root, wanted.key),
          subject: { address: address(wanted.key), action: 'read' },
        }),
        wanted,
        session,
      ),
    put: (upload, session) => put(container, { ...upload, address: address(upload.key) }, session),
  };
}

function callOf(container: Container, session: Session, { request, url, subject }: Aim): StoreCall {
  return {
    make: async () => {
      const account = await accounts.get(container.credentials, () =>
        signInToOpenstack(container.user, session),
      );
      if (!account.ok) return account;
      const { token, root } = account.value.value;
      const headers = { ...request.headers, 'x-auth-token': token };
      return ok({ ...request, headers, url: url(new URL(`${root.href}${encodePart(container.name)}/`)) });
    },
    explain: (answer) => {
      if (answer.status === 401) accounts.forget(container.credentials);
      return swiftFailure(answer, subject, container.name);
    },
  };
}

function list(
  container: Container,
  { prefix, address }: { readonly prefix: string; readonly address: string },
  session: Session,
): Promise<Result<Listing, Failure>> {
  const call = (marker: string | undefined): StoreCall => {
    const query = { format: 'json', prefix };
    const search = new URLSearchParams(marker === undefined ? query : { ...query, marker }).toString();
    return callOf(container, session, {
      request: { method: 'GET', headers: {} },
      url: (root) => new URL(`${root.href.replace(/\/$/, '')}?${search}`),
      subject: { address, action: 'list' },
    });
  };
  return listPages({ prefix, address, call, read: readPage }, session);
}

function readPage({ status, text }: Answer): Page | undefined {
  if (status !== 204 && !text.trimStart().startsWith('[')) return undefined;
  const page = parseJsonList(text);
  const files = page.flatMap((entry) => {
    const key = textAt(entry, 'name') ?? '';
    const { bytes } = entry;
    // What stands for a folder may have a type of its own.
    const isFolder = textAt(entry, 'content_type') === 'application/directory';
    if (isFolder || !isFileKey(key)) return [];
    return [{ key, sizeBytes: typeof bytes === 'number' ? bytes : 0 }];
  });
  // The last page is an empty one; the next begins after the last name of this one.
  const last = page.at(-1);
  return { files, next: last === undefined ? undefined : textAt(last, 'name') || undefined };
}

interface ObjectUpload extends Upload {
  readonly address: string;
}

async function put(
  container: Container,
  { file, sizeBytes, key, address, progress }: ObjectUpload,
  session: Session,
): Promise<Result<true, Failure>> {
  if (sizeBytes > maxObjectBytes) {
    return err(
      failure('too-large', `${JSON.stringify(file.name)} has more than the 5 GB that an object can have`, {
        hint: 'make it smaller, or split it',
      }),
    );
  }
  const headers = { 'content-type': mediaTypeOfFile(file.name) };
  const body = sliceBody({ path: file.path, start: 0, sizeBytes }, progress);
  const call = callOf(container, session, {
    request: { method: 'PUT', headers, body },
    url: (root) => keyUrl(root, key),
    subject: { address, action: 'write' },
  });
  const sent = await ask(call, session);
  return sent.ok ? ok(true) : sent;
}

function swiftFailure(
  { status }: Answer,
  { address, action }: Subject,
  container: string,
): Failure | undefined {
  const cannot = `cannot ${action} ${address}`;
  switch (status) {
    case 401:
      return failure('refused', `${cannot}: the sign-in is not accepted any more`, { hint: 'run again' });
    case 403:
      return failure('refused', `${cannot}: the user may not do that`, {
        hint: 'give the user a role in the project that may, such as "member"',
      });
    case 404:
      return action === 'read'
        ? failure('not-found', `there is no object ${address}`, {
            hint: 'check container and name: case counts, and the name does not start with a slash',
          })
        : failure('not-found', `there is no container "${container}"`, { hint: 'check container' });
    case 413:
      return failure('refused', `${cannot}: the quota of the container or account is used up`, {
        hint: 'remove something there, or have the quota raised',
      });
    default:
      return undefined;
  }
}

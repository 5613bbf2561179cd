/** Signs in to Google as a service account: a JWT signed with its key is exchanged for a token of an hour (RFC 7523). */
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, sign } from 'node:crypto';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { Session } from './store.ts';
import type { Answer } from './store-http.ts';
import { ask, textBody } from './store-http.ts';
import { parseJson, textAt } from './store-json.ts';
import type { Lasting } from './token-cache.ts';

export interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly tokenUrl: URL;
}

const scope = 'https://www.googleapis.com/auth/devstorage.read_write';
const lifeSeconds = 3600;

/** A key as it stands in the JSON file of the account, its line breaks written as `\n` or real ones. */
export function privateKeyOf(text: string): Result<KeyObject, Failure> {
  const pem = text.includes('\n') ? text : text.replaceAll(String.raw`\n`, '\n');
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return ok(key);
  } catch {
    // What OpenSSL says may quote what it was given.
  }
  return err(
    failure('bad-input', 'private_key is no RSA key in PEM form', {
      hint: 'take the whole value of "private_key" in the JSON file of the service account, from -----BEGIN to END',
    }),
  );
}

export async function signIn(
  account: ServiceAccount,
  session: Session,
): Promise<Result<Lasting<string>, Failure>> {
  const answer = await ask(
    {
      make: async () =>
        ok({
          method: 'POST',
          url: account.tokenUrl,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: textBody(
            new URLSearchParams({
              grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
              assertion: assertionOf(account, Date.now()),
            }).toString(),
          ),
        }),
      explain: refusal,
    },
    session,
  );
  if (!answer.ok) return answer;
  const token = parseJson(answer.value.text);
  const value = token['access_token'];
  if (typeof value !== 'string') return err(noToken());
  const seconds = typeof token['expires_in'] === 'number' ? token['expires_in'] : lifeSeconds;
  return ok({ value, untilMs: Date.now() + seconds * 1000 });
}

function assertionOf({ email, key, tokenUrl }: ServiceAccount, nowMs: number): string {
  const iat = Math.floor(nowMs / 1000);
  const parts = [
    { alg: 'RS256', typ: 'JWT' },
    { iss: email, scope, aud: tokenUrl.href, iat, exp: iat + lifeSeconds },
  ];
  const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

function refusal({ status, text }: Answer): Failure | undefined {
  const answer = parseJson(text);
  if (status >= 500) return undefined;
  const said = textAt(answer, 'error_description') ?? '';
  const why = /signature/i.test(said)
    ? 'private_key is not, or no longer, a key of this service account'
    : /email|account|not found/i.test(said)
      ? 'it knows no service account of this client_email'
      : /time|short-lived|iat|exp/i.test(said)
        ? 'the clock of this machine is wrong'
        : said;
  return failure('refused', `Google does not let you in: ${why === '' ? `it answered ${status}` : why}`, {
    hint: 'take client_email and private_key from one and the same JSON file, of a key that was not deleted',
  });
}

const noToken = (): Failure =>
  failure('network', 'Google answered without a token', { hint: 'try again later' });

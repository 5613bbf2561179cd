/**
 * Who asks, and whether they may. Keys are compared by their hashes, each with each, in constant time. Without any key
 * everybody who reaches the server is one and the same user.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { forbidden, unauthenticated } from './api-error.ts';
import type { ApiKey, Scope } from './server-options.ts';

export interface Auth {
  /** The value of an `Authorization` header. Undefined: nobody that the server knows. */
  readonly callerOf: (authorization: string | undefined) => ApiKey | undefined;
  /** Throws what the client is answered: 401 or 403. */
  readonly authorize: (authorization: string | undefined, scope: Scope) => ApiKey;
}

const everybody: ApiKey = {
  userId: 1,
  name: 'local',
  key: '',
  scopes: ['user.read', 'user.write', 'task.read', 'task.write', 'webhook.read', 'webhook.write'],
};

export function createAuth(keys: readonly ApiKey[]): Auth {
  // A key of this process's own: how long a hash is compared says nothing about keys that somebody tries.
  const salt = randomBytes(32).toString('hex');
  const hashOf = (key: string): Buffer => hash('sha256', salt + key, 'buffer');
  const known = keys.map((key) => ({ hash: hashOf(key.key), key }));

  function callerOf(authorization: string | undefined): ApiKey | undefined {
    if (known.length === 0) return everybody;
    const token = bearer(authorization);
    if (token === undefined) return undefined;
    const given = hashOf(token);
    let found: ApiKey | undefined;
    for (const one of known) if (timingSafeEqual(one.hash, given)) found = one.key;
    return found;
  }

  return {
    callerOf,
    authorize(authorization, scope) {
      const caller = callerOf(authorization);
      if (caller === undefined) throw unauthenticated();
      if (!caller.scopes.includes(scope)) throw forbidden(`The API key lacks the scope ${scope}.`);
      return caller;
    },
  };
}

function bearer(authorization: string | undefined): string | undefined {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  const token = authorization.slice(7).trim();
  return token === '' ? undefined : token;
}

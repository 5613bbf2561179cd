/**
 * API keys as they are written: `key`, or `key name scope,scope`; in a file one a line, `#` starts a comment. It checks
 * their form, and knows nothing of requests.
 */
import { createHash } from 'node:crypto';
import type { ApiKey, Scope } from '@pipeline/server';
import type { Result } from '@pipeline/schema';
import { err, nearest, ok } from '@pipeline/schema';
import type { UsageError } from '../parse-arguments.ts';

const scopes = [
  'user.read',
  'user.write',
  'task.read',
  'task.write',
  'webhook.read',
  'webhook.write',
] as const satisfies readonly Scope[];

/** `where` says which one is meant, without showing it: `--api-key`, `line 3 of keys.txt`. */
export interface WrittenKey {
  readonly text: string;
  readonly where: string;
}

export function keysOfFile(text: string, file: string): readonly WrittenKey[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const written = line.replace(/(?:^|\s)#.*$/, '').trim();
    return written === '' ? [] : [{ text: written, where: `line ${index + 1} of ${file}` }];
  });
}

export function readKeys(written: readonly WrittenKey[]): Result<readonly ApiKey[], UsageError> {
  const keys: ApiKey[] = [];
  for (const one of written) {
    const key = readKey(one);
    if (!key.ok) return key;
    if (keys.some((other) => other.key === key.value.key)) {
      return err({ message: `${one.where}: this API key is given twice`, hint: 'give each key once' });
    }
    keys.push(key.value);
  }
  return ok(keys);
}

function readKey({ text, where }: WrittenKey): Result<ApiKey, UsageError> {
  const [key = '', name, scopeList, ...more] = text.trim().split(/\s+/);
  if (more.length > 0) {
    return err({
      message: `${where}: an API key has three parts at most`,
      hint: 'write `key name scope,scope`, without blanks after the commas',
    });
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    return err({ message: `${where}: an API key has letters, digits and signs of ASCII only`, hint: '' });
  }
  const allowed = scopeList === undefined ? ok(scopes) : readScopes(scopeList, where);
  if (!allowed.ok) return allowed;
  return ok({ key, name: name ?? 'default', userId: userIdOf(name ?? key), scopes: allowed.value });
}

function readScopes(list: string, where: string): Result<readonly Scope[], UsageError> {
  const wanted = list.split(',').filter((name) => name !== '');
  const unknown = wanted.find((name) => !scopes.some((scope) => scope === name));
  if (unknown !== undefined) {
    const near = nearest(unknown, scopes);
    return err({
      message: `${where}: there is no scope "${unknown}"`,
      hint: near === undefined ? `there are ${scopes.join(', ')}` : `did you mean "${near}"?`,
    });
  }
  return ok(scopes.filter((scope) => wanted.includes(scope)));
}

/** The same after each start, whatever the order: jobs belong to it. Clients take it for a 32-bit integer. */
function userIdOf(name: string): number {
  return (createHash('sha256').update(name).digest().readUInt32BE(0) >>> 2) + 1;
}

/** What an error of Google Cloud Storage means in plain words, and what to do. Pure. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Answer } from './store-http.ts';
import { parseJson, textAt } from './store-json.ts';

export interface GoogleSubject {
  readonly bucket: string;
  readonly address: string;
  readonly action: 'read' | 'list' | 'write';
}

const roles = {
  read: 'Storage Object Viewer',
  list: 'Storage Object Viewer',
  // To replace an object is to delete it, which a mere creator may not.
  write: 'Storage Object User',
} as const;

export function googleFailure(
  { status, text }: Answer,
  { bucket, address, action }: GoogleSubject,
): Failure | undefined {
  // A download answers with plain text, everything else with JSON.
  const said = (textAt(parseJson(text), 'error', 'message') ?? text.slice(0, 300)).trim();
  const cannot = `cannot ${action} ${address}`;
  switch (status) {
    case 401:
      return failure('refused', `${cannot}: the sign-in is not accepted`, {
        hint: 'check client_email and private_key',
      });
    case 403:
      return failure('refused', `${cannot}: the service account may not do that`, {
        hint: `give it the role "${roles[action]}" on the bucket`,
      });
    case 404:
      return action === 'read' && !/bucket does not exist/i.test(said)
        ? failure('not-found', `there is no object ${address}`, {
            hint: 'check the name: case counts, and it does not start with a slash',
          })
        : failure('not-found', `there is no bucket "${bucket}"`, { hint: 'check bucket' });
    default:
  }
  if (said === '' || status >= 500 || status === 429) return undefined;
  return failure('refused', `${cannot}: ${said}`, { hint: 'check the options of the task' });
}

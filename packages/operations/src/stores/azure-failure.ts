/** What the error codes of Azure Blob Storage mean in plain words, and what to do. Pure. */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Answer } from './store-http.ts';
import { parseXml, textOf } from './store-xml.ts';

export interface AzureSubject {
  readonly account: string;
  readonly container: string;
  readonly address: string;
  readonly action: 'read' | 'list' | 'write';
  readonly access: 'key' | 'token';
}

const permissions = { read: 'Read', list: 'List', write: 'Write and Create' } as const;

export function azureFailure({ status, headers, text }: Answer, subject: AzureSubject): Failure | undefined {
  const { 'x-ms-error-code': header } = headers;
  const error = parseXml(text);
  const code = typeof header === 'string' ? header : (textOf(error, 'Error', 'Code') ?? '');
  const { account, container, address, action, access } = subject;
  const cannot = `cannot ${action} ${address}`;
  switch (code) {
    case 'BlobNotFound':
    case 'ResourceNotFound':
      return failure('not-found', `there is no blob ${address}`, {
        hint: 'check the name: case counts, and it does not start with a slash',
      });
    case 'ContainerNotFound':
      return failure('not-found', `the account "${account}" has no container "${container}"`, {
        hint: 'check container',
      });
    case 'AuthenticationFailed':
      return notLetIn(cannot, subject, textOf(error, 'Error', 'AuthenticationErrorDetail') ?? '');
    case 'AuthorizationPermissionMismatch':
    case 'AuthorizationResourceTypeMismatch':
    case 'AuthorizationFailure':
    case 'InsufficientAccountPermissions':
      return failure('refused', `${cannot}: these credentials may not do that`, {
        hint:
          access === 'token'
            ? `make a sas_token with the permissions ${permissions[action]} on the container`
            : 'check storage_access_key, and the network rules and access settings of the account',
      });
    case 'BlobImmutableDueToPolicy':
    case 'LeaseIdMissing':
      return failure('refused', `${cannot}: it is locked there (${code})`, {
        hint: 'break its lease or its policy, or choose another name',
      });
    default:
  }
  if (status === 401 || status === 403) {
    return failure('refused', `${cannot}: these credentials may not do that`, {
      hint: 'check the credentials and their permissions',
    });
  }
  if (code === '') return undefined;
  const said = (textOf(error, 'Error', 'Message') ?? '').split('\n')[0]?.trim() ?? '';
  return failure(
    status >= 500 ? 'network' : 'refused',
    `${cannot}: ${said === '' ? code : `${said} (${code})`}`,
    {
      hint: 'check the options of the task',
    },
  );
}

function notLetIn(cannot: string, { access, account }: AzureSubject, detail: string): Failure {
  if (access === 'key') {
    return failure('refused', `${cannot}: the storage_access_key is not that of account "${account}"`, {
      hint: 'check storage_account and storage_access_key, and the clock of this machine',
    });
  }
  const isOver = /expir|not valid in the specified time/i.test(detail);
  return failure(
    'refused',
    `${cannot}: the sas_token ${isOver ? 'is not valid at this time' : 'is not accepted'}`,
    { hint: 'make a new one for this container, and look at its times and the clock of this machine' },
  );
}

/**
 * The CloudConvert backend, from the flags and the environment: whose account, which addresses, where its journal lies.
 * Undefined: there is no key, and the plan says so where one is needed.
 */
import {
  type CloudConvertBackend,
  cloudConvertUrls,
  createCloudConvertBackend,
} from '@pipeline/cloudconvert';
import type { Backend } from '@pipeline/engine';
import path from 'node:path';
import type { Environment } from './parse-arguments.ts';
import type { RunOptions } from './run-options.ts';

const apiKeyName = 'CLOUDCONVERT_API_KEY';

interface Opening {
  readonly env: Environment;
  readonly options: Pick<RunOptions, 'isSandbox' | 'region'>;
  /** The project root, absolute. */
  readonly root: string;
  /** Files that come down are held to `verify` as those that were made here. */
  readonly local: Backend;
}

export function openCloudConvert({ env, options, root, local }: Opening): CloudConvertBackend | undefined {
  const usual = cloudConvertUrls(options);
  const own = given(env, 'CLOUDCONVERT_API_URL');
  const apiKey = given(env, apiKeyName);
  if (apiKey === undefined && own === undefined) return undefined;
  // A server that speaks the API speaks all of it, at one address.
  const apiUrl = own ?? usual.apiUrl;
  const origin = own === undefined || !URL.canParse(own) ? undefined : new URL(own).origin;
  return createCloudConvertBackend({
    apiKey: apiKey ?? '',
    apiUrl,
    syncUrl:
      given(env, 'CLOUDCONVERT_SYNC_URL') ?? (origin === undefined ? usual.syncUrl : `${origin}/sync/v2`),
    socketUrl: given(env, 'CLOUDCONVERT_SOCKET_URL') ?? origin ?? usual.socketUrl,
    journalDir: path.join(root, '.pipeline', 'cloudconvert'),
    local,
  });
}

/** Empty is as good as not set. */
function given(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim().replace(/\/+$/, '');
  return value === '' ? undefined : value;
}

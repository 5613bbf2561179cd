/**
 * `import/url`: downloads one file. What may pass by itself (429, 5xx, a broken connection) is tried three times in
 * all, after the time that Retry-After names, up to a minute each: CloudConvert does the same. A task with a `retry` of
 * its own overrules that: then each action is one attempt, and the engine does the rest.
 */
import type { ActionRequest, Failure, Operation, OperationContext, OperationResult } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { statusFailure } from '../../http/http-failure.ts';
import { httpTarget } from '../../http/http-target.ts';
import type { HttpTarget } from '../../http/http-target.ts';
import { defaultTimeouts, request as sendRequest } from '../../http/request.ts';
import type { HttpRequest, HttpTimeouts } from '../../http/request.ts';
import type { Network } from '../../http/network.ts';
import { politeAttempts, retry, waitFor } from '../../http/retry.ts';
import type { Wait } from '../../http/retry.ts';
import { outputName } from '../../files/output-name.ts';
import { textOption } from '../../read-options.ts';
import { download } from '../../http/download.ts';
import { downloadName } from '../../http/download-name.ts';

export interface ImportUrlSettings {
  readonly timeouts: HttpTimeouts;
  readonly maxBytes: number;
  readonly wait: Wait;
  readonly network: Network;
}

export const importUrl = (network: Network): Operation =>
  createImportUrl({ timeouts: defaultTimeouts, maxBytes: 10_000_000_000, wait: waitFor, network });

export function createImportUrl(settings: ImportUrlSettings): Operation {
  return {
    plan: (request) => {
      const source = sourceOf(request);
      if (!source.ok) return source;
      const { name } = source.value;
      // Whatever the address looks like, a Content-Disposition header can still change the name.
      return ok(name === undefined ? {} : { outputs: [{ dir: '', name }] });
    },

    run: async (request, context) => {
      const source = sourceOf(request);
      if (!source.ok) return source;
      return await retry(() => attempt(source.value, context, settings), {
        attempts: request.task.retry.attempts > 1 ? 1 : politeAttempts,
        signal: context.signal,
        wait: settings.wait,
        onWait: (message) => context.progress(null, message),
      });
    },
  };
}

interface Source extends HttpTarget {
  /** Undefined: the server decides. */
  readonly name: string | undefined;
}

function sourceOf({ options }: ActionRequest): Result<Source, Failure> {
  const target = httpTarget(options);
  if (!target.ok) return target;
  if (textOption(options, 'filename') === undefined) return ok({ ...target.value, name: undefined });
  const name = outputName('', options);
  return name.ok ? ok({ ...target.value, name: name.value }) : name;
}

async function attempt(
  source: Source,
  context: OperationContext,
  { timeouts, maxBytes, network }: ImportUrlSettings,
): Promise<Result<OperationResult, Failure>> {
  const { signal, workDir } = context;
  const call: HttpRequest = {
    method: 'GET',
    url: source.url,
    headers: source.headers,
    network,
    signal,
    timeouts,
  };
  const sent = await sendRequest(call);
  if (!sent.ok) return sent;
  const { message, url } = sent.value;
  const status = message.statusCode ?? 0;
  if (status < 200 || status > 203) {
    message.destroy();
    return err(statusFailure(url, message));
  }
  const { 'content-disposition': disposition, 'content-type': contentType } = message.headers;
  const name = source.name ?? downloadName({ firstUrl: source.url, lastUrl: url, disposition, contentType });
  const file = await download({
    response: sent.value,
    name,
    workDir,
    maxBytes,
    idleMs: timeouts.idleMs,
    signal,
    progress: context.progress,
  });
  return file.ok ? ok({ outputs: [{ dir: '', name, ...file.value }] }) : file;
}

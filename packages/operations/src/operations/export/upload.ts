/**
 * `export/upload`: sends each file by HTTP PUT to a URL, for instance a presigned one. No Content-Type is added, since
 * a signature may cover it: `headers` says it. What may pass by itself is tried again as in `import/url`.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Artifact, Failure, Operation, OperationContext, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { statusFailure } from '../../http/http-failure.ts';
import { httpTarget } from '../../http/http-target.ts';
import type { HttpTarget } from '../../http/http-target.ts';
import { defaultTimeouts, request as sendRequest } from '../../http/request.ts';
import type { HttpTimeouts } from '../../http/request.ts';
import type { Network } from '../../http/network.ts';
import { politeAttempts, retry, waitFor } from '../../http/retry.ts';
import type { Wait } from '../../http/retry.ts';
import { shownUrl } from '../../http/shown-url.ts';

export interface ExportUploadSettings {
  readonly timeouts: HttpTimeouts;
  readonly wait: Wait;
  readonly network: Network;
}

export const exportUpload = (network: Network): Operation =>
  createExportUpload({ timeouts: defaultTimeouts, wait: waitFor, network });

export function createExportUpload({ timeouts, wait, network }: ExportUploadSettings): Operation {
  return {
    plan: ({ options, inputs }) => {
      const target = httpTarget(options);
      if (!target.ok) return target;
      if (inputs.length > 1) return err(severalFiles(target.value, inputs.length));
      return ok({ outputs: inputs.map(({ dir, name }) => ({ dir, name })) });
    },

    run: async ({ options, inputs, task }, context) => {
      const target = httpTarget(options);
      if (!target.ok) return target;
      if (inputs.length > 1) return err(severalFiles(target.value, inputs.length));
      const outputs: OutputFile[] = [];
      for (const input of inputs) {
        const sent = await retry(() => put(input, target.value, { context, timeouts, network }), {
          attempts: task.retry.attempts > 1 ? 1 : politeAttempts,
          signal: context.signal,
          wait,
          onWait: (message) => context.progress(null, message),
        });
        if (!sent.ok) return sent;
        const { dir, name, path, sha256 } = input;
        outputs.push({ dir, name, path, ...(sha256 !== undefined && { sha256 }) });
      }
      return ok({ outputs });
    },
  };
}

const severalFiles = ({ url }: HttpTarget, count: number): Failure =>
  failure('bad-input', `${count} files of one group would be sent to ${shownUrl(url)}, each over the last`, {
    hint: 'leave out group_by, or put an archive task in front',
  });

interface Put {
  readonly context: OperationContext;
  readonly timeouts: HttpTimeouts;
  readonly network: Network;
}

async function put(
  { path, name }: Artifact,
  { url, headers }: HttpTarget,
  { context, timeouts, network }: Put,
): Promise<Result<true, Failure>> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return err(failure('not-found', `${JSON.stringify(name)} is not there any more`));
  const sizeBytes = stats.size;
  const sent = await sendRequest({
    method: 'PUT',
    url,
    headers,
    body: { sizeBytes, open: () => countedStream(path, sizeBytes, context.progress) },
    network,
    signal: context.signal,
    timeouts,
  });
  if (!sent.ok) return sent;
  const { message } = sent.value;
  // What the server has to say beyond its status is of no use.
  message.destroy();
  const status = message.statusCode ?? 0;
  return status >= 200 && status < 300 ? ok(true) : err(statusFailure(sent.value.url, message));
}

function countedStream(
  path: string,
  sizeBytes: number,
  progress: (percent: number) => void,
): ReturnType<typeof createReadStream> {
  const stream = createReadStream(path);
  let percent = 0;
  stream.on('data', () => {
    const now = Math.floor((stream.bytesRead / Math.max(1, sizeBytes)) * 100);
    if (now > percent) progress(now);
    percent = now;
  });
  return stream;
}

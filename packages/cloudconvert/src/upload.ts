/**
 * Sends a file to the form of an `import/upload` task: streamed from the disk, its length told before, the file last.
 * One attempt; the caller knows whether another one is worth it.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failure, type Failure } from '@pipeline/engine';
import { err, ok, type Result } from '@pipeline/schema';
import type { UploadForm } from './remote-job.ts';
import { reasonOf } from './request.ts';

export interface Upload {
  readonly form: UploadForm;
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly signal: AbortSignal;
  /** 0 to 100. */
  readonly onProgress: (percent: number) => void;
}

/** A line on which nothing moves for so long is dead. */
const idleMs = 120_000;

export async function upload(wanted: Upload): Promise<Result<undefined, Failure>> {
  const { form, name, sizeBytes } = wanted;
  const boundary = `pipeline-${randomUUID()}`;
  const head = Buffer.from(headOf(form, name, boundary));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  // No Authorization: the storage refuses what it does not know.
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': head.length + sizeBytes + tail.length,
  };
  try {
    const { status, said } = await post(wanted, headers, Readable.from(bodyOf(wanted, head, tail)));
    // The older form answers with an address to look at: the file is there.
    if ((status >= 200 && status < 300) || status === 303) return ok(undefined);
    return err(refused(wanted, status, said));
  } catch (error) {
    return err(
      failure('network', `the upload of ${JSON.stringify(name)} broke off: ${reasonOf(error)}`, {
        code: 'UPLOAD_FAILED',
      }),
    );
  }
}

/** By node's own client: `fetch` keeps all of a body that it streams (docs/design-notes.md). */
async function post(
  { form, signal }: Upload,
  headers: OutgoingHttpHeaders,
  body: Readable,
): Promise<{ readonly status: number; readonly said: string }> {
  const url = new URL(form.url);
  const send = url.protocol === 'https:' ? https.request : http.request;
  const request = send(url, { method: 'POST', headers, signal });
  request.setTimeout(idleMs, () => request.destroy(new Error('nothing moved for two minutes')));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).once('error', reject);
  });
  // A refusal may come before all is sent, and then ends the sending.
  const sent = pipeline(body, request).catch((error: unknown) => error);
  const response = await Promise.race([answered, failed(sent)]);
  response.setEncoding('utf8');
  let said = '';
  for await (const part of response) said += String(part);
  body.destroy();
  await sent;
  request.destroy();
  return { status: response.statusCode ?? 0, said };
}

/** Never resolves when it went well: then there will be an answer. */
async function failed(sent: Promise<unknown>): Promise<never> {
  const error = await sent;
  if (error instanceof Error) {
    // A refusal that is on its way says more than the line that broke.
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    throw error;
  }
  return new Promise(() => {});
}

function headOf({ parameters }: UploadForm, name: string, boundary: string): string {
  const fields = Object.entries(parameters).map(
    ([key, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(key)}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${quoted(name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return fields.join('') + file;
}

/** As browsers do. */
const quoted = (text: string): string =>
  text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');

async function* bodyOf(
  { path, sizeBytes, onProgress }: Upload,
  head: Buffer,
  tail: Buffer,
): AsyncGenerator<Uint8Array> {
  yield head;
  let sent = 0;
  // No more than was promised, should the file have grown.
  const stream = sizeBytes === 0 ? [] : createReadStream(path, { end: sizeBytes - 1 });
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) continue;
    yield chunk;
    sent += chunk.length;
    onProgress((sent / sizeBytes) * 100);
  }
  yield tail;
}

function refused({ name }: Upload, status: number, said: string): Failure {
  const [, detail = ''] = /<Message>([^<]*)<\/Message>/.exec(said) ?? [];
  const why = detail === '' ? `status ${status}` : `${detail} (status ${status})`;
  return failure('network', `the storage did not take ${JSON.stringify(name)}: ${why}`, {
    code: 'UPLOAD_FAILED',
    isTransient: status >= 500 || status === 429 || status === 408,
  });
}

/**
 * Sends a file to the form of an `import/upload` task: streamed from the disk, its length told before, the file last.
 * One attempt; the caller knows whether another one is worth it.
 */
import { createReadStream } from 'node:fs';
import { randomUUID } from 'node:crypto';
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

export async function upload(wanted: Upload): Promise<Result<undefined, Failure>> {
  const { form, name, sizeBytes, signal } = wanted;
  const boundary = `pipeline-${randomUUID()}`;
  const head = Buffer.from(headOf(form, name, boundary));
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  try {
    const response = await fetch(form.url, {
      method: 'POST',
      // No Authorization: the storage refuses what it does not know.
      headers: {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': String(head.length + sizeBytes + tail.length),
      },
      body: bodyOf(wanted, head, tail),
      // The older form answers with an address to look at: the file is there.
      redirect: 'manual',
      duplex: 'half',
      signal,
    });
    const said = await response.text();
    if (response.ok || response.status === 303) return ok(undefined);
    return err(refused(wanted, response.status, said));
  } catch (error) {
    return err(
      failure('network', `the upload of ${JSON.stringify(name)} broke off: ${reasonOf(error)}`, {
        code: 'UPLOAD_FAILED',
      }),
    );
  }
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

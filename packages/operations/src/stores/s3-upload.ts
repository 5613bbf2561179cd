/**
 * Writes one object to S3: small ones in one request, large ones in parts that become an object together at the end.
 * An upload that fails is called off, so that no parts lie about.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, mediaTypeOfFile, ok } from '@pipeline/schema';
import { keyUrl } from './keys.ts';
import type { S3Bucket, S3Request } from './s3-bucket.ts';
import { s3Call } from './s3-bucket.ts';
import { emptySha256 } from './s3-sign.ts';
import type { Session, Upload } from './store.ts';
import type { Answer, Slice } from './store-http.ts';
import { ask, sliceBody, slicesOf, textBody } from './store-http.ts';
import { parseXml, textOf } from './store-xml.ts';

export interface S3Limits {
  /** Above it, a file goes in parts. */
  readonly singleBytes: number;
  readonly partBytes: number;
}

export interface S3Target {
  readonly bucket: S3Bucket;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: S3Limits;
  readonly address: string;
}

const maxParts = 10_000;

export async function putObject(
  target: S3Target,
  upload: Upload,
  session: Session,
): Promise<Result<true, Failure>> {
  const { file, sizeBytes } = upload;
  const headers = { 'content-type': mediaTypeOfFile(file.name), ...target.headers };
  if (sizeBytes > target.limits.singleBytes) return await putParts({ ...target, headers }, upload, session);
  const slice = { path: file.path, start: 0, sizeBytes };
  const sha256 = file.sha256 === undefined ? await sha256Of(slice, session) : ok(file.sha256);
  if (!sha256.ok) return sha256;
  const body = sliceBody(slice, upload.progress);
  const put = write({ ...target, headers }, upload, { sha256: sha256.value, body, method: 'PUT' });
  const sent = await ask(put, session);
  return sent.ok ? ok(true) : sent;
}

type Write = Pick<S3Request['request'], 'method' | 'body'> & {
  readonly sha256: string;
  readonly query?: Readonly<Record<string, string>>;
};

function write(
  { bucket, headers, address }: S3Target,
  { key }: Pick<Upload, 'key'>,
  { method, body, sha256, query }: Write,
): ReturnType<typeof s3Call> {
  const url = keyUrl(bucket.root, key);
  url.search = new URLSearchParams(query).toString();
  const request = { method, url, headers, ...(body !== undefined && { body }) };
  return s3Call(bucket, { request, sha256, action: 'write', address });
}

async function putParts(target: S3Target, upload: Upload, session: Session): Promise<Result<true, Failure>> {
  const begun = await ask(
    write(target, upload, { method: 'POST', query: { uploads: '' }, sha256: emptySha256 }),
    session,
  );
  if (!begun.ok) return begun;
  const uploadId = textOf(parseXml(begun.value.text), 'InitiateMultipartUploadResult', 'UploadId');
  if (uploadId === undefined) return err(noUpload(target));
  const plain = { ...target, headers: {} };
  const tags = await sendParts(plain, { ...upload, uploadId }, session);
  const done = tags.ok ? await complete(plain, { ...upload, uploadId }, { tags: tags.value, session }) : tags;
  if (done.ok) return done;
  // Even after a cancel: what was sent costs money for as long as it lies there.
  const signal = AbortSignal.timeout(10_000);
  await ask(write(plain, upload, { method: 'DELETE', query: { uploadId }, sha256: emptySha256 }), {
    ...session,
    signal,
    attempts: 1,
  });
  return done;
}

interface PartsUpload extends Upload {
  readonly uploadId: string;
}

/** One after the other: a task per file runs beside it anyway. */
async function sendParts(
  target: S3Target,
  upload: PartsUpload,
  session: Session,
): Promise<Result<readonly string[], Failure>> {
  const { file, sizeBytes, uploadId } = upload;
  const tags: string[] = [];
  const slices = slicesOf({ path: file.path, sizeBytes }, { ...target.limits, maxParts });
  for (const [index, slice] of slices.entries()) {
    const sha256 = await sha256Of(slice, session);
    if (!sha256.ok) return sha256;
    const body = sliceBody(slice, (bytes) => upload.progress(slice.start + bytes));
    const query = { partNumber: String(index + 1), uploadId };
    const sent = await ask(
      write(target, upload, { method: 'PUT', query, sha256: sha256.value, body }),
      session,
    );
    if (!sent.ok) return sent;
    tags.push(sent.value.headers.etag ?? '');
  }
  return ok(tags);
}

interface Completion {
  readonly tags: readonly string[];
  readonly session: Session;
}

async function complete(
  target: S3Target,
  upload: PartsUpload,
  { tags, session }: Completion,
): Promise<Result<true, Failure>> {
  const parts = tags.map(
    (tag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeXml(tag)}</ETag></Part>`,
  );
  const text = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const call = write(target, upload, {
    method: 'POST',
    query: { uploadId: upload.uploadId },
    sha256,
    body: textBody(text),
  });
  const sent = await ask(call, session);
  if (!sent.ok) return sent;
  // Its status is sent before the work is done: a failure then stands in the body of a 200.
  return isComplete(sent.value) ? ok(true) : err(call.explain(sent.value) ?? noUpload(target));
}

const isComplete = ({ text }: Answer): boolean => {
  const answer = parseXml(text);
  return answer?.has('CompleteMultipartUploadResult') === true;
};

const noUpload = ({ address }: S3Target): Failure =>
  failure('network', `the store did not take the parts of ${address}`, {
    hint: 'try again; if it stays so, the endpoint may know no multipart upload',
  });

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

async function sha256Of(
  { path, start, sizeBytes }: Slice,
  { signal }: Session,
): Promise<Result<string, Failure>> {
  const hash = createHash('sha256');
  if (sizeBytes === 0) return ok(hash.digest('hex'));
  try {
    await pipeline(createReadStream(path, { start, end: start + sizeBytes - 1 }), hash, { signal });
    return ok(hash.digest('hex'));
  } catch (error) {
    if (signal.aborted) return err(failure('cancelled', 'the upload was cancelled'));
    return err(failure('not-found', `cannot read ${JSON.stringify(path)}: ${String(error)}`));
  }
}

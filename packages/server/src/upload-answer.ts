/** The answer to an upload: S3's XML, as CloudConvert's storage gives it, or the way to the page that the task names. Pure. */
import type { FastifyReply } from 'fastify';

export interface Uploaded {
  readonly base: string;
  readonly bucket: string;
  readonly key: string;
  readonly md5: string;
  readonly redirect: string | undefined;
}

export function uploadAnswer(
  reply: FastifyReply,
  { base, bucket, key, md5, redirect }: Uploaded,
): FastifyReply {
  const etag = `"${md5}"`;
  reply.header('ETag', etag);
  if (redirect !== undefined) return reply.redirect(redirect, 303);
  const location = `${base}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const body = Object.entries({ Bucket: bucket, Key: key, ETag: etag, Location: location })
    .map(([name, value]) => `<${name}>${escaped(value)}</${name}>`)
    .join('');
  return reply
    .code(201)
    .header('Location', location)
    .type('application/xml')
    .send(`<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${body}</PostResponse>`);
}

/** As recorded: `&#34;`, not `&quot;`. */
const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;');

/** Options of an export to S3 as the headers that carry them. Pure. */
import { validateHeaderValue } from 'node:http';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { mapOption, textOption } from '../read-options.ts';
import { encodePart } from './keys.ts';

const optionHeaders = {
  acl: 'x-amz-acl',
  cache_control: 'cache-control',
  content_disposition: 'content-disposition',
  content_type: 'content-type',
  server_side_encryption: 'x-amz-server-side-encryption',
} as const;

/** Without `content-type` where the task names none: it depends on the file. */
export function objectHeaders(options: JsonObject): Result<Readonly<Record<string, string>>, Failure> {
  const headers: Record<string, string> = {};
  for (const [option, header] of Object.entries(optionHeaders)) {
    const value = textOption(options, option);
    if (value === undefined) continue;
    if (!isHeaderText(value)) return err(wrongText(option));
    headers[header] = value;
  }
  const metadata = metadataHeaders(options, 'x-amz-meta-');
  if (!metadata.ok) return metadata;
  const tags = Object.entries(mapOption(options, 'tagging'));
  return ok({
    ...headers,
    ...metadata.value,
    ...(tags.length > 0 && {
      'x-amz-tagging': tags.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`).join('&'),
    }),
  });
}

/** Option `metadata` as headers of that prefix. Stores keep plain ASCII in them. */
export function metadataHeaders(
  options: JsonObject,
  prefix: string,
): Result<Readonly<Record<string, string>>, Failure> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(mapOption(options, 'metadata'))) {
    if (!/^[\w-]+$/.test(name)) {
      return err(
        failure('bad-input', `metadata: ${JSON.stringify(name)} is no name that the store takes`, {
          hint: 'use letters, digits, - and _',
        }),
      );
    }
    if (!isHeaderText(value)) return err(wrongText(`metadata.${name}`));
    headers[prefix + name.toLowerCase()] = value;
  }
  return ok(headers);
}

function isHeaderText(value: string): boolean {
  try {
    validateHeaderValue('x', value);
    // oxlint-disable-next-line no-control-regex -- what is not ASCII is meant
    return /^[\x20-\x7e\t]*$/.test(value);
  } catch {
    return false;
  }
}

const wrongText = (option: string): Failure =>
  failure('bad-input', `${option} holds characters that a header of the store cannot carry`, {
    hint: "use ASCII on one line; percent-encode the rest, as in filename*=UTF-8''na%C3%AFve.pdf",
  });

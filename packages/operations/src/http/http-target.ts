/** The address and the headers of a task's options, checked before anything is sent. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { mapOption, textOption } from '../read-options.ts';

export interface HttpTarget {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

export function httpTarget(options: JsonObject): Result<HttpTarget, Failure> {
  const text = textOption(options, 'url') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    // Not shown: an address that cannot be read cannot be masked either.
    return err(
      failure('bad-input', 'url is no http or https address', {
        hint: 'write it as https://example.com/file.docx',
      }),
    );
  }
  const headers = mapOption(options, 'headers');
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      return err(
        failure('bad-input', `the header ${JSON.stringify(name)} holds characters that HTTP does not allow`, {
          hint: 'a line break at the end of a secret is the usual reason',
        }),
      );
    }
  }
  return ok({ url, headers });
}

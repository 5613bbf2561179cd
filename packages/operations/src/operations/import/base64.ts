/**
 * `import/base64`: a file that stands in the pipeline as base64. White space is passed over, since YAML folds long
 * lines; anything else that is not base64 is a mistake, as Node would silently drop it and give a broken file.
 */
import type { Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { contentOperation } from './content.ts';

export const importBase64: Operation = contentOperation(decodeBase64);

function decodeBase64(text: string, shown: string): Result<Buffer, Failure> {
  const data = text.replaceAll(/\s+/g, '');
  if (/^data:/i.test(data)) {
    return err(notBase64(shown, 'it is a data: URI', 'leave out everything up to and including the comma'));
  }
  const foreign = /[^A-Za-z0-9+/=]/.exec(data);
  if (foreign !== null) {
    const hint = /[-_]/.test(foreign[0])
      ? 'this looks like base64url: write + for - and / for _'
      : 'encode the file again, for instance with base64 -w0 FILE; plain text belongs into import/raw';
    return err(notBase64(shown, `character ${foreign.index + 1} is ${JSON.stringify(foreign[0])}`, hint));
  }
  const letters = data.replace(/={1,2}$/, '');
  if (letters.includes('='))
    return err(notBase64(shown, 'there is a "=" before its end', 'give each file a task of its own'));
  const isPadded = letters.length !== data.length;
  if (letters.length % 4 === 1 || (isPadded && data.length % 4 !== 0)) {
    return err(
      notBase64(
        shown,
        `its ${data.length} characters are no whole number of bytes`,
        'it was cut off: copy it again',
      ),
    );
  }
  return ok(Buffer.from(letters, 'base64'));
}

const notBase64 = (shown: string, why: string, hint: string): Failure =>
  failure('bad-input', `the content of ${shown} is not base64: ${why}`, { hint });

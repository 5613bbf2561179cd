/** What `import/base64` and `import/raw` share: content that stands in the pipeline itself becomes a file. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActionRequest, Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { outputName } from '../../files/output-name.ts';
import { textOption } from '../../read-options.ts';
import { writeFailure } from '../../files/write-failure.ts';

const maxBytes = 10 * 1024 * 1024;

/** `decode` gets the option `file` and the name of the file, and is to find every mistake: it runs while planning. */
export function contentOperation(
  decode: (text: string, shown: string) => Result<Buffer, Failure>,
): Operation {
  return {
    plan: (request) => {
      const content = contentOf(request, decode);
      if (!content.ok) return content;
      return ok({ outputs: [{ dir: '', name: content.value.name, sizeBytes: content.value.bytes.length }] });
    },

    run: async (request, context) => {
      const content = contentOf(request, decode);
      if (!content.ok) return content;
      const { name, bytes } = content.value;
      const file = path.join(context.workDir, name);
      try {
        await writeFile(file, bytes, { signal: context.signal });
      } catch (error) {
        if (context.signal.aborted)
          return err(failure('cancelled', `writing ${JSON.stringify(name)} was cancelled`));
        return err(writeFailure(error, { target: file, baseDir: context.baseDir }));
      }
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return ok({ outputs: [{ dir: '', name, path: file, sha256 }] });
    },
  };
}

interface Content {
  readonly name: string;
  readonly bytes: Buffer;
}

function contentOf(
  { options }: ActionRequest,
  decode: (text: string, shown: string) => Result<Buffer, Failure>,
): Result<Content, Failure> {
  const named = outputName('', options);
  if (!named.ok) return named;
  const name = named.value;
  const shown = JSON.stringify(name);
  const bytes = decode(textOption(options, 'file') ?? '', shown);
  if (!bytes.ok) return bytes;
  if (bytes.value.length > maxBytes) {
    const size = (bytes.value.length / 1024 / 1024).toFixed(1);
    return err(
      failure('too-large', `${shown} is ${size} MB, and a file that stands in the pipeline can have 10 MB`, {
        hint: 'put it beside the pipeline and take it with import/local, or fetch it with import/url',
      }),
    );
  }
  return ok({ name, bytes: bytes.value });
}

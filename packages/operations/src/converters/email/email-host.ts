/** A message into HTML or text, inside a converter host: postal-mime takes it apart, `email-page.ts` writes it down. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { JsonObject } from '@pipeline/schema';
import PostalMime from 'postal-mime';
import type { Email } from 'postal-mime';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';
import { emailHtml, emailText } from './email-page.ts';

/** Mail servers stop at a fraction of it. */
const maxMessageBytes: number = 128 * 2 ** 20;
const limits = { maxNestingDepth: 64, maxHeadersSize: 2 ** 20, maxRfc822NestingDepth: 5 };

export const host: HostModule = { run };

/** `{ inputPath, inputName, to: 'html' | 'txt', outputPath }` → `{ note? }` */
async function run(job: JsonObject): Promise<JsonObject> {
  const name = jobText(job, 'inputName');
  const inputPath = jobText(job, 'inputPath');
  const { size } = await stat(inputPath);
  if (size > maxMessageBytes) {
    throw new ConversionError(
      'too-large',
      `${JSON.stringify(name)} is larger than ${maxMessageBytes / 2 ** 20} MiB, the limit for messages`,
    );
  }
  const message = await parse(await readFile(inputPath), name);
  const isText = jobText(job, 'to') === 'txt';
  const page = isText ? { text: emailText(message), left: 0 } : emailHtml(message);
  await writeFile(jobText(job, 'outputPath'), page.text);
  return page.left === 0
    ? {}
    : {
        note: `Left out: ${page.left === 1 ? 'a picture that lies' : `${page.left} pictures that lie`} outside of the message`,
      };
}

async function parse(bytes: Uint8Array, name: string): Promise<Email> {
  const message = await PostalMime.parse(bytes, limits).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConversionError('bad-input', `${JSON.stringify(name)} cannot be read as a message: ${why}`);
  });
  const { from, to, subject, date, messageId } = message;
  if ([from, to, subject, date, messageId].every((header) => header === undefined)) {
    throw new ConversionError(
      'bad-input',
      `${JSON.stringify(name)} is no message: it has no sender, no recipient, no date and no subject`,
      'Save it again in the mail program, as a message (.eml).',
    );
  }
  return message;
}

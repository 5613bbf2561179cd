/** `pdf/encrypt`: passwords and what readers may do, with AES-256 (PDF 2.0), by qpdf. */
import { randomUUID } from 'node:crypto';
import type { Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { textOption } from '../../read-options.ts';
import { pdfOperation } from './pdf-tool.ts';
import { qpdfTools } from './qpdf.ts';

/** What AES-256 of PDF takes into account; the rest of a longer password would do nothing. */
const maxPasswordBytes = 127;
const restrictions = ['allow_extract', 'allow_modify', 'allow_print'];

export const pdfEncrypt: Operation = pdfOperation({
  tools: qpdfTools({ job: encryptJob, isSecret: true, message: ownerNote }),
  mistake,
});

/**
 * Whoever knows the owner's password is bound by nothing. Without one, nobody does: it is random then, because an empty
 * one would open the file.
 */
export function encryptJob(options: JsonObject, random: () => string = randomUUID): JsonObject {
  const { allow_extract: extract, allow_modify: modify, allow_print: print } = options;
  return {
    inputFile: 'input-1.pdf',
    encrypt: {
      userPassword: textOption(options, 'set_password') ?? '',
      ownerPassword: textOption(options, 'set_owner_password') ?? random(),
      '256bit': {
        ...(extract === false ? { extract: 'n' } : {}),
        ...(typeof modify === 'string' ? { modify } : {}),
        ...(typeof print === 'string' ? { print } : {}),
      },
    },
    outputFile: 'out/encrypted.pdf',
  };
}

function mistake(options: JsonObject): Failure | undefined {
  if (options['allow_accessibility'] === false) {
    return invalid(
      '`allow_accessibility: false` has no effect in files encrypted with AES-256: screen readers may always read them',
      'Leave it out; `allow_extract: false` forbids copying.',
    );
  }
  const passwords = ['set_password', 'set_owner_password'];
  for (const name of passwords) {
    if (Buffer.byteLength(textOption(options, name) ?? '') > maxPasswordBytes) {
      return invalid(
        `\`${name}\` is longer than the ${maxPasswordBytes} bytes that count`,
        'Give a shorter one.',
      );
    }
  }
  if ([...passwords, ...restrictions].every((name) => options[name] === undefined)) {
    return invalid(
      'pdf/encrypt is given neither a password nor a restriction',
      'Set `set_password`, `set_owner_password`, or one of `allow_extract`, `allow_modify`, `allow_print`.',
    );
  }
  return undefined;
}

const invalid = (message: string, hint: string): Failure =>
  failure('unsupported', message, { code: 'INVALID_OPTION', hint });

function ownerNote(options: JsonObject): string | undefined {
  const { set_password: user, set_owner_password: owner } = options;
  return owner !== undefined && user === owner && restrictions.some((name) => options[name] !== undefined)
    ? 'The two passwords are the same, so whoever opens the file is not bound by its restrictions'
    : undefined;
}

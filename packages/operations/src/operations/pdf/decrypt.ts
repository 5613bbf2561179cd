/** `pdf/decrypt`: the same PDF without its password and without restrictions, by qpdf. */
import type { Operation } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { textOption } from '../../read-options.ts';
import { pdfOperation } from './pdf-tool.ts';
import { qpdfTools } from './qpdf.ts';

export const pdfDecrypt: Operation = pdfOperation({
  tools: qpdfTools({ job: decryptJob, isSecret: true, hasPassword: true }),
});

export function decryptJob(options: JsonObject): JsonObject {
  const password = textOption(options, 'password');
  return {
    inputFile: 'input-1.pdf',
    ...(password === undefined ? {} : { password }),
    decrypt: '',
    deterministicId: '',
    outputFile: 'out/decrypted.pdf',
  };
}

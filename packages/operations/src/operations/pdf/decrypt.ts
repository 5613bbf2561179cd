/** `pdf/decrypt`: the same PDF without its password and without restrictions, by qpdf. */
import type { Operation } from '@pipeline/engine';
import { pdfOperation } from './pdf-tool.ts';
import { qpdfTools } from './qpdf.ts';
import { decryptJob } from '../../converters/pdf/unlock-pdf.ts';

export const pdfDecrypt: Operation = pdfOperation({
  tools: qpdfTools({ job: decryptJob, isSecret: true, hasPassword: true }),
});

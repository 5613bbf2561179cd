/** Opens a PDF with pdf-lib, inside a converter host, and says in plain words when that cannot be. */
import { readFile } from 'node:fs/promises';
import { EncryptedPDFError, PDFDocument } from '@cantoo/pdf-lib';
import { ConversionError } from '../../host/protocol.ts';
import { readStart, wrongFormat } from '../../files/magic.ts';

export interface PdfFile {
  readonly path: string;
  /** What messages call it. */
  readonly name: string;
}

export async function openPdf(input: PdfFile): Promise<PDFDocument> {
  const wrong = wrongFormat('pdf', await readStart(input.path), input.name);
  if (wrong !== undefined) throw new ConversionError(wrong.type, wrong.message, wrong.hint);
  const bytes = await readFile(input.path);
  try {
    const document = await PDFDocument.load(bytes, { updateMetadata: false, throwOnInvalidObject: true });
    // Walks the page tree, so that a broken one shows here.
    document.getPages();
    return document;
  } catch (error) {
    // What is encrypted looks broken before it is seen to be encrypted.
    if (error instanceof EncryptedPDFError || bytes.includes('/Encrypt')) return openRestricted(bytes, input);
    throw brokenPdf(input, error);
  }
}

/** A file that only restricts its readers opens with an empty password. */
async function openRestricted(bytes: Uint8Array, input: PdfFile): Promise<PDFDocument> {
  try {
    const document = await PDFDocument.load(bytes, { updateMetadata: false, password: '' });
    document.getPages();
    return document;
  } catch {
    throw new ConversionError('bad-input', `${JSON.stringify(input.name)} is protected by a password`, {
      hint: 'Put a task with `operation: pdf/decrypt` and its `password` before this one.',
      code: 'PASSWORD_REQUIRED',
    });
  }
}

export function brokenPdf(input: PdfFile, error: unknown): ConversionError {
  const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
  return new ConversionError(
    'bad-input',
    `${JSON.stringify(input.name)} is a broken PDF: ${why}`,
    'Open it in a PDF viewer and save it again, or make it anew.',
  );
}

/** Opens a PDF with PDFium, inside a converter host, and says in plain words when that cannot be. */
import { readFile } from 'node:fs/promises';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import type { PDFiumDocument } from '@hyzyla/pdfium';
import type { JsonObject } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import { jobObject, jobText } from '../../host/read-job.ts';
import { formatLabel, formatOfBytes } from '../../files/magic.ts';
import { textOption } from '../../read-options.ts';

/** The file is copied into wasm memory, which ends at 2 GiB. */
const maxPdfBytes: number = 512 * 2 ** 20;

let library: Promise<PDFiumLibrary> | undefined;

export interface OpenDocument {
  readonly document: PDFiumDocument;
  readonly library: PDFiumLibrary;
}

/** Does the work on the document of a job (`inputPath`, `inputName`, `options.password`), and closes it. */
export async function withDocument(
  job: JsonObject,
  work: (open: OpenDocument) => Promise<JsonObject>,
): Promise<JsonObject> {
  library ??= PDFiumLibrary.init();
  const loaded = await library;
  const document = await openDocument(loaded, {
    path: jobText(job, 'inputPath'),
    name: jobText(job, 'inputName'),
    password: textOption(jobObject(job, 'options'), 'password'),
  });
  try {
    return await work({ document, library: loaded });
  } finally {
    document.destroy();
  }
}

async function openDocument(
  library: PDFiumLibrary,
  file: { readonly path: string; readonly name: string; readonly password: string | undefined },
): Promise<PDFiumDocument> {
  const { name, password } = file;
  const bytes = await readFile(file.path);
  if (bytes.length > maxPdfBytes) {
    const message = `"${name}" is larger than ${maxPdfBytes / 2 ** 20} MiB.`;
    throw new ConversionError('too-large', message, 'Split it into smaller documents first.');
  }
  return open(() => library.loadDocument(bytes, password), {
    name,
    bytes,
    hasPassword: password !== undefined,
  });
}

interface Opening {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly hasPassword: boolean;
}

async function open(load: () => Promise<PDFiumDocument>, opening: Opening): Promise<PDFiumDocument> {
  try {
    return await load();
  } catch (error) {
    throw openError(error instanceof Error ? error.message : '', opening) ?? error;
  }
}

function openError(message: string, { name, bytes, hasPassword }: Opening): ConversionError | undefined {
  if (message.startsWith('Password')) {
    return hasPassword
      ? new ConversionError('bad-input', `The password does not open "${name}".`, {
          hint: 'Check `password`.',
          code: 'WRONG_PASSWORD',
        })
      : new ConversionError('bad-input', `"${name}" is encrypted and opens only with its password.`, {
          hint: 'Set `password`.',
          code: 'PASSWORD_REQUIRED',
        });
  }
  if (/security scheme/u.test(message)) {
    return new ConversionError(
      'unsupported',
      `"${name}" is encrypted in a way that is not known here.`,
      'Decrypt it first.',
    );
  }
  if (!/not in PDF format|Unknown error|content error/u.test(message)) return undefined;
  if (bytes.length === 0) {
    return new ConversionError(
      'bad-input',
      `"${name}" is empty (0 bytes).`,
      'Copy or download it again from its source.',
    );
  }
  const found = formatOfBytes(bytes.subarray(0, 8192));
  const reason =
    found === 'pdf' || found === undefined
      ? 'is damaged or no PDF'
      : `is no PDF: it looks like ${formatLabel(found)}`;
  return new ConversionError(
    'bad-input',
    `"${name}" ${reason}; its pages cannot be found.`,
    'Copy or download it again from its source.',
  );
}

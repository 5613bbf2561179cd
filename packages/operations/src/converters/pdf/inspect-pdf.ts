/** Asks a host what is inside a PDF, and reads its answer. */
import type { Failure } from '@pipeline/engine';
import type { JsonObject, JsonValue, Result } from '@pipeline/schema';
import { ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { listOption, textOption } from '../../read-options.ts';

export interface PdfContent {
  readonly pages: number;
  /** `1.7` */
  readonly version: string;
  readonly isTransparent: boolean;
  readonly hasRgb: boolean;
  /** Names of fonts that are not embedded. */
  readonly openFonts: readonly string[];
  readonly hasScript: boolean;
  readonly annotations: number;
  readonly signatures: number;
  readonly attachments: number;
  readonly hasForm: boolean;
  readonly intents: readonly { readonly type: string; readonly channels: number | undefined }[];
  readonly xmp: string;
  readonly title: string | undefined;
  readonly pdfX: string | undefined;
  readonly trapped: string | undefined;
  readonly hasId: boolean;
  readonly pagesWithoutTrim: number;
}

export async function inspectPdf(
  file: { readonly path: string; readonly name: string },
  signal: AbortSignal,
): Promise<Result<PdfContent, Failure>> {
  const job = { type: 'inspect', ...file };
  const answer = await runInHost({ host: 'pdf-lib', job, signal, about: file.name });
  return answer.ok ? ok(contentOf(answer.value)) : answer;
}

function contentOf(answer: JsonObject): PdfContent {
  return {
    pages: numberAt(answer, 'pages'),
    version: textOption(answer, 'version') ?? '',
    isTransparent: answer['isTransparent'] === true,
    hasRgb: answer['hasRgb'] === true,
    openFonts: listOption(answer, 'openFonts'),
    hasScript: answer['hasScript'] === true,
    annotations: numberAt(answer, 'annotations'),
    signatures: numberAt(answer, 'signatures'),
    attachments: numberAt(answer, 'attachments'),
    hasForm: answer['hasForm'] === true,
    intents: Array.isArray(answer['intents']) ? answer['intents'].map(intentOf) : [],
    xmp: textOption(answer, 'xmp') ?? '',
    title: textOption(answer, 'title'),
    pdfX: textOption(answer, 'pdfX'),
    trapped: textOption(answer, 'trapped'),
    hasId: answer['hasId'] === true,
    pagesWithoutTrim: numberAt(answer, 'pagesWithoutTrim'),
  };
}

function intentOf(value: JsonValue): PdfContent['intents'][number] {
  if (!isObject(value)) return { type: '', channels: undefined };
  const { channels } = value;
  return {
    type: textOption(value, 'type') ?? '',
    channels: typeof channels === 'number' ? channels : undefined,
  };
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function numberAt(answer: JsonObject, key: string): number {
  const value = answer[key];
  return typeof value === 'number' ? value : 0;
}

/** Options of `convert` in the words of LibreOfficeKit: one text for opening a document, one for storing it. Pure. */
import type { JsonObject } from '@pipeline/schema';
import { pageRanges } from './libreoffice-job.ts';
import type { OfficeProperty } from './libreoffice-job.ts';
import { pdfSettings } from './libreoffice-pdf.ts';
import { csvFilter, textLayout } from './libreoffice-text.ts';

/** `head`: the first bytes of a table in text. */
export function loadingOptions(request: {
  readonly from: string;
  readonly options: JsonObject;
  readonly head?: Uint8Array;
}): string {
  const { from, options, head } = request;
  return head === undefined ? '' : csvFilter(textLayout(head, from, options));
}

export function storingOptions(request: {
  readonly from: string;
  readonly to: string;
  readonly options: JsonObject;
}): string {
  if (request.to === 'txt') return 'UTF8,LF,,,false';
  if (request.to !== 'pdf') return '';
  const pages = pageRanges(request.options);
  const settings = pdfSettings({ ...request, pages: pages.ok ? pages.value : '' });
  return JSON.stringify(Object.fromEntries(settings.map(typed)));
}

/** As its JSON names the types of UNO. */
function typed({ name, value }: OfficeProperty): readonly [string, JsonObject] {
  switch (typeof value) {
    case 'boolean':
      return [name, { type: 'boolean', value: String(value) }];
    case 'number':
      return [name, { type: 'long', value: String(value) }];
    case 'string':
      return [name, { type: 'string', value }];
    default:
      throw new Error(`${name} is no single value`);
  }
}

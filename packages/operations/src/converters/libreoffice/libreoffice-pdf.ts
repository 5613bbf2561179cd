/** Options of `convert` as settings of LibreOffice's PDF export. Pure. */
import type { JsonObject } from '@pipeline/schema';
import { flagOption, textOption } from '../../read-options.ts';
import { partOf } from './libreoffice-formats.ts';
import type { OfficeProperty } from './libreoffice-job.ts';

export function pdfSettings(request: {
  readonly from: string;
  readonly options: JsonObject;
  /** `1-3,5-5`, or empty for all. */
  readonly pages: string;
}): readonly OfficeProperty[] {
  const { from, options, pages } = request;
  const isForScreen = options['optimize_print'] === false;
  const type = textOption(options, 'output_type') ?? 'slides';
  return [
    ...(pages === '' ? [] : [{ name: 'PageRange', value: pages }]),
    // 2: PDF/A-2b. 0: plain, of the version that LibreOffice takes best.
    { name: 'SelectPdfVersion', value: flagOption(options, 'pdf_a') ? 2 : 0 },
    { name: 'ExportBookmarks', value: flagOption(options, 'bookmarks') },
    { name: 'Quality', value: isForScreen ? 75 : 90 },
    { name: 'ReduceImageResolution', value: true },
    { name: 'MaxImageResolution', value: isForScreen ? 150 : 300 },
    // Comments become notes of the PDF: in the margin they would need windows, which a server lacks.
    { name: 'ExportNotes', value: flagOption(options, 'include_markup') },
    ...(partOf(from) === 'slides' ? slideSettings(type) : []),
  ];
}

function slideSettings(type: string): readonly OfficeProperty[] {
  return type === 'notes'
    ? [
        { name: 'ExportNotesPages', value: true },
        { name: 'ExportOnlyNotesPages', value: true },
      ]
    : [];
}

/** Options of `convert` as settings of LibreOffice's PDF export. Pure. */
import type { JsonObject } from '@pipeline/schema';
import { flagOption, textOption } from '../read-options.ts';
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
    ...commentSettings(from, flagOption(options, 'include_markup')),
    ...(partOf(from) === 'slides' ? slideSettings(type, flagOption(options, 'hidden_slides')) : []),
  ];
}

/** Comments of a text stand in its margin, all others are notes of the PDF. */
function commentSettings(from: string, isShown: boolean): readonly OfficeProperty[] {
  const isText = partOf(from) === 'text';
  return [
    { name: 'ExportNotes', value: isShown && !isText },
    ...(isText ? [{ name: 'ExportNotesInMargin', value: isShown }] : []),
  ];
}

function slideSettings(type: string, isHiddenShown: boolean): readonly OfficeProperty[] {
  return [
    { name: 'ExportHiddenSlides', value: isHiddenShown },
    ...(type === 'notes'
      ? [
          { name: 'ExportNotesPages', value: true },
          { name: 'ExportOnlyNotesPages', value: true },
        ]
      : []),
  ];
}

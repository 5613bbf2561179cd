/** Which options of `convert` LibreOffice honours for a pair, and how good it is at it beside others. Pure. */
import { drawingEndings, isLoneDrawing, partOf } from './libreoffice-formats.ts';

/** Formats that can be locked by a password. */
const lockable: ReadonlySet<string> = new Set(
  'doc docx docm dot dotx odt xls xlsx xlsm xlsb ods ppt pptx pptm pps ppsx pot potx odp odg odd wps et dps pdf sxw'.split(
    ' ',
  ),
);

export function officeOptions(from: string, to: string): readonly string[] {
  const part = partOf(from);
  const isTable = from === 'csv' || from === 'tsv';
  return [
    ...(lockable.has(from) ? ['password'] : []),
    ...(isTable || to === 'csv' || to === 'tsv' ? ['encoding'] : []),
    ...(isTable || to === 'csv' || to === 'tsv' ? ['separator'] : []),
    ...(to === 'pdf' && part !== 'picture' && !isLoneDrawing(from) ? paper(part) : []),
    ...(to === 'pdf' ? ['pdf_a', 'optimize_print'] : []),
    ...(drawingEndings.includes(to) && !isLoneDrawing(from) ? ['pages'] : []),
    ...(drawingEndings.includes(to) && part === 'slides' ? ['hidden_slides'] : []),
    ...(to === 'html' && part === 'text' ? ['embed_images', 'include_markup'] : []),
  ];
}

function paper(part: string | undefined): readonly string[] {
  return [
    'pages',
    'bookmarks',
    ...(part === 'drawing' ? [] : ['include_markup']),
    ...(part === 'slides' ? ['hidden_slides', 'output_type'] : []),
  ];
}

/** Made for office documents; text and structure alone are others' business. */
export function officeRank(from: string, to: string): number {
  const part = partOf(from);
  if (part === 'picture') return 40;
  // It finds little in today's files; SheetJS reads their cells.
  if (from === 'numbers') return 20;
  if (part === 'pdf') return 30;
  if (part === 'drawing') return to === 'pdf' || to.startsWith('od') || to === 'fodg' ? 60 : 50;
  // Pages of the web and plain text have no layout to keep.
  if (from === 'html' || from === 'txt' || to === 'html' || to === 'epub') return 45;
  if (from === 'csv' || from === 'tsv') return to === 'pdf' ? 60 : 50;
  if (to === 'csv' || to === 'tsv') return 50;
  return to === 'pdf' ? 90 : 88;
}

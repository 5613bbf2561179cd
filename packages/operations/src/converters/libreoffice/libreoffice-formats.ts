/**
 * What LibreOffice reads and writes, by the part of it that does: text, sheets, slides, drawings. Pure and light: also
 * used while a pipeline is checked. Formats are in the words of the house, filters in LibreOffice's.
 */

/** The part of LibreOffice that a format is opened in. */
export type OfficePart = 'text' | 'sheet' | 'slides' | 'drawing' | 'picture' | 'pdf';

const readsByPart: Readonly<Record<OfficePart, string>> = {
  text: 'abw doc docm docx dot dotx fodt html hwp lwp odt pages rtf sdw txt wpd wps zabw',
  sheet: 'csv dif et fods numbers ods sdc slk sylk tsv xls xlsb xlsm xlsx',
  slides: 'dps fodp key odp pot potx pps ppsx ppt pptm pptx',
  drawing: 'cdr cgm dxf emf fodg odd odg pub sda svg svgz vsd wmf',
  // Not XPM: it does not know colours by their names, which others write there.
  picture: 'bmp gif jpg pbm pcx pgm png ppm psd tga tiff webp xbm',
  pdf: 'pdf',
};

/** Filters for storing. */
const textFilters = {
  pdf: 'writer_pdf_Export',
  doc: 'MS Word 97',
  docm: 'MS Word 2007 XML VBA',
  docx: 'MS Word 2007 XML',
  dot: 'MS Word 97 Vorlage',
  dotx: 'MS Word 2007 XML Template',
  epub: 'EPUB',
  fodt: 'OpenDocument Text Flat XML',
  html: 'HTML (StarWriter)',
  odt: 'writer8',
  rtf: 'Rich Text Format',
  txt: 'Text (encoded)',
};

const sheetFilters = {
  pdf: 'calc_pdf_Export',
  csv: 'Text - txt - csv (StarCalc)',
  dif: 'DIF',
  fods: 'OpenDocument Spreadsheet Flat XML',
  html: 'HTML (StarCalc)',
  ods: 'calc8',
  slk: 'SYLK',
  tsv: 'Text - txt - csv (StarCalc)',
  xls: 'MS Excel 97',
  xlsm: 'Calc MS Excel 2007 VBA XML',
  xlsx: 'Calc MS Excel 2007 XML',
};

const slideFilters = {
  pdf: 'impress_pdf_Export',
  fodp: 'OpenDocument Presentation Flat XML',
  odp: 'impress8',
  pot: 'MS PowerPoint 97 Vorlage',
  potx: 'Impress MS PowerPoint 2007 XML Template',
  pps: 'MS PowerPoint 97 AutoPlay',
  ppsx: 'Impress MS PowerPoint 2007 XML AutoPlay',
  ppt: 'MS PowerPoint 97',
  pptm: 'Impress MS PowerPoint 2007 XML VBA',
  pptx: 'Impress MS PowerPoint 2007 XML',
};

const drawingFilters = {
  pdf: 'draw_pdf_Export',
  fodg: 'OpenDocument Drawing Flat XML',
  odd: 'draw8',
  odg: 'draw8',
};

const { pdf: _, ...pictureFilters } = drawingFilters;

/** Pages that become a file each. */
export const drawingEndings: readonly string[] = ['emf', 'eps', 'svg', 'wmf'];

export interface OfficeWriter {
  readonly filter: string;
  /** How the input has to be opened for it, where LibreOffice would not by itself. */
  readonly openAs?: string;
}

const writersByPart: Readonly<Record<OfficePart, Readonly<Record<string, OfficeWriter>>>> = {
  text: writers(textFilters),
  sheet: writers(sheetFilters),
  slides: { ...writers(slideFilters), ...drawings() },
  drawing: { ...writers(drawingFilters), ...drawings() },
  picture: writers(pictureFilters),
  pdf: {
    ...writers(pictureFilters, 'draw_pdf_import'),
    ...drawings('draw_pdf_import'),
    ...only(writers(textFilters, 'writer_pdf_import'), ['doc', 'docx', 'odt', 'rtf']),
    ...only(writers(slideFilters, 'impress_pdf_import'), ['odp', 'ppt', 'pptx']),
  },
};

function writers(filters: Readonly<Record<string, string>>, openAs?: string): Record<string, OfficeWriter> {
  const how = openAs === undefined ? {} : { openAs };
  return Object.fromEntries(Object.entries(filters).map(([to, filter]) => [to, { filter, ...how }]));
}

function drawings(openAs?: string): Record<string, OfficeWriter> {
  return writers(Object.fromEntries(drawingEndings.map((ending) => [ending, ending])), openAs);
}

function only(
  all: Readonly<Record<string, OfficeWriter>>,
  names: readonly string[],
): Record<string, OfficeWriter> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}

const parts: ReadonlyMap<string, OfficePart> = new Map(
  (['text', 'sheet', 'slides', 'drawing', 'picture', 'pdf'] as const).flatMap((part) =>
    readsByPart[part].split(' ').map((format) => [format, part] satisfies [string, OfficePart]),
  ),
);

/** Undefined for a format that LibreOffice does not read. */
export const partOf = (from: string): OfficePart | undefined => parts.get(from);

/** Undefined when it does not turn the one into the other. */
export function officeWriter(from: string, to: string): OfficeWriter | undefined {
  const part = partOf(from);
  return part === undefined || from === to ? undefined : writersByPart[part][to];
}

export const officePairs: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...parts].map(([from, part]) => [from, Object.keys(writersByPart[part]).filter((to) => to !== from)]),
);

/** Of a drawing that comes alone, the page is what it covers. */
export const isLoneDrawing = (from: string): boolean =>
  ['dxf', 'emf', 'wmf', 'svg', 'svgz', 'cgm'].includes(from) || partOf(from) === 'picture';

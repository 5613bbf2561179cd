/**
 * What LibreOffice as wasm turns into what: pairs that were shown to work. Not among them is what others do as well without
 * a pack (tables as CSV, pages of the web), and what it does only by halves: of a picture of a document, it makes the
 * first page. Pure and light.
 */
const fromText = {
  doc: 'docx odt pdf rtf txt',
  docm: 'pdf',
  docx: 'doc odt pdf rtf',
  dotx: 'pdf',
  fodt: 'pdf',
};
const fromMoreText = { odt: 'doc docx pdf rtf', rtf: 'doc docx odt pdf' };
const fromSheets = { csv: 'ods pdf xls xlsx', fods: 'pdf', ods: 'pdf xls xlsx', xls: 'ods pdf xlsx' };
const fromMoreSheets = { xlsm: 'pdf', xlsx: 'ods pdf xls' };
const fromSlides = { fodp: 'pdf', odp: 'pdf ppt pptx', potx: 'pdf', pps: 'pdf', ppsx: 'pdf' };
const fromMoreSlides = { ppt: 'odp pdf pptx', pptm: 'pdf', pptx: 'odp pdf ppt' };
const fromDrawings = { emf: 'pdf', odg: 'pdf', wmf: 'pdf' };

export const wasmPairs: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    ...fromText,
    ...fromMoreText,
    ...fromSheets,
    ...fromMoreSheets,
    ...fromSlides,
    ...fromMoreSlides,
    ...fromDrawings,
  }).map(([from, targets]) => [from, targets.split(' ')]),
);

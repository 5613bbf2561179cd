// Documents, tables, slides, ebooks and data: all hold the text "Pipeline sample".
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { azw4, dxf, eml, fodp, wpd } from './handmade.mjs';
import { text } from './kit.mjs';
import { cgm, hwp, keynote, starCalc, starWriter } from './old-office.mjs';

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
  ass: `[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\nStyle: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nDialogue: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,${text}\n`,
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

/** Extension: the sample it is made of, and LibreOffice's filter where a format has variants. */
const byOffice = [
  ['doc', 'docx'], ['dot', 'docx', 'MS Word 97 Vorlage'], ['docm', 'docx', 'MS Word 2007 XML VBA'],
  ['dotx', 'docx', 'MS Word 2007 XML Template'], ['fodt', 'docx'], ['ppt', 'fodp'],
  ['odp', 'fodp'], 
  ['potx', 'fodp', 'Impress MS PowerPoint 2007 XML Template'], 
  ['ppsx', 'fodp', 'Impress MS PowerPoint 2007 XML AutoPlay'], ['pptm', 'fodp', 'Impress MS PowerPoint 2007 XML VBA'],
  ['ods', 'xlsx'], ['fods', 'xlsx'], ['xls', 'xlsx'], ['xlsm', 'xlsx', 'Calc MS Excel 2007 VBA XML'],
  ['slk', 'xlsx'], ['dif', 'xlsx'], ['odg', 'svg'], ['fodg', 'svg'], ['emf', 'svg'], ['wmf', 'svg'],
]; // prettier-ignore

const byCalibre = ['mobi', 'azw3', 'lit', 'lrf', 'pdb', 'rb', 'tcr', 'txtz', 'htmlz'];

const sheetTypes = { xlsx: 'xlsx', xlsb: 'xlsb', prn: 'prn', eth: 'eth', numbers: 'numbers', dbf: 'dbf' };

export const recipes = [
  {
    file: 'sections.json',
    how: 'written by hand',
    make: (kit) => kit.writeFile('sections.json', `{ "sample": { "name": "${text}", "count": 1 } }\n`),
  },
  {
    file: 'sections.xml',
    how: 'written by hand',
    make: (kit) =>
      kit.writeFile(
        'sections.xml',
        `<config><sample><name>${text}</name><count>1</count></sample></config>\n`,
      ),
  },
  ...Object.entries(byHand).map(([extension, content]) => ({
    extension,
    how: 'written by hand',
    make: (kit) => kit.write(extension, content),
  })),
  { extension: 'eml', how: 'written by hand', make: (kit) => kit.write('eml', eml(kit.read('png'))) },
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
  { extension: 'xps', how: 'written by hand, with the font that is a sample', make: xps },
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
  { extension: 'hwp', how: 'written by hand: HWP 3.0', make: (kit) => kit.write('hwp', hwp()) },
  {
    extension: 'sdw',
    how: "written by hand: StarWriter 5, in SheetJS's compound file",
    make: (kit) => kit.write('sdw', compoundFile('StarWriterDocument', starWriter())),
  },
  {
    extension: 'sdc',
    how: "written by hand: StarCalc 5, in SheetJS's compound file",
    make: (kit) => kit.write('sdc', compoundFile('StarCalcDocument', starCalc())),
  },
  { extension: 'cgm', how: 'written by hand', make: (kit) => kit.write('cgm', cgm()) },
  {
    extension: 'key',
    how: "written by hand: the XML of Keynote '09",
    make: (kit) => zipOf(kit, 'key', { 'index.apxl': keynote() }),
  },
  { extension: 'pages', how: "written by hand: the XML of iWork '09", make: pages },
  ...byCalibre.map((extension) => ({
    extension,
    how: 'Calibre from the epub',
    make: (kit) => void kit.run('ebook-convert', kit.sample('epub'), kit.sample(extension)),
  })),
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

function compoundFile(name, content) {
  const { CFB } = require('@e965/xlsx');
  const file = CFB.utils.cfb_new();
  CFB.utils.cfb_add(file, name, content);
  // A mark of the library's own.
  CFB.utils.cfb_del(file, '/\u0001Sh33tJ5');
  return CFB.write(file, { type: 'buffer' });
}

function pages(kit) {
  const body = `<sf:text-body><sf:section><sf:layout><sf:p>${text}<sf:br/></sf:p><sf:p>The quick brown fox.<sf:br/></sf:p></sf:layout></sf:section></sf:text-body>`;
  zipOf(kit, 'pages', {
    'index.xml': `<?xml version="1.0"?><sl:document xmlns:sl="http://developer.apple.com/namespaces/sl" xmlns:sf="http://developer.apple.com/namespaces/sf" xmlns:sfa="http://developer.apple.com/namespaces/sfa" sl:version="92008102400"><sl:publication-info><sl:SLCreationDateProperty><sl:date sl:val="2023"/></sl:SLCreationDateProperty></sl:publication-info><sf:text-storage sf:kind="body">${body}</sf:text-storage></sl:document>`,
  });
}

function zipOf(kit, extension, files) {
  const names = Object.keys(files);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(kit.work(name)), { recursive: true });
    writeFileSync(kit.work(name), content);
  }
  kit.run('7zz', 'a', '-tzip', kit.work(`made.${extension}`), ...names);
  kit.move(kit.work(`made.${extension}`), extension);
}

/** Ghostscript would draw the letters as pictures. */
function xps(kit) {
  const namespace = 'xmlns="http://schemas.microsoft.com/xps/2005/06"';
  const line = (at, words) =>
    `<Glyphs Fill="#FF000000" FontUri="/font.ttf" FontRenderingEmSize="24" OriginX="96" OriginY="${at}" UnicodeString="${words}"/>`;
  const box = (x, colour) =>
    `<Path Fill="${colour}" Data="M ${x},192 L ${x + 120},192 ${x + 120},312 ${x},312 Z"/>`;
  const type = (extension, name) => `<Default Extension="${extension}" ContentType="${name}"/>`;
  const of = 'application/vnd.ms-package.xps-';
  const relations = (id, target, kind) =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="${id}" Target="${target}" Type="http://schemas.microsoft.com/xps/2005/06/${kind}"/></Relationships>`;
  zipOf(kit, 'xps', {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${type('rels', 'application/vnd.openxmlformats-package.relationships+xml')}${type('fdseq', `${of}fixeddocumentsequence+xml`)}${type('fdoc', `${of}fixeddocument+xml`)}${type('fpage', `${of}fixedpage+xml`)}${type('ttf', 'application/vnd.ms-opentype')}</Types>`,
    '_rels/.rels': relations('r0', '/sample.fdseq', 'fixedrepresentation'),
    '_rels/sample.fpage.rels': relations('r0', '/font.ttf', 'required-resource'),
    'sample.fdseq': `<FixedDocumentSequence ${namespace}><DocumentReference Source="/sample.fdoc"/></FixedDocumentSequence>`,
    'sample.fdoc': `<FixedDocument ${namespace}><PageContent Source="/sample.fpage"/></FixedDocument>`,
    'sample.fpage': `<FixedPage ${namespace} Width="816" Height="1056" xml:lang="en">${line(96, text)}${box(96, '#FFFF0000')}${box(216, '#FF0000FF')}</FixedPage>`,
    'font.ttf': kit.read('ttf'),
  });
}

/** Two pages, that both are looked for. */
function chm(kit) {
  const page = (name, file) =>
    `<li><object type="text/sitemap"><param name="Name" value="${name}"><param name="Local" value="${file}"></object></li>`;
  writeFileSync(kit.work('index.html'), readFileSync(kit.sample('html')));
  writeFileSync(kit.work('second.html'), '<html><body><p>A second page.</p></body></html>');
  writeFileSync(
    kit.work('toc.hhc'),
    `<html><body><ul>${page(text, 'index.html')}${page('Second page', 'second.html')}</ul></body></html>`,
  );
  writeFileSync(
    kit.work('sample.hhp'),
    `[OPTIONS]\nCompiled file=made.chm\nContents file=toc.hhc\nDefault topic=index.html\nTitle=${text}\n[FILES]\nindex.html\nsecond.html\n`,
  );
  kit.run('chmcmd-3.2.2', kit.work('sample.hhp'));
  kit.move(kit.work('made.chm'), 'chm');
}

/** Office documents that tests make themselves, and a conversion of a file as the operation asks for it. */
import { createWriteStream, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import type { JsonObject } from '@pipeline/schema';
import { ZipFile } from 'yazl';
import type { Converter } from '../../src/converters/converter.ts';

const folder: string = mkdtempSync(path.join(tmpdir(), 'pipeline-test-office-'));
export const testFolder: string = folder;

export interface Made {
  readonly files: readonly { readonly name: string; readonly path: string; readonly dir: string }[];
  readonly notes: readonly string[];
}

export interface Asked {
  readonly to: string;
  readonly from?: string;
  readonly options?: JsonObject;
  readonly signal?: AbortSignal;
}

/** Throws the failure, as JSON, when there is one. */
export async function convertBy(converter: Converter, inputPath: string, asked: Asked): Promise<Made> {
  const notes: string[] = [];
  const made = await converter.convert({
    inputPath,
    inputName: path.basename(inputPath),
    from: asked.from ?? path.extname(inputPath).slice(1),
    to: asked.to,
    dir: '',
    outputName: `${path.basename(inputPath, path.extname(inputPath))}.${asked.to}`,
    options: asked.options ?? {},
    workDir: mkdtempSync(path.join(folder, 'work-')),
    allowedDirs: [],
    dateMs: 0,
    signal: asked.signal ?? new AbortController().signal,
    progress: () => undefined,
    note: (text) => notes.push(text),
  });
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return { files: made.value, notes };
}

export function textFile(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function zipFile(name: string, entries: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const file = path.join(folder, name);
  const zip = new ZipFile();
  for (const [entry, content] of Object.entries(entries)) {
    zip.addBuffer(Buffer.from(content), entry, { compress: entry !== 'mimetype' });
  }
  zip.end();
  await finished(zip.outputStream.pipe(createWriteStream(file)));
  return file;
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const drawing = 'http://schemas.openxmlformats.org/drawingml/2006';

export const paragraph = (text: string, properties = ''): string =>
  `<w:p><w:r>${properties}<w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
export const heading = (text: string): string =>
  `<w:p><w:pPr><w:pStyle w:val="Heading1"/><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;

/** `image`: what it shows, or where a link leads. */
export const picture = (image: { readonly embed?: string; readonly link?: string }): string => {
  const blip = image.link === undefined ? `r:embed="${image.embed}"` : `r:link="${image.link}"`;
  return `<w:p><w:r><w:drawing><wp:inline><wp:extent cx="3048000" cy="1714500"/><wp:docPr id="1" name="i"/><a:graphic><a:graphicData uri="${drawing}/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="1" name="i"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip ${blip}/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="3048000" cy="1714500"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`;
};

export function docx(
  name: string,
  body: string,
  more: { readonly relations?: string; readonly files?: Readonly<Record<string, string | Buffer>> } = {},
): Promise<string> {
  return zipFile(name, {
    '[Content_Types].xml': `${xml}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="jpg" ContentType="image/jpeg"/><Default Extension="png" ContentType="image/png"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/comments.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"/></Types>`,
    '_rels/.rels': `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/_rels/document.xml.rels': `${xml}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relation('rId1', 'styles', 'styles.xml')}${more.relations ?? ''}</Relationships>`,
    'word/styles.xml': `${xml}<w:styles xmlns:w="${word}"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style></w:styles>`,
    'word/document.xml': `${xml}<w:document xmlns:w="${word}" xmlns:r="${office}" xmlns:wp="${drawing}/wordprocessingDrawing" xmlns:a="${drawing}/main" xmlns:pic="${drawing}/picture"><w:body>${body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>`,
    ...more.files,
  });
}

export const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
export const externalImage = (id: string, target: string): string =>
  relation(id, 'image', target).replace('/>', ' TargetMode="External"/>');
export const wordComments = (text: string): string =>
  `${xml}<w:comments xmlns:w="${word}"><w:comment w:id="0" w:author="A" w:date="2026-01-01T00:00:00Z" w:initials="A"><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:comment></w:comments>`;

/** Flat OpenDocument: a presentation of three slides, the second hidden, with notes on the first. */
export const slidesFile = (): string =>
  textFile(
    'slides.fodp',
    `<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:automatic-styles><style:style style:name="hidden" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style></office:automatic-styles><office:body><office:presentation>${[
      'One',
      'Two',
      'Three',
    ]
      .map(
        (name, index) =>
          `<draw:page draw:name="${name}"${index === 1 ? ' draw:style-name="hidden"' : ''}><draw:frame svg:x="2cm" svg:y="2cm" svg:width="15cm" svg:height="3cm"><draw:text-box><text:p>Slide ${name}</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame presentation:class="notes" svg:x="2cm" svg:y="14cm" svg:width="15cm" svg:height="10cm"><draw:text-box><text:p>Said on ${name}</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>`,
      )
      .join('')}</office:presentation></office:body></office:document>`,
  );

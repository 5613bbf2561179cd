/**
 * Gives a PDF what PDF/X-4 and PDF/A ask of its metadata: the name of the standard, trim boxes, the entry about trapping,
 * and one title in both places. Inside a converter host. Deterministic: dates are those that the document has, or that it is given.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { decodePDFRawStream, PDFDict, PDFHexString, PDFName, PDFRawStream } from '@cantoo/pdf-lib';
import type { PDFDocument } from '@cantoo/pdf-lib';
import type { JsonObject } from '@pipeline/schema';
import { jobText, numberOption } from '../../host/read-job.ts';
import { openPdf } from './open-pdf.ts';

/** `{ type, path, name, outputPath, dateMs }` → `{}` */
export async function markPdfX4(job: JsonObject): Promise<JsonObject> {
  const document = await openPdf({ path: jobText(job, 'path'), name: jobText(job, 'name') });
  const date = new Date(numberOption(job, 'dateMs') ?? 0);
  const title = document.getTitle() ?? jobText(job, 'name');
  document.setTitle(title);
  document.setCreationDate(document.getCreationDate() ?? date);
  document.setModificationDate(date);
  const { context, catalog } = document;
  const info = context.lookup(context.trailerInfo.Info, PDFDict);
  info.set(PDFName.of('Trapped'), PDFName.of('False'));
  for (const page of document.getPages()) {
    if (!page.node.has(PDFName.of('TrimBox'))) {
      const { x, y, width, height } = page.getCropBox();
      page.setTrimBox(x, y, width, height);
    }
  }
  const xmp = context.stream(Buffer.from(xmpOf(document, { title, date })), {
    Type: 'Metadata',
    Subtype: 'XML',
  });
  catalog.set(PDFName.of('Metadata'), context.register(xmp));
  const id = PDFHexString.of(
    createHash('sha256').update(`${title} ${date.toISOString()}`).digest('hex').slice(0, 32),
  );
  context.trailerInfo.ID ??= context.obj([id, id]);
  await writeFile(
    jobText(job, 'outputPath'),
    await document.save({ useObjectStreams: true, addDefaultPage: false }),
  );
  return {};
}

/** `{ type, path, name, title, isOld, outputPath }` → `{ isChanged }`; `isOld`: PDF 1.4, which packs no objects. */
export async function titlePdfA(job: JsonObject): Promise<JsonObject> {
  const document = await openPdf({ path: jobText(job, 'path'), name: jobText(job, 'name') });
  const title = jobText(job, 'title');
  const stream = document.catalog.lookup(PDFName.of('Metadata'));
  if (!(stream instanceof PDFRawStream)) return { isChanged: false };
  const xmp = Buffer.from(decodePDFRawStream(stream).decode()).toString('utf8');
  const titled = xmp.replace(
    /(<dc:title>.*?<rdf:li[^>]*>)[^<]*/s,
    (_, before: string) => before + escaped(title),
  );
  if (titled === xmp && document.getTitle() === title) return { isChanged: false };
  document.setTitle(title);
  const metadata = document.context.stream(Buffer.from(titled), { Type: 'Metadata', Subtype: 'XML' });
  document.catalog.set(PDFName.of('Metadata'), document.context.register(metadata));
  const saved = await document.save({ useObjectStreams: job['isOld'] !== true, addDefaultPage: false });
  await writeFile(jobText(job, 'outputPath'), saved);
  return { isChanged: true };
}

function xmpOf(
  document: PDFDocument,
  { title, date }: { readonly title: string; readonly date: Date },
): string {
  const when = date.toISOString().replace(/\.\d+Z$/, 'Z');
  const id = createHash('sha256').update(`${title}${document.getPageCount()}`).digest('hex').slice(0, 32);
  return `<?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
<pdf:Trapped>False</pdf:Trapped><pdf:Producer>${escaped(document.getProducer() ?? '')}</pdf:Producer>
<xmp:CreateDate>${when}</xmp:CreateDate><xmp:ModifyDate>${when}</xmp:ModifyDate><xmp:MetadataDate>${when}</xmp:MetadataDate>
<xmpMM:DocumentID>uuid:${id}</xmpMM:DocumentID><xmpMM:VersionID>1</xmpMM:VersionID><xmpMM:RenditionClass>default</xmpMM:RenditionClass>
<dc:format>application/pdf</dc:format><dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escaped(title)}</rdf:li></rdf:Alt></dc:title>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** PDF pages into pictures and text by PDFium, inside a converter host; sharp writes the pictures. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PDFiumDocument } from '@hyzyla/pdfium';
import type { JsonObject } from '@pipeline/schema';
import type { HostModule } from '../../host/protocol.ts';
import { jobObject, jobText } from '../../host/read-job.ts';
import { nameOf } from '../../files/output-name.ts';
import { askedPages } from './asked-pages.ts';
import { withDocument } from './pdfium-open.ts';
import { writePage } from './render-page.ts';

type Report = (percent: number | null) => void;

export const host: HostModule = {
  run: (job, report) =>
    withDocument(job, ({ document }) =>
      jobText(job, 'to') === 'txt' ? writeText(job, document) : writePages(job, { document, report }),
    ),
};

/** Job: `inputPath inputName to outputDir outputName options isStill?`; answer: `files`, names inside `outputDir`. */
async function writePages(
  job: JsonObject,
  given: { readonly document: PDFiumDocument; readonly report: Report },
): Promise<JsonObject> {
  const options = jobObject(job, 'options');
  const name = jobText(job, 'inputName');
  const asked = askedPages(options['pages'], { name, count: given.document.getPageCount() });
  const pages = job['isStill'] === true ? asked.slice(0, 1) : asked;
  const files: string[] = [];
  for (const [index, number] of pages.entries()) {
    given.report((100 * index) / pages.length);
    const file = nameOf(jobText(job, 'outputName'), { number: index + 1, count: pages.length });
    await writePage(given.document.getPage(number - 1), {
      document: name,
      number,
      path: join(jobText(job, 'outputDir'), file),
      name: file,
      format: jobText(job, 'to'),
      options,
    });
    files.push(file);
  }
  return { files };
}

/** Answer: `files` and `hasText`. Pages stand apart by an empty line. */
async function writeText(job: JsonObject, document: PDFiumDocument): Promise<JsonObject> {
  const { pages } = jobObject(job, 'options');
  const numbers = askedPages(pages, { name: jobText(job, 'inputName'), count: document.getPageCount() });
  const texts = numbers.map((number) => plainText(document.getPage(number - 1).getText()));
  const name = nameOf(jobText(job, 'outputName'), { number: 1, count: 1 });
  const text = texts.join('\n\n').trimEnd();
  await writeFile(join(jobText(job, 'outputDir'), name), text === '' ? '' : `${text}\n`);
  return { files: [name], hasText: text.trim() !== '' };
}

/** PDFium ends lines as Windows does and marks a hyphen at the end of a line with U+FFFE. */
function plainText(text: string): string {
  return text.replaceAll(/\r\n?/gu, '\n').replaceAll('\uFFFE', '-').trimEnd();
}

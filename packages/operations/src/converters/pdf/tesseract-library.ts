/** tesseract.js, an optional pack: one picture into a PDF of invisible text, and what it read. Inside a converter host. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import type { Worker } from 'tesseract.js';
import { ConversionError } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';
import { listOption } from '../../read-options.ts';

/** Loading the data of a language takes longer than a page: one worker for the pages of a document. */
let kept: { readonly languages: string; readonly worker: Worker } | undefined;

/** `{ inputPath, outputPath, languages }` → `{ tsv }`, a line for each word, as tesseract writes it. */
export async function recognizePicture(job: JsonObject): Promise<JsonObject> {
  const worker = await workerFor(listOption(job, 'languages'));
  const { data } = await worker.recognize(
    jobText(job, 'inputPath'),
    { pdfTextOnly: true },
    { pdf: true, tsv: true, text: false },
  );
  await writeFile(jobText(job, 'outputPath'), Buffer.from(data.pdf ?? []));
  return { tsv: data.tsv ?? '' };
}

async function workerFor(languages: readonly string[]): Promise<Worker> {
  const wanted = languages.join('+');
  if (kept?.languages === wanted) return kept.worker;
  await kept?.worker.terminate();
  const { createWorker } = await import('tesseract.js');
  const sources = languages.map((language) => dataFolder(language));
  // The library takes one folder for all languages; a second one is read through its own.
  const [langPath = ''] = sources;
  if (sources.some((source) => source !== langPath)) {
    const first = languages[0] ?? 'eng';
    throw new ConversionError(
      'unsupported',
      `tesseract.js reads one language at a time here, and ${wanted} are ${languages.length}`,
      `Give one of them, as in \`language: [${first}]\`, or install tesseract itself.`,
    );
  }
  const settings = { langPath, cacheMethod: 'none', gzip: true, logger: () => undefined };
  const worker = await createWorker([...languages], 1, settings);
  kept = { languages: wanted, worker };
  return worker;
}

function dataFolder(language: string): string {
  const folder = languageFolder(language);
  if (folder !== undefined) return folder;
  throw new ConversionError(
    'converter-missing',
    `The data that tesseract.js needs for the language "${language}" is not installed`,
    `Install it: npm install @tesseract.js-data/${language}`,
  );
}

function languageFolder(language: string): string | undefined {
  if (!/^[a-z]{3}(?:_[A-Za-z]+)*$/.test(language)) return undefined;
  const folders = createRequire(import.meta.url).resolve.paths(`@tesseract.js-data/${language}`) ?? [];
  return folders
    .map((folder) => path.join(folder, '@tesseract.js-data', language, '4.0.0_best_int'))
    .find((folder) => existsSync(path.join(folder, `${language}.traineddata.gz`)));
}

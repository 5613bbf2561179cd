/**
 * Office documents by an installed LibreOffice: text, sheets, slides and drawings, with their page layout. The entry of
 * the table: it prepares a job, hands it to a warm process and tells what came of it.
 */
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { formatLabel, readStart } from '../magic.ts';
import { nameOf, stemOf } from '../output-name.ts';
import { programVersion } from '../programs/find-program.ts';
import { programs } from '../programs/program-table.ts';
import type { Conversion, Converter } from './converter.ts';
import { drawingEndings, officePairs } from './libreoffice-formats.ts';
import { officeJob } from './libreoffice-job.ts';
import { officeOptions, officeRank } from './libreoffice-options.ts';
import { textLayout } from './libreoffice-text.ts';
import { collectOutputs, wrongPassword } from './program-converter.ts';

export const libreoffice: Converter = {
  name: 'libreoffice',
  standsFor: ['office'],
  version: async () => (await programVersion('libreoffice')) ?? 'unknown',
  license: programs.libreoffice.license,
  kind: 'native',
  needs: [{ type: 'program', name: 'libreoffice' }],
  pairs: officePairs,
  options: officeOptions,
  rank: officeRank,
  note: (from) => (from === 'pdf' ? 'text in boxes, as the PDF has it' : undefined),
  isPlural: (_from, to, options) =>
    drawingEndings.includes(to) || to === 'csv' || to === 'tsv' || (to === 'html' && options['embed_images'] === false),
  convert,
};

/** Kingsoft's and CloudConvert's own names for what others call otherwise. */
const knownAs: Readonly<Record<string, string>> = { odd: 'odg', et: 'xls', dps: 'ppt' };

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, options, workDir, signal } = conversion;
  const isText = ['csv', 'tsv', 'txt'].includes(from);
  const text = isText ? textLayout((await readStart(inputPath)).head, from, options) : undefined;
  const job = officeJob({ from, to, options, ...(text === undefined ? {} : { text }) });
  if (!job.ok) return job;
  const outputDir = path.join(workDir, 'out');
  await mkdir(outputDir);
  // Loaded with the first document: validation must not pay for what starts processes.
  const { runInOffice } = await import('./libreoffice-pool.ts');
  const answer = await runInOffice({
    job: job.value,
    inputPath,
    inputEnding: knownAs[from] ?? from,
    outputName: job.value.action.type === 'drawings' ? 'page-' : `output.${to}`,
    outputDir,
    signal,
    about: inputName,
  });
  if (!answer.ok) return answer;
  const problem = problemOf(answer.value, conversion);
  return problem === undefined ? outputsOf(outputDir, conversion) : err(problem);
}

/** Answers: `ok`, `no-page` and the count of pages, or `error`, its stage, what was asked and a message. */
function problemOf(answer: readonly string[], conversion: Conversion): Failure | undefined {
  const [status = '', stage = '', asked = '', ...message] = answer;
  const { inputName, from, options } = conversion;
  const name = JSON.stringify(inputName);
  if (status === 'ok') return undefined;
  if (status === 'no-page') {
    const count = stage === '1' ? 'one page' : `${stage} pages`;
    return failure('bad-input', `"pages: ${String(options['pages'])}" asks for no page of ${name}, which has ${count}`, {
      hint: 'Pages are counted from 1.',
    });
  }
  const said = message.join(' ').trim();
  const converter = { name: 'libreoffice', stderr: [asked, said].join('\n').trim() };
  if (asked.includes('Password')) return wrongPassword(conversion);
  if (stage === 'load') {
    return failure('bad-input', `LibreOffice cannot open ${name}: it is damaged, or no ${formatLabel(from)} file`, {
      converter,
      hint: 'Open it in the program that made it and save it again.',
    });
  }
  return failure('converter-failed', `LibreOffice failed on ${name}: ${said}`, { converter });
}

async function outputsOf(
  outputDir: string,
  conversion: Conversion,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { to, inputName, dir } = conversion;
  if (to !== 'html') {
    const outputs = await collectOutputs({ outputDir }, conversion);
    return outputs.length > 0
      ? ok(outputs)
      : err(failure('converter-failed', `LibreOffice wrote no ${formatLabel(to)} of ${JSON.stringify(inputName)}`));
  }
  const name = nameOf(conversion.outputName, { number: 1, count: 1 });
  const page = { dir, name, path: path.join(outputDir, 'output.html') };
  const media = (await readdir(outputDir)).filter((file) => file !== 'output.html');
  if (media.length === 0) return ok([page]);
  const { pointToMedia } = await import('./libreoffice-media.ts');
  const mediaName = `${Array.from(stemOf(name)).slice(0, 50).join('')}-media`;
  await pointToMedia(page.path, media, mediaName);
  return ok([
    page,
    ...media.map((file) => ({ dir: path.posix.join(dir, mediaName), name: file, path: path.join(outputDir, file) })),
  ]);
}

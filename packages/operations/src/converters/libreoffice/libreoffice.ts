/**
 * Office documents by an installed LibreOffice: text, sheets, slides and drawings, with their page layout. The entry of
 * the table: it prepares a job, hands it to a warm process and tells what came of it.
 */
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { formatLabel, readStart } from '../../files/magic.ts';
import { nameOf, stemOf } from '../../files/output-name.ts';
import { programVersion } from '../../programs/find-program.ts';
import { programs } from '../../programs/program-table.ts';
import type { Conversion, Converter } from '../converter.ts';
import { drawingEndings, officePairs, partOf } from './libreoffice-formats.ts';
import { officeJob, unknownValue } from './libreoffice-job.ts';
import type { OfficeJob } from './libreoffice-job.ts';
import { officeOptions, officeRank } from './libreoffice-options.ts';
import { textLayout } from './libreoffice-text.ts';
import { collectOutputs, wrongPassword } from '../program-converter.ts';
import { shownStem } from '../shown-stem.ts';

export const libreoffice: Converter = {
  name: 'libreoffice',
  standsFor: ['office'],
  version: async () => (await programVersion('libreoffice')) ?? 'unknown',
  license: programs.libreoffice.license,
  kind: 'native',
  needs: [{ type: 'program', name: 'libreoffice' }],
  uses: () => [{ type: 'fonts' }],
  pairs: officePairs,
  options: officeOptions,
  rank: officeRank,
  check: ({ options }) => unknownValue(options),
  note: (from) => (from === 'pdf' ? 'text in boxes, as the PDF has it' : undefined),
  isPlural: (_from, to, options) =>
    drawingEndings.includes(to) ||
    to === 'csv' ||
    to === 'tsv' ||
    (to === 'html' && options['embed_images'] === false),
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
  const work = {
    inputPath,
    inputStem: shownStem(inputName),
    inputEnding: knownAs[from] ?? from,
    outputName: ['drawings', 'sheets'].includes(job.value.action.type) ? 'part-' : `output.${to}`,
    outputDir,
    signal,
    about: inputName,
  };
  const startedMs = Date.now();
  const answer = await runInOffice({ ...work, job: job.value });
  if (!answer.ok) return answer;
  const isLocked = async (): Promise<boolean> => {
    const again = await runInOffice({ ...work, job: withoutPassword(job.value) });
    return again.ok && asksForPassword(again.value);
  };
  if (options['password'] !== undefined && isNotOpened(answer.value) && (await isLocked())) {
    return err(wrongPassword(conversion));
  }
  const problem = problemOf(answer.value, conversion);
  if (problem === undefined && to === 'pdf') await tellMissingFonts(conversion);
  if (problem === undefined && to === 'txt') await dropMark(path.join(outputDir, 'output.txt'));
  if (problem === undefined) await settle(outputDir, to, startedMs);
  return problem === undefined ? outputsOf(outputDir, conversion) : err(problem);
}

/** Here alone: no document depends on the clock. */
async function settle(outputDir: string, to: string, startedMs: number): Promise<void> {
  if (!settledFormats.has(to)) return;
  const { settledOffice } = await import('./settle-office.ts');
  for (const name of await readdir(outputDir)) {
    const file = path.join(outputDir, name);
    await writeFile(file, settledOffice(await readFile(file), { to, startedMs }));
  }
}

const settledFormats: ReadonlySet<string> = new Set(
  'pdf docx docm dotx xlsx xlsm xltx pptx pptm ppsx potx odt ods odp odg odd ott ots otp fodt epub'.split(
    ' ',
  ),
);

const isNotOpened = ([status, stage]: readonly string[]): boolean => status === 'error' && stage === 'load';
const asksForPassword = ([, , asked]: readonly string[]): boolean => asked?.includes('Password') === true;

/** Formats of old do not say that a password is wrong: they fail, but ask when none is given. */
const withoutPassword = (job: OfficeJob): OfficeJob => ({
  ...job,
  loading: job.loading.filter(({ name }) => name !== 'Password'),
});

/** On paper, other letters mean other line ends. */
async function tellMissingFonts({ inputPath, from, note }: Conversion): Promise<void> {
  const { missingFonts } = await import('./libreoffice-fonts.ts');
  const missing = await missingFonts(inputPath, from);
  if (missing.length === 0) return;
  const names =
    missing.slice(0, 5).join(', ') + (missing.length > 5 ? ` and ${missing.length - 5} more` : '');
  note?.(`Not installed, so other fonts took their place: ${names}`);
}

/** LibreOffice begins UTF-8 with a byte order mark, which every other program takes for a character. */
async function dropMark(file: string): Promise<void> {
  const bytes = await readFile(file);
  if (bytes.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) await writeFile(file, bytes.subarray(3));
}

/** Answers: `ok`; `no-page`; or `error`, its stage, what was asked and a message. */
function problemOf(answer: readonly string[], conversion: Conversion): Failure | undefined {
  const [status = '', stage = '', asked = '', ...message] = answer;
  const { inputName, from } = conversion;
  const name = JSON.stringify(inputName);
  if (status === 'ok') return undefined;
  if (status === 'no-page') return noPage(conversion);
  const said = message.join(' ').trim();
  const converter = { name: 'libreoffice', stderr: [asked, said].join('\n').trim() };
  if (asksForPassword(answer)) return wrongPassword(conversion);
  if (stage === 'load') {
    return failure(
      'bad-input',
      `LibreOffice cannot open ${name}: it is damaged, or no ${formatLabel(from)} file`,
      {
        converter,
        hint: 'Open it in the program that made it and save it again.',
      },
    );
  }
  // Its way of saying that nothing was left to write.
  if (conversion.options['pages'] !== undefined && said.includes('0xc10')) return noPage(conversion);
  return failure('converter-failed', `LibreOffice failed on ${name}: ${said}`, { converter });
}

const noPage = ({ inputName, from, options }: Conversion): Failure =>
  failure(
    'bad-input',
    `\`pages: ${JSON.stringify(options['pages'])}\` asks for no page of ${JSON.stringify(inputName)}`,
    {
      hint:
        partOf(from) === 'slides'
          ? 'Pages are counted from 1; hidden slides count, and come out only with `hidden_slides: true`.'
          : 'Pages are counted from 1.',
    },
  );

async function outputsOf(
  outputDir: string,
  conversion: Conversion,
): Promise<Result<readonly OutputFile[], Failure>> {
  const { to, inputName, dir } = conversion;
  if (to !== 'html') {
    const outputs = await collectOutputs({ outputDir }, conversion);
    return outputs.length > 0
      ? ok(outputs)
      : err(
          failure(
            'converter-failed',
            `LibreOffice wrote no ${formatLabel(to)} of ${JSON.stringify(inputName)}`,
          ),
        );
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
    ...media.map((file) => ({
      dir: path.posix.join(dir, mediaName),
      name: file,
      path: path.join(outputDir, file),
    })),
  ]);
}

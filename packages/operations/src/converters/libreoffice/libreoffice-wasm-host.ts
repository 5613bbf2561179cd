/** Office documents by LibreOffice as wasm: one file in, one file out, and in plain words what is wrong with it. */
import { readFile, writeFile } from 'node:fs/promises';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';
import { formatLabel } from '../../files/magic.ts';
import { checkZip } from '../archives/zip-check.ts';
import { isWholeCompound } from './compound-whole.ts';
import { convertInOffice } from './libreoffice-wasm-library.ts';
import { settledOffice } from './settle-office.ts';
import { isLockedDocument } from './office-locks.ts';

export const host: HostModule = {
  run: async (job) => {
    const input = {
      path: jobText(job, 'inputPath'),
      name: jobText(job, 'inputName'),
      from: jobText(job, 'from'),
    };
    if (await isLockedDocument(input.path, input.from)) throw locked(input.name);
    if (zips.has(input.from)) await checkZip(input.path, input.name);
    const bytes = await readFile(input.path);
    if (compounds.has(input.from) && !isWholeCompound(bytes)) throw unreadable(input);
    const startedMs = Date.now();
    const outcome = await convertInOffice({
      bytes: new Uint8Array(bytes),
      from: input.from,
      to: jobText(job, 'to'),
      loading: jobText(job, 'loading'),
      storing: jobText(job, 'storing'),
    });
    if (outcome.type === 'failed') throw failed(outcome, input);
    const made = Buffer.from(outcome.bytes);
    await writeFile(jobText(job, 'outputPath'), settledOffice(made, { to: jobText(job, 'to'), startedMs }));
    return {};
  },
};

const zips: ReadonlySet<string> = new Set(
  'docx docm dotx odt ods odp odg xlsx xlsm pptx pptm ppsx potx'.split(' '),
);

const compounds: ReadonlySet<string> = new Set(['doc', 'xls', 'ppt', 'pps']);

const locked = (name: string): ConversionError =>
  new ConversionError('bad-input', `${JSON.stringify(name)} is protected by a password`, {
    code: 'PASSWORD_REQUIRED',
    hint: 'Give it with the option `password`, which an installed LibreOffice honours, or save the document without one.',
  });

interface Input {
  readonly name: string;
  readonly from: string;
}

function failed(
  { stage, said }: { readonly stage: 'load' | 'store'; readonly said: string },
  input: Input,
): ConversionError {
  return stage === 'load'
    ? unreadable(input)
    : new ConversionError('converter-failed', `LibreOffice failed on ${JSON.stringify(input.name)}: ${said}`);
}

const unreadable = ({ name, from }: Input): ConversionError =>
  new ConversionError(
    'bad-input',
    `LibreOffice cannot open ${JSON.stringify(name)}: it is damaged, or no ${formatLabel(from)} file`,
    'Open it in the program that made it and save it again.',
  );

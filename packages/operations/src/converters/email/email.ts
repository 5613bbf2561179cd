/** Messages (`.eml`) into HTML and text: the entry of the table of converters. The work is done in `email-host.ts`. */
import path from 'node:path';
import type { Failure, OutputFile } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { nameOf } from '../../files/output-name.ts';
import { textOption } from '../../read-options.ts';
import type { Conversion, Converter } from '../converter.ts';

/** Of postal-mime; a test holds it to the one that is installed. */
const emailVersion = '4.0.0';

export const email: Converter = {
  name: 'email',
  standsFor: [],
  version: async () => emailVersion,
  license: 'MIT-0',
  kind: 'embedded',
  needs: [],
  pairs: { eml: ['html', 'txt'] },
  options: () => [],
  rank: () => 80,
  note: (_from, to) =>
    to === 'html'
      ? 'sender, date, subject, text and pictures inside of the message; attachments by name; nothing is fetched'
      : 'sender, date, subject and text; attachments by name',
  convert,
};

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, to, dir, outputName, workDir } = conversion;
  const outputPath = path.join(workDir, 'message');
  const answer = await runInHost({
    host: 'email',
    job: { inputPath, inputName, to, outputPath },
    signal: conversion.signal,
    progress: conversion.progress,
    about: inputName,
  });
  if (!answer.ok) return err(answer.error);
  const note = textOption(answer.value, 'note');
  if (note !== undefined) conversion.note?.(note);
  return ok([{ dir, name: nameOf(outputName, { number: 1, count: 1 }), path: outputPath }]);
}

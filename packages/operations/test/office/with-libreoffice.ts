/** Conversions by the LibreOffice of this machine, for tests that open what comes out. Sets the search for programs free. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { libreoffice } from '../../src/converters/libreoffice/libreoffice.ts';
import { closeWarm } from '../../src/programs/close-warm.ts';
import { convertBy, testFolder } from './office-files.ts';
import type { Asked, Made } from './office-files.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];

export const convert = (file: string, asked: Asked): Promise<Made> => convertBy(libreoffice, file, asked);

export async function onlyFile(file: string, asked: Asked): Promise<string> {
  const { files } = await convert(file, asked);
  expect(files).toHaveLength(1);
  return files[0]?.path ?? '';
}

export const pdfOf = (file: string, options: Asked['options'] = {}): Promise<string> =>
  onlyFile(file, { to: 'pdf', options });

export const run = (command: string, ...args: string[]): string =>
  execFileSync(command, args, { encoding: 'utf8' });

export const pdfText = (file: string): string => run('pdftotext', '-layout', file, '-');

/** One LibreOffice stays warm for a whole file of tests; it ends here. */
export async function closeOffice(): Promise<void> {
  await closeWarm();
  rmSync(testFolder, { recursive: true, force: true });
}

/** Fonts into fonts: the entry of the table. The work is done in `fonts-host.ts`. */
import type { Failure, OutputFile } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { runInHost } from '../../host/host-pool.ts';
import { listOption } from '../../read-options.ts';
import type { Conversion, Converter } from '../converter.ts';
import { outputFiles } from '../pictures/sharp.ts';

/** Of fonteditor-core; a test holds it to the one that is installed. */
export const fontsVersion = '2.6.3';

const outputs: readonly string[] = ['ttf', 'otf', 'woff', 'woff2', 'eot', 'svg'];
const outlines: ReadonlySet<string> = new Set(['ttf', 'svg']);

export const fonts: Converter = {
  name: 'fonts',
  standsFor: ['fontforge'],
  version: async () => fontsVersion,
  license: 'MIT',
  kind: 'embedded',
  needs: [],
  pairs: {
    ...Object.fromEntries(
      [...outputs, 'ttc', 'otc']
        .filter((from) => from !== 'svg')
        .map((from) => [from, outputs.filter((to) => to !== from)]),
    ),
    // An SVG is a drawing; one that holds a font has to be made for it.
    svg: ['ttf', 'otf', 'woff', 'woff2', 'eot'],
  },
  options: () => [],
  rank,
  note: (from, to) => {
    if (to === 'svg' || from === 'svg') return 'outlines and kerning; no ligatures';
    return to === 'otf' && from === 'ttf' ? 'OpenType with TrueType outlines' : undefined;
  },
  convert,
};

/** Repacking keeps everything; new outlines are FontForge's business when it is there. */
function rank(from: string, to: string): number {
  if (from === 'svg' || to === 'svg' || to === 'otf') return 50;
  return from === 'otf' && outlines.has(to) ? 50 : 90;
}

async function convert(conversion: Conversion): Promise<Result<readonly OutputFile[], Failure>> {
  const { inputPath, inputName, from, to, outputName, workDir } = conversion;
  const job: JsonObject = { inputPath, inputName, from, to, outputName, outputDir: workDir };
  const answer = await runInHost({ host: 'fonts', job, signal: conversion.signal, about: inputName });
  if (!answer.ok) return err(answer.error);
  for (const text of listOption(answer.value, 'notes')) conversion.note?.(text);
  return ok(outputFiles(answer.value, conversion));
}

/**
 * Fonts, inside a converter host: what is only packed differently is repacked, table by table; where the outlines have to
 * change (SVG fonts, OpenType's cubic curves into TrueType) fonteditor-core draws them anew.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Font } from 'fonteditor-core';
import type { FontEditor } from 'fonteditor-core';
import { compress, decompress } from 'wawoff2';
import type { JsonObject } from '@pipeline/schema';
import type { HostModule } from '../../host/protocol.ts';
import { ConversionError } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';
import { nameOf } from '../../files/output-name.ts';
import { eotOf, fontInEot } from './eot.ts';
import { specimenSvg } from './font-outlines.ts';
import type { Sfnt } from './sfnt.ts';
import { otto, readSfnt, readWoff, tableOf, writeSfnt, writeWoff } from './sfnt.ts';

/** Job: `inputPath inputName from to outputDir outputName`, or `type: specimen`; answer: `files` and `notes`. */
export const host: HostModule = {
  run: async (job: JsonObject) => {
    const name = jobText(job, 'inputName');
    const opened = await open(await readFile(jobText(job, 'inputPath')), {
      name,
      from: jobText(job, 'from'),
    });
    if (job['type'] === 'specimen') return writeSpecimen(job, opened.font);
    const to = jobText(job, 'to');
    const file = nameOf(jobText(job, 'outputName'), { number: 1, count: 1 });
    await writeFile(join(jobText(job, 'outputDir'), file), await packed(opened.font, { to, name }));
    return { files: [file], notes: opened.notes };
  },
};

async function writeSpecimen(job: JsonObject, font: Sfnt): Promise<JsonObject> {
  const name = jobText(job, 'inputName');
  const file = jobText(job, 'outputName');
  const ttf = await packed(font, { to: 'ttf', name });
  await writeFile(join(jobText(job, 'outputDir'), file), specimenSvg(ttf));
  return { files: [file], notes: [] };
}

const maxFontBytes: number = 64 * 2 ** 20;

interface Opened {
  readonly font: Sfnt;
  readonly notes: readonly string[];
}

/** Goes by the first bytes; `svg` by its name. */
async function open(
  bytes: Buffer,
  { name, from }: { readonly name: string; readonly from: string },
): Promise<Opened> {
  if (bytes.length > maxFontBytes) {
    throw new ConversionError('too-large', `"${name}" is larger than ${maxFontBytes / 2 ** 20} MiB.`);
  }
  try {
    const font = await readFont(bytes, from);
    if (tableOf(font, 'head') === undefined || tableOf(font, 'cmap') === undefined) {
      throw new Error('it has no characters');
    }
    const isCollection = bytes.toString('latin1', 0, 4) === 'ttcf';
    const notes = isCollection ? [`${JSON.stringify(name)} is a collection: its first font was taken`] : [];
    return { font, notes };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it broke the library that reads it';
    throw new ConversionError(
      'bad-input',
      `"${name}" cannot be read as a font: ${why}.`,
      'Copy or download it again from its source.',
    );
  }
}

async function readFont(bytes: Buffer, from: string): Promise<Sfnt> {
  const start = bytes.toString('latin1', 0, 4);
  if (start === 'wOFF') return readWoff(bytes);
  if (start === 'wOF2') return readSfnt(Buffer.from(await decompress(bytes)));
  if (from === 'svg') return readSfnt(redrawn(svgFont(bytes), 'svg'));
  if (from === 'eot' && start !== 'OTTO') return readSfnt(fontInEot(bytes));
  return readSfnt(bytes);
}

function svgFont(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (/<(?:font|glyph)\b/u.test(text)) return text;
  throw new Error('this SVG is a drawing, it holds no <font>');
}

async function packed(
  font: Sfnt,
  { to, name }: { readonly to: string; readonly name: string },
): Promise<Buffer> {
  switch (to) {
    case 'woff':
      return writeWoff(font);
    case 'woff2':
      return Buffer.from(await compress(writeSfnt(font)));
    case 'eot':
      return eotOf(font);
    case 'otf':
      return writeSfnt(font);
    case 'ttf':
      return font.flavor === otto ? drawn(font, { type: 'ttf', name }) : writeSfnt(font);
    case 'svg':
      return drawn(font, { type: 'svg', name });
    default:
      throw new Error(`no such font format: ${to}`);
  }
}

function drawn(
  font: Sfnt,
  { type, name }: { readonly type: FontEditor.FontType; readonly name: string },
): Buffer {
  try {
    const from = font.flavor === otto ? 'otf' : 'ttf';
    return redrawn(writeSfnt(font), from, type);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    throw new ConversionError('bad-input', `The outlines of "${name}" cannot be drawn: ${why}.`);
  }
}

function redrawn(input: Buffer | string, from: FontEditor.FontType, to: FontEditor.FontType = 'ttf'): Buffer {
  const font = Font.create(input, {
    type: from,
    hinting: true,
    kerning: true,
    compound2simple: to === 'svg',
  });
  const written = font.write({ type: to, toBuffer: true, hinting: true, kerning: true });
  return typeof written === 'string' ? Buffer.from(written) : Buffer.from(new Uint8Array(written));
}

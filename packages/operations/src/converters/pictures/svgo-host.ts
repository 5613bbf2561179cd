/**
 * `optimize` for drawings, inside a converter host: svgo with the changes that nobody sees. `viewBox`, titles and ids
 * that anything may refer to stay. It draws nothing and loads nothing that the drawing refers to.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { optimize } from 'svgo';
import type { Config } from 'svgo';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobText } from '../../host/read-job.ts';

const maxSvgBytes: number = 16 * 2 ** 20;

export const host: HostModule = { run: optimizeDrawing };

/** Job: `inputPath inputName outputDir outputName`; answer: `files`, `bytesBefore`, `bytesAfter`. */
async function optimizeDrawing(job: JsonObject): Promise<JsonObject> {
  const inputPath = jobText(job, 'inputPath');
  const inputName = jobText(job, 'inputName');
  const outputName = jobText(job, 'outputName');
  const outputPath = join(jobText(job, 'outputDir'), outputName);
  const before = await readFile(inputPath);
  const after = Buffer.from(smaller(svgText(before, inputName), inputName));
  const isSmaller = after.length < before.length;
  if (isSmaller) await writeFile(outputPath, after);
  else await copyFile(inputPath, outputPath);
  return {
    files: [outputName],
    bytesBefore: before.length,
    bytesAfter: isSmaller ? after.length : before.length,
  };
}

function svgText(bytes: Buffer, name: string): string {
  if (bytes.length === 0) {
    throw new ConversionError(
      'bad-input',
      `"${name}" is empty (0 bytes).`,
      'Copy or download it again from its source.',
    );
  }
  if (bytes.length > maxSvgBytes) {
    throw new ConversionError(
      'too-large',
      `"${name}" holds more than ${maxSvgBytes / 2 ** 20} MiB of SVG text.`,
    );
  }
  const text = bytes.toString('utf8');
  if (/<(?:[\w.-]+:)?svg[\s>/]/u.test(text)) return text;
  throw new ConversionError(
    'bad-input',
    `"${name}" is not an SVG: it has no <svg> element.`,
    'Check that the file is what its name says, and saved as UTF-8.',
  );
}

function smaller(text: string, name: string): string {
  try {
    return optimize(text, configFor(text)).data;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const position = reason.replace(/^<input>:/u, 'line ');
    throw new ConversionError(
      'bad-input',
      `"${name}" is not well-formed SVG (${position}).`,
      'Open it in a browser to see where it breaks.',
    );
  }
}

/** A sprite sheet is a drawing whose symbols only other files use: all of them look unused from here. */
function configFor(text: string): Config {
  const isSprite = /<symbol[\s>]/u.test(text);
  const kept = isSprite ? { removeHiddenElems: false as const, removeUselessDefs: false as const } : {};
  const cleanupIds = isSprite ? (false as const) : { minify: false };
  return {
    multipass: true,
    plugins: [{ name: 'preset-default', params: { overrides: { ...kept, cleanupIds } } }],
  };
}

/**
 * `thumbnail` of what sharp and PDFium do not draw themselves: the best converter here makes a picture of it (the first
 * page of a document, the drawing, the photo), and sharp brings that into its box. Fonts show their letters.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ActionPlan, ActionRequest, Failure, OperationContext, OperationResult } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import { firstBadOutput } from '../files/check-output.ts';
import { addReads } from '../files/beside.ts';
import type { Converter } from '../converters/converter.ts';
import { fontSpecimen } from '../converters/fonts/font-specimen.ts';
import { outputFiles } from '../converters/pictures/sharp.ts';
import { runInHost } from '../host/host-pool.ts';
import { outputDateMs } from '../files/output-date.ts';
import { readStart, wrongFormat } from '../files/magic.ts';
import { inputFormat, onlyInput } from './picture-input.ts';
import { textOption } from '../read-options.ts';
import { findConverter } from '../routes/find-converter.ts';
import { boxOptions, stillOutput } from './thumbnail-options.ts';

export async function planConvertedThumbnail(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const output = stillOutput(request);
  if (!output.ok) return output;
  const converter = await pictureMaker(request);
  if (!converter.ok) return converter;
  const asked = { from: inputFormat(request), to: 'png', options: {} };
  const { uses, ...maker } = converter.value;
  return ok({
    // sharp brings the picture into its box.
    ...(await madeBy(
      { ...maker, uses: (request) => [...(uses?.(request) ?? []), { type: 'libvips' }] },
      asked,
    )),
    outputs: [{ dir: onlyInput(request).dir, name: output.value.name }],
  });
}

export async function runConvertedThumbnail(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const output = stillOutput(request);
  if (!output.ok) return output;
  const found = await pictureMaker(request);
  if (!found.ok) return found;
  const beside = new Set<string>();
  const alsoRead = (paths: readonly string[]): void => addReads(beside, paths, context);
  const picture = await firstPicture(request, { context, converter: found.value, alsoRead });
  if (!picture.ok) return picture;
  const input = onlyInput(request);
  const job = {
    type: 'convert',
    inputPath: picture.value,
    inputName: input.name,
    to: output.value.to,
    outputDir: context.workDir,
    outputName: output.value.name,
    options: boxOptions(request.options),
    isStill: true,
  };
  const answer = await runInHost({ host: 'sharp', job, signal: context.signal, about: input.name });
  if (!answer.ok) return answer;
  const { name, version } = found.value;
  return ok({
    outputs: outputFiles(answer.value, { dir: input.dir, workDir: context.workDir }),
    converter: { name, version: await version() },
    ...(beside.size === 0 ? {} : { dependsOn: [...beside] }),
  });
}

function pictureMaker(request: ActionRequest): Promise<Result<Converter, Failure>> {
  const from = inputFormat(request);
  const engine = textOption(request.options, 'engine');
  const engineVersion = textOption(request.options, 'engine_version');
  if (fontSpecimen.pairs[from] !== undefined && engine === undefined && engineVersion === undefined) {
    return Promise.resolve(ok(fontSpecimen));
  }
  return findConverter({
    from,
    to: 'png',
    name: onlyInput(request).name,
    options: {},
    ...(engine === undefined ? {} : { engine }),
    ...(engineVersion === undefined ? {} : { engineVersion }),
  });
}

/** The path of a PNG: of the first page, and in the size that is asked for, where the converter can. */
async function firstPicture(
  request: ActionRequest,
  about: {
    readonly context: OperationContext;
    readonly converter: Converter;
    readonly alsoRead: (paths: readonly string[]) => void;
  },
): Promise<Result<string, Failure>> {
  const { context, converter, alsoRead } = about;
  const input = onlyInput(request);
  const from = inputFormat(request);
  const start = await readStart(input.path);
  const wrong = wrongFormat(from, start, input.name);
  if (wrong !== undefined) return err(wrong);
  const workDir = path.join(context.workDir, 'picture');
  await mkdir(workDir);
  const made = await converter.convert({
    inputPath: input.path,
    inputName: input.name,
    from,
    to: 'png',
    dir: input.dir,
    outputName: 'picture.png',
    options: pageOptions(request.options, converter.options(from, 'png')),
    workDir,
    allowedDirs: context.allowedDirs,
    dateMs: outputDateMs(),
    signal: context.signal,
    alsoRead,
    progress: (percent) => context.progress(percent === null ? null : percent * 0.9),
  });
  if (!made.ok) return made;
  const bad = await firstBadOutput(made.value, { to: 'png', converter: converter.name, input: input.name });
  if (bad !== undefined) return err(bad);
  return ok(made.value[0]?.path ?? '');
}

function pageOptions(options: JsonObject, honoured: readonly string[]): JsonObject {
  const { width, height, fit } = boxOptions(options);
  // One that knows no `fit` could only stretch.
  const isFitted = ['width', 'height', 'fit'].every((name) => honoured.includes(name));
  return {
    ...(honoured.includes('pages') ? { pages: '1' } : {}),
    ...(isFitted && width !== undefined ? { width } : {}),
    ...(isFitted && height !== undefined ? { height } : {}),
    ...(isFitted && fit !== undefined ? { fit } : {}),
  };
}

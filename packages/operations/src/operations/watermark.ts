/** `watermark`: a text or an image laid over pictures. It knows the options and the font names, not how it is drawn. */
import type { ActionRequest, Failure, Operation, OperationContext, OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import type { Maker } from '../basis/made-by.ts';
import type { CheckRequest } from '../converters/converter.ts';
import { markUses } from '../converters/media/draw-mark.ts';
import { outputFiles, sharp, sharpVersion } from '../converters/pictures/sharp.ts';
import { fontOf } from '../font-names.ts';
import { runInHost } from '../host/host-pool.ts';
import { inputFormat, onlyInput, unsupportedFormat, wrongEngine } from './picture-input.ts';
import { nameOf, outputName } from '../files/output-name.ts';
import { textOption } from '../read-options.ts';
import { isVideo, planVideoWatermark, runVideoWatermark } from './watermark-video.ts';

const pictures: readonly string[] = Object.keys(sharp.pairs).filter((format) => !format.startsWith('svg'));

interface Plan {
  readonly name: string;
  readonly format: string;
}

export const watermark: Operation = {
  plan: async (request, context) => {
    if (isPdf(request)) return (await pdf()).plan(request, context);
    if (isVideo(request)) return planVideoWatermark(request);
    const plan = planOf(request);
    if (!plan.ok) return plan;
    const outputs = [{ dir: onlyInput(request).dir, name: plan.value.name }];
    return ok({ ...(await madeBy(markedBySharp, markOf(request))), outputs });
  },
  run: async (request, context) => {
    if (isPdf(request)) return (await pdf()).run(request, context);
    if (isVideo(request)) return runVideoWatermark(request, context);
    const plan = planOf(request);
    return plan.ok ? run(request, { plan: plan.value, context }) : plan;
  },
};

const markedBySharp: Maker = { ...sharp, uses: markUses };

const markOf = (request: ActionRequest): CheckRequest => {
  const format = inputFormat(request);
  return { from: format, to: format, options: request.options };
};

const isPdf = (request: ActionRequest): boolean => inputFormat(request) === 'pdf';
const pdf = async (): Promise<Operation> => (await import('./watermark-pdf.ts')).watermarkPdf;

function planOf(request: ActionRequest): Result<Plan, Failure> {
  const input = onlyInput(request);
  const format = inputFormat(request);
  if (!pictures.includes(format))
    return err(unsupportedFormat('watermark', { input, format, known: pictures }));
  const wrong = wrongEngine(request, { ...sharp, version: sharpVersion }) ?? wrongOptions(request);
  if (wrong !== undefined) return err(wrong);
  const name = outputName(input.name, { ...request.options, output_format: null });
  return name.ok ? ok({ name: nameOf(name.value, { number: 1, count: 1 }), format }) : name;
}

function wrongOptions(request: ActionRequest): Failure | undefined {
  const images = request.fileInputs['image'];
  const text = textOption(request.options, 'text');
  if (images !== undefined && images.length > 1) {
    const names = images.map(({ name }) => `"${name}"`).join(', ');
    return invalid(
      `A watermark is one image, but "image" gives ${images.length}: ${names}.`,
      'Let it name a task that gives a single file.',
    );
  }
  if (text === undefined && request.options['image'] === undefined) {
    return invalid('The watermark has neither "text" nor "image".', 'Set one of them.');
  }
  if (request.options['pages'] !== undefined) {
    return invalid('"pages" is for PDF files; a picture has none.', 'Leave it away for pictures.');
  }
  return undefined;
}

function invalid(message: string, hint: string): Failure {
  return failure('unsupported', message, { code: 'INVALID_OPTION', hint });
}

async function run(
  request: ActionRequest,
  given: { readonly plan: Plan; readonly context: OperationContext },
): Promise<Result<OperationResult, Failure>> {
  const { plan, context } = given;
  const input = onlyInput(request);
  const image = imageOf(request);
  if (!image.ok) return image;
  const answer = await runInHost({
    host: 'sharp',
    job: {
      type: 'watermark',
      inputPath: input.path,
      inputName: input.name,
      format: plan.format,
      outputDir: context.workDir,
      outputName: plan.name,
      options: request.options,
      ...image.value,
    },
    signal: context.signal,
    progress: context.progress,
    about: input.name,
  });
  if (!answer.ok) return answer;
  const outputs = outputFiles(answer.value, { dir: input.dir, workDir: context.workDir });
  const note = fontOf(textOption(request.options, 'font_name')).note;
  return ok(
    note === undefined || textOption(request.options, 'text') === undefined
      ? { outputs }
      : { outputs, message: note },
  );
}

function imageOf(request: ActionRequest): Result<JsonObject, Failure> {
  if (request.options['image'] === undefined) return ok({});
  const [image] = request.fileInputs['image'] ?? [];
  if (image === undefined) {
    return err(
      failure(
        'not-found',
        `The task ${JSON.stringify(request.options['image'])} gave no image for the watermark.`,
      ),
    );
  }
  return ok({ imagePath: image.path, imageName: image.name });
}

/** `thumbnail`: one small picture of an image, a drawing or the first page of a PDF. It knows which host draws what. */
import type { ActionRequest, Failure, Operation, OperationContext, OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { canonicalFormat, err, ok } from '@pipeline/schema';
import { pdfium, pdfiumVersion } from './converters/pdfium.ts';
import { outputFiles, sharp, sharpVersion } from './converters/sharp.ts';
import { convertBySharp, sharesDecode } from './converters/sharp-together.ts';
import { runInHost } from './host/host-pool.ts';
import { inputFormat, onlyInput, unsupportedFormat, wrongEngine } from './picture-input.ts';
import { nameOf, outputName } from './output-name.ts';
import { isVideoThumbnail, planVideoThumbnail, runVideoThumbnail } from './thumbnail-video.ts';

const bySharp: ReadonlySet<string> = new Set(Object.keys(sharp.pairs));
/** Without `width` and `height`: a box that suits an index page. */
const defaultBox: JsonObject = { width: 512, height: 512 };

interface Plan {
  readonly host: 'sharp' | 'pdfium';
  readonly version: string;
  readonly name: string;
  readonly to: string;
}

export const thumbnail: Operation = {
  plan: (request) => {
    if (isVideoThumbnail(request)) return planVideoThumbnail(request);
    const plan = planOf(request);
    if (!plan.ok) return plan;
    const { host, version, name } = plan.value;
    const outputs = [{ dir: onlyInput(request).dir, name }];
    const shares = host === 'sharp' ? sharesDecode(inputFormat(request), request.options) : undefined;
    return ok({
      converter: { name: host, version },
      outputs,
      ...(shares === undefined ? {} : { shares }),
    });
  },
  run: async (request, context) => {
    if (isVideoThumbnail(request)) return runVideoThumbnail(request, context);
    const plan = planOf(request);
    return plan.ok ? run(request, { plan: plan.value, context }) : plan;
  },
};

function planOf(request: ActionRequest): Result<Plan, Failure> {
  const input = onlyInput(request);
  const format = inputFormat(request);
  const { timestamp, count, output_format: output } = request.options;
  const isDrawn = bySharp.has(format);
  if (!isDrawn && format !== 'pdf') {
    return err(unsupportedFormat('thumbnail', { input, format, known: ['pdf', ...bySharp] }));
  }
  const converter = isDrawn ? sharp : pdfium;
  const version = isDrawn ? sharpVersion : pdfiumVersion;
  const wrong = wrongEngine(request, { ...converter, version });
  if (wrong !== undefined) return err(wrong);
  if (timestamp !== undefined || (typeof count === 'number' && count > 1)) {
    const option = timestamp === undefined ? 'count' : 'timestamp';
    const message = `"${option}" is for video, and "${input.name}" is none.`;
    return err(failure('unsupported', message, { code: 'INVALID_OPTION', hint: `Leave "${option}" away.` }));
  }
  const name = outputName(input.name, request.options);
  if (!name.ok) return name;
  return ok({
    host: isDrawn ? 'sharp' : 'pdfium',
    version,
    name: nameOf(name.value, { number: 1, count: 1 }),
    to: canonicalFormat(typeof output === 'string' ? output : ''),
  });
}

async function run(
  request: ActionRequest,
  given: { readonly plan: Plan; readonly context: OperationContext },
): Promise<Result<OperationResult, Failure>> {
  const { plan, context } = given;
  const input = onlyInput(request);
  const job = {
    type: 'convert',
    inputPath: input.path,
    inputName: input.name,
    to: plan.to,
    outputDir: context.workDir,
    outputName: plan.name,
    options: boxOptions(request.options),
    isStill: true,
  };
  const { signal, progress } = context;
  const answer =
    plan.host === 'sharp'
      ? await convertBySharp(context, { job, progress })
      : await runInHost({ host: plan.host, job, signal, progress, about: input.name });
  if (!answer.ok) return answer;
  return ok({ outputs: outputFiles(answer.value, { dir: input.dir, workDir: context.workDir }) });
}

/** A thumbnail is for looking at: it carries no metadata. */
function boxOptions({ width, height, fit }: JsonObject): JsonObject {
  const box = width === undefined && height === undefined ? defaultBox : {};
  return {
    ...box,
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(fit === undefined ? {} : { fit }),
    strip: true,
  };
}

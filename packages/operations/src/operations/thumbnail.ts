/** `thumbnail`: one small picture of whatever can be looked at. It knows who draws what; pictures and PDF it has drawn itself. */
import type {
  ActionPlan,
  ActionRequest,
  Failure,
  Operation,
  OperationContext,
  OperationResult,
} from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, formatKind, ok, operationSpecs } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import type { Maker } from '../basis/made-by.ts';
import { pdfium, pdfiumVersion } from '../converters/pdf/pdfium.ts';
import { outputFiles, sharp, sharpVersion } from '../converters/pictures/sharp.ts';
import { convertBySharp, sharesDecode } from '../converters/pictures/sharp-together.ts';
import { runInHost } from '../host/host-pool.ts';
import { inputFormat, onlyInput, unsupportedFormat, wrongEngine } from './picture-input.ts';
import { planConvertedThumbnail, runConvertedThumbnail } from './thumbnail-converted.ts';
import { boxOptions, stillOutput } from './thumbnail-options.ts';
import { isVideoThumbnail, planVideoThumbnail, runVideoThumbnail } from './thumbnail-video.ts';

const bySharp: ReadonlySet<string> = new Set(Object.keys(sharp.pairs));
/** Its pages are brought into their box by sharp. */
const pdfiumBySharp: Maker = { ...pdfium, uses: () => [{ type: 'libvips' }] };

interface Plan {
  readonly host: 'sharp' | 'pdfium';
  readonly version: string;
  readonly name: string;
  readonly to: string;
}

export const thumbnail: Operation = {
  plan: async (request) => {
    if (isVideoThumbnail(request)) return planVideoThumbnail(request);
    if (!isDirect(request)) return planOther(request);
    const plan = planOf(request);
    if (!plan.ok) return plan;
    const { host, name } = plan.value;
    const outputs = [{ dir: onlyInput(request).dir, name }];
    const shares = host === 'sharp' ? sharesDecode(inputFormat(request), request.options) : undefined;
    return ok({
      ...(await madeBy(host === 'sharp' ? sharp : pdfiumBySharp, {
        from: inputFormat(request),
        to: plan.value.to,
        options: request.options,
      })),
      outputs,
      ...(shares === undefined ? {} : { shares, isShapedTogether: true }),
    });
  },
  run: async (request, context) => {
    if (isVideoThumbnail(request)) return runVideoThumbnail(request, context);
    if (!isDirect(request)) return runOther(request, context);
    const plan = planOf(request);
    return plan.ok ? run(request, { plan: plan.value, context }) : plan;
  },
};

/** sharp and PDFium draw it without anybody's help; not under another engine's name. */
function isDirect(request: ActionRequest): boolean {
  const format = inputFormat(request);
  return format === 'pdf' || bySharp.has(format);
}

/** What can be looked at; music, archives and data cannot. */
function planOther(
  request: ActionRequest,
): Promise<Result<ActionPlan, Failure>> | Result<ActionPlan, Failure> {
  const format = inputFormat(request);
  const kind = formatKind(format);
  const { kinds = [] } = operationSpecs.thumbnail.accepts ?? {};
  if (kind !== undefined && kinds.includes(kind)) return planConvertedThumbnail(request);
  return err(unsupportedFormat('thumbnail', { input: onlyInput(request), format, known: kinds }));
}

async function runOther(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const plan = await planOther(request);
  return plan.ok ? runConvertedThumbnail(request, context) : plan;
}

function planOf(request: ActionRequest): Result<Plan, Failure> {
  const format = inputFormat(request);
  const isDrawn = bySharp.has(format);
  const converter = isDrawn ? sharp : pdfium;
  const version = isDrawn ? sharpVersion : pdfiumVersion;
  const wrong = wrongEngine(request, { ...converter, version });
  if (wrong !== undefined) return err(wrong);
  const output = stillOutput(request);
  return output.ok ? ok({ host: isDrawn ? 'sharp' : 'pdfium', version, ...output.value }) : output;
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

/**
 * `thumbnail` of a video: a frame at a place in time, or several evenly spread. It knows options and times; FFmpeg, as a
 * program or as a library, finds the frame.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type {
  ActionPlan,
  ActionRequest,
  Failure,
  OperationContext,
  OperationResult,
  OutputFile,
} from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { canonicalFormat, err, formatKind, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import { isInstalled } from '../converter-table.ts';
import type { Converter } from '../converters/converter.ts';
import { ffmpeg } from '../converters/media/ffmpeg.ts';
import { nodeAv } from '../converters/media/node-av.ts';
import { collectOutputs } from '../converters/program-converter.ts';
import { runInHost } from '../host/host-pool.ts';
import { invalidOption } from '../converters/media/media-failures.ts';
import { soundOnly } from '../converters/media/media-inputs.ts';
import { mediaGathering } from '../converters/media/media-together.ts';
import { secondsOf, shareOf } from '../converters/media/media-time.ts';
import { thumbnailSettings } from '../converters/media/thumbnail-settings.ts';
import type { Thumbnail } from '../converters/media/thumbnail-settings.ts';
import { nameOf, outputName } from '../files/output-name.ts';
import { inputFormat, onlyInput, wrongEngine } from './picture-input.ts';
import { needsHint } from '../routes/needs.ts';

const animated: ReadonlySet<string> = new Set(['gif', 'apng']);
/** The most that one task makes of one video. */
const maxCount = 500;

/** Of pictures that move, it takes those of which a time or a number of frames is asked. */
export function isVideoThumbnail(request: ActionRequest): boolean {
  const format = inputFormat(request);
  const { timestamp, count } = request.options;
  const asksForFrames = timestamp !== undefined || (typeof count === 'number' && count > 1);
  if (animated.has(format)) return format === 'apng' || (asksForFrames && videoConverter() !== undefined);
  return formatKind(format) === 'video' && ffmpeg.pairs[format] !== undefined && !soundOnly(format);
}

/** The program, else the library. */
const videoConverter = (): Converter | undefined => [ffmpeg, nodeAv].find(isInstalled);

interface Plan {
  readonly converter: { readonly name: string; readonly version: string };
  readonly name: string;
  readonly to: string;
  readonly count: number;
}

export async function planVideoThumbnail(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const plan = await planOf(request);
  if (!plan.ok) return plan;
  const { converter, name, count, to } = plan.value;
  const { dir } = onlyInput(request);
  const outputs = Array.from({ length: count }, (_, index) => ({
    dir,
    name: nameOf(name, { number: index + 1, count }),
  }));
  const maker = videoConverter() ?? ffmpeg;
  return ok({
    ...(await madeBy(maker, { from: inputFormat(request), to, options: request.options })),
    outputs,
    ...(count === 1 && converter.name === ffmpeg.name ? { shares: `ffmpeg ${inputFormat(request)}` } : {}),
  });
}

async function planOf(request: ActionRequest): Promise<Result<Plan, Failure>> {
  const { timestamp, count = 1, output_format: output } = request.options;
  const maker = videoConverter();
  if (maker === undefined) return err(missing(ffmpeg, onlyInput(request).name));
  const converter = { name: maker.name, version: await maker.version() };
  const wrong = wrongEngine(request, { ...converter, standsFor: maker.standsFor });
  if (wrong !== undefined) return err(wrong);
  const number = typeof count === 'number' ? count : 1;
  if (timestamp !== undefined && number > 1) {
    return err(invalidOption('`timestamp` and `count` exclude each other', 'Remove one of the two.'));
  }
  if (number > maxCount)
    return err(
      invalidOption(`At most ${maxCount} thumbnails are made of one video`, 'Give a smaller `count`.'),
    );
  if (timestamp !== undefined && secondsOf(timestamp) === undefined && shareOf(timestamp) === undefined) {
    return err(
      invalidOption(`\`timestamp\` is no time: ${JSON.stringify(timestamp)}`, 'Write 00:01:30, 90 or "50%".'),
    );
  }
  const name = outputName(onlyInput(request).name, request.options);
  if (!name.ok) return name;
  const to = canonicalFormat(typeof output === 'string' ? output : '');
  return ok({ converter, name: name.value, to, count: number });
}

const missing = ({ needs }: Converter, name: string): Failure =>
  failure(
    'converter-missing',
    `A thumbnail of the video ${JSON.stringify(name)} takes ffmpeg, which is not installed`,
    {
      hint: needsHint(needs),
    },
  );

export async function runVideoThumbnail(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const plan = await planOf(request);
  if (!plan.ok) return plan;
  const { count, name, converter } = plan.value;
  const outputs: OutputFile[] = [];
  for (let index = 0; index < count; index += 1) {
    const workDir = count === 1 ? context.workDir : path.join(context.workDir, String(index + 1));
    const made = await frame(request, { plan: plan.value, index, context: { ...context, workDir } });
    if (!made.ok) return made;
    const [file] = await collectOutputs(
      { outputDir: path.join(workDir, 'out') },
      { dir: onlyInput(request).dir, outputName: name },
    );
    if (file === undefined)
      return err(
        failure(
          'converter-failed',
          `${converter.name} made no picture of ${JSON.stringify(onlyInput(request).name)}`,
        ),
      );
    outputs.push({ ...file, name: nameOf(name, { number: index + 1, count }) });
    context.progress(((index + 1) / count) * 100);
  }
  return ok({ outputs, converter });
}

async function frame(
  request: ActionRequest,
  about: { readonly plan: Plan; readonly index: number; readonly context: OperationContext },
): Promise<Result<void, Failure>> {
  const { plan, index, context } = about;
  const { path: source, name } = onlyInput(request);
  const { to, count } = plan;
  const { workDir, signal, share } = context;
  const asked: Thumbnail = { options: request.options, to, index, count, name };
  if (plan.converter.name === nodeAv.name) return frameByLibrary(source, asked, context);
  const run = { source, inputName: name, from: inputFormat(request), workDir, signal, progress: () => {} };
  return mediaGathering.join(
    { workDir, signal, ...(share === undefined ? {} : { share }) },
    { run, fileInputs: {}, settings: (info) => thumbnailSettings(asked, info) },
  );
}

async function frameByLibrary(
  source: string,
  asked: Thumbnail,
  { workDir, signal }: OperationContext,
): Promise<Result<void, Failure>> {
  await mkdir(path.join(workDir, 'out'), { recursive: true });
  const { to, name, options, index, count } = asked;
  const outputPath = path.join(workDir, 'out', `output.${to}`);
  const job = { inputPath: source, inputName: name, to, options, outputPath, thumbnail: { index, count } };
  const answer = await runInHost({ host: 'node-av', job, signal, about: name });
  return answer.ok ? ok(undefined) : answer;
}

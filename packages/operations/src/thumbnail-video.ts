/**
 * `thumbnail` of a video: a frame at a place in time, or several evenly spread. It knows options and times; FFmpeg, as a
 * program or as a library, finds the frame.
 */
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
import type { JsonObject, Result } from '@pipeline/schema';
import { canonicalFormat, err, formatKind, ok } from '@pipeline/schema';
import { isInstalled } from './converter-table.ts';
import type { Converter } from './converters/converter.ts';
import { ffmpeg } from './converters/ffmpeg.ts';
import { collectOutputs } from './converters/program-converter.ts';
import { invalidOption, noVideo } from './media/media-failures.ts';
import type { MediaInfo } from './media/media-info.ts';
import { soundOnly } from './media/media-inputs.ts';
import { readMediaSettings } from './media/media-settings.ts';
import type { MediaSettings } from './media/media-settings.ts';
import { mediaGathering } from './media/media-together.ts';
import { exact, secondsOf, shareOf, shownTime } from './media/media-time.ts';
import { nameOf, outputName } from './output-name.ts';
import { inputFormat, onlyInput, wrongEngine } from './picture-input.ts';
import { needsHint } from './routes.ts';

const animated: ReadonlySet<string> = new Set(['gif', 'apng']);
/** The most that one task makes of one video. */
const maxCount = 500;

/** Of pictures that move, it takes those of which a time or a number of frames is asked. */
export function isVideoThumbnail(request: ActionRequest): boolean {
  const format = inputFormat(request);
  const { timestamp, count } = request.options;
  const asksForFrames = timestamp !== undefined || (typeof count === 'number' && count > 1);
  if (animated.has(format)) return format === 'apng' || (asksForFrames && isInstalled(ffmpeg));
  return formatKind(format) === 'video' && ffmpeg.pairs[format] !== undefined && !soundOnly(format);
}

interface Plan {
  readonly converter: { readonly name: string; readonly version: string };
  readonly name: string;
  readonly to: string;
  readonly count: number;
}

export async function planVideoThumbnail(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const plan = await planOf(request);
  if (!plan.ok) return plan;
  const { converter, name, count } = plan.value;
  const { dir } = onlyInput(request);
  const outputs = Array.from({ length: count }, (_, index) => ({
    dir,
    name: nameOf(name, { number: index + 1, count }),
  }));
  return ok({ converter, outputs, ...(count === 1 ? { shares: `ffmpeg ${inputFormat(request)}` } : {}) });
}

async function planOf(request: ActionRequest): Promise<Result<Plan, Failure>> {
  const { timestamp, count = 1, output_format: output } = request.options;
  if (!isInstalled(ffmpeg)) return err(missing(ffmpeg, onlyInput(request).name));
  const converter = { name: 'ffmpeg', version: await ffmpeg.version() };
  const wrong = wrongEngine(request, { ...converter, standsFor: ffmpeg.standsFor });
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
        failure('converter-failed', `ffmpeg made no picture of ${JSON.stringify(onlyInput(request).name)}`),
      );
    outputs.push({ ...file, name: nameOf(name, { number: index + 1, count }) });
    context.progress(((index + 1) / count) * 100);
  }
  return ok({ outputs, converter });
}

function frame(
  request: ActionRequest,
  about: { readonly plan: Plan; readonly index: number; readonly context: OperationContext },
): Promise<Result<void, Failure>> {
  const { plan, index, context } = about;
  const input = onlyInput(request);
  const { workDir, signal, share } = context;
  const run = {
    source: input.path,
    inputName: input.name,
    from: inputFormat(request),
    workDir,
    signal,
    progress: () => {},
  };
  return mediaGathering.join(
    { workDir, signal, ...(share === undefined ? {} : { share }) },
    { run, fileInputs: {}, settings: (info) => settingsOf(request, { plan, index, info }) },
  );
}

function settingsOf(
  request: ActionRequest,
  { plan, index, info }: { readonly plan: Plan; readonly index: number; readonly info: MediaInfo },
): Result<MediaSettings, Failure> {
  const { name } = onlyInput(request);
  if (info.video === undefined) return err(noVideo(name, plan.to));
  const at = placeOf(request.options, { plan, index, info, name });
  if (!at.ok) return at;
  const options = { ...boxOptions(request.options), trim_start: Number(exact(at.value)) };
  const settings = readMediaSettings({ to: 'png', options });
  return settings.ok ? ok({ ...settings.value, to: plan.to }) : settings;
}

/** Seconds. In the middle of as many equal parts as there are pictures: one alone comes from the middle. */
function placeOf(
  { timestamp }: JsonObject,
  about: { readonly plan: Plan; readonly index: number; readonly info: MediaInfo; readonly name: string },
): Result<number, Failure> {
  const { plan, index, info, name } = about;
  const whole = info.video?.seconds ?? info.seconds;
  const share = timestamp === undefined ? (index + 0.5) / plan.count : shareOf(timestamp);
  const shown = JSON.stringify(name);
  if (share === undefined) {
    const seconds = secondsOf(timestamp) ?? 0;
    return whole !== undefined && seconds > whole
      ? err(
          invalidOption(
            `${shown} lasts ${shownTime(whole)}: \`timestamp\` (${shownTime(seconds)}) lies behind its end`,
            'Give an earlier one.',
          ),
        )
      : ok(beforeEnd(seconds, info));
  }
  if (whole !== undefined) return ok(beforeEnd(whole * share, info));
  // The only frame that is surely there.
  if (timestamp === undefined && plan.count === 1) return ok(0);
  return err(invalidOption(`${shown} does not say how long it lasts`, 'Give `timestamp` in seconds.'));
}

/** The last frame begins before the end. */
function beforeEnd(seconds: number, { video, seconds: whole }: MediaInfo): number {
  const end = video?.seconds ?? whole;
  return end === undefined ? seconds : Math.max(0, Math.min(seconds, end - 1.5 / (video?.fps ?? 25)));
}

/** Without `width` and `height`: a box that suits an index page. */
function boxOptions({ width, height, fit }: JsonObject): JsonObject {
  const isSized = width !== undefined || height !== undefined;
  return {
    ...(isSized ? {} : { width: 512, height: 512 }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(fit === undefined ? {} : { fit }),
  };
}

/**
 * `watermark` of a video: the mark is drawn once, as for pictures, and laid over every frame. The video keeps its format and
 * its codec, the sound is taken over as it is. It knows the options; how a mark looks and how FFmpeg is called, others do.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ActionPlan, ActionRequest, Failure, OperationContext, OperationResult } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, formatKind, ok } from '@pipeline/schema';
import { madeBy } from '../basis/made-by.ts';
import type { Maker } from '../basis/made-by.ts';
import { isInstalled } from '../converter-table.ts';
import { markUses } from '../converters/media/draw-mark.ts';
import { ffmpeg } from '../converters/media/ffmpeg.ts';
import { collectOutputs } from '../converters/program-converter.ts';
import { fontOf } from '../font-names.ts';
import { audioCodecs } from '../converters/media/audio-codecs.ts';
import { containers } from '../converters/media/containers.ts';
import type { Container } from '../converters/media/containers.ts';
import { drawMark } from '../converters/media/draw-mark.ts';
import { invalidOption, noVideo } from '../converters/media/media-failures.ts';
import type { MediaInfo } from '../converters/media/media-info.ts';
import { readMark, readMediaSettings } from '../converters/media/media-settings.ts';
import type { MediaSettings } from '../converters/media/media-settings.ts';
import { openMedia, writeMedia } from '../converters/media/run-media.ts';
import { videoCodecNamed } from '../converters/media/video-codecs.ts';
import { nameOf, outputName } from '../files/output-name.ts';
import { inputFormat, onlyInput, wrongEngine } from './picture-input.ts';
import { textOption } from '../read-options.ts';
import { needsHint } from '../routes/needs.ts';

export const isVideo = (request: ActionRequest): boolean => formatKind(inputFormat(request)) === 'video';

interface Plan {
  readonly converter: { readonly name: string; readonly version: string };
  readonly name: string;
  readonly format: string;
}

export async function planVideoWatermark(request: ActionRequest): Promise<Result<ActionPlan, Failure>> {
  const plan = await planOf(request);
  if (!plan.ok) return plan;
  const { name, format } = plan.value;
  const made = await madeBy(markedByFfmpeg, { from: format, to: format, options: request.options });
  return ok({ ...made, outputs: [{ dir: onlyInput(request).dir, name }] });
}

const markedByFfmpeg: Maker = {
  ...ffmpeg,
  // The mark is drawn by sharp.
  uses: (request) => [{ type: 'program', name: 'ffprobe' }, ...markUses(request)],
};

async function planOf(request: ActionRequest): Promise<Result<Plan, Failure>> {
  const format = inputFormat(request);
  const input = JSON.stringify(onlyInput(request).name);
  if (containers[format] === undefined) {
    return err(
      failure('unsupported', `watermark does not write ${format}: ${input}`, {
        hint: 'Convert the video to mp4 first.',
      }),
    );
  }
  if (!isInstalled(ffmpeg)) {
    return err(
      failure('converter-missing', `A watermark on the video ${input} takes ffmpeg, which is not installed`, {
        hint: needsHint(ffmpeg.needs),
      }),
    );
  }
  const converter = { name: 'ffmpeg', version: await ffmpeg.version() };
  const wrong = wrongEngine(request, { ...converter, standsFor: ffmpeg.standsFor }) ?? wrongOptions(request);
  if (wrong !== undefined) return err(wrong);
  const name = outputName(onlyInput(request).name, { ...request.options, output_format: null });
  return name.ok ? ok({ converter, name: nameOf(name.value, { number: 1, count: 1 }), format }) : name;
}

function wrongOptions({ options, fileInputs }: ActionRequest): Failure | undefined {
  if (options['pages'] !== undefined)
    return invalidOption('"pages" is for PDF files; a video has none', 'Leave it away for videos.');
  if (options['layer'] === 'below')
    return invalidOption(
      '"layer: below" would hide the watermark: a video has no transparent parts',
      'Leave `layer` away.',
    );
  if (textOption(options, 'text') === undefined && options['image'] === undefined)
    return invalidOption('The watermark has neither "text" nor "image"', 'Set one of them.');
  const count = fileInputs['image']?.length ?? 1;
  if (count > 1)
    return invalidOption(
      `A watermark is one image, but "image" gives ${count}`,
      'Let it name a task that gives a single file.',
    );
  return undefined;
}

export async function runVideoWatermark(
  request: ActionRequest,
  context: OperationContext,
): Promise<Result<OperationResult, Failure>> {
  const plan = await planOf(request);
  if (!plan.ok) return plan;
  const input = onlyInput(request);
  const { workDir, signal, progress } = context;
  const run = {
    source: input.path,
    inputName: input.name,
    from: plan.value.format,
    workDir,
    signal,
    progress,
  };
  const opened = await openMedia(run);
  if (!opened.ok) return opened;
  const settings = settingsOf(request.options, {
    format: plan.value.format,
    info: opened.value.info,
    name: input.name,
  });
  if (!settings.ok) return settings;
  const mark = await drawMark({
    ...run,
    opened: opened.value,
    options: request.options,
    ...sourceOf(request),
  });
  if (!mark.ok) return mark;
  await mkdir(path.join(workDir, 'out'));
  const output = {
    settings: settings.value,
    path: `out/output.${plan.value.format}`,
    overlayPath: mark.value,
  };
  const written = await writeMedia(run, opened.value, [output]);
  if (!written.ok) return written;
  const place = { dir: input.dir, outputName: plan.value.name };
  const note =
    textOption(request.options, 'text') === undefined
      ? undefined
      : fontOf(textOption(request.options, 'font_name')).note;
  return ok({
    outputs: await collectOutputs({ outputDir: path.join(workDir, 'out') }, place),
    converter: plan.value.converter,
    ...(note === undefined ? {} : { message: note }),
  });
}

function sourceOf({ options, fileInputs }: ActionRequest): {
  text?: string;
  image?: { path: string; name: string };
} {
  const [image] = fileInputs['image'] ?? [];
  if (image !== undefined) return { image: { path: image.path, name: image.name } };
  return { text: textOption(options, 'text') ?? '' };
}

/** A watermark should not cost the video what its own encoder would take by default. */
const fineCrf: Readonly<Record<string, number>> = { h264: 19, hevc: 23, av1: 28, vp9: 28, vp8: 6 };

function settingsOf(
  options: JsonObject,
  { format, info, name }: { readonly format: string; readonly info: MediaInfo; readonly name: string },
): Result<MediaSettings, Failure> {
  const container = containers[format];
  if (info.video === undefined || container === undefined) return err(noVideo(name, format));
  const known = videoCodecNamed(info.video.codec);
  const codec = known !== undefined && container.video.includes(known) ? known : container.video[0];
  const crf = fineCrf[codec ?? ''];
  const settings = readMediaSettings({
    to: format,
    options: {
      ...(codec === undefined ? {} : { video_codec: codec }),
      ...(crf === undefined ? {} : { crf }),
      ...(holdsSound(container, info) ? { audio_codec: 'copy' } : {}),
    },
  });
  return settings.ok ? ok({ ...settings.value, watermark: readMark(options, '') }) : settings;
}

const holdsSound = (container: Container, { audio }: MediaInfo): boolean =>
  audio !== undefined && container.audio.some((name) => audioCodecs[name].probed === audio.codec);

/** One output of one file of video or sound, by FFmpeg's libraries: what is to be done is planned as for the program. In a host. */
import { writeFile } from 'node:fs/promises';
import type { Demuxer, Encoder, FilterAPI } from 'node-av/api';
import type { Stream } from 'node-av/lib';
import type { Failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { jobObject, jobText, numberOption } from '../../host/read-job.ts';
import { readStart } from '../../files/magic.ts';
import { explainFfmpeg, playlistFailure, protectedFile } from './media-failures.ts';
import { demuxers } from './media-inputs.ts';
import type { MediaInfo } from './media-info.ts';
import { readMediaSettings } from './media-settings.ts';
import type { MediaSettings } from './media-settings.ts';
import { exact } from './media-time.ts';
import { thumbnailSettings } from './thumbnail-settings.ts';
import { planOutput } from './output-plan.ts';
import type { OutputPlan, StreamPlan } from './output-plan.ts';
import { avOptions } from './node-av-options.ts';
import { avInfo, rotationOf, uprightFilters } from './node-av-info.ts';
import { loadAv } from './node-av-library.ts';
import type { AvLibrary } from './node-av-library.ts';
import { makeEncoder } from './node-av-encoder.ts';

type Report = (percent: number | null) => void;

export const host: HostModule = {
  run: (job, report) => (job['type'] === 'measure' ? measure(job) : convert(job, report)),
};

/** Job: `type: measure, inputPath inputName`; answer: `seconds? width? height?`. */
async function measure(job: JsonObject): Promise<JsonObject> {
  const name = jobText(job, 'inputName');
  const library = await loadAv();
  await library.complaints();
  const input = await open(jobText(job, 'inputPath'), { name, library });
  try {
    const info = avInfo(input, library);
    if (info === undefined) throw new ConversionError('bad-input', `${JSON.stringify(name)} cannot be read`);
    const seconds = info.seconds ?? info.video?.seconds ?? info.audio?.seconds;
    return {
      ...(seconds === undefined ? {} : { seconds }),
      ...(info.video === undefined ? {} : { width: info.video.width, height: info.video.height }),
    };
  } finally {
    await input.close();
  }
}

/** Job: `inputPath inputName to options outputPath thumbnail?`; answer: nothing. */
async function convert(job: JsonObject, report: Report): Promise<JsonObject> {
  const name = jobText(job, 'inputName');
  const { head } = await readStart(jobText(job, 'inputPath'));
  const playlist = playlistFailure(head, name);
  if (playlist !== undefined) throw thrown(playlist);
  const library = await loadAv();
  await library.complaints();
  const input = await open(jobText(job, 'inputPath'), { name, library });
  try {
    const info = avInfo(input, library);
    if (info === undefined) throw new ConversionError('bad-input', `${JSON.stringify(name)} cannot be read`);
    const plan = planFor(job, info);
    await write(input, plan, { library, info, outputPath: jobText(job, 'outputPath'), name, report });
    return {};
  } catch (error) {
    if (error instanceof ConversionError) throw error;
    const known = explainFfmpeg(`${await library.complaints()}\n${String(error)}`, name);
    throw known === undefined ? error : thrown(known);
  } finally {
    await input.close();
  }
}

const thrown = ({ type, message, hint }: Failure): ConversionError =>
  new ConversionError(type, message, hint);

async function open(
  path: string,
  { name, library }: { readonly name: string; readonly library: AvLibrary },
): Promise<Demuxer> {
  try {
    return await library.api.Demuxer.open(path, {
      options: {
        protocol_whitelist: 'file',
        format_whitelist: demuxers,
        probesize: '20000000',
        analyzeduration: '20000000',
      },
    });
  } catch (error) {
    const said = `${await library.complaints()}\n${String(error)}\nInvalid data found when processing input`;
    throw thrown(explainFfmpeg(said, name) ?? protectedFile(name));
  }
}

function planFor(job: JsonObject, info: MediaInfo): OutputPlan {
  const name = jobText(job, 'inputName');
  if (info.isProtected) throw thrown(protectedFile(name));
  const settings = settingsOf(job, info);
  if (!settings.ok) throw thrown(settings.error);
  const plan = planOutput({ settings: settings.value, info, inputName: name, inputPath: '' });
  if (!plan.ok) throw thrown(plan.error);
  return plan.value;
}

function settingsOf(job: JsonObject, info: MediaInfo): Result<MediaSettings, Failure> {
  const to = jobText(job, 'to');
  const options = jobObject(job, 'options');
  if (job['thumbnail'] === undefined)
    return readMediaSettings({ to, options: { ...avOptions(to, options), subtitles_mode: 'none' } });
  const thumbnail = jobObject(job, 'thumbnail');
  const index = numberOption(thumbnail, 'index') ?? 0;
  const count = numberOption(thumbnail, 'count') ?? 1;
  return thumbnailSettings({ options, to, index, count, name: jobText(job, 'inputName') }, info);
}

interface Work {
  readonly library: AvLibrary;
  readonly info: MediaInfo;
  readonly outputPath: string;
  readonly name: string;
  readonly report: Report;
}

async function write(input: Demuxer, plan: OutputPlan, work: Work): Promise<void> {
  if (plan.start !== undefined) await wind(input, plan.start, work.library);
  if (plan.video?.frames !== undefined) return writeFrame(input, plan, work);
  const { api } = work.library;
  const { video, audio, expectedSeconds = 0 } = plan;
  const picture =
    video === undefined
      ? undefined
      : await chainOf(input, { stream: video, filters: videoFilters(input, plan, work.library), work });
  const sound =
    audio === undefined
      ? undefined
      : await chainOf(input, { stream: audio, filters: audioFilters(input, plan), work });
  const output = await api.Muxer.open(work.outputPath, {
    input,
    format: plan.muxer,
    options: { ...plan.muxerOptions },
  });
  let reached = 0;
  const options = {
    onProgress: ({ time }: { readonly time: number }) => {
      reached = Math.max(reached, time);
      work.report(expectedSeconds > 0 ? Math.min(100, (reached / expectedSeconds) * 100) : null);
    },
  };
  try {
    if (picture !== undefined && sound !== undefined)
      await api.pipeline({ video: input, audio: input }, { video: picture, audio: sound }, output, options)
        .completion;
    else if (picture !== undefined)
      await api.pipeline({ video: input }, { video: picture }, { video: output }, options).completion;
    else if (sound !== undefined)
      await api.pipeline({ audio: input }, { audio: sound }, { audio: output }, options).completion;
  } finally {
    await output.close();
  }
}

/** To a keyframe before it: the filters cut the rest. Formats that cannot are read from their beginning. */
async function wind(input: Demuxer, seconds: number, { constants }: AvLibrary): Promise<void> {
  await input
    .seek(seconds + Math.max(0, input.startTime), -1, constants.AVSEEK_FLAG_BACKWARD)
    .catch(() => undefined);
}

/** By the times of the file, which may not begin at 0. */
function startFilters(input: Demuxer, plan: OutputPlan, prefix: 'a' | ''): readonly string[] {
  const offset = Number.isFinite(input.startTime) ? Math.max(0, input.startTime) : 0;
  const start = offset + (plan.start ?? 0);
  return start === 0 ? [] : [`${prefix}trim=start=${exact(start)}`, `${prefix}setpts=PTS-${exact(start)}/TB`];
}

/** Not by `trim`: a filter that wants no more is an error to the library. After all that makes frames of frames. */
const endFilters = ({ seconds }: OutputPlan, prefix: 'a' | ''): readonly string[] =>
  seconds === undefined ? [] : [`${prefix}select='lt(t,${exact(seconds)})'`];

function videoFilters(input: Demuxer, plan: OutputPlan, library: AvLibrary): readonly string[] {
  const stream = input.streams[plan.video?.stream ?? 0];
  const filters = plan.video?.filters ?? [];
  const rate = stream === undefined || plan.video?.hasPalette === true ? undefined : steadyRate(stream);
  return [
    ...startFilters(input, plan, ''),
    ...(rate === undefined || filters.some((filter) => filter.startsWith('fps=')) ? [] : [`fps=${rate}`]),
    ...(stream === undefined ? [] : uprightFilters(rotationOf(stream, library))),
    ...filters,
    ...endFilters(plan, ''),
    ...(plan.video?.hasPalette === true ? [palette] : []),
  ];
}

/** Without a rate of their own, encoders take the unit of time for one, and name a level that no player has. */
function steadyRate({ avgFrameRate, rFrameRate }: Stream): string | undefined {
  const rate = [avgFrameRate, rFrameRate].find(({ num, den }) => num > 0 && den > 0 && num / den <= 240);
  return rate === undefined ? undefined : `${rate.num}/${rate.den}`;
}

/** A palette for every picture: one for all would have to keep them all. */
const palette =
  'split[pictures][look];[look]palettegen=stats_mode=single[colours];[pictures][colours]paletteuse=new=1';

/** The library leaves out what does not fill a whole frame of the encoder at the end: silence fills it. */
const audioFilters = (input: Demuxer, plan: OutputPlan): readonly string[] => [
  ...startFilters(input, plan, 'a'),
  ...(plan.audio?.filters ?? []),
  ...endFilters(plan, 'a'),
  ...(plan.audio === undefined || plan.audio.encoder.startsWith('pcm_')
    ? []
    : [`apad=pad_len=${frameSizes[plan.audio.encoder] ?? 2048}`]),
];

/** Samples. */
const frameSizes: Readonly<Record<string, number>> = {
  aac: 1024,
  ac3: 1536,
  alac: 4096,
  eac3: 1536,
  flac: 4608,
  libmp3lame: 1152,
  libopus: 960,
  mp2: 1152,
};

async function chainOf(
  input: Demuxer,
  about: { readonly stream: StreamPlan; readonly filters: readonly string[]; readonly work: Work },
): Promise<[Awaited<ReturnType<AvLibrary['api']['Decoder']['create']>>, FilterAPI, Encoder]> {
  const { stream, filters, work } = about;
  const { api, lib } = work.library;
  const source = input.streams[stream.stream];
  if (source === undefined) throw new Error(`there is no stream ${stream.stream}`);
  const decoder = await api.Decoder.create(source);
  const isVideo = source.codecpar.codecType === 0;
  const filter = api.FilterAPI.create(filters.length > 0 ? filters.join(',') : isVideo ? 'null' : 'anull');
  const encoder = await makeEncoder(stream, { api, lib, filter, decoder, isVideo });
  return [decoder, filter, encoder];
}

/** The first picture of what is asked for, and nothing after it. */
async function writeFrame(input: Demuxer, plan: OutputPlan, work: Work): Promise<void> {
  const { video } = plan;
  if (video === undefined) throw new Error('no video is planned');
  const [decoder, filter] = await chainOf(input, {
    stream: video,
    filters: videoFilters(input, plan, work.library),
    work,
  });
  const { api, lib } = work.library;
  for await (const frame of filter.frames(decoder.frames(input.packets(video.stream)))) {
    if (frame === null) break;
    const codec = lib.Codec.getCodecList().find(({ name }) => name === video.encoder);
    if (codec === undefined) break;
    const { 'q:v': quality, ...rest } = video.options;
    const options = { ...rest, ...(quality === undefined ? {} : { qmin: quality, qmax: quality }) };
    await writeFile(work.outputPath, await api.Encoder.encodeOne(codec, frame, { options }));
    return;
  }
  throw new ConversionError(
    'bad-input',
    `${JSON.stringify(work.name)} holds no picture in the part that was asked for`,
  );
}

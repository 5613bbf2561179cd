/**
 * The command line of FFmpeg for one or several outputs of one input: the input is decoded once, whatever becomes of it.
 * Pure. All paths are relative names of ours.
 */
import { demuxers } from './media-inputs.ts';
import { exact } from './media-time.ts';
import type { OutputPlan } from './output-plan.ts';
import { overlayFilter } from './output-plan.ts';

export interface PlannedOutput {
  readonly plan: OutputPlan;
  readonly path: string;
}

/** Nobody is asked anything; progress goes to stdout as `key=value` lines, errors alone to stderr. */
const quiet = ['-nostdin', '-hide_banner', '-v', 'error', '-nostats', '-progress', 'pipe:1', '-y'] as const;

/** The doors that stay shut whatever a file says: no protocol but files, no format that opens other files. */
export const safeInput: readonly string[] = [
  '-protocol_whitelist',
  'file,pipe',
  '-format_whitelist',
  demuxers,
];

export function ffmpegArgs(inputPath: string, outputs: readonly PlannedOutput[]): readonly string[] {
  const start = sharedStart(outputs);
  const inputs = new Inputs(inputPath, start);
  const written = outputs.flatMap(({ plan, path }) => outputArgs(plan, { path, inputs, sharedStart: start }));
  return [...quiet, ...inputs.args, ...written];
}

/** Seconds to which the input is wound before anything is decoded; undefined: the outputs begin at different places. */
function sharedStart(outputs: readonly PlannedOutput[]): number {
  const starts = new Set(outputs.map(({ plan }) => plan.start ?? 0));
  const [only = 0] = starts;
  return starts.size === 1 ? only : 0;
}

/** The inputs, numbered in the order in which they are asked for. */
class Inputs {
  readonly #path: string;
  readonly #start: number;
  readonly #all: (readonly string[])[] = [];

  constructor(path: string, start: number) {
    this.#path = path;
    this.#start = start;
    this.again();
  }

  get args(): readonly string[] {
    return this.#all.flat();
  }

  /** The file once more, read on its own. */
  again(): number {
    return this.#add([...safeInput, ...this.#seek(), '-i', `file:${this.#path}`]);
  }

  picture(path: string): number {
    return this.#add(['-protocol_whitelist', 'file,pipe', '-f', 'png_pipe', '-i', `file:${path}`]);
  }

  subtitles(path: string): number {
    const format = path.endsWith('.vtt') ? 'webvtt' : path.endsWith('.ass') ? 'ass' : 'srt';
    return this.#add([
      '-protocol_whitelist',
      'file,pipe',
      '-f',
      format,
      ...this.#seek(),
      '-i',
      `file:${path}`,
    ]);
  }

  #seek(): readonly string[] {
    return this.#start === 0 ? [] : ['-ss', exact(this.#start)];
  }

  #add(args: readonly string[]): number {
    this.#all.push(args);
    return this.#all.length - 1;
  }
}

interface Around {
  readonly path: string;
  readonly inputs: Inputs;
  readonly sharedStart: number;
}

function outputArgs(plan: OutputPlan, around: Around): readonly string[] {
  const { path, sharedStart } = around;
  const start = (plan.start ?? 0) - sharedStart;
  const isPoster = plan.video?.frames !== undefined;
  return [
    ...videoArgs(plan, around),
    ...audioArgs(plan),
    ...subtitleArgs(plan, around),
    ...coverArgs(plan),
    ...(plan.hasStreamTags && plan.audio !== undefined ? ['-map_metadata', `0:s:${plan.audio.stream}`] : []),
    ...(start > 0 && !isPoster ? ['-ss', exact(start)] : []),
    ...(plan.seconds === undefined ? [] : ['-t', exact(plan.seconds)]),
    ...options(plan.muxerOptions),
    '-max_muxing_queue_size',
    '4096',
    '-f',
    plan.muxer,
    `file:${path}`,
  ];
}

const options = (all: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(all).flatMap(([name, value]) => [`-${name}`, value]);

function videoArgs(plan: OutputPlan, around: Around): readonly string[] {
  const { video } = plan;
  if (video === undefined) return plan.cover === undefined ? ['-vn'] : [];
  const encoding = [
    '-c:v',
    video.encoder,
    ...options(video.options),
    ...(video.frames === undefined ? [] : ['-frames:v', String(video.frames)]),
  ];
  const graph = complexGraph(plan, around);
  if (graph !== undefined)
    return ['-filter_complex', graph, '-map', `[${labelOf(around.path)}]`, ...encoding];
  const filters = [...posterStart(plan, around), ...video.filters];
  return [
    '-map',
    `0:${video.stream}`,
    ...(filters.length === 0 ? [] : ['-vf', filters.join(',')]),
    ...encoding,
  ];
}

/** A picture from the middle of a video that is decoded from its beginning for others: no work is spent on what is before it. */
function posterStart(plan: OutputPlan, { sharedStart }: Around): readonly string[] {
  const start = (plan.start ?? 0) - sharedStart;
  return plan.video?.frames !== undefined && start > 0
    ? [`trim=start=${exact(start)}`, 'setpts=PTS-STARTPTS']
    : [];
}

/** A name inside of the graph that no other output has. */
const labelOf = (path: string): string => `out${path.replaceAll(/[^a-z0-9]/gi, '')}`;

/** Where one chain of filters does not do: a picture laid over, or a palette made of the whole first. */
function complexGraph(plan: OutputPlan, { inputs, path }: Around): string | undefined {
  const { video } = plan;
  const label = labelOf(path);
  if (video?.overlay !== undefined) {
    const mark = inputs.picture(video.overlay.path);
    const chain = video.filters.length === 0 ? 'null' : video.filters.join(',');
    const over = [overlayFilter(video.overlay.place), ...(video.afterOverlay ?? [])].join(',');
    return `[0:${video.stream}]${chain}[base${label}];[base${label}][${mark}:0]${over}[${label}]`;
  }
  if (video?.hasPalette !== true) return undefined;
  // The file is read twice: keeping all its pictures until the palette is known would need memory for all of them.
  const again = inputs.again();
  const chain = video.filters.length === 0 ? 'null' : video.filters.join(',');
  return (
    `[0:${video.stream}]${limited(plan)}${chain},palettegen=stats_mode=diff[colours${label}];` +
    `[${again}:${video.stream}]${chain}[pictures${label}];` +
    `[pictures${label}][colours${label}]paletteuse=dither=sierra2_4a:diff_mode=rectangle[${label}]`
  );
}

/** The palette is that of the part which is written. */
const limited = ({ seconds }: OutputPlan): string =>
  seconds === undefined ? '' : `trim=duration=${exact(seconds)},`;

function audioArgs({ audio }: OutputPlan): readonly string[] {
  if (audio === undefined) return ['-an'];
  return [
    '-map',
    `0:${audio.stream}`,
    ...(audio.filters.length === 0 ? [] : ['-af', audio.filters.join(',')]),
    '-c:a',
    audio.encoder,
    ...options(audio.options),
  ];
}

function subtitleArgs({ subtitles }: OutputPlan, { inputs }: Around): readonly string[] {
  const { streams, file, encoder } = subtitles;
  const maps = [
    ...streams.map((stream) => `0:${stream}`),
    ...(file === undefined ? [] : [`${inputs.subtitles(file)}:0`]),
  ];
  if (maps.length === 0) return ['-sn'];
  return [...maps.flatMap((map) => ['-map', map]), '-c:s', encoder ?? 'copy'];
}

function coverArgs({ cover, video }: OutputPlan): readonly string[] {
  if (cover === undefined || video !== undefined) return [];
  return ['-map', `0:${cover}`, '-c:v', 'copy', '-disposition:v', 'attached_pic'];
}

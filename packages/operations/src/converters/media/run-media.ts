/**
 * Makes one or several outputs of one file of video or sound by one run of the installed FFmpeg: probe, plan, run, look at
 * how far it came. It knows no table of converters and no action.
 */
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import { ffmpegArgs } from './ffmpeg-args.ts';
import type { PlannedOutput } from './ffmpeg-args.ts';
import { endsEarly, explainFfmpeg } from './media-failures.ts';
import type { MediaInfo } from './media-info.ts';
import type { MediaSettings } from './media-settings.ts';
import { shownTime } from './media-time.ts';
import { planOutput } from './output-plan.ts';
import { probeMedia } from './probe-media.ts';

export interface MediaRun {
  /** The user's file, absolute. */
  readonly source: string;
  readonly inputName: string;
  readonly from: string;
  readonly workDir: string;
  readonly signal: AbortSignal;
  readonly progress: (percent: number | null) => void;
  readonly note?: Note;
}

type Note = (text: string) => void;

export interface MediaOutput {
  readonly settings: MediaSettings;
  /** Relative to the run's `workDir`; its folder is there. */
  readonly path: string;
  /** Relative to the run's `workDir`. */
  readonly subtitlePath?: string;
  readonly overlayPath?: string;
  readonly note?: Note;
}

export interface OpenedMedia {
  readonly info: MediaInfo;
  /** Relative to `workDir`. */
  readonly inputPath: string;
}

/** The link under which FFmpeg sees the file, and what is in it. */
export async function openMedia(run: MediaRun): Promise<Result<OpenedMedia, Failure>> {
  const { source, inputName, from, workDir, signal } = run;
  await mkdir(path.join(workDir, 'in'), { recursive: true });
  const inputPath = `in/input.${from}`;
  await symlink(source, path.join(workDir, inputPath));
  const info = await probeMedia({ source, inputName, inputPath, workDir, signal });
  return info.ok ? ok({ info: info.value, inputPath }) : info;
}

export async function writeMedia(
  run: MediaRun,
  opened: OpenedMedia,
  outputs: readonly MediaOutput[],
): Promise<Result<void, Failure>> {
  const planned: PlannedOutput[] = [];
  for (const output of outputs) {
    const plan = planOutput({ ...output, ...opened, inputName: run.inputName });
    if (!plan.ok) return plan;
    for (const note of plan.value.notes) output.note?.(note);
    planned.push({ plan: plan.value, path: output.path });
  }
  return execute(run, opened, planned);
}

async function execute(
  run: MediaRun,
  { info, inputPath }: OpenedMedia,
  outputs: readonly PlannedOutput[],
): Promise<Result<void, Failure>> {
  const expected = Math.max(0, ...outputs.map(({ plan }) => endOf(plan)));
  let reached = 0;
  const call: ProgramCall = {
    program: 'ffmpeg',
    args: ffmpegArgs(inputPath, outputs),
    workDir: run.workDir,
    reads: [run.source],
    signal: run.signal,
    onStdout: (line) => {
      const seconds = reachedSeconds(line);
      if (seconds === undefined) return;
      reached = Math.max(reached, seconds);
      run.progress(expected > 0 ? Math.min(100, (reached / expected) * 100) : null);
    },
    about: run.inputName,
  };
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  const { exitCode, stderr } = ran.value;
  if (exitCode !== 0 || /Output file is empty|Nothing was encoded/i.test(stderr)) {
    return err(
      explainFfmpeg(stderr, run.inputName) ??
        programFailed(call, ran.value, `it ended with code ${exitCode}`),
    );
  }
  const early = cutOff({ info, reached, outputs });
  return early === undefined ? ok(undefined) : err(endsEarly(run.inputName, early));
}

const endOf = ({ video, expectedSeconds }: PlannedOutput['plan']): number =>
  video?.frames === undefined ? (expectedSeconds ?? 0) : 0;

/** `out_time_us=1234567` */
function reachedSeconds(line: string): number | undefined {
  const found = /^out_time_us=(-?\d+)/.exec(line);
  const seconds = found === null ? Number.NaN : Number(found[1]) / 1e6;
  return seconds >= 0 ? seconds : undefined;
}

/** Containers that say in front how long they last; of others the length is a guess. */
const announcing = /^(mov,|matroska,|avi$|flac$)/;

/** FFmpeg ends well on a file that is cut off: what it made is shorter than what was announced. */
function cutOff(about: {
  readonly info: MediaInfo;
  readonly reached: number;
  readonly outputs: readonly PlannedOutput[];
}): { got: string; wanted: string } | undefined {
  const { info, reached, outputs } = about;
  if (!announcing.test(info.container)) return undefined;
  const used = outputs.flatMap(({ plan }) => {
    if (plan.video?.frames !== undefined || plan.seconds !== undefined) return [];
    // It says nothing before it is done.
    if (plan.muxer === 'webp') return [];
    const seconds = announcedSeconds(plan, info);
    return seconds === undefined ? [] : [seconds - (plan.start ?? 0)];
  });
  const wanted = Math.min(...used);
  if (used.length === 0 || reached >= wanted * 0.9 - 1) return undefined;
  return { got: shownTime(reached), wanted: shownTime(wanted) };
}

/** Of the streams that are used; undefined where the file does not say it of them. */
function announcedSeconds({ video, audio }: PlannedOutput['plan'], info: MediaInfo): number | undefined {
  const streams = [
    ...(video === undefined ? [] : [info.video]),
    ...(audio === undefined ? [] : [info.audio]),
  ];
  const seconds = streams.flatMap((stream) => stream?.seconds ?? []);
  if (seconds.length > 0) return Math.max(...seconds);
  const isWhole =
    (video !== undefined || info.video === undefined) && (audio !== undefined || info.audio === undefined);
  return isWhole ? info.seconds : undefined;
}

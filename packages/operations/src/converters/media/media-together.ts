/**
 * Outputs of one file of video, asked for by several actions, made by one run of FFmpeg: the file is probed and decoded
 * once. An action that comes alone is served the same way. Each finds its files in `out` of its own folder.
 */
import { mkdir, mkdtemp, readdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { createGathering } from '../../gather.ts';
import type { Gathering } from '../../gather.ts';
import type { MediaInfo } from './media-info.ts';
import type { MediaSettings } from './media-settings.ts';
import { prepareExtras } from './prepare-extras.ts';
import { openMedia, writeMedia } from './run-media.ts';
import type { MediaOutput, MediaRun, OpenedMedia } from './run-media.ts';

export interface MediaItem {
  readonly run: MediaRun;
  /** What is asked; it may go by what is there, as `50%` does. */
  readonly settings: (info: MediaInfo) => Result<MediaSettings, Failure>;
  readonly fileInputs: Readonly<Record<string, readonly string[]>>;
}

export const mediaGathering: Gathering<MediaItem, void> = createGathering(makeTogether);

/**
 * The key of what may be decoded together: undefined when it must not be. Streams that are copied need no decoding, a
 * palette reads the file twice, and what begins late should not wait for what is before it.
 */
export function sharesMedia(from: string, settings: MediaSettings): string | undefined {
  const { type, video, audio, trim, to } = settings;
  const isCopied = video.type === 'copy' || audio.type === 'copy';
  const beginsLate = type !== 'frames' && (trim.start ?? 0) > 0;
  return isCopied || beginsLate || to === 'gif' ? undefined : `ffmpeg ${from}`;
}

async function makeTogether(
  items: readonly MediaItem[],
  signal: AbortSignal,
): Promise<readonly Result<void, Failure>[]> {
  const [first] = items;
  if (first === undefined) return [];
  const isAlone = items.length === 1;
  // The folder of one of them is as good as any: it is there as long as the work goes on.
  const workDir = isAlone ? first.run.workDir : await mkdtemp(path.join(first.run.workDir, 'together-'));
  await mkdir(path.join(workDir, 'out'), { recursive: true });
  const run: MediaRun = {
    ...first.run,
    workDir,
    signal,
    progress: (percent) => {
      for (const item of items) item.run.progress(percent);
    },
  };
  const opened = await openMedia(run);
  if (!opened.ok) return items.map(() => opened);
  const jobs = await Promise.all(
    items.map((item, index) => jobOf(item, { index, opened: opened.value, workDir })),
  );
  const written = await writeJobs(run, opened.value, jobs);
  return isAlone
    ? written
    : Promise.all(written.map((answer, index) => handOver(answer, { item: items[index], index, workDir })));
}

/** Or why it cannot be made. */
type Job = Result<MediaOutput, Failure>;

async function jobOf(
  item: MediaItem,
  about: { readonly index: number; readonly opened: OpenedMedia; readonly workDir: string },
): Promise<Job> {
  const { index, opened, workDir } = about;
  const settings = item.settings(opened.info);
  if (!settings.ok) return settings;
  const extras = await prepareExtras(item, settings.value, { opened, workDir, folder: `extra-${index}` });
  if (!extras.ok) return extras;
  const { to, type, fps } = settings.value;
  const name = type === 'frames' && fps !== undefined ? `${index}-%06d` : String(index);
  const { note } = item.run;
  return ok({
    settings: settings.value,
    path: `out/${name}.${to}`,
    ...extras.value,
    ...(note === undefined ? {} : { note }),
  });
}

async function writeJobs(
  run: MediaRun,
  opened: OpenedMedia,
  jobs: readonly Job[],
): Promise<readonly Result<void, Failure>[]> {
  const outputs = jobs.flatMap((job) => (job.ok ? [job.value] : []));
  const isSeeking = outputs.every(({ settings }) => settings.type === 'frames');
  const answers = new Map<MediaOutput, Result<void, Failure>>();
  // Single pictures are found by winding, one by one: quicker than to decode all that lies before them.
  for (const group of isSeeking ? outputs.map((output) => [output]) : [outputs]) {
    if (group.length === 0) continue;
    const answer = await writeMedia(run, opened, group);
    for (const output of group) answers.set(output, answer);
  }
  return jobs.map((job) => (job.ok ? (answers.get(job.value) ?? ok(undefined)) : job));
}

/** Moves the files of one action into its own folder. */
async function handOver(
  answer: Result<void, Failure>,
  {
    item,
    index,
    workDir,
  }: { readonly item: MediaItem | undefined; readonly index: number; readonly workDir: string },
): Promise<Result<void, Failure>> {
  if (!answer.ok || item === undefined) return answer;
  const from = path.join(workDir, 'out');
  const to = path.join(item.run.workDir, 'out');
  try {
    await mkdir(to, { recursive: true });
    const names = (await readdir(from)).filter((name) => new RegExp(`^${index}[.-]`).test(name));
    for (const name of names) await rename(path.join(from, name), path.join(to, name));
    return ok(undefined);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err(
      failure(
        'write-failed',
        `The files of ${JSON.stringify(item.run.inputName)} could not be moved: ${why}`,
      ),
    );
  }
}

/** Tags of video and audio by FFmpeg: the streams are copied as they are into a new file with new tags. */
import path from 'node:path';
import { symlink } from 'node:fs/promises';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { formatLabel } from '../../files/magic.ts';
import { safeInput } from '../media/ffmpeg-args.ts';
import { findProgram, programVersion } from '../../programs/find-program.ts';
import { programFailed, runProgram } from '../../programs/run-program.ts';
import type { ProgramCall } from '../../programs/run-program.ts';
import { flatMetadata } from './metadata-tool.ts';
import type { Metadata, MetadataJob, MetadataTool, MetadataWriting } from './metadata-tool.ts';

const formats =
  'aac aiff flac m4a m4b mp3 oga ogg opus wav wma weba mka 3g2 3gp avi m4v mkv mov mp4 ogv webm wmv asf flv';

export const ffmpegTags: MetadataTool = {
  name: 'ffmpeg',
  version: async () => (await programVersion('ffmpeg')) ?? 'unknown',
  isThere: () => findProgram('ffmpeg') !== undefined && findProgram('ffprobe') !== undefined,
  needs: [
    { type: 'program', name: 'ffmpeg' },
    { type: 'program', name: 'ffprobe' },
  ],
  reads: new Set(formats.split(' ')),
  // Raw AAC has no place for tags.
  writes: new Set(formats.split(' ').filter((format) => format !== 'aac')),
  read,
  write,
};

/** ExifTool's names for what FFmpeg calls otherwise. */
const names: Readonly<Record<string, string>> = {
  author: 'artist',
  creator: 'artist',
  albumartist: 'album_artist',
  year: 'date',
  tracknumber: 'track',
  discnumber: 'disc',
  partofset: 'disc',
};

export function ffmpegName(name: string): string {
  const lower = name.toLowerCase();
  return names[lower.replaceAll(/[_ -]/g, '')] ?? lower;
}

/** Pure. */
export function tagArgs(
  { inputPath, outputPath }: { readonly inputPath: string; readonly outputPath: string },
  metadata: Metadata,
): readonly string[] {
  const tags = Object.entries(metadata).flatMap(([name, value]) => [
    '-metadata',
    `${ffmpegName(name)}=${String(value)}`,
  ]);
  return [
    '-hide_banner',
    '-nostdin',
    '-loglevel',
    'error',
    '-y',
    ...safeInput,
    '-i',
    inputPath,
    '-map',
    '0',
    '-codec',
    'copy',
    '-fflags',
    '+bitexact',
    ...tags,
    outputPath,
  ];
}

async function read(job: MetadataJob): Promise<Result<Metadata, Failure>> {
  return await probe(job, await linkInput(job));
}

async function probe(job: MetadataJob, file: string): Promise<Result<Metadata, Failure>> {
  const call = callOf(job, [
    '-hide_banner',
    '-loglevel',
    'error',
    ...safeInput,
    '-print_format',
    'json',
    '-show_format',
    '-show_streams',
    file,
  ]);
  const ran = await runProgram({ ...call, program: 'ffprobe', keepStdoutBytes: 2 ** 20 });
  if (!ran.ok) return ran;
  if (ran.value.exitCode !== 0) return err(programFailed(call, ran.value, 'it cannot be read'));
  const found: unknown = JSON.parse(ran.value.stdout);
  return isObject(found) ? ok(probeMetadata(found)) : err(programFailed(call, ran.value, 'it tells nothing'));
}

/** Pure. Tags by their name with a capital, as ExifTool has them; of streams, what describes them. */
function probeMetadata(found: JsonObject): Metadata {
  const format = isObject(found['format']) ? found['format'] : {};
  const streams = Array.isArray(found['streams']) ? found['streams'].filter(isObject) : [];
  const video = streams.find((stream) => stream['codec_type'] === 'video');
  const audio = streams.find((stream) => stream['codec_type'] === 'audio');
  // Ogg keeps the tags of the file in its stream.
  const tags = [format, audio, video].flatMap((part) =>
    part !== undefined && isObject(part['tags']) ? [part['tags']] : [],
  );
  return flatMetadata({
    ...Object.fromEntries(
      tags
        .toReversed()
        .flatMap((each) => Object.entries(each).map(([name, value]) => [shownName(name), value])),
    ),
    Format: format['format_long_name'] ?? null,
    Duration: seconds(format['duration']),
    BitRate: seconds(format['bit_rate']),
    VideoCodec: video?.['codec_name'] ?? null,
    ImageWidth: video?.['width'] ?? null,
    ImageHeight: video?.['height'] ?? null,
    VideoFrameRate: video?.['r_frame_rate'] ?? null,
    AudioCodec: audio?.['codec_name'] ?? null,
    AudioChannels: audio?.['channels'] ?? null,
    SampleRate: seconds(audio?.['sample_rate']),
  });
}

const seconds = (value: unknown): number | null => {
  const number = Number(value);
  return value === undefined || !Number.isFinite(number) ? null : number;
};

const shownName = (name: string): string =>
  name
    .toLowerCase()
    .split(/[_ -]/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('');

async function write(job: MetadataWriting): Promise<Result<undefined, Failure>> {
  const odd = Object.keys(job.metadata).filter((name) => !/^[A-Za-z][\w -]*$/.test(name));
  if (odd.length > 0) return err(cannotWrite(job, odd));
  const inputPath = await linkInput(job);
  const call = callOf(job, tagArgs({ inputPath, outputPath: job.outputPath }, job.metadata));
  const ran = await runProgram(call);
  if (!ran.ok) return ran;
  if (ran.value.exitCode !== 0) return err(programFailed(call, ran.value, 'it cannot be written'));
  const found = await probe(job, job.outputPath);
  if (!found.ok) return found;
  // What a container has no place for is dropped without a word.
  const missing = Object.entries(job.metadata)
    .filter(
      ([name, value]) => value !== '' && String(found.value[shownName(ffmpegName(name))]) !== String(value),
    )
    .map(([name]) => name);
  return missing.length === 0 ? ok(undefined) : err(cannotWrite(job, missing));
}

function cannotWrite({ inputName, format }: MetadataJob, missing: readonly string[]): Failure {
  const shown = missing.map((name) => JSON.stringify(name)).join(', ');
  return failure(
    'unsupported',
    `${shown} cannot be written into ${JSON.stringify(inputName)}: ${formatLabel(format)} has no place for it`,
    { code: 'INVALID_OPTION', hint: 'Title, Artist, Album, Genre, Date, Comment and Copyright are usual.' },
  );
}

async function linkInput({ inputPath, workDir, format }: MetadataJob): Promise<string> {
  const link = path.join(workDir, `input.${format}`);
  await symlink(inputPath, link);
  return link;
}

const callOf = (
  { inputPath, inputName, workDir, signal }: MetadataJob,
  args: readonly string[],
): ProgramCall => ({
  program: 'ffmpeg',
  args,
  workDir,
  reads: [inputPath],
  limits: { timeoutMs: 600_000 },
  signal,
  about: inputName,
});

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Small clips made by the installed ffmpeg, once for each test file, and what ffprobe says of a file. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ActionRequest } from '@pipeline/engine';
import type { JsonObject, OperationName } from '@pipeline/schema';
import { afterAll } from 'vitest';
import { action, artifact } from '../places/action.ts';

// These tests are about the programs of the machine.
delete process.env['PIPELINE_PROGRAMS_PATH'];

const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-clips-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export function ffmpeg(...args: readonly string[]): void {
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args], { cwd: folder });
}

export const clipPath = (name: string): string => path.join(folder, name);

/** 160 × 90, 25 frames a second; the left half red, the right half blue. */
export const picture = (seconds: number, size = '160x90'): readonly string[] => [
  '-f',
  'lavfi',
  '-i',
  `color=red:size=${size}:rate=25:duration=${seconds},format=yuv444p,drawbox=x=iw/2:y=0:w=iw/2:h=ih:color=blue:t=fill`,
];
export const tone = (seconds: number, hertz = 440): readonly string[] => [
  '-f',
  'lavfi',
  '-i',
  `sine=frequency=${hertz}:duration=${seconds}:sample_rate=44100`,
];

/** Made once: two seconds of video with sound, and with tags. */
export function clip(name: string, ...args: readonly string[]): string {
  ffmpeg(...picture(2), ...tone(2), '-pix_fmt', 'yuv420p', '-shortest', ...args, name);
  return clipPath(name);
}

export interface MediaActionSettings {
  readonly operation?: OperationName;
  readonly name?: string;
  readonly options: JsonObject;
  readonly files?: Readonly<Record<string, string>>;
}

export function mediaAction(file: string, settings: MediaActionSettings): ActionRequest {
  const { operation = 'convert', options, files = {}, name = path.basename(file) } = settings;
  const request = action({ operation, options, inputs: [artifact(file, { name, dir: 'films' })] });
  const fileInputs = Object.fromEntries(
    Object.entries(files).map(([option, given]) => [
      option,
      [artifact(given, { name: path.basename(given), dir: '' })],
    ]),
  );
  return { ...request, fileInputs };
}

export interface Probed {
  readonly seconds: number;
  readonly format: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly video?: Stream;
  readonly audio?: Stream;
  readonly subtitle?: Stream;
}

type Stream = Readonly<Record<string, string | number | undefined>>;

export function probe(file: string): Probed {
  const text = execFileSync('ffprobe', [
    '-v',
    'error',
    '-show_format',
    '-show_streams',
    '-count_frames',
    '-of',
    'json',
    file,
  ]);
  const { format, streams } = JSON.parse(text.toString()) as {
    format: { duration?: string; format_name: string; tags?: Record<string, string> };
    streams: Stream[];
  };
  const of = (type: string): Stream | undefined => streams.find((stream) => stream['codec_type'] === type);
  const found = { video: of('video'), audio: of('audio'), subtitle: of('subtitle') };
  return {
    seconds: Number(format.duration),
    format: format.format_name,
    tags: format.tags ?? {},
    ...Object.fromEntries(Object.entries(found).filter(([, stream]) => stream !== undefined)),
  };
}

/** Red, green and blue of one pixel at a time of the file. */
export function pixel(
  file: string,
  at: { readonly x: number; readonly y: number; readonly seconds?: number },
): readonly number[] {
  const bytes = execFileSync('ffmpeg', [
    '-v',
    'error',
    '-ss',
    String(at.seconds ?? 0),
    '-i',
    file,
    '-frames:v',
    '1',
    '-vf',
    `crop=1:1:${at.x}:${at.y},format=rgb24`,
    '-f',
    'rawvideo',
    '-',
  ]);
  return [...bytes];
}

/** The highest green in a part (`width:height:x:y`) of the first frame. */
export function mostGreen(file: string, part: string): number {
  const bytes = execFileSync('ffmpeg', [
    '-v',
    'error',
    '-i',
    file,
    '-frames:v',
    '1',
    '-vf',
    `crop=${part},format=rgb24`,
    '-f',
    'rawvideo',
    '-',
  ]);
  return Math.max(...bytes.filter((_, index) => index % 3 === 1));
}

/** Mean loudness in decibels. */
export function loudness(file: string): number {
  const { stderr } = run('ffmpeg', ['-i', file, '-af', 'volumedetect', '-f', 'null', '-']);
  return Number(/mean_volume: (-?[\d.]+)/.exec(stderr)?.[1]);
}

function run(command: string, args: readonly string[]): { stderr: string } {
  const text = execFileSync('sh', ['-c', `"$0" "$@" 2>&1`, command, ...args]);
  return { stderr: text.toString() };
}

/** Several outputs of one video by one run of ffmpeg: each as if it were alone, each with its own failure. */
import { readdirSync } from 'node:fs';
import type { ActionRequest, Operation, Share } from '@pipeline/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { ffmpegArgs } from '../../src/converters/media/ffmpeg-args.ts';
import { readMediaInfo } from '../../src/converters/media/media-info.ts';
import { readMediaSettings } from '../../src/converters/media/media-settings.ts';
import { planOutput } from '../../src/converters/media/output-plan.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { thumbnail } from '../../src/operations/thumbnail.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { clip, clipPath, ffmpeg, mediaAction, picture, probe } from './clips.ts';

const info = readMediaInfo({
  format: { format_name: 'mov,mp4', duration: '10' },
  streams: [
    {
      index: 0,
      codec_type: 'video',
      codec_name: 'h264',
      width: 1920,
      height: 1080,
      avg_frame_rate: '30/1',
      pix_fmt: 'yuv420p',
    },
    { index: 1, codec_type: 'audio', codec_name: 'aac', channels: 2, sample_rate: '48000' },
  ],
});

function planned(to: string, options: Record<string, string | number>) {
  const settings = readMediaSettings({ to, options });
  if (!settings.ok || info === undefined) throw new Error('no settings');
  const plan = planOutput({ settings: settings.value, info, inputName: 'a.mp4', inputPath: 'in/input.mp4' });
  if (!plan.ok) throw new Error(plan.error.message);
  return { plan: plan.value, path: `out/${to}` };
}

test('one input, several outputs: the args', () => {
  const args = ffmpegArgs('in/input.mp4', [
    planned('mp4', { height: 720, preset: 'veryfast' }),
    planned('png', { trim_start: 5, width: 320 }),
  ]);
  const text = args.join(' ');
  expect(text.match(/ -i /g)).toHaveLength(1);
  expect(text).toContain('-protocol_whitelist file,pipe -format_whitelist mov,');
  expect(text).toContain(
    '-i file:in/input.mp4 -map 0:0 -vf scale=1280:720,setsar=1,format=yuv420p -c:v libx264 -crf 23 -preset veryfast -map 0:1 -c:a aac -b:a 128k -sn -fflags +bitexact -movflags +faststart -max_muxing_queue_size 4096 -f mp4 file:out/mp4',
  );
  expect(text).toContain(
    '-map 0:0 -vf trim=start=5,setpts=PTS-STARTPTS,scale=320:180,setsar=1,format=rgb24 -c:v png -frames:v 1 -an -sn -update 1',
  );
});

test('alone, the input is wound to its start before anything is decoded', () => {
  const text = ffmpegArgs('in/input.mp4', [planned('webm', { trim_start: 5, trim_end: 7.5 })]).join(' ');
  expect(text).toContain('-ss 5 -i file:in/input.mp4');
  expect(text).toContain('-t 2.5');
});

async function together(file: string, tasks: readonly (readonly [Operation, object])[]) {
  const share: Share = { key: 'ffmpeg mp4', size: tasks.length };
  const requests = tasks.map(([operation, options]): [Operation, ActionRequest] => [
    operation,
    mediaAction(clipPath(file), {
      operation: operation === thumbnail ? 'thumbnail' : 'convert',
      options: { ...options },
    }),
  ]);
  const plans = await Promise.all(
    requests.map(async ([operation, request]) => operation.plan(request, contextOf(newFolder()))),
  );
  const contexts = requests.map(() => contextOf(newFolder(), { share }));
  const results = await Promise.all(
    requests.map(([operation, request], index) =>
      operation.run(request, contexts[index] ?? contextOf(newFolder())),
    ),
  );
  return { results, contexts, keys: plans.map((plan) => (plan.ok ? plan.value.shares : undefined)) };
}

describe.skipIf(findProgram('ffmpeg') === undefined)('together', () => {
  beforeAll(() => {
    clip('clip.mp4');
    ffmpeg(...picture(2), '-pix_fmt', 'yuv420p', 'silent.mp4');
  });

  test('renditions, sound and a poster', async () => {
    const { results, keys, contexts } = await together('clip.mp4', [
      [convert, { output_format: 'mp4', height: 60, preset: 'ultrafast' }],
      [convert, { output_format: 'mp4', height: 30, preset: 'ultrafast', trim_end: 1 }],
      [convert, { output_format: 'mp3' }],
      [thumbnail, { output_format: 'jpg', width: 40 }],
    ]);
    expect(keys).toEqual(Array.from({ length: 4 }, () => 'ffmpeg mp4'));
    const found = results.map((result, index) => {
      if (!result.ok) throw new Error(result.error.message);
      const [output] = result.value.outputs;
      expect(output?.path.startsWith(contexts[index]?.workDir ?? '-')).toBe(true);
      const { video, audio, seconds } = probe(output?.path ?? '');
      return [output?.name, video?.['height'], audio?.['codec_name'], Math.round(seconds)];
    });
    expect(found).toEqual([
      ['clip.mp4', 60, 'aac', 2],
      ['clip.mp4', 30, 'aac', 1],
      ['clip.mp3', undefined, 'mp3', 2],
      ['clip.jpg', 23, undefined, NaN],
    ]);
    // Only the run of all of them has such a folder.
    const folders = contexts.map(
      ({ workDir }) => readdirSync(workDir).filter((name) => name.startsWith('together-')).length,
    );
    expect(folders.reduce((sum, count) => sum + count, 0)).toBe(1);
    for (const { reports } of contexts) expect(reports.length).toBeGreaterThan(0);
  });

  test('one that cannot be made does not harm the others', async () => {
    const { results } = await together('silent.mp4', [
      [convert, { output_format: 'mkv', video_codec: 'x264', preset: 'ultrafast' }],
      [convert, { output_format: 'mp3' }],
      [thumbnail, { output_format: 'png', timestamp: '00:01:00' }],
    ]);
    expect(results.map((result) => (result.ok ? 'ok' : result.error.message))).toEqual([
      'ok',
      '"silent.mp4" has no sound, so that nothing can become mp3',
      '"silent.mp4" lasts 2 s: `timestamp` (1:00) lies behind its end',
    ]);
  });

  test('what must not be decoded with others has no key', async () => {
    const { keys } = await together('clip.mp4', [
      [convert, { output_format: 'gif' }],
      [convert, { output_format: 'mkv', video_codec: 'copy' }],
      [convert, { output_format: 'mp4', trim_start: 1 }],
    ]);
    expect(keys).toEqual([undefined, undefined, undefined]);
  });
});

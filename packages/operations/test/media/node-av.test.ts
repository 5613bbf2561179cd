/** Video and sound without an installed ffmpeg: the outputs of FFmpeg's libraries, opened by others. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { JsonObject } from '@pipeline/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { nodeAv } from '../../src/converters/media/node-av.ts';
import { hasPack } from '../../src/packs.ts';
import { thumbnail } from '../../src/operations/thumbnail.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { done, failed } from '../pictures/picture-action.ts';
import { clip, clipPath, ffmpeg, loudness, mediaAction, picture, pixel, probe, tone } from './clips.ts';

// The clips are made by the program, but the conversions do not find it.
process.env['PIPELINE_PROGRAMS_PATH'] = '';

async function made(options: JsonObject, file = 'clip.mp4') {
  const result = await done(convert, mediaAction(clipPath(file), { options }));
  const path = result.outputs[0]?.path ?? '';
  return { ...result, path, probed: probe(path) };
}

async function failing(name: string, content: string | Buffer | undefined, options: JsonObject) {
  if (content !== undefined) writeFileSync(clipPath(name), content);
  const isPlanned = options['audio_codec'] !== undefined || options['subtitles_mode'] !== undefined;
  return failed(convert, mediaAction(clipPath(name), { options }), { plan: isPlanned });
}

describe.skipIf(!hasPack('media') || !existsSync('/usr/bin/ffmpeg'))('FFmpeg as a library', () => {
  beforeAll(() => {
    clip('clip.mp4', '-metadata', 'title=Kite');
    ffmpeg(...picture(1), '-pix_fmt', 'yuv420p', 'silent.mp4');
    ffmpeg('-i', 'clip.mp4', '-c', 'copy', '-metadata:s:v:0', 'rotate=90', 'turned.mp4');
    ffmpeg(...tone(2), 'tone.flac');
  });

  test.each([
    ['clip.mp4', 'mp4', { crf: 30 }, 'h264', 'aac'],
    ['clip.mp4', 'webm', { preset: 'ultrafast' }, 'vp9', 'opus'],
    ['clip.mp4', 'mkv', { video_codec: 'x265', preset: 'ultrafast' }, 'hevc', 'aac'],
    ['clip.mp4', 'avi', {}, 'mpeg4', 'mp3'],
    ['clip.mp4', 'wmv', {}, 'wmv2', 'wmav2'],
    ['clip.mp4', 'ogv', {}, 'theora', 'opus'],
    ['clip.mp4', 'mp3', {}, undefined, 'mp3'],
    ['clip.mp4', 'wav', {}, undefined, 'pcm_s16le'],
    ['tone.flac', 'm4a', {}, undefined, 'aac'],
    ['tone.flac', 'oga', {}, undefined, 'opus'],
  ])('%s → %s %j', async (...row) => {
    const [file, to, options, video, audio] = row;
    const { probed, converter } = await made({ output_format: to, ...options }, file);
    expect(converter).toEqual({ name: 'node-av', version: '6.1.1' });
    expect([probed.video?.['codec_name'], probed.audio?.['codec_name']]).toEqual([video, audio]);
    expect(Math.abs(probed.seconds - 2)).toBeLessThan(0.15);
    if (video !== undefined) expect(probed.video).toMatchObject({ width: 160, height: 90 });
    // Theora does not write again what has not changed.
    if (video !== undefined && video !== 'theora') expect(probed.video?.['nb_read_frames']).toBe('50');
  });

  test.each([
    [{ width: 80 }, 80, 44],
    [{ width: 60, height: 60, fit: 'crop' }, 60, 60],
    [{ width: 100, height: 40, fit: 'scale' }, 100, 40],
  ])('size %j', async (options, width, height) => {
    const { probed } = await made({ output_format: 'mp4', trim_end: 0.4, ...options });
    expect(probed.video).toMatchObject({ width, height });
  });

  test('fps, trim, keyframes, bit rates, channels, volume; tags are kept', async () => {
    const { probed } = await made({
      output_format: 'mp4',
      fps: 10,
      trim_start: 1,
      trim_end: 1.6,
      keyframe_interval: 3,
      video_bitrate: 100,
    });
    expect(probed.video).toMatchObject({ avg_frame_rate: '10/1', nb_read_frames: '6' });
    expect(Math.abs(probed.seconds - 0.6)).toBeLessThan(0.1);
    expect(probed.tags['title']).toBe('Kite');
    const sound = await made({
      output_format: 'mp3',
      channels: 2,
      sample_rate: 22_050,
      audio_bitrate: 64,
      volume: 0.1,
    });
    expect(sound.probed.audio).toMatchObject({ channels: 2, sample_rate: '22050', bit_rate: '64000' });
    expect(loudness(sound.path)).toBeCloseTo(loudness(clipPath('clip.mp4')) - 20, -1);
  });

  test('pictures and animations; a turned clip is upright', async () => {
    const still = await made({ output_format: 'jpg', trim_start: 1, width: 80 });
    expect(still.probed.video).toMatchObject({ codec_name: 'mjpeg', width: 80, height: 45 });
    expect(pixel(still.path, { x: 10, y: 20 })[0]).toBeGreaterThan(200);
    const gif = await made({ output_format: 'gif', fps: 5, width: 80 });
    expect(gif.probed.video).toMatchObject({ codec_name: 'gif', width: 80, nb_read_frames: '10' });
    expect(pixel(gif.path, { x: 70, y: 20 })[2]).toBeGreaterThan(200);
    const turned = await made({ output_format: 'png' }, 'turned.mp4');
    expect(turned.probed.video).toMatchObject({ width: 90, height: 160 });
    const way = (file: string) =>
      [pixel(file, { x: 45, y: 10 }), pixel(file, { x: 45, y: 150 })].map(([red = 0]) => red > 128);
    // As the program turns it.
    ffmpeg('-i', 'turned.mp4', '-frames:v', '1', 'upright.png');
    expect(way(turned.path)).toEqual(way(clipPath('upright.png')));
  });

  test.each([
    ['png', { timestamp: '1.5', width: 80 }],
    ['webp', { timestamp: '50%', width: 80 }],
    ['jpg', { width: 80 }],
  ])('a thumbnail as %s %j', async (to, options) => {
    const request = mediaAction(clipPath('clip.mp4'), {
      operation: 'thumbnail',
      options: { output_format: to, ...options },
    });
    const { outputs, converter } = await done(thumbnail, request);
    expect(converter?.name).toBe('node-av');
    expect(probe(outputs[0]?.path ?? '').video).toMatchObject({ width: 80, height: 45 });
    expect(pixel(outputs[0]?.path ?? '', { x: 10, y: 20 })[0]).toBeGreaterThan(200);
  });

  test('what is no video, has no sound, or points elsewhere', async () => {
    expect((await failing('silent.mp4', undefined, { output_format: 'mp3' })).message).toBe(
      '"silent.mp4" has no sound, so that nothing can become mp3',
    );
    expect(await failing('noise.ts', 'hello world '.repeat(50), { output_format: 'mp4' })).toMatchObject({
      type: 'bad-input',
    });
    const list = `\n#EXTM3U\n#EXTINF:2,\n${clipPath('clip.mp4')}\n#EXT-X-ENDLIST\n`;
    expect((await failing('list.ts', list, { output_format: 'mp4' })).message).toBe(
      '"list.ts" is no video or sound, but an M3U8 playlist',
    );
    const whole = readFileSync(clipPath('clip.mp4'));
    expect(
      (await failing('cut.mp4', whole.subarray(0, whole.length / 2), { output_format: 'mp3' })).message,
    ).toContain('ends before its index');
    expect((await failing('clip.mp4', undefined, { output_format: 'mkv', audio_codec: 'vorbis' })).code).toBe(
      'INVALID_OPTION',
    );
    const hint = await failing('clip.mp4', undefined, { output_format: 'mkv', subtitles_mode: 'copy' });
    expect(`${hint.message} ${hint.hint}`).toMatch(/subtitles_mode.*ffmpeg honours/);
  });

  test('the program is preferred where it is there', async () => {
    expect(nodeAv.rank('mp4', 'webm')).toBe(80);
    const planned = await convert.plan(
      mediaAction(clipPath('clip.mp4'), { options: { output_format: 'mkv', engine: 'ffmpeg' } }),
      contextOf(newFolder()),
    );
    expect(planned).toMatchObject({ ok: true, value: { converter: { name: 'node-av' } } });
  });
});

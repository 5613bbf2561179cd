/** The options of video and sound, each by a real conversion whose output is opened. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { JsonObject } from '@pipeline/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { contextOf as contextIn, newFolder } from '../places/action.ts';
import { done } from '../pictures/picture-action.ts';
import {
  clip,
  clipPath,
  ffmpeg,
  loudness,
  mediaAction,
  mostGreen,
  picture,
  pixel,
  probe,
  tone,
} from './clips.ts';
import type { Probed } from './clips.ts';

const contextOf = () => contextIn(newFolder());
const video = (probed: Probed, key: string) => probed.video?.[key];
const audio = (probed: Probed, key: string) => probed.audio?.[key];

function noisy(): string {
  const file = clipPath('noise.mkv');
  if (!existsSync(file))
    ffmpeg(...picture(2), '-vf', 'noise=alls=60:allf=t:all_seed=1', '-c:v', 'ffv1', 'noise.mkv');
  return file;
}

/** Test folders go with their test; clips stay. */
function keep(path: string, name: string): string {
  writeFileSync(clipPath(name), readFileSync(path));
  return clipPath(name);
}

async function made(options: JsonObject, more: { file?: string; files?: Record<string, string> } = {}) {
  const result = await done(convert, mediaAction(more.file ?? clipPath('clip.mp4'), { options, ...more }));
  const path = result.outputs[0]?.path ?? '';
  return { ...result, path, probed: probe(path) };
}

async function sizeOf(options: JsonObject): Promise<number> {
  const { bytes } = await made({ output_format: 'mkv', audio_codec: 'none', ...options }, { file: noisy() });
  return bytes.length;
}

describe.skipIf(findProgram('ffmpeg') === undefined)('options of ffmpeg', () => {
  let source = '';
  beforeAll(() => {
    source = clip('clip.mp4', '-metadata', 'title=Kite', '-metadata', 'artist=Ann');
    ffmpeg(...picture(4, '320x180'), ...tone(4), '-shortest', '-pix_fmt', 'yuv420p', 'long.mp4');
    writeFileSync(clipPath('captions.srt'), '1\n00:00:00,000 --> 00:00:09,000\nHello there\n');
  });

  test('mp4 by default: H.264 and AAC that everybody plays, index in front, tags kept', async () => {
    const { probed, bytes, converter } = await made({ output_format: 'mp4', crf: 30 });
    expect(converter?.name).toBe('ffmpeg');
    expect(probed.video).toMatchObject({
      codec_name: 'h264',
      pix_fmt: 'yuv420p',
      nb_read_frames: '50',
      width: 160,
      height: 90,
    });
    expect(probed.audio).toMatchObject({ codec_name: 'aac', sample_rate: '44100' });
    expect(probed.tags).toMatchObject({ title: 'Kite', artist: 'Ann' });
    expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    const late = await made({ output_format: 'mp4', faststart: false });
    expect(late.bytes.indexOf('moov')).toBeGreaterThan(late.bytes.indexOf('mdat'));
  });

  test('video_codec, audio_codec, profile, level, tune, preset, keyframe_interval', async () => {
    const coded = {
      video_codec: 'x264',
      profile: 'baseline',
      level: 3.1,
      tune: 'film',
      preset: 'ultrafast',
      keyframe_interval: 5,
    };
    const h264 = await made({ output_format: 'mkv', audio_codec: 'opus', ...coded });
    expect(h264.probed.video).toMatchObject({
      codec_name: 'h264',
      profile: 'Constrained Baseline',
      level: 31,
    });
    expect(h264.probed.audio).toMatchObject({ codec_name: 'opus' });
    const text = h264.bytes.toString('latin1');
    // What x264 writes into its stream.
    expect(text).toMatch(/keyint=5 /);
    expect(text).toMatch(/psy_rd=-?1\.00:0\.15|me=dia/);
    const hevc = await made({
      output_format: 'mp4',
      video_codec: 'x265',
      crf: 40,
      preset: 'ultrafast',
      level: 4,
    });
    expect(hevc.probed.video).toMatchObject({ codec_name: 'hevc', codec_tag_string: 'hvc1', level: 120 });
  });

  test.each([
    ['webm', 'vp8', 'vp8'],
    ['webm', 'vp9', 'vp9'],
    ['mkv', 'av1', 'av1'],
    ['ogv', 'theora', 'theora'],
    ['avi', 'xvid', 'mpeg4'],
    ['mov', 'prores', 'prores'],
  ])('%s with %s', async (to, codec, named) => {
    const speed = ['vp8', 'vp9', 'av1'].includes(codec) ? { preset: 'ultrafast', crf: 50 } : {};
    const { probed } = await made({ output_format: to, video_codec: codec, ...speed, trim_end: 0.4 });
    expect(probed.video).toMatchObject({ codec_name: named, width: 160, height: 90 });
  });

  test('crf and video_bitrate decide how large it gets', async () => {
    const [fine, coarse, rate] = [
      await sizeOf({ crf: 15 }),
      await sizeOf({ crf: 45 }),
      await sizeOf({ video_bitrate: 100 }),
    ];
    expect(fine).toBeGreaterThan(coarse * 5);
    expect(rate).toBeGreaterThan(10_000);
    expect(rate).toBeLessThan(80_000);
  });

  test.each([
    [{ width: 80 }, 80, 44],
    [{ width: 1000, height: 45 }, 80, 44],
    [{ width: 640 }, 160, 90],
    [{ width: 60, height: 60, fit: 'crop' }, 60, 60],
    [{ width: 100, height: 40, fit: 'scale' }, 100, 40],
  ])('size %j', async (options, width, height) => {
    const { probed } = await made({ output_format: 'mp4', trim_end: 0.4, ...options });
    expect([video(probed, 'width'), video(probed, 'height')]).toEqual([width, height]);
  });

  test('fps, aspect_ratio', async () => {
    const { probed } = await made({ output_format: 'mp4', fps: 10, aspect_ratio: '4:3' });
    expect(probed.video).toMatchObject({
      avg_frame_rate: '10/1',
      nb_read_frames: '20',
      display_aspect_ratio: '4:3',
    });
  });

  test('trim_start and trim_end are places in the input', async () => {
    const { probed } = await made({ output_format: 'mp4', trim_start: '00:00:01', trim_end: 1.6 });
    expect(probed.seconds).toBeCloseTo(0.6, 1);
    expect(video(probed, 'nb_read_frames')).toBe('15');
  });

  test('channels, sample_rate, audio_bitrate, volume', async () => {
    const { probed, path } = await made({
      output_format: 'mp3',
      channels: 2,
      sample_rate: 22_050,
      audio_bitrate: 64,
      volume: 0.1,
    });
    expect(probed.audio).toMatchObject({
      codec_name: 'mp3',
      channels: 2,
      sample_rate: '22050',
      bit_rate: '64000',
    });
    expect(probed.tags).toMatchObject({ title: 'Kite' });
    expect(loudness(path)).toBeCloseTo(loudness(source) - 20, -1);
    const silent = await made({ output_format: 'mp4', audio_codec: 'none', trim_end: 0.4 });
    expect(silent.probed.audio).toBeUndefined();
  });

  test('copy takes streams over as they are', async () => {
    const { probed } = await made({ output_format: 'mkv', video_codec: 'copy', audio_codec: 'copy' });
    expect([
      video(probed, 'codec_name'),
      audio(probed, 'codec_name'),
      video(probed, 'nb_read_frames'),
    ]).toEqual(['h264', 'aac', '50']);
    const wrong = await convert.run(
      mediaAction(source, { options: { output_format: 'webm', video_codec: 'copy' } }),
      contextOf(),
    );
    expect(wrong).toMatchObject({
      ok: false,
      error: {
        code: 'INVALID_OPTION',
        message: expect.stringContaining('is h264, which webm does not hold'),
      },
    });
  });

  test('subtitles: a track, taken over, left out, and drawn into the picture', async () => {
    const files = { subtitles: clipPath('captions.srt') };
    const file = clipPath('long.mp4');
    const soft = await made(
      { output_format: 'mkv', subtitles_mode: 'soft', subtitles: 'captions' },
      { file, files },
    );
    expect(soft.probed.subtitle).toMatchObject({ codec_name: 'subrip' });
    const mp4 = await made(
      { output_format: 'mp4', subtitles_mode: 'copy', trim_end: 1 },
      { file: keep(soft.path, 'soft.mkv') },
    );
    expect(mp4.probed.subtitle).toMatchObject({ codec_name: 'mov_text' });
    const none = await made(
      { output_format: 'mp4', subtitles_mode: 'none', trim_end: 1 },
      { file: clipPath('soft.mkv') },
    );
    expect(none.probed.subtitle).toBeUndefined();
    const hard = await made(
      { output_format: 'mp4', subtitles_mode: 'hard', subtitles: 'captions', trim_start: 2, trim_end: 3 },
      { file, files },
    );
    // White letters over red and blue.
    expect(mostGreen(hard.path, '160:30:80:150')).toBeGreaterThan(180);
    expect(mostGreen(hard.path, '160:30:80:20')).toBeLessThan(80);
  });

  test('the older watermark options lay a picture over the video', async () => {
    ffmpeg('-f', 'lavfi', '-i', 'color=lime:size=20x10', '-frames:v', '1', 'logo.png');
    const place = {
      watermark_position_vertical: 'top',
      watermark_position_horizontal: 'right',
      watermark_margin_vertical: 5,
      watermark_margin_horizontal: 10,
    };
    const { path } = await made(
      { output_format: 'mp4', watermark: 'logo', ...place },
      { files: { watermark: clipPath('logo.png') } },
    );
    expect(pixel(path, { x: 140, y: 10 })[1]).toBeGreaterThan(200);
    expect(pixel(path, { x: 120, y: 10 })[1]).toBeLessThan(60);
    expect(pixel(path, { x: 140, y: 10, seconds: 1.5 })[1]).toBeGreaterThan(200);
  });

  test('pictures: one frame, a frame of every second, and animations', async () => {
    const still = await made({ output_format: 'jpg', trim_start: 1, width: 80, quality: 95 });
    expect(still.probed.video).toMatchObject({ codec_name: 'mjpeg', width: 80, height: 45 });
    expect(pixel(still.path, { x: 10, y: 20 })[0]).toBeGreaterThan(200);
    const many = await done(convert, mediaAction(source, { options: { output_format: 'png', fps: 2 } }));
    expect(many.outputs.map(({ name }) => name)).toEqual([
      'clip-1.png',
      'clip-2.png',
      'clip-3.png',
      'clip-4.png',
    ]);
    const gif = await made({ output_format: 'gif', fps: 5, width: 80 });
    expect(gif.probed.video).toMatchObject({ codec_name: 'gif', width: 80, nb_read_frames: '10' });
    expect(pixel(gif.path, { x: 10, y: 20 })[0]).toBeGreaterThan(200);
    const webp = await done(
      convert,
      mediaAction(noisy(), { options: { output_format: 'webp', trim_end: 1 } }),
    );
    const text = webp.bytes.toString('latin1');
    expect(text.match(/ANMF/g)?.length).toBeGreaterThan(10);
    const apng = await made({ output_format: 'apng', trim_end: 1 });
    expect(apng.probed.video).toMatchObject({ codec_name: 'apng', nb_read_frames: '20' });
  });

  test('a turned clip stays upright, odd edges become even, and 24 bits stay 24 bits', async () => {
    ffmpeg('-i', source, '-c', 'copy', '-metadata:s:v:0', 'rotate=90', 'turned.mp4');
    const turned = await made({ output_format: 'mp4', width: 44 }, { file: clipPath('turned.mp4') });
    expect([video(turned.probed, 'width'), video(turned.probed, 'height')]).toEqual([44, 78]);
    ffmpeg(...picture(1, '161x91'), '-c:v', 'ffv1', 'odd.mkv');
    const odd = await made({ output_format: 'mp4' }, { file: clipPath('odd.mkv') });
    expect([video(odd.probed, 'width'), video(odd.probed, 'height')]).toEqual([160, 90]);
    ffmpeg(...tone(1), '-c:a', 'flac', '-sample_fmt', 's32', '-bits_per_raw_sample', '24', 'deep.flac');
    const deep = await made({ output_format: 'wav' }, { file: clipPath('deep.flac') });
    expect(audio(deep.probed, 'codec_name')).toBe('pcm_s24le');
  });

  test('the cover and the tags of a song come along, from Ogg too', async () => {
    ffmpeg('-f', 'lavfi', '-i', 'color=lime:size=32x32', '-frames:v', '1', 'cover.jpg');
    ffmpeg(
      ...tone(1),
      '-i',
      'cover.jpg',
      '-map',
      '0:a',
      '-map',
      '1:v',
      '-c:v',
      'copy',
      '-disposition:v',
      'attached_pic',
      '-metadata',
      'title=Song',
      'song.flac',
    );
    const mp3 = await made({ output_format: 'mp3' }, { file: clipPath('song.flac') });
    expect(mp3.probed).toMatchObject({
      tags: { title: 'Song' },
      video: { codec_name: 'mjpeg', disposition: { attached_pic: 1 } },
    });
    const ogg = await made({ output_format: 'oga' }, { file: clipPath('song.flac') });
    expect(ogg.probed.video).toBeUndefined();
    expect(ogg.probed.audio).toMatchObject({ tags: { title: 'Song' } });
    const back = await made({ output_format: 'm4a' }, { file: keep(ogg.path, 'song.oga') });
    expect(back.probed.tags).toMatchObject({ title: 'Song' });
  });

  test('sound of old telephones is read, though nothing free writes it', async () => {
    // A second of silence: fifty frames of the highest rate.
    const frame = Buffer.concat([Buffer.from([0x3c]), Buffer.alloc(31)]);
    writeFileSync(
      clipPath('call.amr'),
      Buffer.concat([Buffer.from('#!AMR\n'), ...Array.from({ length: 50 }, () => frame)]),
    );
    const { probed } = await made({ output_format: 'mp3' }, { file: clipPath('call.amr') });
    expect(probed.audio).toMatchObject({ codec_name: 'mp3', sample_rate: '8000', channels: 1 });
    expect(Math.abs(probed.seconds - 1)).toBeLessThan(0.2);
  });
});

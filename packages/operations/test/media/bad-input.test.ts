/** Files that are not what they seem, and options that cannot hold: each fails with its cause, most of them before the run. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { JsonObject } from '@pipeline/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { failed } from '../pictures/picture-action.ts';
import { clip, clipPath, ffmpeg, mediaAction, picture, tone } from './clips.ts';

const atRun = { plan: false };

const failing = (file: string, options: JsonObject, when = atRun) =>
  failed(convert, mediaAction(file, { options }), when);
const named = (name: string, content: Buffer | string): string => {
  writeFileSync(clipPath(name), content);
  return clipPath(name);
};

describe.skipIf(findProgram('ffmpeg') === undefined)('bad input for ffmpeg', () => {
  let source = '';
  beforeAll(() => {
    source = clip('clip.mp4', '-movflags', '+faststart');
    ffmpeg(...picture(1), '-pix_fmt', 'yuv420p', 'silent.mp4');
    ffmpeg(...tone(1), 'tone.mp3');
  });
  test('no sound, no video', async () => {
    expect(await failing(clipPath('silent.mp4'), { output_format: 'mp3' })).toMatchObject({
      type: 'bad-input',
      message: '"silent.mp4" has no sound, so that nothing can become mp3',
    });
    const sound = named('sound.mkv', '');
    ffmpeg(...tone(1), 'sound.mkv');
    expect((await failing(sound, { output_format: 'gif' })).message).toBe(
      '"sound.mkv" has no video: it holds sound only, so that nothing can become gif',
    );
  });

  test('cut off in the middle, and before its index', async () => {
    ffmpeg(
      ...picture(8, '320x180'),
      ...tone(8),
      '-vf',
      'noise=alls=30:allf=t',
      '-pix_fmt',
      'yuv420p',
      '-movflags',
      '+faststart',
      'whole.mp4',
    );
    const whole = readFileSync(clipPath('whole.mp4'));
    const half = named('half.mp4', whole.subarray(0, whole.length / 3));
    expect(
      (await failing(half, { output_format: 'mkv', video_codec: 'x264', preset: 'ultrafast' })).message,
    ).toMatch(/^"half.mp4" ends after 2\.\d+ s, though it says that it lasts 8 s/);
    ffmpeg('-i', 'clip.mp4', '-c', 'copy', 'late.mp4');
    const late = readFileSync(clipPath('late.mp4'));
    expect(
      (await failing(named('cut.mp4', late.subarray(0, late.length / 2)), { output_format: 'mp3' })).message,
    ).toBe('"cut.mp4" ends before its index: it is cut off, or still being written');
  });

  test('empty, text, another format, DRM', async () => {
    expect((await failing(named('empty.mp4', ''), { output_format: 'mp3' })).message).toBe(
      '"empty.mp4" is empty (0 bytes)',
    );
    expect(
      await failing(named('song.mp4', readFileSync(clipPath('tone.mp3'))), { output_format: 'mp3' }),
    ).toMatchObject({
      message: '"song.mp4" is not an MP4 file: it starts with an MP3 header, not with an MP4 header',
      hint: 'It looks like MP3: rename it, or set `input_format: mp3`.',
    });
    expect(
      (await failing(named('noise.ts', 'hello world '.repeat(50)), { output_format: 'mp4' })).message,
    ).toContain('"noise.ts" holds nothing that can be read as video or sound');
    ffmpeg(...tone(1), '-c:a', 'aac', 'bought.m4a');
    const bought = Buffer.from(
      readFileSync(clipPath('bought.m4a')).toString('latin1').replace('mp4a', 'drms'),
      'latin1',
    );
    expect(await failing(named('bought.m4a', bought), { output_format: 'mp3' })).toMatchObject({
      code: 'DRM_PROTECTED',
    });
  });

  test('playlists and scripts read nothing', async () => {
    const canary = named('canary.ts', readFileSync(source));
    const lists = {
      'list.ts': `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:2,\n${canary}\n#EXT-X-ENDLIST\n`,
      'script.vob': `ffconcat version 1.0\nfile ${canary}\n`,
      'dash.webm': `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>file://${canary}</BaseURL></MPD>`,
      'talk.aac': `v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n`,
    };
    for (const [name, text] of Object.entries(lists)) {
      expect(await failing(named(name, text), { output_format: 'mp4' })).toMatchObject({ type: 'bad-input' });
    }
    // Behind a blank line, FFmpeg alone has to say no.
    expect(
      await failing(named('hidden.ts', `\0#EXTM3U\n${canary}\n`), { output_format: 'mp4' }),
    ).toMatchObject({ type: 'bad-input' });
    const subtitles = { subtitles: named('captions.srt', lists['list.ts']) };
    const hard = mediaAction(source, {
      options: { output_format: 'mp4', subtitles_mode: 'hard', subtitles: 'x' },
      files: subtitles,
    });
    expect((await failed(convert, hard, atRun)).message).toBe(
      'The file that `subtitles` names holds no subtitles',
    );
  });

  test.each([
    [
      { output_format: 'webm', video_codec: 'x264' },
      'webm does not hold the codec "x264"',
      'It holds: vp9, vp8, av1, copy.',
    ],
    [{ output_format: 'mp4', audio_codec: 'vorbiss' }, 'mp4 does not hold the codec "vorbiss"', undefined],
    [
      { output_format: 'mp4', video_codec: 'copy', width: 10 },
      '`video_codec: copy` takes the video over as it is, so that `width` cannot be honoured',
      undefined,
    ],
    [
      { output_format: 'mp4', crf: 20, video_bitrate: 500 },
      '`crf` and `video_bitrate` exclude each other',
      undefined,
    ],
    [{ output_format: 'ogv', crf: 20 }, 'The codec theora has no `crf`', 'Use `video_bitrate`.'],
    [{ output_format: 'mp4', crf: 60 }, 'The `crf` of h264 ends at 51', undefined],
    [{ output_format: 'mp4', profile: 'wide' }, 'The codec h264 has no profile "wide"', undefined],
    [
      { output_format: 'mkv', video_codec: 'av1', tune: 'film' },
      'The codec av1 has no tune "film"',
      undefined,
    ],
    [
      { output_format: 'mp4', trim_start: 5, trim_end: '0:04' },
      '`trim_end` (4 s) does not lie behind the start (5 s)',
      undefined,
    ],
    [{ output_format: 'avi', subtitles_mode: 'soft' }, 'avi holds no track of subtitles', undefined],
    [
      { output_format: 'wav', audio_bitrate: 100 },
      'pcm_s16le keeps every sample, so that it has no `audio_bitrate`',
      undefined,
    ],
    [{ output_format: 'mp3', sample_rate: 96_000 }, 'mp3 in mp3 has no sample rate of 96000 Hz', undefined],
    [{ output_format: 'mp3', audio_codec: 'none' }, 'mp3 holds nothing but sound', undefined],
    [
      { output_format: 'mp4', watermark_position_vertical: 'top' },
      '`watermark_position_vertical` places a watermark, but there is none',
      undefined,
    ],
    [{ output_format: 'mpeg', fps: 12 }, 'mpeg2 has no rate of 12 frames per second', undefined],
  ])('%j is refused before the run', async (options, message, hint) => {
    const failure = await failing(source, options, { plan: true });
    expect(failure).toMatchObject({ code: 'INVALID_OPTION', message });
    if (hint !== undefined) expect(failure.hint).toBe(hint);
  });

  test('a start behind the end, and a version that is not here', async () => {
    expect((await failing(source, { output_format: 'mp4', trim_start: 60 })).message).toContain(
      'lasts 2 s: `trim_start` (1:00) lies behind its end',
    );
    const version = { output_format: 'mp4', crf: 20, engine: 'ffmpeg' };
    expect(await failing(source, { ...version, engine_version: '<3' }, { plan: true })).toMatchObject({
      code: 'INVALID_OPTION',
    });
    const fine = mediaAction(source, { options: { ...version, engine_version: '>=4' } });
    expect(await convert.plan(fine, contextOf(newFolder()))).toMatchObject({ ok: true });
  });
});

/** Thumbnails of video: the frame of the time that was asked for, in the size that was asked for. */
import { beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../src/programs/find-program.ts';
import { thumbnail } from '../../src/operations/thumbnail.ts';
import { contextOf, newFolder } from '../places/action.ts';
import { done, failed } from '../pictures/picture-action.ts';
import { clip, clipPath, ffmpeg, mediaAction, pixel, probe, tone } from './clips.ts';

const options = { output_format: 'png' };

const colourOf = (file: string): string => {
  const [red = 0, green = 0, blue = 0] = pixel(file, { x: 10, y: 10 });
  return red > 200 ? 'red' : green > 200 ? 'green' : blue > 200 ? 'blue' : 'other';
};
const thumb = (more: object) =>
  mediaAction(clipPath('colours.mp4'), { operation: 'thumbnail', options: { ...options, ...more } });

describe.skipIf(findProgram('ffmpeg') === undefined)('thumbnails of video', () => {
  beforeAll(() => {
    clip('clip.mp4');
    // Red, green and blue, two seconds each.
    const colours = ['red', 'lime', 'blue'].flatMap((colour) => [
      '-f',
      'lavfi',
      '-i',
      `color=${colour}:size=320x180:rate=25:duration=2`,
    ]);
    ffmpeg(...colours, '-filter_complex', '[0][1][2]concat=n=3,format=yuv420p', '-g', '10', 'colours.mp4');
    ffmpeg(...tone(1), 'song.mkv');
  });
  test.each([
    [{}, 'green'],
    [{ timestamp: '00:00:01' }, 'red'],
    [{ timestamp: '5.5' }, 'blue'],
    [{ timestamp: '0%' }, 'red'],
    [{ timestamp: '100%' }, 'blue'],
    [{ output_format: 'jpg', timestamp: '50%' }, 'green'],
    [{ output_format: 'webp', timestamp: '2.5' }, 'green'],
  ])('%j is %s', async (more, colour) => {
    const { outputs, converter } = await done(thumbnail, thumb(more));
    const [file] = outputs;
    expect(converter?.name).toBe('ffmpeg');
    expect(file?.name).toBe(`colours.${'output_format' in more ? more.output_format : 'png'}`);
    expect(colourOf(file?.path ?? '')).toBe(colour);
    expect(probe(file?.path ?? '').video).toMatchObject({ width: 320, height: 180 });
  });

  test('several are spread evenly, and planned by name', async () => {
    const request = thumb({ count: 3, filename: 'shot-%02d.png', width: 100 });
    const { outputs } = await done(thumbnail, request);
    expect(outputs.map(({ name }) => name)).toEqual(['shot-01.png', 'shot-02.png', 'shot-03.png']);
    expect(outputs.map(({ path }) => colourOf(path))).toEqual(['red', 'green', 'blue']);
    expect(probe(outputs[2]?.path ?? '').video).toMatchObject({ width: 100, height: 56 });
    const planned = await thumbnail.plan(request, contextOf(newFolder()));
    expect(planned.ok && planned.value.outputs?.map(({ name }) => name)).toEqual(
      outputs.map(({ name }) => name),
    );
  });

  test.each([
    [{ width: 50, height: 50, fit: 'crop' }, 50, 50],
    [{ width: 64, height: 64, fit: 'scale' }, 64, 64],
    [{ width: 64, height: 64 }, 64, 36],
  ])('%j', async (more, width, height) => {
    const { outputs } = await done(thumbnail, thumb(more));
    expect(probe(outputs[0]?.path ?? '').video).toMatchObject({ width, height });
  });

  test('a frame of a GIF', async () => {
    ffmpeg('-i', 'colours.mp4', '-vf', 'fps=5,scale=80:-2', 'colours.gif');
    const request = mediaAction(clipPath('colours.gif'), {
      operation: 'thumbnail',
      options: { ...options, timestamp: '90%' },
    });
    const { outputs, converter } = await done(thumbnail, request);
    expect([converter?.name, colourOf(outputs[0]?.path ?? '')]).toEqual(['ffmpeg', 'blue']);
  });

  test('what cannot be', async () => {
    expect(await failed(thumbnail, thumb({ timestamp: '00:01:00' }), { plan: false })).toMatchObject({
      code: 'INVALID_OPTION',
      message: '"colours.mp4" lasts 6 s: `timestamp` (1:00) lies behind its end',
    });
    expect((await failed(thumbnail, thumb({ timestamp: '1', count: 2 }))).message).toBe(
      '`timestamp` and `count` exclude each other',
    );
    expect((await failed(thumbnail, thumb({ timestamp: 'soon' }))).message).toBe(
      '`timestamp` is no time: "soon"',
    );
    expect((await failed(thumbnail, thumb({ engine: 'imagemagick' }))).code).toBe('INVALID_OPTION');
    const song = mediaAction(clipPath('song.mkv'), { operation: 'thumbnail', options });
    expect((await failed(thumbnail, song, { plan: false })).message).toContain(
      'has no video: it holds sound only',
    );
  });
});

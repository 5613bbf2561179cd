/** Watermarks on video: the mark stands where it was put, on every frame, and the sound is the same. */
import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../src/programs/find-program.ts';
import { watermark } from '../../src/operations/watermark.ts';
import { done, failed } from '../pictures/picture-action.ts';
import { clipPath, ffmpeg, mediaAction, pixel, probe, tone } from './clips.ts';

/** The box of what is not black in the last frame: left, top, right, bottom. */
function boxOf(file: string, threshold = 40): readonly number[] {
  const text = execFileSync('sh', [
    '-c',
    `ffmpeg -nostdin -i "$0" -vf bbox=min_val=${threshold} -f null - 2>&1`,
    file,
  ]);
  const last =
    text
      .toString()
      .match(/x1:(\d+) x2:(\d+) y1:(\d+) y2:(\d+)/g)
      ?.at(-1) ?? '';
  const [, x1, x2, y1, y2] = (/x1:(\d+) x2:(\d+) y1:(\d+) y2:(\d+)/.exec(last) ?? []).map(Number);
  return [x1 ?? -1, y1 ?? -1, x2 ?? -1, y2 ?? -1];
}
const near = (found: readonly number[], wanted: readonly number[], by = 3): void => {
  for (const [index, value] of wanted.entries())
    expect(Math.abs((found[index] ?? -99) - value), String(found)).toBeLessThanOrEqual(by);
};
async function marked(options: object, files: Record<string, string> = {}, file = 'black.mp4') {
  const result = await done(
    watermark,
    mediaAction(clipPath(file), { operation: 'watermark', options: { ...options }, files }),
  );
  return { ...result, path: result.outputs[0]?.path ?? '', name: result.outputs[0]?.name };
}
const logo = (options: object) => marked({ image: 'logo', ...options }, { image: clipPath('logo.png') });

const packets = (file: string) =>
  execFileSync('ffmpeg', [
    '-v',
    'error',
    '-i',
    file,
    '-map',
    '0:a',
    '-c',
    'copy',
    '-f',
    'md5',
    '-',
  ]).toString();

const wrong = (options: object) =>
  failed(watermark, mediaAction(clipPath('black.mp4'), { operation: 'watermark', options: { ...options } }));

describe.skipIf(findProgram('ffmpeg') === undefined)('watermarks on video', () => {
  beforeAll(() => {
    const black = ['-f', 'lavfi', '-i', 'color=black:size=320x180:rate=10:duration=1'];
    ffmpeg(...black, ...tone(1), '-pix_fmt', 'yuv420p', 'black.mp4');
    ffmpeg(...black, '-c:v', 'libvpx', 'black.webm');
    ffmpeg('-f', 'lavfi', '-i', 'color=lime:size=40x20', '-frames:v', '1', 'logo.png');
  });

  test('an image: the middle, and the corners with their margins', async () => {
    near(boxOf((await logo({})).path), [140, 80, 179, 99]);
    near(
      boxOf((await logo({ position_vertical: 'top', position_horizontal: 'left' })).path),
      [25, 25, 64, 44],
    );
    const corner = {
      position_vertical: 'bottom',
      position_horizontal: 'right',
      margin_vertical: 0,
      margin_horizontal: 10,
    };
    near(boxOf((await logo(corner)).path), [270, 160, 309, 179]);
  });

  test('its size, opacity and rotation', async () => {
    near(boxOf((await logo({ image_width: 80 })).path), [120, 70, 199, 109]);
    near(boxOf((await logo({ image_width_percent: 50 })).path), [80, 50, 239, 129]);
    near(boxOf((await logo({ image_height: 60, image_width: 20 })).path), [150, 60, 169, 119]);
    near(boxOf((await logo({ rotation: 90 })).path), [150, 70, 169, 109]);
    const faint = pixel((await logo({ opacity: 40 })).path, { x: 160, y: 90 })[1] ?? 0;
    expect(faint).toBeGreaterThan(70);
    expect(faint).toBeLessThan(140);
  });

  test('a text: size, width, colour, font and alignment; the sound is taken over as it is', async () => {
    const white = { text: 'Draft', font_color: '#ffffff' };
    const { path, name, converter } = await marked({ ...white, font_size: 40 });
    expect([name, converter?.name]).toEqual(['black.mp4', 'ffmpeg']);
    const [left = 0, top = 0, right = 0, bottom = 0] = boxOf(path);
    expect(bottom - top).toBeGreaterThan(20);
    expect((left + right) / 2).toBeCloseTo(160, -1);
    const [wideLeft = 0, , wideRight = 0] = boxOf((await marked({ ...white, font_width_percent: 90 })).path);
    expect(wideRight - wideLeft).toBeGreaterThan(270);
    const red = await marked({
      text: 'Draft',
      font_color: '#ff0000',
      font_name: 'Courier New Bold',
      font_size: 60,
    });
    expect(red.message ?? '').toContain('Cousine');
    const lines = await marked({ ...white, text: 'I\nlonger line', font_align: 'right', font_size: 30 });
    expect(boxOf(lines.path)[3]).toBeGreaterThan(100);
    expect(probe(path)).toMatchObject({
      video: { codec_name: 'h264', nb_read_frames: '10' },
      audio: { codec_name: 'aac' },
    });
    expect(packets(path)).toBe(packets(clipPath('black.mp4')));
  });

  test('a webm stays one', async () => {
    const { path } = await marked({ text: 'W', font_size: 60, font_color: '#ffffff' }, {}, 'black.webm');
    expect(probe(path)).toMatchObject({ format: 'matroska,webm', video: { codec_name: 'vp8' } });
    expect(boxOf(path)[0]).toBeGreaterThan(0);
  });

  test('what cannot be', async () => {
    expect((await wrong({ text: 'a', pages: '1' })).message).toBe(
      '"pages" is for PDF files; a video has none',
    );
    expect((await wrong({ text: 'a', layer: 'below' })).message).toContain('would hide the watermark');
    expect((await wrong({ text: 'a', engine: 'qpdf' })).code).toBe('INVALID_OPTION');
  });
});

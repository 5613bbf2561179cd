/** Rates of sound and pictures that an encoder or a container insists on, by real conversions whose output is opened. */
import { describe, expect, test } from 'vitest';
import { convert } from '../../src/operations/convert.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { done } from '../pictures/picture-action.ts';
import { clip, clipPath, ffmpeg, mediaAction, picture, probe, tone } from './clips.ts';

async function made(to: string, name: string) {
  const { outputs } = await done(convert, mediaAction(clipPath(name), { options: { output_format: to } }));
  return probe(outputs[0]?.path ?? '');
}

describe.skipIf(findProgram('ffmpeg') === undefined)('rates of ffmpeg', () => {
  test('speech of 8 kHz becomes Vorbis at a rate that its encoder takes', async () => {
    ffmpeg(...tone(1), '-ar', '8000', '-c:a', 'pcm_s16le', 'speech.wav');
    const probed = await made('ogg', 'speech.wav');
    expect(probed.audio).toMatchObject({ codec_name: 'vorbis', sample_rate: '16000' });
    expect(Math.abs(probed.seconds - 1)).toBeLessThan(0.1);
  });

  test('RSO is one channel of 8 kHz; AAC is told where the one channel of SBC stands', async () => {
    ffmpeg(...tone(1), '-ac', '2', '-ar', '44100', 'both.wav');
    expect((await made('rso', 'both.wav')).audio).toMatchObject({ sample_rate: '8000', channels: 1 });
    ffmpeg(...tone(1), '-ac', '1', '-ar', '16000', 'headset.sbc');
    const probed = await made('m4a', 'headset.sbc');
    expect(probed.audio).toMatchObject({ codec_name: 'aac', sample_rate: '16000', channels: 1 });
    expect(Math.abs(probed.seconds - 1)).toBeLessThan(0.1);
  });

  test('DV has sound for every frame, where that of its source begins late or comes in other pieces', async () => {
    clip('old.wmv', '-c:v', 'wmv2', '-c:a', 'wmav2');
    ffmpeg(...picture(2), '-itsoffset', '0.5', ...tone(1), '-pix_fmt', 'yuv420p', 'late.mkv');
    for (const name of ['old.wmv', 'late.mkv']) {
      const probed = await made('dv', name);
      expect(probed.video).toMatchObject({ codec_name: 'dvvideo', width: 720, height: 576 });
      expect(Math.abs(probed.seconds - 2)).toBeLessThan(0.15);
      expect(probed.audio).toMatchObject({ sample_rate: '48000', channels: 2 });
    }
  });

  test('an animation of two pictures becomes a film with a rate that players know', async () => {
    ffmpeg(...picture(0.08, '64x48'), '-frames:v', '2', '-f', 'apng', 'blink.apng');
    for (const [to, codec] of Object.entries({ swf: 'flv1', rm: 'rv20' })) {
      const probed = await made(to, 'blink.apng');
      expect(probed.video).toMatchObject({ codec_name: codec, nb_read_frames: '2' });
    }
  });
});

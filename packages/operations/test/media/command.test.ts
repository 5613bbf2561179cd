/** `command`: programs with arguments of one's own, as CloudConvert's jobs write them, and what they cannot do. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ActionRequest } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { loadPipeline } from '@pipeline/schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { command, withRealPaths } from '../../src/operations/command.ts';
import { findProgram } from '../../src/programs/find-program.ts';
import { sandboxKind } from '../../src/programs/sandbox.ts';
import { action, artifact, contextOf, newFolder } from '../places/action.ts';
import { clip, clipPath, ffmpeg, probe } from './clips.ts';

const areThere = (['ffmpeg', 'imagemagick', 'graphicsmagick'] as const).every(
  (name) => findProgram(name) !== undefined,
);

function request(options: JsonObject, files: readonly string[] = ['clip.mp4']): ActionRequest {
  const inputs = files.map((name) => ({ ...artifact(clipPath(name)), task: 'video' }));
  return action({ operation: 'command', options, inputs });
}
async function ran(options: JsonObject, files?: readonly string[]) {
  const result = await command.run(request(options, files), contextOf(newFolder()));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
const ffmpegOptions = (args: string | string[]): JsonObject => ({
  engine: 'ffmpeg',
  command: 'ffmpeg',
  arguments: args,
});

test('paths in arguments, where no sandbox can show them', () => {
  expect(withRealPaths('/input/v/a.mp4', '/w')).toBe('/w/input/v/a.mp4');
  expect(withRealPaths('subtitles=/input/s/a.srt:si=0,movie=/input/v/x', '/w')).toBe(
    'subtitles=/w/input/s/a.srt:si=0,movie=/w/input/v/x',
  );
  expect(withRealPaths('/home/input/x', '/w')).toBe('/home/input/x');
  expect(withRealPaths('/outputs/x', '/w')).toBe('/outputs/x');
});

const plan = async (options: JsonObject) => command.plan(request(options), contextOf(newFolder()));

describe.skipIf(!areThere)('command', () => {
  beforeAll(() => {
    clip('clip.mp4');
    ffmpeg('-f', 'lavfi', '-i', 'color=lime:size=40x20', '-frames:v', '1', 'logo.png');
  });

  test('ffmpeg: files in, files out, folders kept', async () => {
    const text = `-i /input/video/clip.mp4 -vn "/output/the sound.mp3" -map 0:v -frames:v 2 '/output/frames.%d.png'`;
    const { outputs, converter, result } = await ran(ffmpegOptions(text));
    expect(outputs.map(({ name }) => name)).toEqual(['frames.1.png', 'frames.2.png', 'the sound.mp3']);
    expect(probe(outputs[2]?.path ?? '').audio).toMatchObject({ codec_name: 'mp3' });
    expect(converter?.name).toBe('ffmpeg');
    expect(result).toBeUndefined();
  });

  test('ffprobe, identify and gm: what they print is the result, and no file is needed', async () => {
    const asked = [
      '-v',
      'error',
      '-select_streams',
      'v',
      '-show_entries',
      'stream=width',
      '-of',
      'csv=p=0',
      '/input/video/clip.mp4',
    ];
    const probed = await ran({
      engine: 'ffmpeg',
      command: 'ffprobe',
      arguments: asked,
      capture_output: true,
    });
    expect(probed).toMatchObject({ outputs: [], result: { output: '160\n' } });
    const version = await ran(
      { engine: 'graphicsmagick', command: 'gm', arguments: 'version', capture_output: true },
      [],
    );
    expect(version.result).toEqual({ output: expect.stringContaining('GraphicsMagick') });
    const seen = await ran(
      {
        engine: 'imagemagick',
        command: 'identify',
        arguments: `-format '%wx%h' /input/video/logo.png`,
        capture_output: true,
      },
      ['logo.png'],
    );
    expect(seen.result).toEqual({ output: '40x20' });
    const silent = await ran({ engine: 'graphicsmagick', command: 'gm', arguments: ['version'] }, []);
    expect(silent.result).toBeUndefined();
  });

  test('convert makes pictures', async () => {
    const { outputs } = await ran(
      {
        engine: 'imagemagick',
        command: 'convert',
        arguments: '/input/video/logo.png -resize 10x /output/small.gif',
      },
      ['logo.png'],
    );
    expect(probe(outputs[0]?.path ?? '').video).toMatchObject({ codec_name: 'gif', width: 10, height: 5 });
  });

  test('the input cannot be written, nothing else be read, no shell be reached', async () => {
    const before = readFileSync(clipPath('clip.mp4'));
    const over = await command.run(
      request(ffmpegOptions('-y -f lavfi -i color=red:duration=1 /input/video/clip.mp4')),
      contextOf(newFolder()),
    );
    expect(readFileSync(clipPath('clip.mp4')).equals(before)).toBe(true);
    const secret = path.join(newFolder(), 'secret.png');
    writeFileSync(secret, readFileSync(clipPath('logo.png')));
    const read = await command.run(
      request(ffmpegOptions(['-i', secret, '/output/a.png'])),
      contextOf(newFolder()),
    );
    if ((await sandboxKind()) === 'bubblewrap') {
      expect([over.ok, read.ok]).toEqual([false, false]);
      expect(read).toMatchObject({
        error: { type: 'converter-failed', message: expect.stringContaining('No such file') },
      });
    }
    const shell = await command.run(
      request({
        engine: 'graphicsmagick',
        command: 'gm',
        arguments: 'version; touch /output/x && touch `x` > /output/y',
      }),
      contextOf(newFolder()),
    );
    expect(shell.ok && shell.value.outputs.length > 0).toBe(false);
  });

  test('what is refused before the run', async () => {
    expect(await plan({ engine: 'ffmpeg', command: 'gm', arguments: [] })).toMatchObject({
      ok: false,
      error: { code: 'INVALID_OPTION', message: '"gm" is not a program of the engine "ffmpeg"' },
    });
    expect(await plan(ffmpegOptions('-i "x'))).toMatchObject({
      ok: false,
      error: { message: '"arguments" has a quote that is not closed: "' },
    });
    expect(await plan({ ...ffmpegOptions('-version'), engine_version: '99' })).toMatchObject({
      ok: false,
      error: { code: 'INVALID_OPTION' },
    });
    expect(await plan({ ...ffmpegOptions('-version'), engine_version: '>=4' })).toMatchObject({ ok: true });
  });
});

test('the language splits a text before it puts values in', () => {
  const text = `
params: { name: { default: "a b" } }
tasks:
  files: { operation: import/local, path: "*.mp4" }
  run:
    operation: command
    input: files
    engine: ffmpeg
    command: ffmpeg
    arguments: -i /input/files/\${{ params.name }} '\${{ params.name }} c'
  out: { operation: export/local, input: run, path: out }
`;
  const loaded = loadPipeline({ path: 'pipeline.yaml', text });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const task = loaded.value.pipeline.tasks.get('run');
  expect(task?.options['arguments']).toEqual([
    '-i',
    '/input/files/${{ params.name }}',
    '${{ params.name }} c',
  ]);
  expect(task?.templates.map(({ path }) => path)).toEqual([
    ['arguments', 1],
    ['arguments', 2],
  ]);
});

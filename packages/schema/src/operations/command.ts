/** `command`: a program with arguments of one's own. No shell takes part. */
import { engineOptions } from './common-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { choice, flag } from './option-schema.ts';

const { engine_version: engineVersion } = engineOptions;

export const commandsOfEngine: Readonly<Record<string, readonly string[]>> = {
  ffmpeg: ['ffmpeg', 'ffprobe'],
  imagemagick: ['convert', 'identify'],
  graphicsmagick: ['gm'],
};

export const command: OperationSpec = {
  name: 'command',
  summary: 'Run ffmpeg, ImageMagick or GraphicsMagick with arguments of your own.',
  role: 'process',
  options: {
    engine: choice(['ffmpeg', 'imagemagick', 'graphicsmagick'], 'The program suite.'),
    ...(engineVersion === undefined ? {} : { engine_version: engineVersion }),
    command: choice(['ffmpeg', 'ffprobe', 'gm', 'convert', 'identify'], 'The program of the suite.'),
    arguments: {
      isCommandLine: true,
      schema: {
        type: ['string', 'array'],
        items: { type: ['string', 'number'] },
        description:
          'Its arguments: a list, or one string that is split at blanks outside of quotes as in a shell, of which nothing else takes part: no variables, no wildcards, no pipes. Files stand under `/input/<task>/<name>`; what is written under `/output/` flows on.',
        examples: [
          ['-i', '/input/video/clip.mp4', '-vn', '/output/clip.mp3'],
          '-i /input/video/clip.mp4 -vn /output/clip.mp3',
        ],
      },
    },
    capture_output: flag('Put what the program prints into the result of the task, as `output`.', {
      default: false,
    }),
  },
  required: ['engine', 'command', 'arguments'],
  gives: 'unknown',
  // As in CloudConvert: the arguments name files of several tasks.
  groupBy: 'all',
  example: {
    operation: 'command',
    input: 'video',
    engine: 'ffmpeg',
    command: 'ffmpeg',
    arguments: ['-i', '/input/video/clip.mp4', '-vn', '/output/clip.mp3'],
  },
};

/** The options that CloudConvert gives to every processing operation, and page lists, which many take. */
import type { OptionSpec } from './operation-spec.ts';
import { type Options, text } from './option-schema.ts';

export const inputFormat: OptionSpec = text(
  'Format of the input file, when its name does not tell. Default: the extension of the file.',
  { schema: { examples: ['docx', 'html'] } },
);

export const outputFormat: OptionSpec = text('Format to convert to, named by its extension.', {
  schema: { examples: ['pdf', 'webp', 'docx'] },
});

export const filename: OptionSpec = text(
  'Name of the output file, extension included. With several outputs, `%d` becomes 1, 2, 3 …. Default: the name of the input file with the new extension.',
  { schema: { examples: ['report.pdf', 'page-%d.png', '${{ file.stem }}-small.webp'] } },
);

export const engineOptions: Options = {
  engine: text('The program that does the work, when the best one should not be chosen by itself.', {
    schema: { examples: ['libreoffice', 'imagemagick', 'ffmpeg', 'pandoc'] },
  }),
  engine_version: text('Version of the engine, in quotes, so that YAML does not read a number.', {
    schema: { examples: ['7.1.0', '5.1.2'] },
  }),
};

/** CloudConvert's common block. `input` and `timeout` are keys of the task itself. */
export const commonOptions: Options = { input_format: inputFormat, filename, ...engineOptions };

/** `1-3,5`; a bare number is what YAML makes of one page. */
const pagesSchema = {
  type: ['string', 'integer'],
  pattern: '^ *[1-9][0-9]*( *- *[1-9][0-9]*)?( *, *[1-9][0-9]*( *- *[1-9][0-9]*)?)* *$',
  minimum: 1,
  examples: ['1-3,5', 1],
} as const;

/** `description` says what the pages are for; the grammar is added. */
export const pageList = (description: string): OptionSpec => ({
  schema: { ...pagesSchema, description: `${description} Numbers and ranges, counted from 1: \`1-3,5\`.` },
});

/** `convert`: one format into another. Its options are those of all engines; each says which conversions it is for. */
import { commonOptions, outputFormat } from './common-options.ts';
import { documentOptions } from './convert-document-options.ts';
import { mediaOptions } from './convert-media-options.ts';
import { pictureOptions } from './convert-picture-options.ts';
import type { OperationSpec } from './operation-spec.ts';

export const convert: OperationSpec = {
  name: 'convert',
  summary: 'Turn files of one format into another.',
  role: 'process',
  options: {
    output_format: outputFormat,
    ...commonOptions,
    ...pictureOptions,
    ...documentOptions,
    ...mediaOptions,
  },
  required: ['output_format'],
  gives: 'output_format',
  groupBy: 'file',
  example: {
    operation: 'convert',
    input: 'images',
    output_format: 'webp',
    width: 1600,
    fit: 'max',
    quality: 80,
  },
};

/** `optimize`: the same format with fewer bytes. */
import { commonOptions } from './common-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { appliesTo, choice, flag, integer, text } from './option-schema.ts';

export const optimize: OperationSpec = {
  name: 'optimize',
  summary: 'Make files smaller without changing their format.',
  role: 'process',
  options: {
    ...commonOptions,
    input_format: choice(
      ['jpg', 'jpeg', 'png', 'webp', 'svg', 'gif', 'pdf'],
      'Format of the input file, when its name does not tell. Default: the extension of the file.',
    ),
    ...appliesTo([{ from: ['image', 'svg'] }], {
      quality: integer('Quality of the image in percent. Default: without visible loss.', {
        schema: { minimum: 1, maximum: 100, examples: [80] },
      }),
    }),
    ...appliesTo([{ from: ['pdf'] }], {
      profile: choice(
        ['web', 'print', 'archive', 'mrc', 'max'],
        'What the PDF is for: `web` RGB, images scaled down, fonts reduced; `print` CMYK; `archive` keeps the quality; `mrc` scanned pages; `max` smallest.',
        { default: 'web' },
      ),
      flatten_signatures: flag(
        'Turn signature fields into plain page content, so that they can be compressed.',
        { default: false },
      ),
      colorspace: text('Colour space of the output.', { schema: { examples: ['RGB', 'CMYK', 'Gray'] } }),
    }),
  },
  required: [],
  accepts: { formats: ['jpg', 'png', 'webp', 'svg', 'gif', 'pdf'] },
  gives: 'same',
  groupBy: 'file',
  example: { operation: 'optimize', input: 'images', quality: 80 },
};

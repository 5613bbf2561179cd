/** `thumbnail`: a small picture of whatever can be looked at. */
import { commonOptions } from './common-options.ts';
import { fit } from './convert-picture-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { appliesTo, choice, count, text } from './option-schema.ts';

export const thumbnail: OperationSpec = {
  name: 'thumbnail',
  summary: 'Make a small picture of an image, of the first page of a document or of a frame of a video.',
  role: 'process',
  options: {
    output_format: choice(['png', 'jpg', 'webp'], 'Format of the thumbnail.'),
    ...commonOptions,
    width: count('Width in pixels. Given alone, the height follows in proportion.', {
      schema: { examples: [640] },
    }),
    height: count('Height in pixels. Given alone, the width follows in proportion.', {
      schema: { examples: [360] },
    }),
    fit,
    ...appliesTo([{ from: ['video', 'gif'] }], {
      count: count('Number of thumbnails of a video, evenly spread.', { default: 1 }),
      timestamp: text('Position in the video, as `hh:mm:ss` or in percent.', {
        schema: { examples: ['00:00:05', '50%'] },
      }),
    }),
  },
  required: ['output_format'],
  accepts: {
    kinds: [
      'image',
      'vector',
      'pdf',
      'document',
      'presentation',
      'spreadsheet',
      'ebook',
      'video',
      'font',
      'cad',
    ],
  },
  gives: 'output_format',
  groupBy: 'file',
  example: { operation: 'thumbnail', input: 'pdf', output_format: 'png', width: 640 },
};

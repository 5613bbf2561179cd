/** `merge`: several files into one PDF. */
import { commonOptions } from './common-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { choice, text } from './option-schema.ts';

export const merge: OperationSpec = {
  name: 'merge',
  summary: 'Put several files into one PDF; what is no PDF yet is converted first.',
  role: 'process',
  options: {
    output_format: choice(['pdf'], 'Format of the merged file.'),
    ...commonOptions,
    merge_direction: text('Seen in jobs of CloudConvert clients, not documented there.'),
    merge_mode: text('Seen in jobs of CloudConvert clients, not documented there.'),
  },
  required: ['output_format'],
  gives: 'output_format',
  groupBy: 'all',
  example: { operation: 'merge', input: ['cover', 'report'], output_format: 'pdf', filename: 'book.pdf' },
};

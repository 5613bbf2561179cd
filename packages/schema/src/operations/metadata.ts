/** `metadata` reads what a file says about itself, `metadata/write` changes it. */
import { commonOptions, engineOptions, inputFormat } from './common-options.ts';
import type { OperationSpec } from './operation-spec.ts';

export const metadata: OperationSpec = {
  name: 'metadata',
  summary: 'Read the metadata of files (title, author, size, camera …) into the result of the task.',
  role: 'process',
  options: { input_format: inputFormat, ...engineOptions },
  required: [],
  gives: 'same',
  groupBy: 'file',
  example: { operation: 'metadata', input: 'images' },
};

export const metadataWrite: OperationSpec = {
  name: 'metadata/write',
  summary: 'Write metadata into files.',
  role: 'process',
  options: {
    ...commonOptions,
    metadata: {
      schema: {
        type: 'object',
        minProperties: 1,
        additionalProperties: { type: ['string', 'number', 'boolean'] },
        description: 'Names and values to write, such as `Title`, `Author`, `Creator`, `Producer`.',
        examples: [{ Title: 'Annual report', Author: 'Example Ltd' }],
      },
    },
  },
  required: ['metadata'],
  gives: 'same',
  groupBy: 'file',
  example: {
    operation: 'metadata/write',
    input: 'pdf',
    metadata: { Title: 'Annual report', Author: 'Example Ltd' },
  },
};

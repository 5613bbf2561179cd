/** `archive` packs files together, `archive/extract` unpacks them. */
import { commonOptions } from './common-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { choice, credential } from './option-schema.ts';

export const archive: OperationSpec = {
  name: 'archive',
  summary: 'Pack files into one archive.',
  role: 'process',
  options: {
    output_format: choice(['zip', 'rar', '7z', 'tar', 'tar.gz', 'tar.bz2'], 'Format of the archive.'),
    ...commonOptions,
  },
  required: ['output_format'],
  gives: 'output_format',
  groupBy: 'all',
  example: { operation: 'archive', input: ['pdf', 'cover'], output_format: 'zip', filename: 'press-kit.zip' },
};

export const archiveExtract: OperationSpec = {
  name: 'archive/extract',
  summary: 'Unpack archives: every file in them flows on.',
  role: 'process',
  options: { ...commonOptions, password: credential('Password of the archive.') },
  required: [],
  accepts: { kinds: ['archive'] },
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'archive/extract', input: 'download' },
};

/** Results that a client fetches by URL, or that are put to one. */
import type { OperationSpec } from './operation-spec.ts';
import { flag, text, textMap } from './option-schema.ts';

export const exportUrl: OperationSpec = {
  name: 'export/url',
  summary: 'Give each file a URL in the result of the job.',
  role: 'export',
  options: {
    inline: flag(
      'Browsers show the file instead of saving it. Without effect on the local backend, whose URLs are `file://`.',
      { default: false },
    ),
    archive_multiple_files: flag('Pack several files into one ZIP with one URL.', { default: false }),
    inline_additional: flag(
      'Known to the .NET client of CloudConvert only, and not documented there. Without effect on the local backend.',
    ),
  },
  required: [],
  gives: 'same',
  groupBy: 'file',
  example: { operation: 'export/url', input: 'pdf' },
};

export const exportUpload: OperationSpec = {
  name: 'export/upload',
  summary: 'Send each file by HTTP PUT to a URL, for instance a presigned one.',
  role: 'export',
  options: {
    url: text('Address that takes the file by PUT: `http` or `https`.', {
      isCredential: true,
      schema: { pattern: '^[hH][tT][tT][pP][sS]?://', examples: ['https://example.com/upload/report.pdf'] },
    }),
    headers: textMap('HTTP headers that are sent with the request.', {
      isCredential: true,
      schema: { examples: [{ Authorization: 'Bearer ${{ secrets.TOKEN }}' }] },
    }),
  },
  required: ['url'],
  gives: 'same',
  groupBy: 'file',
  example: { operation: 'export/upload', input: 'pdf', url: 'https://example.com/upload/report.pdf' },
};

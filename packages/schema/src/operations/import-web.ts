/** Files that come over HTTP or stand in the job itself: url, upload, base64, raw. */
import type { OperationSpec } from './operation-spec.ts';
import { content, text, textMap } from './option-schema.ts';

const name = (from: string): ReturnType<typeof text> =>
  text(`Name of the file, extension included. ${from}`, { schema: { examples: ['report.docx'] } });

export const importUrl: OperationSpec = {
  name: 'import/url',
  summary: 'Download a file over HTTP or HTTPS.',
  role: 'import',
  options: {
    url: text('Address of the file: `http` or `https`.', {
      schema: { pattern: '^[hH][tT][tT][pP][sS]?://', examples: ['https://example.com/report.docx'] },
    }),
    filename: name('Default: from the Content-Disposition header, else from the URL.'),
    headers: textMap('HTTP headers that are sent with the request, for instance to sign in.', {
      isCredential: true,
      schema: { examples: [{ Authorization: 'Bearer ${{ secrets.TOKEN }}' }] },
    }),
  },
  required: ['url'],
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'import/url', url: 'https://example.com/report.docx' },
};

export const importUpload: OperationSpec = {
  name: 'import/upload',
  summary: 'Wait for a file that a client uploads.',
  role: 'import',
  options: {
    redirect: text('Address that the browser is sent to after the upload.', {
      schema: { examples: ['https://example.com/thanks'] },
    }),
  },
  required: [],
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'import/upload' },
};

export const importBase64: OperationSpec = {
  name: 'import/base64',
  summary: 'Take a file that stands in the pipeline as base64, 10 MB at most.',
  role: 'import',
  options: {
    file: content('Content of the file, base64-encoded, 10 MB at most.', {
      schema: { examples: ['SGVsbG8='] },
    }),
    filename: name('Its extension tells the format.'),
  },
  required: ['file', 'filename'],
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'import/base64', file: 'SGVsbG8sIHdvcmxkIQo=', filename: 'hello.txt' },
};

export const importRaw: OperationSpec = {
  name: 'import/raw',
  summary: 'Take a text file that stands in the pipeline as it is, 10 MB at most.',
  role: 'import',
  options: {
    file: content('Content of the file: plain text, 10 MB at most.', { schema: { examples: ['# Hello'] } }),
    filename: name('Its extension tells the format.'),
  },
  required: ['file', 'filename'],
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'import/raw', file: '# Hello\n', filename: 'hello.md' },
};

/** `capture-website`: a web page as PDF or image. It takes an address instead of `input`. */
import { engineOptions, filename, pageList } from './common-options.ts';
import { pageMargins, webPageOptions } from './convert-document-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { appliesTo, choice, count, length, number, text, textMap } from './option-schema.ts';

export const captureWebsite: OperationSpec = {
  name: 'capture-website',
  summary: 'Take a web page as PDF or image.',
  role: 'import',
  options: {
    url: text('Address of the web page: `http` or `https`.', {
      schema: { pattern: '^[hH][tT][tT][pP][sS]?://', examples: ['https://example.com'] },
    }),
    output_format: choice(['pdf', 'png', 'jpg'], 'Format of the capture.'),
    filename,
    ...engineOptions,
    ...appliesTo([{ to: ['pdf'] }], { pages: pageList('Pages to keep of the PDF. Default: all.') }),
    zoom: number('Scale of the page; 1 is its natural size.', {
      default: 1,
      schema: { exclusiveMinimum: 0 },
    }),
    ...appliesTo([{ to: ['pdf'] }], {
      page_width: length('Width of the page in centimetres.', { default: 21 }),
      page_height: length('Height of the page in centimetres.', { default: 29.7 }),
      ...pageMargins,
    }),
    ...webPageOptions,
    headers: textMap('HTTP headers that are sent with the request, for instance to sign in.', {
      isCredential: true,
      schema: { examples: [{ Authorization: 'Bearer ${{ secrets.TOKEN }}' }] },
    }),
    screen_width: count('Width of the browser window in pixels.', { schema: { examples: [1440] } }),
    screen_height: count('Height of the browser window in pixels.', { schema: { examples: [900] } }),
    css_media_type: choice(['print', 'screen'], 'Which style sheets of the page are used.'),
  },
  required: ['url', 'output_format'],
  gives: 'output_format',
  groupBy: 'file',
  example: { operation: 'capture-website', url: 'https://example.com', output_format: 'pdf' },
};

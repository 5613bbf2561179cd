/** `capture-website`: a web page as PDF or image. It takes an address instead of `input`. */
import { engineOptions, filename, pageList } from './common-options.ts';
import { loadOptions, pageMargins, printOptions, screenOptions } from './web-page-options.ts';
import type { OperationSpec } from './operation-spec.ts';
import { appliesTo, choice, length, number, text, textMap } from './option-schema.ts';

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
    zoom: number('Scale of the page; 1 is its natural size. A PDF takes 0.1 to 2.', {
      default: 1,
      schema: { exclusiveMinimum: 0 },
    }),
    ...appliesTo([{ to: ['pdf'] }], {
      page_width: length('Width of the page in centimetres.', { default: 21 }),
      page_height: length('Height of the page in centimetres.', { default: 29.7 }),
      ...pageMargins,
    }),
    ...appliesTo([{ to: ['pdf'] }], printOptions),
    ...loadOptions,
    ...appliesTo([{ to: ['image'] }], screenOptions),
    headers: textMap('HTTP headers that are sent with the request, for instance to sign in.', {
      isCredential: true,
      schema: { examples: [{ Authorization: 'Bearer ${{ secrets.TOKEN }}' }] },
    }),
  },
  required: ['url', 'output_format'],
  gives: 'output_format',
  groupBy: 'file',
  example: { operation: 'capture-website', url: 'https://example.com', output_format: 'pdf' },
};

/** Options of `convert` for documents: office files, PDF, HTML, ebooks, tables, and archives with a password. */
import { pageList } from './common-options.ts';
import { loadOptions, pageMargins, printOptions, screenOptions } from './web-page-options.ts';
import type { FormatPair } from './operation-spec.ts';
import {
  appliesTo,
  choice,
  count,
  credential,
  flag,
  length,
  number,
  type Options,
  text,
} from './option-schema.ts';

const office = ['document', 'presentation', 'spreadsheet'] as const;
const web = ['html', 'md'] as const;
const printed: readonly FormatPair[] = [{ from: web, to: ['pdf', 'image'] }];
const pageSize: readonly FormatPair[] = [...printed, { from: ['pdf'], to: ['html'] }];
const margins: readonly FormatPair[] = [...printed, { from: ['ebook', 'document'], to: ['ebook', 'pdf'] }];
const toEbook: readonly FormatPair[] = [{ to: ['ebook'] }, { from: ['ebook', 'document'], to: ['pdf'] }];
const officeOptions: Options = {
  ...appliesTo([{ from: office, to: ['pdf'] }], {
    optimize_print: flag('Make the PDF for printing: better images, larger file.', { default: true }),
    pdf_a: flag('Make a PDF/A, for archives.', { default: false }),
    bookmarks: flag('Make PDF bookmarks out of headings.', { default: false }),
  }),
  ...appliesTo([{ from: office, to: ['pdf', 'image', 'html'] }], {
    include_markup: flag('Show comments and tracked changes.', { default: false }),
  }),
  ...appliesTo([{ from: ['presentation'] }], {
    hidden_slides: flag('Include hidden slides.', { default: false }),
    output_type: choice(['slides', 'notes', 'handouts'], 'What is printed of a presentation.', {
      default: 'slides',
    }),
    slides_per_handout_page: count('Slides on each page of a handout.', { schema: { examples: [4] } }),
  }),
};

const pdfToHtml: Options = appliesTo([{ from: ['pdf'], to: ['html'] }], {
  outline: flag('Write the outline of the PDF as a side bar.', { default: false }),
  embed_css: flag('Put the style sheets into the HTML file.', { default: true }),
  embed_javascript: flag('Put the scripts into the HTML file.', { default: true }),
  embed_fonts: flag('Put the fonts into the HTML file.', { default: true }),
  split_pages: flag('Write one HTML file per page.', { default: false }),
  bg_format: choice(['png', 'svg', 'jpg'], 'Format of the page backgrounds.', { default: 'png' }),
});

const fromPages: readonly FormatPair[] = [
  { from: ['pdf', ...office, 'ebook', 'vector', 'cad', 'tiff', 'gif', 'eps', 'ps', 'xps', 'djvu'] },
];

export const documentOptions: Options = {
  ...applyToEach(fromPages, 'pages', pageList('Pages (slides, sheets, frames) to convert. Default: all.')),
  ...applyToEach(
    [{ from: ['pdf', ...office, 'archive'] }, { to: ['archive'] }],
    'password',
    credential('Password that opens the file, or that protects an archive.'),
  ),
  ...officeOptions,
  ...appliesTo([{ from: ['pdf', 'document', 'presentation'], to: ['html', 'md'] }], {
    embed_images: flag(
      'Put images into the file instead of writing, or leaving, them beside it. Default: those inside of the document, not those beside it.',
    ),
  }),
  ...pdfToHtml,
  ...appliesTo(pageSize, {
    zoom: number('Scale of the page; 1 is its natural size.', {
      default: 1,
      schema: { exclusiveMinimum: 0, examples: [1, 1.5] },
    }),
    page_width: length('Width of the page in centimetres.', { schema: { examples: [21] } }),
    page_height: length('Height of the page in centimetres.', { schema: { examples: [29.7] } }),
  }),
  ...appliesTo(margins, pageMargins),
  ...appliesTo(printed, { ...printOptions, ...loadOptions }),
  ...appliesTo([{ from: web, to: ['image'] }], screenOptions),
  ...appliesTo([{ from: ['csv', 'tsv', 'txt'] }, { to: ['csv', 'tsv', 'txt'] }], {
    encoding: text('Character encoding of a text table.', {
      schema: { examples: ['utf-8', 'windows-1252'] },
    }),
    separator: text('What stands between the fields of a text table.', { schema: { examples: [';', '\t'] } }),
  }),
  ...appliesTo(toEbook, {
    page_size: text('Paper size.', { schema: { examples: ['a4', 'letter'] } }),
    font_size: number('Base size of the text in points.', {
      schema: { exclusiveMinimum: 0, examples: [12] },
    }),
  }),
};

function applyToEach(pairs: readonly FormatPair[], name: string, option: Options[string]): Options {
  return option === undefined ? {} : appliesTo(pairs, { [name]: option });
}

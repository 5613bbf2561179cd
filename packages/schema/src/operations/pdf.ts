/** The operations on PDF files: `pdf/a`, `pdf/x`, `pdf/ocr`, encryption, and pages. */
import { commonOptions, pageList } from './common-options.ts';
import type { OperationName } from './operation-name.ts';
import type { OperationSpec } from './operation-spec.ts';
import { choice, credential, flag, type Options } from './option-schema.ts';

type Particulars = Pick<OperationSpec, 'summary' | 'required' | 'example'> & { readonly options: Options };

const pdfOperation = (name: OperationName, { options, ...particulars }: Particulars): OperationSpec => ({
  name,
  role: 'process',
  options: { ...commonOptions, ...options },
  accepts: { formats: ['pdf'] },
  gives: { format: 'pdf' },
  groupBy: 'file',
  ...particulars,
});

export const pdfA: OperationSpec = pdfOperation('pdf/a', {
  summary: 'Make a PDF/A, the form for archives.',
  options: { conformance_level: choice(['1b', '2b', '3b'], 'Level of PDF/A.', { default: '3b' }) },
  required: [],
  example: { operation: 'pdf/a', input: 'pdf', conformance_level: '2b' },
});

export const pdfX: OperationSpec = pdfOperation('pdf/x', {
  summary: 'Make a PDF/X, the form for print shops.',
  options: {
    variant: {
      default: '4',
      schema: {
        type: ['string', 'integer'],
        description: 'Variant of PDF/X: `1a` CMYK alone, `3` without transparency, `4` with it.',
        examples: ['4', '1a', 3],
      },
    },
  },
  required: [],
  example: { operation: 'pdf/x', input: 'pdf', variant: '4' },
});

export const pdfOcr: OperationSpec = pdfOperation('pdf/ocr', {
  summary: 'Recognise the text of scanned pages, so that it can be searched and copied.',
  options: {
    language: {
      default: ['eng'],
      schema: {
        type: 'array',
        minItems: 1,
        items: { type: 'string', pattern: '^[a-z]{3}(_[A-Za-z]+)*$' },
        description: 'Languages of the text, as ISO 639-2 codes.',
        examples: [['eng', 'deu']],
      },
    },
    auto_orient: flag('Turn pages upright.', { default: true }),
  },
  required: [],
  example: { operation: 'pdf/ocr', input: 'scans', language: ['eng', 'deu'] },
});

export const pdfEncrypt: OperationSpec = pdfOperation('pdf/encrypt', {
  summary: 'Protect PDFs with a password and set what readers may do.',
  options: {
    set_password: credential('Password that opens the file, of at most 127 bytes.'),
    set_owner_password: credential(
      'Password that lifts the restrictions. Default: a random one, so that nobody lifts them.',
    ),
    allow_extract: flag('Readers may copy text and images.', { default: true }),
    allow_accessibility: flag('Screen readers may read the text.', { default: true }),
    allow_modify: choice(
      ['all', 'annotate', 'form', 'assembly', 'none'],
      'What readers may change: everything, comments and forms, forms, the order of pages, or nothing.',
      { default: 'all' },
    ),
    allow_print: choice(
      ['full', 'low', 'none'],
      'Whether readers may print: fully, at low resolution, or not.',
      { default: 'full' },
    ),
  },
  required: [],
  example: {
    operation: 'pdf/encrypt',
    input: 'pdf',
    set_password: '${{ secrets.PDF_PASSWORD }}',
    allow_print: 'full',
  },
});

export const pdfDecrypt: OperationSpec = pdfOperation('pdf/decrypt', {
  summary: 'Remove the password and the restrictions of PDFs.',
  options: { password: credential('Password of the file.') },
  required: [],
  example: { operation: 'pdf/decrypt', input: 'pdf', password: '${{ secrets.PDF_PASSWORD }}' },
});

export const pdfSplitPages: OperationSpec = pdfOperation('pdf/split-pages', {
  summary: 'Make one PDF of each page.',
  options: {},
  required: [],
  example: { operation: 'pdf/split-pages', input: 'pdf', filename: 'page-%d.pdf' },
});

export const pdfExtractPages: OperationSpec = pdfOperation('pdf/extract-pages', {
  summary: 'Make a PDF of some of the pages.',
  options: { pages: pageList('Pages to take, in this order.') },
  required: ['pages'],
  example: { operation: 'pdf/extract-pages', input: 'pdf', pages: '1,2,5-7' },
});

export const pdfRotatePages: OperationSpec = pdfOperation('pdf/rotate-pages', {
  summary: 'Turn pages.',
  options: {
    pages: pageList('Pages to turn. Default: all.'),
    // YAML reads a bare +90 as the number 90: the meaning is certain, so both are taken.
    rotation: choice(
      ['+90', '-90', '180', 90, -90, 180],
      'Degrees: `+90` clockwise, `-90` counter-clockwise, `180` upside down.',
    ),
  },
  required: ['rotation'],
  example: { operation: 'pdf/rotate-pages', input: 'pdf', rotation: '+90' },
});

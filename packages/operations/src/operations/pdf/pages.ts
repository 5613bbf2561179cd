/** `pdf/split-pages`, `pdf/extract-pages` and `pdf/rotate-pages`: pages are moved and turned as they are, by qpdf. */
import type { Failure, Operation } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject } from '@pipeline/schema';
import { parsePageRange } from '../../page-range.ts';
import { pdfOperation } from './pdf-tool.ts';
import { qpdfTools } from './qpdf.ts';

const always: JsonObject = { inputFile: 'input-1.pdf', deterministicId: '' };

export const pdfSplitPages: Operation = pdfOperation({
  tools: qpdfTools({ job: splitJob }),
  isPlural: true,
});

export const pdfExtractPages: Operation = pdfOperation({
  tools: qpdfTools({ job: extractJob }),
  mistake: wrongPages,
});

export const pdfRotatePages: Operation = pdfOperation({
  tools: qpdfTools({ job: rotateJob }),
  mistake: wrongPages,
});

export function splitJob(): JsonObject {
  return { ...always, splitPages: '', outputFile: 'out/page-%d.pdf' };
}

/** In the order that was asked for, and as often. */
export function extractJob(options: JsonObject): JsonObject {
  return { ...always, pages: [{ file: '.', range: rangeOf(options) }], outputFile: 'out/pages.pdf' };
}

export function rotateJob(options: JsonObject): JsonObject {
  const degrees = Number(options['rotation']);
  const turn = `${degrees > 0 ? '+' : '-'}${Math.abs(degrees)}`;
  const pages = options['pages'] === undefined ? '' : `:${rangeOf(options)}`;
  return { ...always, rotate: `${turn}${pages}`, outputFile: 'out/pages.pdf' };
}

/** As qpdf takes it, which knows no blanks, and reads 5-3 backwards. */
function rangeOf({ pages }: JsonObject): string {
  const ranges = parsePageRange(pages ?? null);
  if (!ranges.ok) return '';
  return ranges.value
    .map(({ first, last }) =>
      first === last ? `${first}` : `${first}-${Number.isFinite(last) ? last : 'z'}`,
    )
    .join(',');
}

function wrongPages({ pages }: JsonObject): Failure | undefined {
  if (pages === undefined) return undefined;
  const ranges = parsePageRange(pages);
  if (ranges.ok) return undefined;
  return failure('unsupported', `"pages: ${JSON.stringify(pages)}": ${ranges.error}`, {
    code: 'INVALID_OPTION',
  });
}

/** CloudConvert's page options → the page of a printed document. Pure. */
import type { JsonObject } from '@pipeline/schema';
import { defaultPage } from './typst/typst-template.ts';
import type { PageSetup } from './typst/typst-template.ts';

/** Of the sheet that a document is printed on. */
export const paperOptions: readonly string[] = [
  'page_width',
  'page_height',
  'page_size',
  'margin_top',
  'margin_bottom',
  'margin_left',
  'margin_right',
];

/** The options of `convert` that a printed document honours. */
export const pageOptions: readonly string[] = [...paperOptions, 'font_size'];

/** Centimetres, portrait. */
const paperSizes: Readonly<Record<string, readonly [number, number]>> = {
  a3: [29.7, 42],
  a4: [21, 29.7],
  a5: [14.8, 21],
  a6: [10.5, 14.8],
  b5: [17.6, 25],
  letter: [21.59, 27.94],
  legal: [21.59, 35.56],
  tabloid: [27.94, 43.18],
};

const paperNames: readonly string[] = Object.keys(paperSizes);

export function pageSetup(options: JsonObject): PageSetup {
  const paper =
    typeof options.page_size === 'string' ? paperSizes[options.page_size.toLowerCase()] : undefined;
  const { marginMm } = defaultPage;
  return {
    widthCm: numberOr(options.page_width, paper?.[0] ?? defaultPage.widthCm),
    heightCm: numberOr(options.page_height, paper?.[1] ?? defaultPage.heightCm),
    marginMm: {
      top: numberOr(options.margin_top, marginMm.top),
      bottom: numberOr(options.margin_bottom, marginMm.bottom),
      left: numberOr(options.margin_left, marginMm.left),
      right: numberOr(options.margin_right, marginMm.right),
    },
    fontSizePt: numberOr(options.font_size, defaultPage.fontSizePt),
  };
}

/** Why these options make no page; undefined when they do. */
export function pageProblem(options: JsonObject): string | undefined {
  if (typeof options.page_size === 'string' && paperSizes[options.page_size.toLowerCase()] === undefined) {
    return `\`page_size\` is ${JSON.stringify(options.page_size)}, which is no paper size known here: ${paperNames.join(', ')}`;
  }
  const { widthCm, heightCm, marginMm } = pageSetup(options);
  if (
    widthCm * 10 - marginMm.left - marginMm.right < 10 ||
    heightCm * 10 - marginMm.top - marginMm.bottom < 10
  ) {
    return `the margins leave no room on a page of ${widthCm} × ${heightCm} cm`;
  }
  return undefined;
}

const numberOr = (value: unknown, other: number): number => (typeof value === 'number' ? value : other);

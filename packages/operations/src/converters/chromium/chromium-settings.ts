/** CloudConvert's options for web pages → what the browser is asked for. Pure. */
import type { JsonObject } from '@pipeline/schema';
import { textOption } from '../../read-options.ts';
import { pageSetup, paperOptions } from '../page-setup.ts';
import { numberOption } from '../../host/read-job.ts';

export interface PageSettings {
  readonly load: LoadSettings;
  readonly view: ViewSettings;
  readonly print: PrintSettings;
  /** Of a JPEG, 1 to 100. */
  readonly quality: number | undefined;
}

export interface LoadSettings {
  readonly waitUntil: 'load' | 'domcontentloaded' | 'networkidle0' | 'networkidle2';
  /** CSS selector. */
  readonly waitForElement: string | undefined;
  readonly waitTimeMs: number;
}

export interface ViewSettings {
  /** Of the window, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture for a CSS pixel. */
  readonly scale: number;
  /** The picture shows the window alone, not the whole page. */
  readonly isWindowOnly: boolean;
  readonly media: 'print' | 'screen' | undefined;
}

/** As the browser's own print command takes it. */
export interface PrintSettings {
  readonly width: string;
  readonly height: string;
  readonly margin: Readonly<Record<'top' | 'bottom' | 'left' | 'right', string>>;
  readonly scale: number;
  readonly printBackground: boolean;
  readonly displayHeaderFooter: boolean;
  readonly headerTemplate?: string;
  readonly footerTemplate?: string;
  readonly pageRanges?: string;
}

const defaultWindow = { width: 1440, height: 900 };
/** What browsers leave at the edge of a printed page. */
const defaultMarginMm = 10;
const printScale = { least: 0.1, most: 2 };
/** Beyond it, the picture of an ordinary window passes what a browser can draw. */
const mostZoom = 10;

/** The options that a printed page honours, and those that a picture of it does. */
export const printOptions: readonly string[] = [
  'pages',
  ...paperOptions,
  'print_background',
  'display_header_footer',
  'header_template',
  'footer_template',
];
export const viewOptions: readonly string[] = ['screen_width', 'screen_height'];
export const loadOptions: readonly string[] = [
  'zoom',
  'wait_until',
  'wait_for_element',
  'wait_time',
  'css_media_type',
];

export function pageSettings(options: JsonObject): PageSettings {
  const zoom = numberOption(options, 'zoom') ?? 1;
  return {
    load: loadSettings(options),
    view: viewSettings(options, zoom),
    print: printSettings(options, zoom),
    quality: numberOption(options, 'quality'),
  };
}

function loadSettings(options: JsonObject): LoadSettings {
  const wanted = textOption(options, 'wait_until');
  return {
    waitUntil: waits.find((wait) => wait === wanted) ?? 'load',
    waitForElement: textOption(options, 'wait_for_element'),
    waitTimeMs: numberOption(options, 'wait_time') ?? 0,
  };
}

const waits = ['load', 'domcontentloaded', 'networkidle0', 'networkidle2'] as const;

/** Zoom as in a browser: the window keeps its pixels, and so shows less of a page that is larger. */
function viewSettings(options: JsonObject, zoom: number): ViewSettings {
  const width = numberOption(options, 'screen_width') ?? defaultWindow.width;
  const height = numberOption(options, 'screen_height') ?? defaultWindow.height;
  const media = textOption(options, 'css_media_type');
  return {
    width: Math.max(1, Math.round(width / zoom)),
    height: Math.max(1, Math.round(height / zoom)),
    scale: zoom,
    isWindowOnly: numberOption(options, 'screen_height') !== undefined,
    media: media === 'print' || media === 'screen' ? media : undefined,
  };
}

function printSettings(options: JsonObject, zoom: number): PrintSettings {
  const { widthCm, heightCm } = pageSetup(options);
  const margin = (side: string): string => `${numberOption(options, `margin_${side}`) ?? defaultMarginMm}mm`;
  const header = textOption(options, 'header_template');
  const footer = textOption(options, 'footer_template');
  const pages = options['pages'];
  return {
    width: `${widthCm}cm`,
    height: `${heightCm}cm`,
    margin: { top: margin('top'), bottom: margin('bottom'), left: margin('left'), right: margin('right') },
    scale: zoom,
    printBackground: options['print_background'] !== false,
    displayHeaderFooter: options['display_header_footer'] === true,
    // Without one, the browser prints the date, the title and the address: only what was asked for is shown.
    headerTemplate: header ?? '<span></span>',
    footerTemplate: footer ?? '<span></span>',
    ...(typeof pages === 'string' || typeof pages === 'number'
      ? { pageRanges: String(pages).replaceAll(' ', '') }
      : {}),
  };
}

/** Why these options make no page; undefined when they do. */
export function settingsProblem(options: JsonObject, to: string): string | undefined {
  const zoom = numberOption(options, 'zoom') ?? 1;
  if (to === 'pdf' && (zoom < printScale.least || zoom > printScale.most)) {
    return `\`zoom\` is ${zoom}: a page is printed at ${printScale.least} to ${printScale.most} times its size`;
  }
  if (zoom > mostZoom) return `\`zoom\` is ${zoom}: the most is ${mostZoom}`;
  if (to !== 'pdf') return undefined;
  if (
    options['display_header_footer'] !== true &&
    (options['header_template'] !== undefined || options['footer_template'] !== undefined)
  ) {
    return '`header_template` and `footer_template` are printed only with `display_header_footer: true`';
  }
  return roomProblem(options);
}

function roomProblem(options: JsonObject): string | undefined {
  const { widthCm, heightCm } = pageSetup(options);
  const margin = (side: string): number => numberOption(options, `margin_${side}`) ?? defaultMarginMm;
  const isTooSmall =
    widthCm * 10 - margin('left') - margin('right') < 5 ||
    heightCm * 10 - margin('top') - margin('bottom') < 5;
  return isTooSmall ? `the margins leave no room on a page of ${widthCm} × ${heightCm} cm` : undefined;
}

/**
 * One conversion in the words of the macro that serves inside of LibreOffice: how the input is opened, what is done to it,
 * which filter stores it under which settings. Pure; the options of `convert` end here.
 */
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { parsePageRange } from '../../page-range.ts';
import type { PageRange } from '../../page-range.ts';
import { flagOption, textOption } from '../../read-options.ts';
import { drawingEndings, isLoneDrawing, officeWriter, partOf } from './libreoffice-formats.ts';
import { pdfSettings } from './libreoffice-pdf.ts';
import { csvFilter, encodingNames, encodingNumber } from './libreoffice-text.ts';

export interface OfficeProperty {
  readonly name: string;
  readonly value: string | number | boolean | readonly OfficeProperty[];
}

export interface OfficeRequest {
  readonly from: string;
  readonly to: string;
  readonly options: JsonObject;
  /** Of a text file: what its bytes show. */
  readonly text?: { readonly encoding: string; readonly separator: string };
}

export interface OfficeJob {
  readonly loading: readonly OfficeProperty[];
  /** Tracked changes of a text: as they are, accepted, or shown. Of slides: hidden ones become visible. */
  readonly changes: 'keep' | 'accept' | 'show' | 'unhide';
  readonly action:
    | {
        readonly type: 'store' | 'cropped';
        readonly storing: readonly OfficeProperty[];
      }
    | {
        readonly type: 'sheets';
        readonly ending: string;
        readonly storing: readonly OfficeProperty[];
      }
    | {
        readonly type: 'drawings';
        readonly filter: string;
        /** `1-3,5-5`, or `all`. */
        readonly pages: string;
        readonly isCropped: boolean;
      };
}

export function officeJob(request: OfficeRequest): Result<OfficeJob, Failure> {
  const { from, to, options } = request;
  const writer = officeWriter(from, to);
  if (writer === undefined) throw new Error(`libreoffice has no way from ${from} to ${to}`);
  const unknown = unknownValue(options);
  if (unknown !== undefined) return err(unknown);
  const pages = pageRanges(options);
  if (!pages.ok) return pages;
  const loading = loadingOf(request, writer.openAs);
  const changes = changesOf(request);
  if (drawingEndings.includes(to)) {
    const action = {
      type: 'drawings',
      filter: writer.filter,
      pages: pages.value === '' ? 'all' : pages.value,
      isCropped: isLoneDrawing(from),
    } as const;
    return ok({ loading, changes, action });
  }
  // Two at least: of a single one, Basic makes no list.
  const storing = [
    { name: 'FilterName', value: writer.filter },
    { name: 'Overwrite', value: true },
    ...storingOf(request, pages.value),
  ];
  if (to === 'csv' || to === 'tsv') {
    return ok({ loading, changes, action: { type: 'sheets', ending: to, storing } });
  }
  return ok({ loading, changes, action: { type: isLoneDrawing(from) ? 'cropped' : 'store', storing } });
}

/** A value that is an option's, but not LibreOffice's. */
export function unknownValue(options: JsonObject): Failure | undefined {
  const encoding = textOption(options, 'encoding');
  if (encoding !== undefined && encodingNumber(encoding) === undefined) {
    return failure('unsupported', `LibreOffice knows no encoding ${JSON.stringify(encoding)}`, {
      code: 'INVALID_OPTION',
      hint: `It knows: ${encodingNames.join(', ')}.`,
    });
  }
  if (textOption(options, 'output_type') === 'handouts') {
    return failure('unsupported', 'LibreOffice makes no PDF of handouts', {
      code: 'INVALID_OPTION',
      hint: 'Use `output_type: notes` or `slides`, or set `runs_on: cloudconvert`.',
    });
  }
  return undefined;
}

/** `pages` in LibreOffice's words, `1-3,5-`: an open end is understood; empty for all. */
export function pageRanges({ pages }: JsonObject): Result<string, Failure> {
  if (pages === undefined || pages === null) return ok('');
  const ranges = parsePageRange(pages);
  return ranges.ok
    ? ok(shownRanges(ranges.value))
    : err(
        failure('unsupported', `"pages: ${JSON.stringify(pages)}": ${ranges.error}`, {
          code: 'INVALID_OPTION',
        }),
      );
}

const shownRanges = (ranges: readonly PageRange[]): string =>
  ranges.map(({ first, last }) => `${first}-${Number.isFinite(last) ? last : ''}`).join(',');

function loadingOf(
  { from, options, text }: OfficeRequest,
  openAs: string | undefined,
): readonly OfficeProperty[] {
  const password = textOption(options, 'password');
  return [
    { name: 'Hidden', value: true },
    // Never: neither macros nor what links point to.
    { name: 'MacroExecutionMode', value: 0 },
    { name: 'UpdateDocMode', value: 0 },
    ...(password === undefined ? [] : [{ name: 'Password', value: password }]),
    ...(openAs === undefined ? [] : [{ name: 'FilterName', value: openAs }]),
    ...(text === undefined ? [] : openText(from, text)),
    ...(openAs === undefined ? openForced(from) : []),
  ];
}

/** What LibreOffice does not know by its content. */
const forced: Readonly<Record<string, string>> = {
  html: 'HTML (StarWriter)',
  dif: 'DIF',
  dxf: 'DXF - AutoCAD Interchange',
};

function openForced(from: string): readonly OfficeProperty[] {
  const filter = forced[from];
  if (filter === undefined) return [];
  // Left out, it would ask for the encoding.
  const encoding = from === 'dif' ? [{ name: 'FilterOptions', value: '76' }] : [];
  return [{ name: 'FilterName', value: filter }, ...encoding];
}

function openText(from: string, text: { encoding: string; separator: string }): readonly OfficeProperty[] {
  return from === 'txt'
    ? [
        { name: 'FilterName', value: 'Text (encoded)' },
        { name: 'FilterOptions', value: text.encoding === 'windows-1252' ? 'MS_1252' : 'UTF8' },
      ]
    : [
        { name: 'FilterName', value: 'Text - txt - csv (StarCalc)' },
        { name: 'FilterOptions', value: csvFilter(text) },
      ];
}

/** A text that goes on being edited keeps its history; paper and the web show how it ends. */
function changesOf({ from, to, options }: OfficeRequest): OfficeJob['changes'] {
  if (partOf(from) === 'slides') return flagOption(options, 'hidden_slides') ? 'unhide' : 'keep';
  if (partOf(from) !== 'text' || !['pdf', 'html', 'txt', 'epub'].includes(to)) return 'keep';
  return flagOption(options, 'include_markup') ? 'show' : 'accept';
}

function storingOf({ from, to, options }: OfficeRequest, pages: string): readonly OfficeProperty[] {
  if (to === 'pdf') return [{ name: 'FilterData', value: pdfSettings({ from, options, pages }) }];
  if (to === 'txt') return [{ name: 'FilterOptions', value: 'UTF8,LF,,,false' }];
  if (to === 'csv' || to === 'tsv') {
    const encoding = textOption(options, 'encoding') ?? 'utf-8';
    const separator = textOption(options, 'separator') ?? (to === 'tsv' ? '\t' : ',');
    return [{ name: 'FilterOptions', value: csvFilter({ encoding, separator }, 'write') }];
  }
  if (to === 'html' && partOf(from) === 'text' && options['embed_images'] !== false) {
    return [{ name: 'FilterOptions', value: 'EmbedImages' }];
  }
  return [];
}

/** The lines of a job file. `target`: the URL of the output; of many, how their URLs begin. */
export function jobText(job: OfficeJob, urls: { readonly source: string; readonly target: string }): string {
  const { action } = job;
  const head = [urls.source, ...propertyLines(job.loading), job.changes, action.type, urls.target];
  // LibreOffice does not read the last line of a file as it reads others.
  return `${[...head, ...actionLines(action)].join('\n')}\nend\n`;
}

function actionLines(action: OfficeJob['action']): readonly string[] {
  switch (action.type) {
    case 'drawings':
      return [action.isCropped ? 'cropped' : 'whole', action.filter, action.pages];
    case 'sheets':
      return [action.ending, ...propertyLines(action.storing)];
    default:
      return propertyLines(action.storing);
  }
}

function propertyLines(properties: readonly OfficeProperty[]): readonly string[] {
  return [String(properties.length), ...properties.flatMap(propertyLine)];
}

function propertyLine({ name, value }: OfficeProperty): readonly string[] {
  if (typeof value === 'boolean') return [name, 'boolean', String(value)];
  if (typeof value === 'number') return [name, 'long', String(value)];
  // A line end would begin another value.
  if (typeof value === 'string') return [name, 'string', value.replaceAll(/[\r\n]/g, ' ')];
  return [name, 'properties', ...propertyLines(value)];
}

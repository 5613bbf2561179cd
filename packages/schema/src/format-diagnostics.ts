/** The messages about formats. Where a file comes from is said by the name of the task, with its place beside it. */
import { diagnostic } from './diagnostics.ts';
import type { Diagnostic } from './diagnostic.ts';
import { didYouMean } from './did-you-mean.ts';
import { type FormatKind, formatNames } from './formats.ts';
import type { AcceptedFormats, FormatPair } from './operations/operation-spec.ts';
import type { Task } from './pipeline.ts';
import { usualFormats } from './reachable-formats.ts';
import type { Range } from './source.ts';

/** Formats that come from one task. */
export interface Arriving {
  readonly formats: readonly string[];
  readonly from: Task;
}

const kindWords: Readonly<Record<FormatKind, string>> = {
  image: 'images',
  vector: 'drawings',
  pdf: 'PDF',
  document: 'documents',
  spreadsheet: 'spreadsheets',
  presentation: 'presentations',
  ebook: 'ebooks',
  data: 'data',
  archive: 'archives',
  audio: 'audio',
  video: 'video',
  font: 'fonts',
  cad: 'CAD drawings',
  other: 'other files',
};

export const notAccepted = (task: Task, { formats, from }: Arriving, accepts: AcceptedFormats): Diagnostic =>
  diagnostic('PL401', {
    range: task.range,
    message: `\`${task.operation}\` cannot take ${listed(formats, 'or')} (from task \`${from.name}\`)`,
    related: [origin(formats, from)],
    hint: `it takes ${describeAccepted(accepts)}`,
  });

export const fileInputNotAccepted = (
  {
    task,
    option,
    accepts,
  }: { readonly task: Task; readonly option: string; readonly accepts: AcceptedFormats },
  { formats, from }: Arriving,
): Diagnostic =>
  diagnostic('PL401', {
    range: task.optionRanges[option] ?? task.range,
    message: `\`${option}\` of \`${task.operation}\` cannot be ${listed(formats, 'or')} (from task \`${from.name}\`)`,
    related: [origin(formats, from)],
    hint: `it takes ${describeAccepted(accepts)}`,
  });

export function noConversion(
  task: Task,
  { formats, from }: Arriving,
  { to, reachable }: { readonly to: string; readonly reachable: readonly string[] },
): Diagnostic {
  const [first = ''] = formats;
  return diagnostic('PL402', {
    range: task.optionRanges['output_format'] ?? task.range,
    message: `nothing converts ${listed(formats, 'or')} to ${to} (from task \`${from.name}\`)`,
    related: [origin(formats, from)],
    hint:
      reachable.length === 0
        ? 'if its name hides what the file is, say so with `input_format`'
        : `${first} can become ${listed(reachable.slice(0, 8), reachable.length > 8 ? '…' : 'or')}`,
  });
}

export const unknownFormat = (range: Range, name: string): Diagnostic =>
  diagnostic('PL403', {
    range,
    message: `there is no format "${name}"`,
    hint: didYouMean(name, [...usualFormats, ...formatNames()]) ?? '`pipeline formats` lists them',
  });

export function idleOption(
  task: Task,
  option: string,
  {
    pair,
    appliesTo,
  }: {
    readonly pair: { from: string | undefined; to: string | undefined };
    readonly appliesTo: readonly FormatPair[];
  },
): Diagnostic {
  return diagnostic('PL404', {
    range: task.optionRanges[option] ?? task.range,
    message: `\`${option}\` has no meaning ${occasion(task, pair)}`,
    hint: `it is for ${describePairs(appliesTo)}`,
  });
}

export const notMergeable = (task: Task, { formats, from }: Arriving): Diagnostic =>
  diagnostic('PL405', {
    range: task.range,
    message: `\`merge\` cannot make PDF pages of ${listed(formats, 'or')} (from task \`${from.name}\`)`,
    related: [origin(formats, from)],
    hint: 'to put files of any kind together, use `archive`',
  });

export const contradictingName = (task: Task, extension: string, to: string): Diagnostic =>
  diagnostic('PL406', {
    severity: 'warning',
    range: task.optionRanges['filename'] ?? task.range,
    message: `the file name ends in ".${extension}", but what comes out is ${to}`,
    hint: `let the name end in ".${to}"`,
  });

const origin = (formats: readonly string[], from: Task): { message: string; range: Range } => ({
  message: `\`${from.name}\` gives ${listed(formats, 'and')}`,
  range: from.range,
});

function occasion(task: Task, { from, to }: { from: string | undefined; to: string | undefined }): string {
  if (task.operation !== 'convert') return `for ${from ?? to ?? 'these files'}`;
  if (from === undefined) return `when ${to ?? 'it'} comes out`;
  return `when ${from} becomes ${to ?? 'something else'}`;
}

/** `conversions to images, or from images to PDF`. */
export const describePairs = (pairs: readonly FormatPair[]): string =>
  `conversions ${pairs.map(pairWords).join(', or ')}`;

function pairWords({ from, to }: FormatPair): string {
  const start = from === undefined ? '' : `from ${listed(words(from), 'or')}`;
  const end = to === undefined ? '' : `to ${listed(words(to), 'or')}`;
  return [start, end].filter((text) => text !== '').join(' ');
}

/** What an operation or a file input takes, in words. */
export const describeAccepted = (accepts: AcceptedFormats): string => listed(namesOf(accepts), 'and');

const namesOf = ({ kinds = [], formats = [] }: AcceptedFormats): readonly string[] =>
  words([...kinds, ...formats]);
const words = (names: readonly string[]): readonly string[] =>
  names.map((name) => (isKind(name) ? kindWords[name] : name));
const isKind = (name: string): name is FormatKind => Object.hasOwn(kindWords, name);

/** `a`, `a or b`, `a, b or c`; `a, b, …`. */
function listed(names: readonly string[], last: 'and' | 'or' | '…'): string {
  if (last === '…') return `${names.join(', ')}, …`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1) ?? ''}`;
}

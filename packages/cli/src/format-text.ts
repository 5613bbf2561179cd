/** The answers of `pipeline formats` as text for people, no wider than asked. It asks no converter itself. */
import { formatKind } from '@pipeline/schema';
import type {
  ConverterSummary,
  ConverterUse,
  MissingConverter,
  MissingTargets,
  Target,
} from './format-table.ts';
import { columns } from './text-columns.ts';
import { wrapText } from './wrap-text.ts';

interface Overview {
  readonly converters: readonly ConverterSummary[];
  readonly missing: readonly MissingConverter[];
}

export function overview({ converters, missing }: Overview, width: number): string {
  const table = columns(
    converters.map(({ name, version, kind, license, from, to }) => [
      name,
      version,
      kind,
      `${from.length} in, ${to.length} out`,
      license,
    ]),
  );
  const names = [...new Set(converters.flatMap(({ from }) => from))].sort();
  const kinds = [...new Set(names.map(kindOf))].sort();
  const list = kinds.flatMap((kind) => {
    const own = names.filter((name) => kindOf(name) === kind).join(' ');
    return labelled(kind, { text: own, labelWidth: 12, width });
  });
  return [
    'Converters',
    ...table.map((line) => cut(`  ${line}`, width)),
    '',
    ...absent(missing, width),
    'Formats that can be converted here',
    ...list,
    '',
    'pipeline formats docx      what a docx can become',
    'pipeline formats docx pdf  how, and with which options',
    '',
  ].join('\n');
}

const kindOf = (format: string): string => formatKind(format) ?? 'other';

function absent(missing: readonly MissingConverter[], width: number): readonly string[] {
  if (missing.length === 0) return [];
  const names = [...new Set(missing.map(({ name }) => name))].join(', ');
  return [
    'Not installed (pipeline doctor says what installs them)',
    ...wrapText(names, width - 2).map((line) => `  ${line}`),
    '',
  ];
}

interface TargetList {
  readonly from: string;
  readonly targets: readonly Target[];
  readonly missing: readonly MissingTargets[];
}

export function targetList({ from, targets, missing }: TargetList, width: number): string {
  const more = missing.flatMap(({ needs, install, targets: added }) => [
    ...wrapText(`With ${inWords(needs)}: ${added.length} more: ${install}`, width),
    ...wrapText(added.join(' '), width - 2).map((line) => `  ${line}`),
    '',
  ]);
  if (targets.length === 0) {
    const remote = `No converter here reads ${from}${missing.length === 0 ? ' yet' : ''}. On CloudConvert: runs_on: cloudconvert`;
    return [remote, ...(more.length === 0 ? [''] : ['', ...more])].join('\n');
  }
  const lines = groups(targets).flatMap(({ best, names }) => [
    ...wrapText(headOf(best), width - 2).map((line, index) => `  ${index === 0 ? '' : '  '}${line}`),
    ...wrapText(names.join(' '), width - 6).map((line) => `      ${line}`),
  ]);
  return [`${from} becomes`, ...lines, '', ...more].join('\n');
}

const inWords = (names: readonly string[]): string => names.join(', ').replace(/, (?=[^,]*$)/, ' and ');

interface Group {
  readonly best: ConverterUse;
  readonly names: string[];
}

/** The targets of each converter together: direct ones first, then what does the most. */
function groups(targets: readonly Target[]): readonly Group[] {
  const found = new Map<string, Group>();
  for (const { to, converters } of targets) {
    const [best] = converters;
    if (best === undefined) continue;
    const key = headOf(best);
    const group = found.get(key);
    if (group === undefined) found.set(key, { best, names: [to] });
    else group.names.push(to);
  }
  const chained = ({ best }: Group): number => (best.via === undefined ? 0 : 1);
  return [...found.values()].toSorted(
    (left, right) => chained(left) - chained(right) || right.names.length - left.names.length,
  );
}

/** `pandoc 1.1.0 (embedded, GPL-2.0-or-later): text, structure and images` */
function headOf(use: ConverterUse): string {
  const way = use.via === undefined ? '' : ` by way of ${use.via}`;
  const note = use.note === undefined ? '' : `: ${use.note}`;
  return `${use.name} ${use.version}${way} (${use.kind}, ${use.license})${note}`;
}

/** `pandoc+pdfium (by way of pdf)` */
function shownName(use: Pick<MissingConverter, 'name' | 'via'>): string {
  return use.via === undefined ? use.name : `${use.name} (by way of ${use.via})`;
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly converters: readonly ConverterUse[];
  readonly missing: readonly MissingConverter[];
  readonly cloudconvert: boolean;
}

export function pairText({ from, to, converters, missing, cloudconvert }: Pair, width: number): string {
  const absentLines = missing.flatMap((converter) => ['', ...missingLines(converter, width)]);
  if (converters.length === 0) {
    const hint = cloudconvert
      ? 'CloudConvert does: runs_on: cloudconvert'
      : `pipeline formats ${from} says what is possible`;
    return [`No converter here turns ${from} into ${to}. ${hint}`, ...absentLines, ''].join('\n');
  }
  const paragraphs = converters.flatMap((use, index) => [
    '',
    ...useLines(use, index === 0 && converters.length > 1, width),
  ]);
  return [`${from} → ${to}`, ...paragraphs, ...absentLines, ''].join('\n');
}

function missingLines(converter: MissingConverter, width: number): readonly string[] {
  const note = converter.note === undefined ? [] : wrapText(converter.note, width - 2);
  return [
    `${shownName(converter)} is not installed (${converter.kind}, ${converter.license})`,
    ...[...note, ...wrapText(converter.install, width - 2)].map((line) => `  ${line}`),
  ];
}

function useLines(use: ConverterUse, isFirst: boolean, width: number): readonly string[] {
  const note = use.note === undefined ? [] : wrapText(use.note, width - 2).map((line) => `  ${line}`);
  const engines =
    use.engines.length === 0
      ? []
      : wrapText(`does the work of engine: ${use.engines.join(', ')}`, width - 2).map((line) => `  ${line}`);
  const longest = Math.max(0, ...use.options.map(({ name }) => name.length));
  const options = use.options.flatMap(({ name, description, choices, default: value }) => {
    const extra = [
      Array.isArray(choices) ? `One of ${choices.join(', ')}.` : '',
      value === undefined ? '' : `Default: ${JSON.stringify(value)}.`,
    ];
    const text = [description, ...extra].filter((part) => part !== '').join(' ');
    return labelled(name, { text, labelWidth: longest, width: width - 2 }).map((line) => `  ${line}`);
  });
  return [
    `${use.name} ${use.version} (${use.kind}, ${use.license})${isFirst ? ', taken first' : ''}`,
    ...(use.via === undefined ? [] : [`  by way of ${use.via}`]),
    ...note,
    ...engines,
    ...(options.length === 0 ? ['  takes no options'] : ['  options', ...options]),
  ];
}

interface Labelled {
  readonly text: string;
  readonly labelWidth: number;
  readonly width: number;
}

/** A paragraph with a label at the left of its first line, indented by two. */
function labelled(label: string, { text, labelWidth, width }: Labelled): readonly string[] {
  return wrapText(text, Math.max(28, width - labelWidth - 4)).map(
    (line, index) => `  ${(index === 0 ? label : '').padEnd(labelWidth)}  ${line}`,
  );
}

const cut = (line: string, width: number): string =>
  line.length > width ? `${line.slice(0, width - 1)}…` : line;

/** `pipeline formats`: what becomes what on this machine, by which converter, under which options. */
import { canonicalFormat, formatKind, formatNames, isKnownFormat, nearest } from '@pipeline/schema';
import { exitCode } from '../exit-code.ts';
import {
  type ConverterSummary,
  type ConverterUse,
  type Target,
  allConverters,
  isRemote,
  targetsOf,
  usesFor,
} from '../format-table.ts';
import type { Command, OutputStream } from '../surroundings.ts';
import { columns } from '../text-columns.ts';
import { usageError } from '../usage-error.ts';
import { wrapText } from '../wrap-text.ts';

export const formats: Command = async ({ arguments: named, flags }, { stdout, stderr }) => {
  const unknown = named.find((name) => !isKnownFormat(name));
  if (unknown !== undefined) return usageError(unknownFormat(unknown), stderr);
  const [from, to] = named.map(canonicalFormat);
  const isJson = flags.switches.has('json');
  const print = (json: object, text: () => string): void =>
    void stdout.write(isJson ? `${JSON.stringify(json, undefined, 2)}\n` : text());
  if (from === undefined) {
    const all = await allConverters();
    print({ converters: all }, () => overview(all, textWidth(stdout)));
    return exitCode.done;
  }
  if (to === undefined) {
    const targets = await targetsOf(from);
    print({ from, targets }, () => targetList(from, targets, textWidth(stdout)));
    return targets.length > 0 ? exitCode.done : exitCode.missing;
  }
  const uses = await usesFor(from, to);
  const isElsewhere = isRemote(from, to);
  print({ from, to, converters: uses, cloudconvert: isElsewhere }, () =>
    pairText({ from, to, uses, isElsewhere }, textWidth(stdout)),
  );
  return uses.length > 0 ? exitCode.done : exitCode.missing;
};

const textWidth = (stdout: OutputStream): number => Math.min(stdout.columns ?? 100, 120);

function unknownFormat(name: string): { message: string; hint: string } {
  const near = nearest(name, formatNames());
  return {
    message: `there is no format "${name}"`,
    hint: near === undefined ? 'give the extension of such a file: docx, jpg' : `did you mean "${near}"?`,
  };
}

function overview(all: readonly ConverterSummary[], width: number): string {
  // A chain is its parts.
  const table = columns(
    all
      .filter(({ name }) => !name.includes('+'))
      .map(({ name, version, kind, license, from, to }) => [
        name,
        version,
        kind,
        license,
        `${from.length} formats in, ${to.length} out`,
      ]),
  );
  const names = [...new Set(all.flatMap(({ from }) => from))].sort();
  const kinds = [...new Set(names.map((name) => formatKind(name) ?? 'other'))].sort();
  const list = kinds.flatMap((kind) => {
    const own = names.filter((name) => (formatKind(name) ?? 'other') === kind).join(' ');
    return wrapText(own, Math.max(20, width - 16)).map(
      (line, index) => `  ${(index === 0 ? kind : '').padEnd(13)} ${line}`,
    );
  });
  return [
    'Converters',
    ...table.map((line) => `  ${line}`),
    '',
    'Formats that can be converted here',
    ...list,
    '',
    'pipeline formats docx      what a docx can become',
    'pipeline formats docx pdf  how, and with which options',
    '',
  ].join('\n');
}

function targetList(from: string, targets: readonly Target[], width: number): string {
  if (targets.length === 0) {
    return `No converter here reads ${from} yet. On CloudConvert: runs_on: cloudconvert\n`;
  }
  const rows = targets.map(({ to, converters: [best, ...others] }) => {
    const also = others.length === 0 ? '' : ` (or ${others.map(({ name }) => name).join(', ')})`;
    return [to, `${best?.name ?? ''}${also}`, best?.note ?? ''];
  });
  const lines = columns(rows).map((line) => `  ${line}`.trimEnd());
  return [
    `${from} becomes`,
    ...lines.map((line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)),
    '',
  ].join('\n');
}

interface Pair {
  readonly from: string;
  readonly to: string;
  readonly uses: readonly ConverterUse[];
  readonly isElsewhere: boolean;
}

function pairText({ from, to, uses, isElsewhere }: Pair, width: number): string {
  if (uses.length === 0) {
    const hint = isElsewhere
      ? 'CloudConvert does: runs_on: cloudconvert'
      : `pipeline formats ${from} says what is possible`;
    return `No converter here turns ${from} into ${to}. ${hint}\n`;
  }
  const paragraphs = uses.flatMap((use, index) => [
    '',
    ...useLines(use, index === 0 && uses.length > 1, width),
  ]);
  return [`${from} → ${to}`, ...paragraphs, ''].join('\n');
}

function useLines(use: ConverterUse, isFirst: boolean, width: number): readonly string[] {
  const note = use.note === undefined ? [] : wrapText(use.note, width - 2).map((line) => `  ${line}`);
  const engines = use.engines.length === 0 ? [] : [`  does the work of engine: ${use.engines.join(', ')}`];
  const longest = Math.max(0, ...use.options.map(({ name }) => name.length));
  const options = use.options.flatMap(({ name, description, choices, default: value }) => {
    const extra = [
      Array.isArray(choices) ? `One of ${choices.join(', ')}.` : '',
      value === undefined ? '' : `Default: ${JSON.stringify(value)}.`,
    ];
    const text = [description, ...extra].filter((part) => part !== '').join(' ');
    return wrapText(text, Math.max(30, width - longest - 6)).map(
      (line, index) => `    ${(index === 0 ? name : '').padEnd(longest)}  ${line}`,
    );
  });
  return [
    `${use.name} ${use.version} (${use.kind}, ${use.license})${isFirst ? ', taken first' : ''}`,
    ...note,
    ...engines,
    ...(options.length === 0 ? ['  takes no options'] : ['  options', ...options]),
  ];
}

/** The table of flags as text for people: `--help`, of the whole and of one command. */
import { wrapText } from './wrap-text.ts';
import { exitCodes } from './exit-code.ts';
import type { FlagSpec } from './flag-spec.ts';
import { type CommandName, commands, twinName } from './flags.ts';
import { commonFlags } from './common-flags.ts';

export function mainHelp(width: number): string {
  const names = Object.entries(commands).map(([name, spec]): Row => [
    usage(name, spec.arguments),
    spec.summary,
  ]);
  return [
    'Files become other files as pipeline.yaml says.',
    '',
    'Usage: pipeline <command> [flags]',
    '       pipeline            run the pipeline of this folder',
    '',
    'Commands',
    ...rows(names, width),
    '',
    'Flags of every command',
    ...rows([...flagRows(commonFlags), ['-V, --version', 'Show the version.']], width),
    '',
    'Exit codes',
    ...rows(
      exitCodes.map(({ code, means }): Row => [code, means]),
      width,
    ),
    '',
    'pipeline <command> --help says more.',
    '',
  ].join('\n');
}

export function commandHelp(name: CommandName, width: number): string {
  const spec = commands[name];
  const own = flagRows(spec.flags);
  const isTwinned = own.length > 0 && Object.values(spec.flags).every((flag) => flag.hasTwin !== undefined);
  return [
    spec.summary,
    '',
    `Usage: pipeline ${usage(name, spec.arguments)}${own.length > 0 ? ' [flags]' : ''}`,
    ...spec.details.flatMap((paragraph) => ['', ...wrapText(paragraph, width)]),
    '',
    'Flags',
    ...rows([...own, ...flagRows(commonFlags)], width),
    ...(isTwinned
      ? [
          '',
          ...wrapText(
            `Each flag can be set by an environment variable as well: --concurrency by ${twinName('concurrency', { hasTwin: true }) ?? ''}. The flag wins.`,
            width,
          ),
        ]
      : []),
    '',
    'Examples',
    ...spec.examples.flatMap(({ command, does }) => [`  ${command}`, `      ${does}`]),
    '',
  ].join('\n');
}

type Row = readonly [left: string, right: string];

const flagColumn = 28;

const usage = (name: string, positionals: string): string => [name, positionals].filter(Boolean).join(' ');

function flagRows(flags: Readonly<Record<string, FlagSpec>>): readonly Row[] {
  return Object.entries(flags).map(([name, spec]) => [flagUsage(name, spec), flagText(spec)]);
}

/** `-p, --param <name=value>` */
function flagUsage(name: string, spec: FlagSpec): string {
  const short = spec.short === undefined ? '    ' : `-${spec.short}, `;
  return `${short}--${name}${spec.value === undefined ? '' : ` <${spec.value}>`}`;
}

export function flagText(spec: FlagSpec): string {
  const choices = spec.choices === undefined ? '' : ` One of: ${spec.choices.join(', ')}.`;
  return `${spec.help}${choices}${spec.isRepeatable === true ? ' Repeatable.' : ''}`;
}

/** Two columns; a left side that is too wide stands on a line of its own. */
function rows(table: readonly Row[], width: number): readonly string[] {
  const widest = Math.max(...table.map(([left]) => left.length));
  const column = Math.min(flagColumn, widest + 2);
  return table.flatMap(([left, right]) => {
    const indent = ' '.repeat(column + 2);
    const lines = wrapText(right, Math.max(20, width - column - 2)).map((line) => indent + line);
    const [first = '', ...rest] = lines;
    if (left.length > column - 2) return [`  ${left}`, ...lines];
    return [`  ${left.padEnd(column)}${first.slice(column + 2)}`, ...rest];
  });
}

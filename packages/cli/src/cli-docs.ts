/** The table of flags as `docs/cli.md`. An entry of its own in the build: the command itself never loads it. */
import { exitCodes } from './exit-code.ts';
import { flagText } from './help.ts';
import { type CommandName, commands, isCommandName, twinName } from './flags.ts';
import { commonFlags } from './common-flags.ts';
import type { CommandSpec, FlagSpec } from './flag-spec.ts';

export function cliDocs(): string {
  const names = Object.keys(commands).filter(isCommandName);
  return [
    '<!-- Written by `npm run docs` from packages/cli/src/flags.ts: change that. -->',
    '# The command line',
    '',
    '`pipeline` alone runs the pipeline of the working folder. Results go to standard output, everything for people to standard error.',
    '',
    ...table(
      ['command', 'does'],
      names.map((name) => [`[\`${usage(name)}\`](#pipeline-${name})`, commands[name].summary]),
    ),
    '',
    ...names.flatMap((name) => section(name, commands[name])),
    '## Flags of every command',
    '',
    ...flagTable(commonFlags),
    ...table(['flag', 'does'], [['`-V, --version`', 'Show the version.']]).slice(2),
    '',
    '## Exit codes',
    '',
    ...table(
      ['code', 'means'],
      exitCodes.map(({ code, means }) => [code, means]),
    ),
    '',
  ].join('\n');
}

const usage = (name: CommandName): string =>
  ['pipeline', name, commands[name].arguments].filter(Boolean).join(' ');

function section(name: CommandName, spec: CommandSpec): readonly string[] {
  return [
    `## pipeline ${name}`,
    '',
    spec.summary,
    '',
    '```text',
    `${usage(name)}${Object.keys(spec.flags).length > 0 ? ' [flags]' : ''}`,
    '```',
    '',
    ...spec.details.flatMap((paragraph) => [escape(paragraph), '']),
    ...(Object.keys(spec.flags).length > 0 ? [...flagTable(spec.flags), ''] : []),
    '```text',
    spec.examples.map(({ command, does }) => `# ${does}\n${command}`).join('\n\n'),
    '```',
    '',
  ];
}

function flagTable(flags: Readonly<Record<string, FlagSpec>>): readonly string[] {
  const hasTwins = Object.values(flags).some((spec) => spec.hasTwin !== undefined);
  const rows = Object.entries(flags).map(([name, spec]) => {
    const short = spec.short === undefined ? '' : `-${spec.short}, `;
    const value = spec.value === undefined ? '' : ` <${spec.value}>`;
    const variable = twinName(name, spec);
    const twin = variable === undefined ? '' : `\`${variable}\``;
    return [`\`${short}--${name}${value}\``, flagText(spec), ...(hasTwins ? [twin] : [])];
  });
  return table(['flag', 'does', ...(hasTwins ? ['environment'] : [])], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;

/** A pipe ends a cell, even inside code. A star outside of code would start emphasis. */
function escape(text: string): string {
  return text
    .split('`')
    .map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll('*', String.raw`\*`).replaceAll('<', '&lt;'),
    )
    .join('`')
    .replaceAll('|', String.raw`\|`);
}

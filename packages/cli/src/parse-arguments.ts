/**
 * Command line and environment → what is wanted. It reads nothing but the table in `flags.ts` and its arguments;
 * every mistake comes back as one `UsageError`.
 */
import { nearest } from '@pipeline/schema/did-you-mean';
import { type Result, err, ok } from '@pipeline/schema/result';
import { type CommandName, commands, isCommandName } from './flags.ts';
import { commonFlags } from './common-flags.ts';
import { laterCommands } from './later.ts';
import { readFlags } from './read-flags.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export type Wanted =
  | { readonly type: 'version' }
  | { readonly type: 'help'; readonly command?: CommandName }
  /** No command at all. */
  | { readonly type: 'nothing'; readonly invocation: Invocation }
  | { readonly type: 'command'; readonly invocation: Invocation };

export interface Invocation {
  readonly command: CommandName;
  readonly arguments: readonly string[];
  readonly flags: FlagValues;
}

/** Flags by their long name, from the command line or else from the environment. */
export interface FlagValues {
  readonly switches: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

export interface UsageError {
  /** One sentence, no trailing period. */
  readonly message: string;
  readonly hint: string;
}

/** `argv` without node and script. */
export function parseArguments(argv: readonly string[], env: Environment): Result<Wanted, UsageError> {
  const position = commandPosition(argv);
  const name = position === undefined ? undefined : argv[position];
  if (name === 'help') {
    const topic = argv.slice((position ?? 0) + 1).find((word) => !word.startsWith('-'));
    return topic === undefined || isCommandName(topic)
      ? ok({ type: 'help', ...(topic === undefined ? {} : { command: topic }) })
      : err(unknownCommand(topic));
  }
  if (name !== undefined && !isCommandName(name)) return err(unknownCommand(name));
  const command = name ?? 'run';
  const rest = argv.filter((_, index) => index !== position);
  if (hasFlag(rest, '--version', '-V')) return ok({ type: 'version' });
  if (hasFlag(rest, '--help', '-h')) return ok({ type: 'help', ...(name === undefined ? {} : { command }) });
  return parseCommand(command, { rest, env, isNamed: name !== undefined });
}

interface CommandLine {
  readonly rest: readonly string[];
  readonly env: Environment;
  readonly isNamed: boolean;
}

function parseCommand(command: CommandName, line: CommandLine): Result<Wanted, UsageError> {
  const specs = { ...commands[command].flags, ...commonFlags };
  const flags = readFlags(specs, { command, argv: line.rest, env: line.env });
  if (!flags.ok) return flags;
  const { positionals, ...values } = flags.value;
  const { maxArguments, arguments: usage } = commands[command];
  const tooMany = positionals[maxArguments];
  if (tooMany !== undefined) {
    return err({
      message: `"${tooMany}" is one argument too many for pipeline ${command}`,
      hint: `usage: pipeline ${[command, usage].filter(Boolean).join(' ')}`,
    });
  }
  const invocation = { command, arguments: positionals, flags: values };
  return ok({ type: line.isNamed ? 'command' : 'nothing', invocation });
}

/** The first word that is neither a flag nor the value of one. */
function commandPosition(argv: readonly string[]): number | undefined {
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') return undefined;
    if (!word.startsWith('-') || word === '-') return index;
    if (takesValue.has(word)) index += 1;
  }
  return undefined;
}

/** `--file` and `-f`; a flag takes a value in every command that has it, or in none. */
const takesValue: ReadonlySet<string> = new Set(
  [commonFlags, ...Object.values(commands).map((command) => command.flags)]
    .flatMap((flags) => Object.entries(flags))
    .filter(([, spec]) => spec.value !== undefined)
    .flatMap(([name, spec]) => (spec.short === undefined ? [`--${name}`] : [`--${name}`, `-${spec.short}`])),
);

function hasFlag(argv: readonly string[], ...names: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return argv.some(
    (word, index) =>
      names.includes(word) && (end === -1 || index < end) && !takesValue.has(argv[index - 1] ?? ''),
  );
}

function unknownCommand(name: string): UsageError {
  if (laterCommands.includes(name)) {
    return {
      message: `pipeline ${name} comes with a later version`,
      hint: 'pipeline --help lists what this one can do',
    };
  }
  if (/[./\\]/.test(name)) {
    return { message: `there is no command "${name}"`, hint: `to run that file: pipeline run ${name}` };
  }
  const near = nearest(name, Object.keys(commands));
  return {
    message: `there is no command "${name}"`,
    hint: near === undefined ? 'pipeline --help lists the commands' : `did you mean "${near}"?`,
  };
}

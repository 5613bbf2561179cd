/**
 * The table of flags as completion scripts. They are complete in themselves: no shell has to start `pipeline` to
 * complete a word.
 */
import { formatNames } from '@pipeline/schema';
import type { CommandSpec, FlagSpec, ValueKind } from './flag-spec.ts';
import { commands } from './flags.ts';
import { commonFlags } from './common-flags.ts';

type Flags = readonly (readonly [name: string, spec: FlagSpec])[];

const flagsOf = (command: CommandSpec): Flags => Object.entries({ ...command.flags, ...commonFlags });
const namesOf = ([name, { short }]: Flags[number]): readonly string[] =>
  short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
const names = Object.keys(commands).join(' ');

export function bashCompletion(): string {
  const cases = Object.entries(commands).map(([name, command]) => {
    const valued = flagsOf(command).filter(([, spec]) => spec.value !== undefined);
    const values = valued.map((flag) => `      ${namesOf(flag).join('|')}) ${bashValue(flag[1])}; return ;;`);
    const words = [...flagsOf(command).flatMap(namesOf), ...(command.argumentChoices ?? [])].join(' ');
    return [
      `    ${name})`,
      '      case $previous in',
      ...values,
      '      esac',
      `      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "${words}" -- "$word")); return; fi`,
      `      ${bashValue({ kind: command.argumentKind, choices: command.argumentChoices })} ;;`,
    ].join('\n');
  });
  return `# pipeline completion for bash: source <(pipeline completion bash)
_pipeline() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${Object.keys(commands).join('|')}) command=\${COMP_WORDS[index]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command in
${cases.join('\n')}
    *) COMPREPLY=($(compgen -W "${names} --help --version" -- "$word")) ;;
  esac
}
complete -F _pipeline pipeline
`;
}

interface Value {
  readonly kind?: ValueKind | undefined;
  readonly choices?: readonly string[] | undefined;
}

function bashValue({ kind, choices }: Value): string {
  if (choices !== undefined) return `COMPREPLY=($(compgen -W "${choices.join(' ')}" -- "$word"))`;
  if (kind === 'file') return 'compopt -o filenames; COMPREPLY=($(compgen -f -- "$word"))';
  if (kind === 'folder') return 'compopt -o filenames; COMPREPLY=($(compgen -d -- "$word"))';
  if (kind === 'format') return `COMPREPLY=($(compgen -W "${formatNames().join(' ')}" -- "$word"))`;
  return 'COMPREPLY=()';
}

export function zshCompletion(): string {
  const described = Object.entries(commands).map(
    ([name, { summary }]) => `    ${zshQuote(`${name}:${summary}`)}`,
  );
  const cases = Object.entries(commands).map(([name, command]) => {
    const value = zshValue({ kind: command.argumentKind, choices: command.argumentChoices });
    const argument = zshQuote(`*:${command.argumentKind}:${value}`);
    const specs = flagsOf(command).map((flag) => `        ${zshFlag(flag)} \\`);
    return `      ${name})\n        _arguments \\\n${specs.join('\n')}\n        ${command.maxArguments === 0 ? '' : argument}\n        ;;`;
  });
  return `#compdef pipeline
# pipeline completion for zsh: source <(pipeline completion zsh), after compinit
_pipeline() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  local context state line
  _arguments -C '(-V --version)'{-V,--version}'[Show the version.]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
${cases.join('\n')}
      esac
      ;;
  esac
}
compdef _pipeline pipeline
`;
}

/** `'*'{-p,--param}'[Set a param.]:name=value:'` */
function zshFlag([name, spec]: Flags[number]): string {
  const star = spec.isRepeatable === true ? "'*'" : '';
  const own = namesOf([name, spec]);
  const spelled = own.length > 1 ? `{${own.join(',')}}` : own.join('');
  const value = spec.value === undefined ? '' : `:${spec.value.replaceAll(':', ' ')}:${zshValue(spec)}`;
  return `${star}${spelled}${zshQuote(`[${spec.help.replaceAll(/[[\]]/g, '')}]${value}`)}`;
}

function zshValue({ kind, choices }: Value): string {
  if (choices !== undefined) return `(${choices.join(' ')})`;
  if (kind === 'file') return '_files';
  if (kind === 'folder') return '_files -/';
  return kind === 'format' ? `(${formatNames().join(' ')})` : ' ';
}

const zshQuote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export function fishCompletion(): string {
  const lines = Object.entries(commands).flatMap(([name, command]) => {
    const inside = `-n ${fishQuote(`__fish_seen_subcommand_from ${name}`)}`;
    const argument = fishValue({ kind: command.argumentKind, choices: command.argumentChoices });
    return [
      `complete -c pipeline -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(command.summary)}`,
      ...(command.maxArguments === 0 || argument === '-x'
        ? []
        : [`complete -c pipeline ${inside} ${argument.replace('-r -F', '-F').replace('-x ', '-f ')}`]),
      ...flagsOf(command).map(([flag, spec]) => {
        const short = spec.short === undefined ? '' : ` -s ${spec.short}`;
        const value = spec.value === undefined ? '' : ` ${fishValue(spec)}`;
        return `complete -c pipeline ${inside}${short} -l ${flag}${value} -d ${fishQuote(spec.help)}`;
      }),
    ];
  });
  return [
    '# pipeline completion for fish',
    'complete -c pipeline -n __fish_use_subcommand -s V -l version -d "Show the version."',
    ...lines,
    '',
  ].join('\n');
}

function fishValue({ kind, choices }: Value): string {
  if (choices !== undefined) return `-x -a ${fishQuote(choices.join(' '))}`;
  if (kind === 'file') return '-r -F';
  if (kind === 'folder') return `-x -a ${fishQuote('(__fish_complete_directories)')}`;
  return kind === 'format' ? `-x -a ${fishQuote(formatNames().join(' '))}` : '-x';
}

const fishQuote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;

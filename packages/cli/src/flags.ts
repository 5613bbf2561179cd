/**
 * The one table of commands and flags. The parser, `--help`, shell completion and `docs/cli.md` are all made from it, so
 * that they cannot disagree. It does not know what a command does.
 */

import { allowPathFlag, defaultFile, fileFlag, paramFlags } from './common-flags.ts';
import type { CommandSpec, FlagSpec } from './flag-spec.ts';
import { retryCommand, runsCommand } from './history/history-flags.ts';
import { explainFlags, planFlags } from './inspect/inspect-flags.ts';
import { runFlags } from './run-flags.ts';
import { cacheCommand, cleanCommand } from './tidy/tidy-flags.ts';
import { serveFlags } from './serve/serve-flags.ts';
import { watchFlags } from './watch/watch-flags.ts';

export type CommandName =
  | 'run'
  | 'watch'
  | 'plan'
  | 'explain'
  | 'validate'
  | 'formats'
  | 'doctor'
  | 'graph'
  | 'init'
  | 'runs'
  | 'retry'
  | 'clean'
  | 'cache'
  | 'serve'
  | 'schema'
  | 'completion';

export const commands: Readonly<Record<CommandName, CommandSpec>> = {
  run: {
    summary: 'Run a pipeline.',
    arguments: '[file]',
    maxArguments: 1,
    argumentKind: 'file',
    details: [
      defaultFile,
      'Results go to standard output and only when asked for (--json, --print-outputs); everything for people goes to standard error. The first Ctrl-C cancels politely, the second kills.',
      'A flag that can be repeated takes one value a line in its environment variable.',
    ],
    flags: {
      ...runFlags,
      'dry-run': {
        short: 'n',
        help: 'Run nothing: say what would run, and why, as `pipeline plan` does.',
      },
      watch: {
        short: 'w',
        hasTwin: true,
        conflicts: ['dry-run'],
        help: 'Then keep up with changes, as `pipeline watch` does.',
      },
    },
    examples: [
      { command: 'pipeline run', does: 'Run the pipeline of this folder.' },
      { command: 'pipeline run site.yaml -p quality=90 -j 4', does: 'Set a param; four actions at once.' },
      {
        command: "pipeline run --from 'pdf[guide/intro.docx]'",
        does: 'Make one file again, and what comes after it.',
      },
      { command: 'pipeline run --json | jq -r .type', does: 'Read the events in a program.' },
    ],
  },
  watch: watchFlags,
  plan: planFlags,
  explain: explainFlags,
  validate: {
    summary: 'Check pipeline files: every mistake at once, nothing runs.',
    arguments: '[files…]',
    maxArguments: Number.POSITIVE_INFINITY,
    argumentKind: 'file',
    details: [
      `${defaultFile} A folder stands for the pipeline files in it.`,
      'Exits with 2 when a file has an error; warnings alone do not fail.',
    ],
    flags: {
      json: { help: 'Print the mistakes as one JSON document on standard output.' },
      quiet: { short: 'q', help: 'Say nothing of files without a mistake.' },
    },
    examples: [
      { command: 'pipeline validate', does: 'Check the pipeline of this folder.' },
      { command: 'pipeline validate a.yaml b.json --json', does: 'For editors and scripts.' },
    ],
  },
  formats: {
    summary: 'Show what converts to what, by which converter, with which options.',
    arguments: '[from] [to]',
    maxArguments: 2,
    argumentKind: 'format',
    details: [
      'Without a format: every converter. With one: what it can become. With two: how, and which options count.',
    ],
    flags: { json: { help: 'Print JSON on standard output.' } },
    examples: [
      { command: 'pipeline formats docx', does: 'What a Word document can become.' },
      { command: 'pipeline formats docx pdf', does: 'How, by what, and with which options.' },
    ],
  },
  doctor: {
    summary: 'Show what this machine brings, what it lacks, and what one command would add.',
    arguments: '[file]',
    maxArguments: 1,
    argumentKind: 'file',
    details: [
      'Programs, packs, fonts, confinement and limits; what is missing is optional and no error. With a pipeline file: only whether that pipeline could run here, and by what; exits with 3 when something is missing for it. Nothing runs.',
    ],
    flags: {
      ...paramFlags,
      'allow-path': allowPathFlag,
      json: { help: 'Print JSON on standard output.' },
    },
    examples: [
      { command: 'pipeline doctor', does: 'What is here, and what would help.' },
      { command: 'pipeline doctor pipeline.yaml', does: 'Whether this pipeline can run here.' },
    ],
  },
  graph: {
    summary: 'Draw the task graph of a pipeline.',
    arguments: '[file]',
    maxArguments: 1,
    argumentKind: 'file',
    details: [defaultFile],
    flags: {
      file: fileFlag,
      format: {
        value: 'format',
        choices: ['text', 'mermaid', 'dot'],
        laterChoices: ['svg', 'html'],
        help: 'Default: text.',
      },
    },
    examples: [
      { command: 'pipeline graph', does: 'Draw it in the terminal.' },
      { command: 'pipeline graph --format mermaid', does: 'For Markdown.' },
      { command: 'pipeline graph --format dot | dot -Tsvg > graph.svg', does: 'For Graphviz.' },
    ],
  },
  init: {
    summary: 'Write a commented starter pipeline, or import a CloudConvert job.',
    arguments: '[file]',
    maxArguments: 1,
    argumentKind: 'file',
    details: ['Writes pipeline.yaml, fitted to the files of the folder, unless another name is given.'],
    flags: {
      from: {
        value: 'job.json',
        kind: 'file',
        help: 'Import this CloudConvert job body; `-` reads standard input.',
      },
      force: { help: 'Replace a file that is there already.' },
    },
    examples: [
      { command: 'pipeline init', does: 'Start here.' },
      { command: 'pipeline init --from job.json', does: 'Turn a CloudConvert job into a pipeline file.' },
    ],
  },
  runs: runsCommand,
  retry: retryCommand,
  clean: cleanCommand,
  cache: cacheCommand,
  serve: serveFlags,
  schema: {
    summary: 'Print the JSON Schema of pipeline files, for editors.',
    arguments: '',
    maxArguments: 0,
    argumentKind: 'text',
    details: [],
    flags: {},
    examples: [{ command: 'pipeline schema > pipeline.schema.json', does: 'Then point your editor at it.' }],
  },
  completion: {
    summary: 'Print a completion script for a shell.',
    arguments: '<bash|zsh|fish>',
    maxArguments: 1,
    argumentKind: 'text',
    argumentChoices: ['bash', 'zsh', 'fish'],
    details: [],
    flags: {},
    examples: [
      { command: 'source <(pipeline completion bash)', does: 'In ~/.bashrc.' },
      { command: 'source <(pipeline completion zsh)', does: 'In ~/.zshrc, after compinit.' },
      { command: 'pipeline completion fish > ~/.config/fish/completions/pipeline.fish', does: 'Once.' },
    ],
  },
};

/** `params-file` → `PIPELINE_PARAMS_FILE`; undefined: the flag has none. */
export function twinName(flag: string, { hasTwin }: Pick<FlagSpec, 'hasTwin'>): string | undefined {
  if (hasTwin === undefined) return undefined;
  return hasTwin === true ? `PIPELINE_${flag.toUpperCase().replaceAll('-', '_')}` : hasTwin;
}

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name);
}

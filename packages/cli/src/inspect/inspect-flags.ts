/** The entries of `plan` and `explain` in the table of `flags.ts`. */
import {
  allowPathFlag,
  cacheFlags,
  defaultFile,
  fileFlag,
  forceFlag,
  paramFlags,
  selectFlags,
  whereFlags,
} from '../common-flags.ts';
import type { CommandSpec } from '../flag-spec.ts';

export const planFlags: CommandSpec = {
  summary: 'Show what a run would do, and why: nothing runs.',
  arguments: '[file]',
  maxArguments: 1,
  argumentKind: 'file',
  details: [
    defaultFile,
    'Every action: whether it runs, is cached, up to date or skipped, by which converter, what it writes or replaces, and the reason. Of many alike the first few are named; -v names all. What only the run can tell is said to be so.',
    'Exits with 0 when the pipeline could run, whatever there is to do.',
  ],
  flags: {
    file: fileFlag,
    ...paramFlags,
    ...selectFlags,
    ...whereFlags,
    force: forceFlag,
    ...cacheFlags,
    'allow-path': allowPathFlag,
    json: { help: 'Print one JSON document on standard output.' },
    quiet: { short: 'q', conflicts: ['verbose'], help: 'Only the line that counts.' },
  },
  examples: [
    { command: 'pipeline plan', does: 'What `pipeline run` would do now.' },
    { command: 'pipeline plan -v --only pdf', does: 'Every action of one task, and what it needs.' },
    {
      command: 'pipeline plan --json | jq -r \'.tasks[].actions[] | select(.status == "run").action\'',
      does: 'The actions that would run, for a script.',
    },
  ],
};

export const explainFlags: CommandSpec = {
  summary: 'Explain an action, a task or a file: where it comes from, and why it would run.',
  arguments: '<action|task|file>',
  maxArguments: 1,
  argumentKind: 'task',
  details: [
    'Of an action: its options and where each comes from, what its result depends on and what of that has changed since the last run, its converter and why that one, what it takes and makes. Of a file that a run wrote: which action, of which sources, and whether it was edited since. Of a source file: what takes it. An address with `*` lists every action that fits. Nothing runs.',
    'Addresses have brackets, which shells take for themselves: put them in quotes.',
  ],
  flags: {
    file: {
      short: 'f',
      value: 'file',
      kind: 'file',
      hasTwin: true,
      help: 'The pipeline file; `-` reads standard input.',
    },
    ...paramFlags,
    ...whereFlags,
    ...cacheFlags,
    'allow-path': allowPathFlag,
    json: { help: 'Print one JSON document on standard output.' },
  },
  examples: [
    { command: "pipeline explain 'pdf[guide/intro.docx]'", does: 'Why this action would run, or not.' },
    { command: 'pipeline explain public/guide/intro.pdf', does: 'Where this file comes from.' },
    { command: 'pipeline explain pdf', does: 'What every action of the task would do.' },
  ],
};

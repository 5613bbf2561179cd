/** The entries of `plan` and `explain` in the table of `flags.ts`. */
import {
  allowPathFlag,
  defaultFile,
  fileFlag,
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

/** `pipeline watch` in the table of commands. */
import { defaultFile } from '../common-flags.ts';
import type { CommandSpec } from '../flag-spec.ts';
import { runFlags } from '../run-flags.ts';

export const watchFlags: CommandSpec = {
  summary: 'Run a pipeline, then keep up with changes.',
  arguments: '[file]',
  maxArguments: 1,
  argumentKind: 'file',
  details: [
    `${defaultFile} When the pipeline file itself changes, it is read again; with a mistake in it, the last good one stays.`,
    'A file is taken when its size and times have not changed for a while (`watch.settle`, 500ms); `watch` in the pipeline file says what is watched and how.',
    'Ctrl-C ends it, with exit code 0; in the middle of a run it cancels that politely, and the exit code is 130.',
  ],
  flags: {
    ...runFlags,
    poll: {
      hasTwin: true,
      help: 'Look for changes every second instead of waiting to be told: for drives of other machines that are not recognised as such.',
    },
  },
  examples: [
    { command: 'pipeline watch', does: 'Keep up with changes.' },
    { command: 'pipeline watch --json | jq -c .type', does: 'Read the events in a program.' },
  ],
};

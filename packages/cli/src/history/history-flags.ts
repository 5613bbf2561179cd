/** The commands about earlier runs and their flags: for the table in `flags.ts`. */
import type { CommandSpec } from '../flag-spec.ts';

const whichRun =
  'A run is named by the beginning of its id, as far as no other begins so, or by `last`. The last 50 are remembered, in `.pipeline/runs`; one that found nothing to do is not.';

export const runsCommand: CommandSpec = {
  summary: 'Show the runs of this project, or what one of them did.',
  arguments: '[run]',
  maxArguments: 1,
  argumentKind: 'text',
  details: [whichRun, 'With -v, actions whose results were there already are listed one by one as well.'],
  flags: { json: { help: 'Print JSON on standard output; of one run, with all its events.' } },
  examples: [
    { command: 'pipeline runs', does: 'What ran when, and how it ended.' },
    { command: 'pipeline runs last', does: 'What the last one did, and what failed in it.' },
    { command: 'pipeline runs --json | jq -r .runs[0].id', does: 'For programs.' },
  ],
};

export const retryCommand: CommandSpec = {
  summary: 'Run an earlier run again, or only what failed in it.',
  arguments: '[run]',
  maxArguments: 1,
  argumentKind: 'text',
  details: [
    'The same pipeline file with the same params and flags, seen from the same folder; without a run, the last one. Secrets come from the environment again.',
    whichRun,
  ],
  flags: {
    failed: { help: 'Only what failed or did not run, and everything that comes after it.' },
    param: {
      short: 'p',
      value: 'name=value',
      isRepeatable: true,
      help: 'Another value for a param; needed for one that held a secret, as secrets are not kept.',
    },
    reporter: {
      value: 'name[:file],…',
      conflicts: ['no-tui'],
      help: 'How to report, as in `pipeline run`.',
    },
    json: { help: 'Print every event as a line of JSON on standard output.' },
    'print-outputs': {
      conflicts: ['json'],
      help: 'Print the path of every file written, one a line, on standard output.',
    },
    'no-tui': { help: 'Plain lines instead of the live view, even in a terminal.' },
    quiet: {
      short: 'q',
      conflicts: ['verbose'],
      help: 'Say nothing but failures and the closing summary.',
    },
  },
  examples: [
    { command: 'pipeline retry --failed', does: 'What failed in the last run, once more.' },
    { command: 'pipeline retry 3f2a91c0', does: 'All of that run again.' },
  ],
};

/** The commands that remove what is not needed any more, and their flags: for the table in `flags.ts`. */
import { cacheFlags } from '../common-flags.ts';
import type { CommandSpec, FlagSpec } from '../flag-spec.ts';

const dryRun: FlagSpec = { short: 'n', help: 'Remove nothing: say what would go.' };
const json: FlagSpec = { help: 'Print JSON on standard output.' };
const cacheDir = {
  ...cacheFlags['cache-dir'],
  help: 'The folder of the cache. Default: `.pipeline/cache` in the root of the project.',
};

export const cleanCommand: CommandSpec = {
  summary: 'Remove what earlier runs left below .pipeline.',
  arguments: '',
  maxArguments: 0,
  argumentKind: 'text',
  details: [
    'Results of export/url (`.pipeline/results`), working folders of runs that were killed, and journals that nobody needs. With --orphans also the files that an earlier run exported and the last complete one did not; a file that Pipeline did not write, or that was edited since, is never removed.',
    'Lists first what would go. In a terminal it then asks; elsewhere it removes only with --yes.',
  ],
  flags: {
    all: { help: 'Also the cache: everything is made anew then.' },
    orphans: { help: 'Also exported files that no source makes any more.' },
    yes: { short: 'y', help: 'Do not ask.' },
    'dry-run': dryRun,
    json,
    'cache-dir': cacheDir,
  },
  examples: [
    { command: 'pipeline clean', does: 'See what is there, and decide.' },
    { command: 'pipeline clean --orphans -n', does: 'Which outputs are left over.' },
    { command: 'pipeline clean --all --yes', does: 'In a script: what is left, and the cache.' },
  ],
};

export const cacheCommand: CommandSpec = {
  summary: 'Show how large the cache is, make it smaller, or empty it.',
  arguments: '[stats|gc|clear]',
  maxArguments: 1,
  argumentKind: 'text',
  argumentChoices: ['stats', 'gc', 'clear'],
  details: [
    'What actions made is kept, so that it need not be made twice. `stats`, the default, says how much that is; `gc` removes what is of no use any more, and then what was not used for longest, until the rest is small and young enough; `clear` removes all of it.',
    'The limit holds by itself: at the end of runs, what is over it is removed. What was used within the last two hours, or since a run began that is still going on, stays in any case.',
  ],
  flags: {
    'max-size': {
      value: 'size',
      hasTwin: 'PIPELINE_CACHE_MAX_SIZE',
      help: 'For `gc`: how large it may be. Default: 10GB.',
    },
    'older-than': {
      value: 'time',
      help: 'For `gc`: also what was not used for so long: `12h`, `30d`, `4w`.',
    },
    'dry-run': dryRun,
    json,
    'cache-dir': cacheDir,
  },
  examples: [
    { command: 'pipeline cache', does: 'How large it is, and what the last run took from it.' },
    { command: 'pipeline cache gc --max-size 5GB --older-than 30d', does: 'Make it smaller now.' },
    { command: 'pipeline cache clear', does: 'Begin anew.' },
  ],
};

/** What `run` and `watch` have in common. */
import {
  allowPathFlag,
  cacheFlags,
  cacheSizeFlags,
  fileFlag,
  forceFlag,
  paramFlags,
  selectFlags,
  whereFlags,
} from './common-flags.ts';
import type { FlagSpec } from './flag-spec.ts';

export const runFlags: Readonly<Record<string, FlagSpec>> = {
  file: fileFlag,
  ...paramFlags,
  ...selectFlags,
  concurrency: {
    short: 'j',
    value: 'n|50%',
    hasTwin: true,
    help: 'Actions at once: a number, or a share of the CPUs. Default: `concurrency.max` of the file, else one more than there are CPUs. Files that are only copied (import/local, export/local) do not count, but for -j 1.',
  },
  ...whereFlags,
  'keep-going': {
    short: 'k',
    hasTwin: true,
    conflicts: ['fail-fast'],
    help: 'After a failure, still run all that does not depend on it, whatever `on_error` says.',
  },
  'fail-fast': {
    hasTwin: true,
    conflicts: ['keep-going'],
    help: 'After a failure, cancel what runs and start nothing more.',
  },
  force: forceFlag,
  ...cacheFlags,
  ...cacheSizeFlags,
  timeout: {
    value: 'duration',
    hasTwin: true,
    help: 'Cancel the job after this long and exit with 124: seconds, or `90s`, `10m`, `1h30m`.',
  },
  'allow-path': allowPathFlag,
  reporter: {
    value: 'name[:file],…',
    hasTwin: true,
    conflicts: ['no-tui'],
    help: 'How to report: live, lines, json, github, junit; several by commas, each to a file if named.',
  },
  json: { hasTwin: true, help: 'Print every event as a line of JSON on standard output.' },
  'print-outputs': {
    hasTwin: true,
    conflicts: ['json'],
    help: 'Print the path of every file written, one a line, on standard output.',
  },
  'no-tui': { hasTwin: true, help: 'Plain lines instead of the live view, even in a terminal.' },
  quiet: {
    short: 'q',
    hasTwin: true,
    conflicts: ['verbose'],
    help: 'Say nothing but failures and the closing summary.',
  },
};

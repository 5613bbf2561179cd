/** Flags, and words about them, that several commands of the table in `flags.ts` have in common. */
import type { FlagSpec } from './flag-spec.ts';

/** Understood by every command. */
export const commonFlags: Readonly<Record<string, FlagSpec>> = {
  cwd: { short: 'C', value: 'folder', kind: 'folder', hasTwin: true, help: 'Work in this folder.' },
  verbose: {
    short: 'v',
    hasTwin: true,
    help: 'Say more: every action, converter and command line; stack traces of bugs.',
  },
  help: { short: 'h', help: 'Show this help.' },
};

export const fileFlag: FlagSpec = {
  short: 'f',
  value: 'file',
  kind: 'file',
  hasTwin: true,
  isArgumentToo: true,
  help: 'The pipeline file; `-` reads standard input.',
};

export const paramFlags: Readonly<Record<string, FlagSpec>> = {
  param: {
    short: 'p',
    value: 'name=value',
    isRepeatable: true,
    hasTwin: true,
    help: 'Set a param of the pipeline.',
  },
  'params-file': {
    value: 'file',
    kind: 'file',
    hasTwin: true,
    help: 'Read params from a YAML or JSON map; -p wins over it.',
  },
};

/** Which part of the job. */
export const selectFlags: Readonly<Record<string, FlagSpec>> = {
  only: {
    value: 'name',
    kind: 'task',
    isRepeatable: true,
    hasTwin: true,
    help: 'Run only these tasks or actions and what they need. Globs: `*`, `?`.',
  },
  from: {
    value: 'name',
    kind: 'task',
    isRepeatable: true,
    hasTwin: true,
    help: 'Run these tasks or actions and everything after them, and what those need.',
  },
  until: {
    value: 'name',
    kind: 'task',
    isRepeatable: true,
    hasTwin: true,
    help: 'Run everything up to these tasks or actions, and stop there.',
  },
};

/** Who does the work. */
export const whereFlags: Readonly<Record<string, FlagSpec>> = {
  on: {
    value: 'backend',
    choices: ['local', 'cloudconvert'],
    hasTwin: true,
    help: 'Where tasks without `runs_on` run. Default: local. CloudConvert needs CLOUDCONVERT_API_KEY.',
  },
  profile: {
    value: 'name',
    hasTwin: true,
    help: 'Take the CloudConvert key, and addresses, from `~/.config/pipeline/<name>.env` and not from the environment.',
  },
  sandbox: {
    hasTwin: true,
    conflicts: ['region'],
    help: "Use CloudConvert's sandbox: free, and only for files that its dashboard lists.",
  },
  region: {
    value: 'region',
    choices: ['eu-central', 'us-east'],
    hasTwin: true,
    help: 'Where CloudConvert works: `eu-central` or `us-east`. Default: what its account says, else the nearest.',
  },
};

export const cacheFlags: Readonly<Record<string, FlagSpec>> = {
  cache: {
    value: 'rw|r|off',
    choices: ['rw', 'r', 'off'],
    hasTwin: true,
    help: 'Take results of earlier runs and keep new ones (`rw`, the default), only take them (`r`), or neither (`off`).',
  },
  'cache-dir': {
    value: 'folder',
    kind: 'folder',
    hasTwin: true,
    help: 'Where results are kept. Default: `.pipeline/cache` in the root of the project.',
  },
};

/** For what adds to it. */
export const cacheSizeFlags: Readonly<Record<string, FlagSpec>> = {
  'cache-max-size': {
    value: 'size',
    hasTwin: true,
    help: 'How large what is kept may become: `500MB`, `10GB` (the default). What was not used for longest goes first.',
  },
};

export const allowPathFlag: FlagSpec = {
  value: 'folder',
  kind: 'folder',
  isRepeatable: true,
  hasTwin: true,
  help: 'Let paths lead into this folder too, outside of the project.',
};

export const defaultFile: string =
  'Without a file: pipeline.yaml, .yml or .json, else the only *.pipeline.{yaml,yml,json}, searched from the working folder upwards to the root of the git repository. `-` reads standard input.';

export const forceFlag: FlagSpec = {
  hasTwin: true,
  help: 'Make everything anew, whatever was made before; with --only or --from, just what these name.',
};

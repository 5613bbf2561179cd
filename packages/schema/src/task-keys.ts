/**
 * The control keys of a task as JSON Schema: one table for the validators, the editor schema and the docs. Unions are
 * type lists, never `anyOf`, so that a mistake has one message. It knows no operation and none of their options.
 */
import { durationPattern, type KeySchema } from './key-schema.ts';
import { verifyKeys } from './verify-keys.ts';

const taskName = '^[A-Za-z0-9_-]+$';

const names = { type: ['string', 'array'], minLength: 1, items: { type: 'string', minLength: 1 } } as const;
const scalar = { type: ['string', 'number', 'boolean'] } as const;
const combinations = {
  type: 'array',
  items: { type: 'object', minProperties: 1, additionalProperties: scalar },
} as const;
const duration = { type: ['number', 'string'], minimum: 0, pattern: durationPattern } as const;

export const taskKeys: Readonly<Record<string, KeySchema>> = {
  operation: {
    type: 'string',
    description: 'What the task does: `convert`, `import/local`, `pdf/encrypt`, …',
    examples: ['convert', 'import/local', 'export/local'],
  },
  input: {
    ...names,
    description: 'The task, or list of tasks, whose files flow in.',
    examples: ['docs', ['docs', 'images']],
  },
  needs: {
    ...names,
    description: 'The task, or list of tasks, that must be finished first; no files flow.',
    examples: ['check', ['check', 'prepare']],
  },
  matrix: {
    type: 'object',
    minProperties: 1,
    properties: {
      include: {
        ...combinations,
        description:
          'Combinations to add. One that fits an existing combination adds its other keys to it, as in GitHub Actions.',
        examples: [[{ format: 'png', width: 64 }]],
      },
      exclude: {
        ...combinations,
        description: 'Combinations to leave out: those in which all of these keys have these values.',
        examples: [[{ format: 'avif', width: 480 }]],
      },
    },
    additionalProperties: { type: 'array', minItems: 1, items: scalar },
    description: 'One variant of the task for each combination of these lists; read as `${{ matrix.name }}`.',
    examples: [{ format: ['webp', 'avif'], width: [480, 960] }],
  },
  if: {
    type: ['string', 'boolean'],
    minLength: 1,
    description:
      'Judged for each file and variant; when it is false, that action is skipped. `${{ }}` may be left out.',
    examples: ["file.ext == 'docx'", 'file.size > 1000000', false],
  },
  group_by: {
    enum: ['file', 'all', 'dir'],
    description:
      'How input files are collected: an action for each file, one for all, or one for each folder. Default: `file`; `all` for merge and archive.',
    examples: ['all', 'dir'],
  },
  retry: {
    type: ['integer', 'object'],
    minimum: 1,
    properties: {
      attempts: {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        description: 'How often it is tried in all, the first time included.',
        examples: [3],
      },
      delay: {
        ...duration,
        description: 'Wait before the second attempt. A bare number is seconds. Default: 1s.',
        examples: ['2s'],
      },
      backoff: {
        type: 'number',
        minimum: 1,
        description: 'The wait is multiplied by this after each attempt. Default: 2.',
        examples: [2],
      },
      max_delay: {
        ...duration,
        description: 'The longest wait. A bare number is seconds. Default: 30s.',
        examples: ['1m'],
      },
      on: {
        enum: ['transient', 'any'],
        description:
          'Which failures are tried again: those that can pass (network, timeout), or any. Bad input never is. Default: transient.',
        examples: ['transient'],
      },
    },
    additionalProperties: false,
    description: 'How often an action is tried in all, or a map that also says when. Default: 1, no retry.',
    examples: [3, { attempts: 5, delay: '2s', backoff: 2, max_delay: '1m' }],
  },
  timeout: {
    type: ['number', 'string'],
    exclusiveMinimum: 0,
    pattern: durationPattern,
    description: 'Time limit of each attempt: seconds, as in CloudConvert, or a text with a unit.',
    examples: ['10m', 600],
  },
  ignore_error: {
    type: 'boolean',
    description: 'A failure of this task fails neither the job nor the tasks behind it. Default: false.',
    examples: [true],
  },
  verify: {
    type: 'object',
    minProperties: 1,
    properties: verifyKeys,
    additionalProperties: false,
    description:
      'What every file that the task makes must hold to. One that does not fails its action, and goes nowhere.',
    examples: [
      { pages: { min: 1 }, max_size: '5MB' },
      { format: 'pdf', pdf_a: '2b', text_contains: 'Invoice' },
    ],
  },
  cache: {
    type: 'boolean',
    description:
      'Take the result of an earlier run when nothing that it depends on has changed. Default: true.',
    examples: [false],
  },
  runs_on: {
    enum: ['local', 'cloudconvert'],
    description: 'Where the task runs. Default: what `--on` says, else `local`.',
    examples: ['local'],
  },
  options: {
    type: 'object',
    description:
      'Options of the operation, for one whose name is also a control key. They win over flat ones.',
    examples: [{ quality: 80 }],
  },
  label: {
    type: 'string',
    minLength: 1,
    description: 'Shown instead of the name of the task.',
    examples: ['Press kit'],
  },
};

/** Keys that make no sense as a default of many tasks. */
export const notInDefaults: ReadonlySet<string> = new Set(['operation', 'input', 'needs', 'label']);

const taskNamePattern = new RegExp(taskName);

export const isTaskName = (name: string): boolean => taskNamePattern.test(name);

/** The top-level keys of a pipeline file as JSON Schema. It knows neither tasks nor operations. */
import { durationPattern, type KeySchema } from './key-schema.ts';

const duration = { type: ['number', 'string'], minimum: 0, pattern: durationPattern } as const;
const globs = { type: ['string', 'array'], minLength: 1, items: { type: 'string', minLength: 1 } } as const;
const amount = { type: ['integer', 'string'], minimum: 1, pattern: '^[1-9][0-9]*%$' } as const;
const scalar = ['string', 'number', 'boolean'] as const;

const paramKeys: Readonly<Record<string, KeySchema>> = {
  type: {
    enum: ['string', 'integer', 'number', 'boolean'],
    description: 'Type of the value. Default: that of `default`, else string.',
    examples: ['integer'],
  },
  default: {
    type: scalar,
    description: 'Value when the run gives none. Without it, the parameter is required.',
    examples: [80],
  },
  enum: {
    type: 'array',
    minItems: 1,
    items: { type: scalar },
    description: 'The only possible values.',
    examples: [['draft', 'final']],
  },
  minimum: { type: 'number', description: 'Smallest possible number.', examples: [1] },
  maximum: { type: 'number', description: 'Largest possible number.', examples: [100] },
  pattern: {
    type: 'string',
    description: 'Regular expression that the text must match.',
    examples: ['^v[0-9]+$'],
  },
  description: { type: 'string', description: 'What the parameter is for.', examples: ['Quality of images'] },
};

const watchKeys: Readonly<Record<string, KeySchema>> = {
  paths: {
    ...globs,
    description: 'What to watch. Default: the paths of all import/local tasks.',
    examples: ['docs/**'],
  },
  ignore: { ...globs, description: 'What not to watch.', examples: ['**/*.tmp'] },
  settle: {
    ...duration,
    description: 'A file is taken when size and time have not changed for this long. Default: 500ms.',
    examples: ['500ms'],
  },
  debounce: {
    ...duration,
    description: 'Changes within this time start one run. Default: 100ms.',
    examples: ['100ms'],
  },
  on_busy: {
    enum: ['queue', 'restart'],
    description: 'A change during a run: run again afterwards, or cancel and start over. Default: queue.',
    examples: ['restart'],
  },
  initial: { type: 'boolean', description: 'Run once at the start. Default: true.', examples: [false] },
};

export const pipelineKeys: Readonly<Record<string, KeySchema>> = {
  version: { enum: [1], description: 'Version of the language. Absent means 1.', examples: [1] },
  name: {
    type: 'string',
    minLength: 1,
    description: 'Name of the pipeline, for people.',
    examples: ['site-assets'],
  },
  description: {
    type: 'string',
    description: 'What the pipeline is for.',
    examples: ['Images and PDFs of the site'],
  },
  tasks: {
    type: 'object',
    minProperties: 1,
    description: 'The tasks by name: letters, digits, `-` and `_`.',
    examples: [
      {
        docs: { operation: 'import/local', path: 'docs/*.md' },
        pdf: { operation: 'convert', input: 'docs', output_format: 'pdf' },
        out: { operation: 'export/local', input: 'pdf', path: 'public' },
      },
    ],
  },
  tag: {
    type: ['string', 'null'],
    description: 'Free text that the job carries, as in CloudConvert.',
    examples: ['nightly'],
  },
  webhook_url: {
    type: ['string', 'null'],
    description: 'Address that is told when the job ends, as in CloudConvert.',
    examples: ['https://example.com/hooks/converted'],
  },
  redirect: {
    type: 'boolean',
    description:
      'Of CloudConvert’s HTTP API: answer with a redirect to the first exported file. No meaning in a local run.',
    examples: [true],
  },
  params: {
    type: 'object',
    additionalProperties: {
      type: [...scalar, 'object'],
      properties: paramKeys,
      additionalProperties: false,
      examples: [{ type: 'string' }],
    },
    description: 'Inputs of a run: name → declaration, or a bare default. Read as `${{ params.name }}`.',
    examples: [{ quality: { type: 'integer', default: 80, minimum: 1, maximum: 100 }, title: 'Untitled' }],
  },
  env: {
    type: ['object', 'array'],
    additionalProperties: { type: ['string', 'null'] },
    items: { type: 'string', minLength: 1 },
    description:
      'The only environment variables that expressions may read: a list of names, or name → default.',
    examples: [['CI', 'GITHUB_SHA'], { STAGE: 'test' }],
  },
  secrets: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    description:
      'Names of environment variables whose values are masked in every output and never written to disk.',
    examples: [['S3_KEY', 'S3_SECRET']],
  },
  defaults: {
    type: 'object',
    additionalProperties: { type: 'object' },
    description: 'Operation, or `*` for all → keys that each of its tasks has unless it says otherwise.',
    examples: [{ '*': { retry: 3 }, convert: { quality: 80 } }],
  },
  concurrency: {
    type: ['integer', 'string', 'object'],
    minimum: 1,
    pattern: amount.pattern,
    properties: {
      max: {
        ...amount,
        description:
          'How many actions run at once, or a share of the CPUs. Default: one more than there are CPUs.',
        examples: [4, '50%'],
      },
    },
    additionalProperties: { type: 'integer', minimum: 1 },
    description:
      'How many actions run at once: a number, a share of the CPUs, or limits by operation or engine.',
    examples: [4, '50%', { max: '50%', libreoffice: 1 }],
  },
  on_error: {
    enum: ['continue', 'stop'],
    description:
      'After a failure: continue with every action that does not depend on it, or stop those that run. Default: continue.',
    examples: ['stop'],
  },
  watch: {
    type: 'object',
    properties: watchKeys,
    additionalProperties: false,
    description: 'How `pipeline watch` keeps up with changes.',
    examples: [{ paths: ['docs/**'], settle: '500ms' }],
  },
};

/** Files on this machine: `import/local` and `export/local`. Not in CloudConvert; on that backend they become uploads and downloads. */
import type { OperationSpec } from './operation-spec.ts';
import { choice, flag, text } from './option-schema.ts';

const patterns = {
  type: ['string', 'array'],
  minLength: 1,
  minItems: 1,
  items: { type: 'string', minLength: 1 },
} as const;

export const importLocal: OperationSpec = {
  name: 'import/local',
  summary: 'Take files from this machine by path or glob.',
  role: 'import',
  options: {
    path: {
      schema: {
        ...patterns,
        description:
          'A path, a glob or a list of them, relative to the pipeline file. `**` matches any depth, `{a,b}` either, `[ab]` one letter; a leading `!` takes files out again (quote it: YAML reads a bare `!` as a tag).',
        examples: ['docs/**/*.docx', ['assets/**/*.{png,jpg}', '!assets/_drafts/**']],
      },
    },
    base: text(
      'Folder that the place of each file (`file.dir`) is counted from. Default: the part of the glob before its first wildcard.',
      { schema: { examples: ['docs'] } },
    ),
    exclude: {
      schema: {
        ...patterns,
        description: 'A glob or a list of globs: files that match are left out.',
        examples: ['**/_drafts/**'],
      },
    },
    allow_empty: flag('Also for a plain path: no matching file is no mistake, the task is skipped.', {
      default: false,
    }),
  },
  required: ['path'],
  gives: 'unknown',
  groupBy: 'file',
  example: { operation: 'import/local', path: ['docs/**/*.docx', '!docs/_drafts/**'], base: 'docs' },
};

export const exportLocal: OperationSpec = {
  name: 'export/local',
  summary: 'Write files to this machine. A file appears whole or not at all.',
  role: 'export',
  options: {
    path: text(
      'A folder, below which each file keeps its place, or a template of the whole path. Relative to the pipeline file.',
      { schema: { examples: ['public/assets', 'out/${{ file.stem }}.${{ file.ext }}'] } },
    ),
    overwrite: choice(
      ['if_changed', 'always', 'never'],
      'What to do with a file that exists: replace it when the content differs, always, or never.',
      { default: 'if_changed' },
    ),
    prune: flag(
      'After a run that did everything, remove the files that this task wrote before and does not write any more; never one that was edited since.',
      {
        default: false,
      },
    ),
  },
  required: ['path'],
  gives: 'same',
  groupBy: 'file',
  example: { operation: 'export/local', input: 'pdf', path: 'public/assets' },
};

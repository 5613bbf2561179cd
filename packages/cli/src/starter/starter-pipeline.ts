/** The text of a commented first pipeline, fitted to the files that there are; it runs as it is. */
import type { Group, Survey } from './survey-folder.ts';

/** Where the starter's results go. */
export const resultFolder = 'converted';

export function starterPipeline(name: string, survey: Survey): string {
  const chains = [documents(survey.documents), photos(survey.photos), pdfs(survey.pdfs)].filter(
    (chain) => chain !== undefined,
  );
  const used = chains.length === 0 ? [greeting] : chains;
  const outputs = used.map((chain) => chain.output);
  const input = outputs.length === 1 ? outputs.join('') : `[${outputs.join(', ')}]`;
  return [
    '# A pipeline says which files become what.',
    '#   pipeline validate   check it        pipeline formats   what can become what',
    '#   pipeline graph      draw it         pipeline run       run it',
    '# For completion and checks in an editor: pipeline schema > pipeline.schema.json',
    `name: ${JSON.stringify(name)}`,
    ...(survey.photos === undefined
      ? []
      : [
          '',
          '# What a run can set: pipeline run -p quality=60',
          'params:',
          '  quality: { type: integer, default: 80, minimum: 1, maximum: 100 }',
        ]),
    '',
    'tasks:',
    ...used.flatMap((chain) => [...chain.lines.map((line) => (line === '' ? '' : `  ${line}`)), '']),
    '  # Each file appears whole or not at all; one that did not change is left alone.',
    '  publish:',
    '    operation: export/local',
    `    input: ${input}`,
    `    path: ${resultFolder}`,
    '',
  ].join('\n');
}

interface Chain {
  readonly lines: readonly string[];
  /** The task whose files are worth keeping. */
  readonly output: string;
}

function documents(group: Group | undefined): Chain | undefined {
  if (group === undefined) return undefined;
  const lines = [
    `# ${files(group, 'document')}, taken where they are and never changed.`,
    ...importLines('documents', group),
    '',
    '# A task runs once for each file that flows in, several at once.',
    'pdf:',
    '  operation: convert',
    '  input: documents',
    '  output_format: pdf',
    ...distinctName(group, 'pdf'),
  ];
  return { lines, output: 'pdf' };
}

function photos(group: Group | undefined): Chain | undefined {
  if (group === undefined) return undefined;
  const lines = [
    `# ${files(group, 'picture')}.`,
    ...importLines('photos', group),
    '',
    '# `fit: max` bounds the size and never enlarges.',
    'web:',
    '  operation: convert',
    '  input: photos',
    '  output_format: webp',
    '  width: 1600',
    '  fit: max',
    '  quality: ${{ params.quality }}',
    ...distinctName(group, 'webp'),
  ];
  return { lines, output: 'web' };
}

function pdfs(group: Group | undefined): Chain | undefined {
  if (group === undefined) return undefined;
  const lines = [
    `# ${files(group, 'PDF')}, and a picture of the first page of each.`,
    ...importLines('pdfs', group),
    '',
    'cover:',
    '  operation: thumbnail',
    '  input: pdfs',
    '  output_format: png',
    '  width: 640',
    '  filename: ${{ file.stem }}-cover.png',
  ];
  return { lines, output: 'cover' };
}

/** Nothing in the folder can be used, so the pipeline brings a text of its own. */
const greeting: Chain = {
  lines: [
    '# There is no document or picture in this folder yet, so this one stands in the pipeline itself.',
    '# To take files: `operation: import/local` with `path: "docs/**/*.md"`.',
    'text:',
    '  operation: import/raw',
    '  filename: hello.md',
    '  file: |',
    '    # Hello',
    '',
    '    This page was Markdown once.',
    '',
    '# A task runs once for each file that flows in, several at once.',
    'pdf:',
    '  operation: convert',
    '  input: text',
    '  output_format: pdf',
  ],
  output: 'pdf',
};

function importLines(task: string, { extensions }: Group): readonly string[] {
  const names = extensions.length === 1 ? extensions.join('') : `{${extensions.join(',')}}`;
  return [
    `${task}:`,
    '  operation: import/local',
    `  path: "**/*.${names}"`,
    `  exclude: ${resultFolder}/**`,
  ];
}

/** `a.md` and `a.html` must not both become `a.pdf`. */
function distinctName({ isAmbiguous }: Group, format: string): readonly string[] {
  return isAmbiguous ? [`  filename: \${{ file.name }}.${format}`] : [];
}

function files({ count }: Group, noun: string): string {
  return `${count === 1 ? 'One' : String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

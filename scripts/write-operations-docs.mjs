// The text of docs/operations.md, from the table of operations of the language. What the local backend has is read from
// its own list when it is built; without it the page says nothing about backends.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const schema = new URL('../packages/schema/', import.meta.url);
const localBackend = new URL('../packages/operations/dist/local-backend.js', import.meta.url);
const { stringify } = createRequire(new URL('package.json', schema))('yaml');

export async function operationsDocs() {
  const words = await language();
  const local = await localOperations();
  const specs = Object.values(words.operationSpecs);
  return [
    '<!-- Written by scripts/write-operations-docs.mjs from packages/schema/src/operations: change it there. -->',
    '# Operations',
    'What a task can do, under `operation`. Options stand beside it, flat in the task. Names, types and meanings are those of CloudConvert; `import/local` and `export/local` are additions. Besides its options, every task takes the keys of [the language](language.md), such as `input`, `if`, `matrix` and `timeout`, and every text value may hold expressions.',
    contents(specs, local),
    ...specs.map((spec) => section(spec, { words, local })),
  ]
    .join('\n\n')
    .concat('\n');
}

async function language() {
  const url = new URL('dist/index.js', schema);
  try {
    return await import(url);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Error(`${fileURLToPath(url)} is not built: run \`npm run build\` first`, { cause: error });
  }
}

async function localOperations() {
  try {
    return new Set((await import(localBackend)).localOperations);
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return undefined;
  }
}

const anchor = (name) => `#${name.replaceAll('/', '')}`;
const isMissing = (name, local) => local !== undefined && !local.has(name);

function contents(specs, local) {
  const rows = specs.map(({ name, summary }) => [
    `[\`${name}\`](${anchor(name)})`,
    isMissing(name, local) ? `${summary} *Not on the local backend yet.*` : summary,
  ]);
  return table(['operation', 'does'], rows);
}

function section(spec, { words, local }) {
  return [
    `## ${spec.name}`,
    spec.summary +
      (isMissing(spec.name, local)
        ? '\n\n*Not available on the local backend yet: a run says so before it starts.*'
        : ''),
    flow(spec, words),
    optionTable(spec, words),
    ...(spec.oneOf ?? []).map(
      (names) => `Exactly one of ${names.map((name) => `\`${name}\``).join(', ')} is needed.`,
    ),
    `\`\`\`yaml\n${example(spec)}\`\`\``,
  ].join('\n\n');
}

function flow({ role, accepts, gives, groupBy, alias }, words) {
  const takes =
    role === 'import'
      ? 'no files'
      : accepts === undefined
        ? 'files of any format'
        : words.describeAccepted(accepts);
  const lines = [
    `Takes: ${takes}${groupBy === 'all' ? ', all of them at once' : ''}.`,
    `Gives: ${given(gives, role)}.`,
  ];
  if (alias !== undefined) lines.push(`Also written \`${alias}\`.`);
  return lines.join('  \n');
}

function given(gives, role) {
  if (role === 'export') return 'nothing that flows on: the files leave the job';
  if (gives === 'same') return 'the format that came in';
  if (gives === 'output_format') return 'the format of `output_format`';
  if (gives === 'unknown') return role === 'import' ? 'the files as they are' : 'what the run makes of it';
  return gives.format;
}

function optionTable({ options, required }, words) {
  const rows = Object.entries(options).map(([name, option]) => [
    `\`${name}\`${required.includes(name) ? ' (required)' : ''}`,
    values(option.schema),
    option.default === undefined ? '' : `\`${JSON.stringify(option.default)}\``.replaceAll('"', ''),
    meaning(option, words),
  ]);
  return rows.length === 0 ? 'No options.' : table(['option', 'value', 'default', 'meaning'], rows);
}

function meaning({ schema, appliesTo, isCredential, isFileInput, accepts }, words) {
  const notes = [schema.description];
  if (appliesTo !== undefined) notes.push(`For ${words.describePairs(appliesTo)}.`);
  if (isFileInput && accepts !== undefined) notes.push(`Takes ${words.describeAccepted(accepts)}.`);
  if (isCredential) notes.push('Secrets may stand here.');
  return notes.join(' ');
}

function values(schema) {
  if (schema.enum !== undefined)
    return choices(schema.enum)
      .map((value) => `\`${value}\``)
      .join(' ');
  const types = [schema.type ?? []].flat().map((type) => typeName(type, schema));
  const { minimum, maximum, exclusiveMinimum } = schema;
  const bounds =
    minimum !== undefined && maximum !== undefined
      ? `, ${minimum}–${maximum}`
      : minimum !== undefined
        ? `, ${minimum} or more`
        : exclusiveMinimum !== undefined
          ? `, above ${exclusiveMinimum}`
          : '';
  const [sample] = schema.examples ?? [];
  const shown = typeof sample === 'string' || typeof sample === 'number' ? `, e.g. \`${sample}\`` : '';
  return `${types.join(' or ')}${bounds}${shown}`;
}

/** `+90` is a number in YAML, so that it may be written either way: shown once. */
function choices(values) {
  const texts = values.filter((value) => typeof value === 'string');
  return texts.length > 0 ? texts : values;
}

const typeNames = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: '`true` `false`',
  object: 'map',
};

function typeName(type, schema) {
  if (type !== 'array') return typeNames[type];
  const items = [schema.items?.type ?? 'string']
    .flat()
    .map((item) => (item === 'string' ? 'texts' : `${typeNames[item]}s`));
  return `list of ${items.join(' or ')}`;
}

/** Places that the examples of the operations name. */
const sources = {
  images: 'images/*.jpg',
  scans: 'scans/*.pdf',
  pdf: 'documents/*.pdf',
  cover: 'cover.pdf',
  report: 'report.docx',
  download: 'downloads/*.zip',
  video: 'video/clip.mp4',
};

/** A whole pipeline around the task, so that it can be copied and run. */
function example({ name, role, example: task }) {
  const own = name.replaceAll('/', '-');
  const inputs = [task.input ?? []].flat();
  const secrets = [...JSON.stringify(task).matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret);
  const tasks = Object.fromEntries(
    inputs.map((input) => {
      if (sources[input] === undefined)
        throw new Error(`the example of ${name} reads ${input}: add it to \`sources\``);
      return [input, { operation: 'import/local', path: sources[input] }];
    }),
  );
  tasks[own] = task;
  if (role !== 'export') tasks.results = { operation: 'export/local', input: own, path: 'results' };
  const pipeline = { ...(secrets.length === 0 ? {} : { secrets }), tasks };
  return stringify(pipeline, { lineWidth: 0, flowCollectionPadding: false });
}

function table(head, rows) {
  return [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n');
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

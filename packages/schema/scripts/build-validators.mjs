// Writes what is generated from the language's tables:
//   src/generated/validators.js, .d.ts   precompiled ajv validators, self-contained: no ajv at run time
//   dist/generated/validators.js         the same, beside what tsc writes
//   dist/pipeline.schema.json            the JSON Schema for editors
// Node 20 cannot run TypeScript, so the tables are bundled to one temporary file first. Unchanged files are left alone.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import Ajv from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import { rolldown } from 'rolldown';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const declarations = `// Generated. Do not edit.
export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, string | number | undefined>>;
}
export interface Validator {
  (value: unknown): boolean;
  readonly errors?: readonly ValidationError[] | null;
}
export type Validators = Readonly<Record<string, Validator>>;
export declare const pipelineKeyValidators: Validators;
export declare const taskKeyValidators: Validators;
/** By operation, then by option. */
export declare const optionValidators: Readonly<Record<string, Validators>>;
`;
const scratch = mkdtempSync(path.join(os.tmpdir(), 'pipeline-validators-'));
try {
  await main();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function main() {
  const { validatorSchemas } = await load('src/validator-schemas.ts');
  const { pipelineSchema } = await load('src/pipeline-schema.ts');
  const { schemas, ...tables } = validatorSchemas();
  const code = await bundled(`${compile(schemas)}\n${tableCode(tables)}`);
  write('src/generated/validators.js', code);
  write('src/generated/validators.d.ts', declarations);
  write('dist/generated/validators.js', code);
  write('dist/pipeline.schema.json', `${JSON.stringify(pipelineSchema(), undefined, 2)}\n`);
}

/** Bundles a TypeScript file and what it imports, and imports the result. */
async function load(file) {
  const target = path.join(scratch, `${path.basename(file, '.ts')}.mjs`);
  const bundle = await rolldown({ input: path.join(root, file), platform: 'node', logLevel: 'silent' });
  await bundle.write({ file: target, format: 'esm' });
  await bundle.close();
  return import(pathToFileURL(target).href);
}

/** Each schema as an exported function. */
function compile(schemas) {
  const ajv = new Ajv.default({
    allErrors: true,
    messages: false,
    // Lengths in code units: no table of surrogates is needed at run time. Only its deprecation would be logged.
    unicode: false,
    logger: false,
    strictTypes: false,
    code: { source: true, esm: true, optimize: 2 },
  });
  for (const [name, schema] of Object.entries(schemas)) ajv.addSchema(schema, `#${name}`);
  return standaloneCode.default(
    ajv,
    Object.fromEntries(Object.keys(schemas).map((name) => [name, `#${name}`])),
  );
}

function tableCode({ pipelineKeys, taskKeys, options }) {
  const operations = Object.entries(options).map(
    ([name, keys]) => `  ${JSON.stringify(name)}: ${table(keys)},`,
  );
  return [
    `export const pipelineKeyValidators = ${table(pipelineKeys)};`,
    `export const taskKeyValidators = ${table(taskKeys)};`,
    `export const optionValidators = {\n${operations.join('\n')}\n};`,
  ].join('\n');
}

/** The names are those of functions in the same file. */
function table(keys) {
  const entries = Object.entries(keys).map(([key, name]) => `${JSON.stringify(key)}: ${name}`);
  return `{ ${entries.join(', ')} }`;
}

/** One small file without imports: ajv leaves a `require` of its runtime, and code that is long to read at start-up. */
async function bundled(code) {
  const input = path.join(scratch, 'tables.mjs');
  const target = path.join(scratch, 'bundled.mjs');
  // Where a rule stands in its schema is never asked: messages are made from the value's place.
  writeFileSync(path.join(scratch, 'raw.mjs'), code.replaceAll(/schemaPath:"[^"]*",/g, ''));
  writeFileSync(
    input,
    "export { optionValidators, pipelineKeyValidators, taskKeyValidators } from './raw.mjs';\n",
  );
  const bundle = await rolldown({
    input,
    platform: 'neutral',
    logLevel: 'silent',
    resolve: { modules: [path.join(root, 'node_modules')] },
  });
  await bundle.write({ file: target, format: 'esm', minify: true });
  await bundle.close();
  return `// Generated. Do not edit.\n${readFileSync(target, 'utf8')}`;
}

function write(file, text) {
  const target = path.join(root, file);
  mkdirSync(path.dirname(target), { recursive: true });
  let old;
  try {
    old = readFileSync(target, 'utf8');
  } catch {
    old = undefined;
  }
  if (old !== text) writeFileSync(target, text);
}

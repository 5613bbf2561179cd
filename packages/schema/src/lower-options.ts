/**
 * The options of a task → plain JSON with its templates parsed and checked against what the option wants. Texts keep
 * their `${{ }}`; whoever runs the task puts the values in.
 */
import type { Written } from './check-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { expressionDiagnostic } from './expression-diagnostics.ts';
import { checkTemplate, type TemplateEnvironment } from './expression/check-template.ts';
import { parseTemplate } from './expression/parse-template.ts';
import { isJsonList, isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './json.ts';
import { constantOnly } from './key-diagnostics.ts';
import type { OperationSpec } from './operations/operation-spec.ts';
import type { OptionTemplate } from './pipeline.ts';
import type { Range } from './source.ts';
import { splitArguments } from './split-arguments.ts';
import type { Given } from './task-body.ts';

export interface LoweredOptions {
  readonly options: JsonObject;
  readonly inherited?: readonly string[];
  readonly templates: readonly OptionTemplate[];
  readonly optionRanges: Readonly<Record<string, Range>>;
  readonly fileInputs: Readonly<Record<string, string>>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface OptionsToLower {
  readonly options: Readonly<Record<string, Given>>;
  readonly spec: OperationSpec;
  readonly environment: Omit<TemplateEnvironment, 'allowsSecrets'>;
}

export function lowerOptions(given: OptionsToLower, file: Written): LoweredOptions {
  const options: Record<string, JsonValue> = {};
  const optionRanges: Record<string, Range> = {};
  const fileInputs: Record<string, string> = {};
  const templates: OptionTemplate[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const key of Object.keys(given.options)) {
    const one = given.options[key];
    const option = Object.hasOwn(given.spec.options, key) ? given.spec.options[key] : undefined;
    if (one === undefined || option === undefined) continue;
    options[key] = key === 'pages' && typeof one.value === 'number' ? String(one.value) : one.value;
    optionRanges[key] = file.places.value(one.path);
    if (option.isFileInput === true && typeof one.value === 'string') {
      fileInputs[key] = one.value;
      if (one.value.includes('${{')) diagnostics.push(constantOnly(file.places.value(one.path), `"${key}"`));
      continue;
    }
    const environment = { ...given.environment, allowsSecrets: option.isCredential === true };
    const written = { value: one.value, at: [key], path: one.path, schema: option.schema };
    const pieces =
      option.isCommandLine === true && typeof one.value === 'string' ? splitArguments(one.value) : undefined;
    if (pieces?.ok === true) {
      options[key] = pieces.value;
      lowerPieces(pieces.value, written, { environment, file, templates });
    }
    // Mistakes are shown in the text as it was written.
    diagnostics.push(
      ...lowerTemplates(written, { environment, file, templates: pieces === undefined ? templates : [] }),
    );
  }
  const inherited = Object.keys(options).filter((key) => given.options[key]?.path[0] === 'defaults');
  return {
    options,
    templates,
    optionRanges,
    fileInputs,
    diagnostics,
    ...(inherited.length === 0 ? {} : { inherited }),
  };
}

/** Each argument of a command line has its own templates: a value stays in the argument that it stands in. */
function lowerPieces(
  pieces: readonly string[],
  { at, path, schema }: WrittenValue,
  context: TemplateContext,
): void {
  const item = child(schema, 'items');
  pieces.forEach((value, index) =>
    lowerTemplates({ value, at: [...at, index], path, schema: item }, context),
  );
}

/** Parses and checks every expression inside a value, and adds them to `templates`. */
export function lowerTemplates(value: WrittenValue, context: TemplateContext): readonly Diagnostic[] {
  const scalars: WrittenValue[] = [];
  collect(value, scalars);
  return scalars.flatMap((scalar) => template(scalar, context));
}

/** A value that may hold expressions. */
export interface WrittenValue {
  readonly value: JsonValue;
  /** Inside `options`. */
  readonly at: JsonPath;
  /** Inside the file. */
  readonly path: JsonPath;
  readonly schema: JsonObject;
}

function collect({ value, at, path, schema }: WrittenValue, scalars: WrittenValue[]): void {
  if (typeof value === 'string') {
    if (value.includes('{{')) scalars.push({ value, at, path, schema });
  } else if (isJsonList(value)) {
    const items = child(schema, 'items');
    value.forEach((item, index) =>
      collect({ value: item, at: [...at, index], path: [...path, index], schema: items }, scalars),
    );
  } else if (isJsonObject(value)) {
    const properties = child(schema, 'properties');
    const others = child(schema, 'additionalProperties');
    for (const [key, item] of Object.entries(value)) {
      const inner = Object.hasOwn(properties, key) ? child(properties, key) : others;
      collect({ value: item, at: [...at, key], path: [...path, key], schema: inner }, scalars);
    }
  }
}

function child(schema: JsonObject, key: string): JsonObject {
  const value = schema[key];
  return isJsonObject(value) ? value : {};
}

export interface TemplateContext {
  readonly environment: TemplateEnvironment;
  readonly file: Written;
  readonly templates: OptionTemplate[];
}

function template(
  { value, at, path, schema }: WrittenValue,
  { environment, file, templates }: TemplateContext,
): readonly Diagnostic[] {
  if (typeof value !== 'string') return [];
  const parsed = parseTemplate(value, file.places.offsets(path));
  if (!parsed.ok) return parsed.error.map(expressionDiagnostic);
  if (parsed.value === undefined) return [];
  templates.push({ path: at, template: parsed.value });
  return checkTemplate(parsed.value, environment, { name: at.join('.'), schema }).errors.map(
    expressionDiagnostic,
  );
}

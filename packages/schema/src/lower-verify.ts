/**
 * `verify` of a task → what must be measured, its templates parsed and checked. What cannot be true, or has no place in
 * this task, is said here; what depends on formats in `check-task-formats.ts`.
 */
import type { Written } from './check-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { durationMs } from './duration.ts';
import { expressionPlaces } from './expression-places.ts';
import type { TemplateEnvironment } from './expression/check-template.ts';
import { unknownFormat } from './format-diagnostics.ts';
import { isKnownFormat } from './formats.ts';
import { isJsonObject, type JsonValue } from './json.ts';
import { lowerTemplates } from './lower-options.ts';
import type { OperationSpec } from './operations/operation-spec.ts';
import type { OptionTemplate, Verify } from './pipeline.ts';
import type { Range } from './source.ts';
import type { Given } from './task-body.ts';
import { taskKeys } from './task-keys.ts';
import { nothingToVerify, shareOfNothing, turnedBounds } from './verify-diagnostics.ts';

export interface LoweredVerify {
  readonly verify?: Verify;
  readonly diagnostics: readonly Diagnostic[];
}

export interface VerifyPlace {
  readonly spec: OperationSpec;
  readonly environment: Omit<TemplateEnvironment, 'allowsSecrets'>;
}

export function lowerVerify(
  given: Given | undefined,
  { spec, environment }: VerifyPlace,
  file: Written,
): LoweredVerify {
  if (given === undefined || !isJsonObject(given.value)) return { diagnostics: [] };
  const { value: values, path } = given;
  // A default of all tasks is meant for those that make files.
  if (spec.role === 'export')
    return {
      diagnostics: path[0] === 'defaults' ? [] : [nothingToVerify(file.places.key(path), spec.name)],
    };
  const templates: OptionTemplate[] = [];
  const schema = taskKeys['verify'] ?? {};
  const diagnostics = lowerTemplates(
    { value: values, at: [], path, schema },
    { environment: { ...environment, allowsSecrets: false }, file, templates },
  );
  const own = Object.keys(values).filter((key) => !key.startsWith('x-'));
  const ranges = Object.fromEntries(own.map((key) => [key, file.places.value([...path, key])]));
  const mistakes = own.flatMap((key) => mistakesOf(key, values[key] ?? null, { spec, range: ranges[key] }));
  const kept = Object.fromEntries(own.map((key) => [key, values[key] ?? null]));
  return { verify: { values: kept, templates, ranges }, diagnostics: [...diagnostics, ...mistakes] };
}

function mistakesOf(
  key: string,
  value: JsonValue,
  { spec, range }: { readonly spec: OperationSpec; readonly range: Range | undefined },
): readonly Diagnostic[] {
  if (range === undefined || expressionPlaces(value, []).length > 0) return [];
  if (key === 'format' && typeof value === 'string' && !isKnownFormat(value))
    return [unknownFormat(range, value)];
  const isShare = key === 'max_size' && typeof value === 'string' && value.endsWith('%');
  if (isShare && spec.role === 'import') return [shareOfNothing(range, spec.name)];
  if (!isJsonObject(value)) return [];
  const [min, max] = [durationMs(value['min']), durationMs(value['max'])];
  return min !== undefined && max !== undefined && min > max ? [turnedBounds(range, key)] : [];
}

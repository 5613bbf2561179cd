/**
 * A pipeline file, from text to meaning: the steps in order, as many mistakes at once as make sense. A task with a
 * mistake does not silence the others: each later step takes the tasks that were sound before it.
 */
import { checkReferences, type CheckedReferences } from './check-references.ts';
import type { Written } from './check-value.ts';
import type { Conversions } from './conversions.ts';
import { foundValue } from './describe-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { lowerParams } from './lower-params.ts';
import { lowerHead } from './lower-pipeline.ts';
import { lowerTask } from './lower-task.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Pipeline, Task } from './pipeline.ts';
import { err, ok, type Result } from './result.ts';
import type { Range, Source } from './source.ts';
import { notAMap } from './syntax-diagnostics.ts';
import { objectAt, validate, type Validated } from './validate.ts';

export interface LoadOptions {
  /** What can become what; without it, only what the language itself knows of formats is checked. */
  readonly conversions?: Conversions;
}

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly warnings: readonly Diagnostic[];
}

/** The mistakes are in the order of the file; warnings are among them. */
export function loadPipeline(
  source: Source,
  _options: LoadOptions = {},
): Result<LoadedPipeline, readonly Diagnostic[]> {
  const { document, diagnostics: syntax } = parseYaml(source);
  if (document === undefined) return err(syntax);
  const { value, places } = document;
  if (!isJsonObject(value)) {
    return err(syntax.length > 0 ? syntax : [notAMap({ start: 0, end: 0 }, emptyOr(source, value))]);
  }
  const { pipeline, diagnostics } = check({
    value,
    file: { source, places },
    holes: syntax.map(({ range }) => range),
  });
  const all = [...syntax, ...diagnostics].sort((a, b) => a.range.start - b.range.start);
  return all.some(({ severity }) => severity === 'error') ? err(all) : ok({ pipeline, warnings: all });
}

const emptyOr = ({ text }: Source, value: Parameters<typeof foundValue>[0]): string =>
  text.trim() === '' ? 'nothing: it is empty' : foundValue(value);

interface Document {
  readonly value: JsonObject;
  readonly file: Written;
  /** Values that YAML read as something else than was meant: nothing more is said about them. */
  readonly holes: readonly Range[];
}

function check({ value, file, holes }: Document): { pipeline: Pipeline; diagnostics: readonly Diagnostic[] } {
  const { places } = file;
  const isKnown = ({ range }: Diagnostic): boolean =>
    !holes.some((hole) => range.start >= hole.start && range.end <= hole.end);
  const validated = withHoles(validate(value, file), file, holes);
  const { params, diagnostics: inParams } = lowerParams(objectAt(value, 'params'), places);
  const { head, diagnostics: inHead } = lowerHead(value, places);
  const references = checkReferences({
    ...validated,
    names: new Set(Object.keys(objectAt(value, 'tasks'))),
    places,
  });
  const lowered = lowerTasks({ validated, references, pipeline: { ...head, params } }, file);
  const pipeline: Pipeline = { source: file.source, ...head, params, tasks: lowered.tasks };
  const diagnostics = [
    ...validated.diagnostics,
    ...onlyIfSound(['params'], validated, inParams),
    ...onlyIfSound(['env', 'secrets', 'concurrency'], validated, inHead),
    ...references.diagnostics,
    ...lowered.diagnostics,
  ].filter(isKnown);
  return { pipeline, diagnostics };
}

/** A task with a hole in it is broken, though its keys may look right. */
function withHoles(validated: Validated, { places }: Written, holes: readonly Range[]): Validated {
  if (holes.length === 0) return validated;
  const touched = validated.tasks.filter((body) =>
    [...Object.values(body.control), ...Object.values(body.options)].some(({ path }) => {
      const value = places.value(path);
      return holes.some(({ start, end }) => start >= value.start && end <= value.end);
    }),
  );
  return { ...validated, broken: new Set([...validated.broken, ...touched.map(({ name }) => name)]) };
}

/** What a key means is not discussed when its shape is wrong. */
function onlyIfSound(
  keys: readonly string[],
  { brokenKeys }: Validated,
  found: readonly Diagnostic[],
): readonly Diagnostic[] {
  return keys.some((key) => brokenKeys.has(key)) ? [] : found;
}

interface TasksToLower {
  readonly validated: Validated;
  readonly references: CheckedReferences;
  readonly pipeline: Pick<Pipeline, 'params' | 'env' | 'secrets'>;
}

interface LoweredTasks {
  readonly tasks: ReadonlyMap<string, Task>;
  readonly diagnostics: readonly Diagnostic[];
  readonly broken: ReadonlySet<string>;
}

function lowerTasks({ validated, references, pipeline }: TasksToLower, file: Written): LoweredTasks {
  const tasks = new Map<string, Task>();
  const diagnostics: Diagnostic[] = [];
  const broken = new Set<string>();
  for (const body of validated.tasks) {
    const { spec } = body;
    if (spec === undefined || validated.broken.has(body.name)) continue;
    const own = references.references.get(body.name) ?? [];
    const lowered = lowerTask({ body, spec, references: own, pipeline }, file);
    if (lowered.diagnostics.some(({ severity }) => severity === 'error')) broken.add(body.name);
    diagnostics.push(...lowered.diagnostics);
    tasks.set(body.name, lowered.task);
  }
  return { tasks, diagnostics, broken };
}

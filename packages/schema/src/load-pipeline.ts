/**
 * A pipeline file, from text to meaning: the steps in order, as many mistakes at once as make sense. A task with a
 * mistake does not silence the others, and what is said of a place once is not said again in other words.
 */
import { checkFormats } from './check-formats.ts';
import { type CheckedReferences, checkReferences } from './check-references.ts';
import type { Written } from './check-value.ts';
import type { Conversions } from './conversions.ts';
import { foundValue } from './describe-value.ts';
import type { Diagnostic } from './diagnostic.ts';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from './json.ts';
import { lowerParams } from './lower-params.ts';
import { lowerHead } from './lower-pipeline.ts';
import { lowerTask } from './lower-task.ts';
import { parseYaml } from './parse-yaml.ts';
import type { Pipeline, Task } from './pipeline.ts';
import { RangeIndex } from './range-index.ts';
import { err, ok, type Result } from './result.ts';
import type { Range, Source } from './source.ts';
import { notAMap } from './syntax-diagnostics.ts';
import type { TaskBody } from './task-body.ts';
import { objectAt, validate, type Validated } from './validate.ts';

export interface LoadOptions {
  /** What can become what; without it, only what the language itself knows of formats is checked. */
  readonly conversions?: Conversions;
}

export interface LoadedPipeline {
  readonly pipeline: Pipeline;
  readonly warnings: readonly Diagnostic[];
}

/** Mistakes come in the order of the file, warnings among them. */
export function loadPipeline(
  source: Source,
  options: LoadOptions = {},
): Result<LoadedPipeline, readonly Diagnostic[]> {
  const { document, diagnostics: syntax } = parseYaml(source);
  if (document === undefined) return err(syntax);
  const { value, places } = document;
  if (!isJsonObject(value))
    return err(syntax.length > 0 ? syntax : [notAMap({ start: 0, end: 0 }, whatItHolds(source, value))]);
  const holes = syntax.map(({ range }) => range);
  const { pipeline, diagnostics } = check({ value, holes, file: { source, places } }, options);
  const all = [...syntax, ...diagnostics].sort((a, b) => a.range.start - b.range.start);
  return all.some(isError) ? err(all) : ok({ pipeline, warnings: all });
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

const whatItHolds = ({ text }: Source, value: JsonValue): string =>
  value === null && text.trim() === '' ? 'nothing: it is empty' : foundValue(value);

interface Document {
  readonly value: JsonObject;
  readonly file: Written;
  /** Values that YAML read as something else than was meant: nothing more is said about them. */
  readonly holes: readonly Range[];
}

function check(
  document: Document,
  { conversions }: LoadOptions,
): { pipeline: Pipeline; diagnostics: readonly Diagnostic[] } {
  const { value, file } = document;
  const validated = withHoles(validate(value, file), document);
  const mistakes = validated.diagnostics;
  const known = new RangeIndex(mistakes);
  const { params, diagnostics: inParams } = lowerParams(objectAt(value, 'params'), file.places, known);
  const { head, diagnostics: inHead } = lowerHead(value, file.places);
  const names = new Set(Object.keys(objectAt(value, 'tasks')));
  const references = checkReferences({ ...validated, names, places: file.places });
  const lowered = lowerTasks({ validated, references, known, pipeline: { ...head, params } }, file);
  const pipeline: Pipeline = { source: file.source, ...head, params, tasks: lowered.tasks };
  const formats = checkFormats({ ...pipeline, tasks: soundTasks(lowered, references) }, conversions);
  const all = [
    ...mistakes,
    ...inParams,
    ...inHead,
    ...references.diagnostics,
    ...lowered.diagnostics,
    ...formats,
  ];
  return {
    pipeline,
    diagnostics: document.holes.length === 0 ? all : all.filter((one) => !isInHole(one.range, document)),
  };
}

function soundTasks(lowered: LoweredTasks, references: CheckedReferences): ReadonlyMap<string, Task> {
  if (lowered.broken.size === 0 && references.broken.size === 0) return lowered.tasks;
  return new Map(
    [...lowered.tasks].filter(([name]) => !lowered.broken.has(name) && !references.broken.has(name)),
  );
}

function isInHole(range: Range, { holes, file }: Document): boolean {
  return holes.some((hole) => {
    if (range.start >= hole.start && range.end <= hole.end) return true;
    // An empty value is reported at its key, which stands right before what YAML swallowed.
    return (
      range.end <= hole.start && /^["']?[ \t]*:[ \t]*$/.test(file.source.text.slice(range.end, hole.start))
    );
  });
}

/** A task with a hole in it is broken, though its keys may look right. */
function withHoles(validated: Validated, document: Document): Validated {
  const { places } = document.file;
  if (document.holes.length === 0) return validated;
  const hasHole = ({ path }: { path: JsonPath }): boolean => {
    const value = places.value(path);
    return (
      isInHole(value, document) ||
      document.holes.some(({ start, end }) => start >= value.start && end <= value.end)
    );
  };
  const touched = validated.tasks.filter(({ control, options }) =>
    [...Object.values(control), ...Object.values(options)].some(hasHole),
  );
  return { ...validated, broken: new Set([...validated.broken, ...touched.map(({ name }) => name)]) };
}

interface TasksToLower {
  readonly validated: Validated;
  readonly references: CheckedReferences;
  readonly known: RangeIndex;
  readonly pipeline: Pick<Pipeline, 'params' | 'env' | 'secrets'>;
}

interface LoweredTasks {
  readonly tasks: ReadonlyMap<string, Task>;
  readonly diagnostics: readonly Diagnostic[];
  readonly broken: ReadonlySet<string>;
}

function lowerTasks({ validated, references, known, pipeline }: TasksToLower, file: Written): LoweredTasks {
  const tasks = new Map<string, Task>();
  const diagnostics: Diagnostic[] = [];
  const broken = new Set<string>(validated.broken);
  for (const body of validated.tasks) {
    const { name, spec } = body;
    const isBroken = validated.broken.has(name);
    if (spec === undefined || (isBroken && hasBadMatrix(body, known, file))) continue;
    const own = references.references.get(name) ?? [];
    const lowered = lowerTask({ body, spec, references: own, pipeline }, file);
    // Expressions are checked also where another key is wrong; the task itself is of no use then.
    if (lowered.diagnostics.some(isError)) broken.add(name);
    for (const one of lowered.diagnostics) {
      if (!isBroken || !known.has(one.range)) diagnostics.push(one);
    }
    if (!isBroken) tasks.set(name, lowered.task);
  }
  return { tasks, diagnostics, broken };
}

/** Without its matrix nothing can be said about expressions. */
function hasBadMatrix({ control: { matrix } }: TaskBody, known: RangeIndex, { places }: Written): boolean {
  return matrix !== undefined && known.touches(places.value(matrix.path));
}

/**
 * Tasks that name other tasks: unknown names, cycles, inputs where none belong or none are, exports as inputs, and
 * results that nobody takes. It works on tasks as written, also on those with mistakes elsewhere.
 */
import type { Diagnostic } from './diagnostic.ts';
import { findCycles } from './find-cycles.ts';
import type { Places } from './places.ts';
import {
  cycle,
  exportAsInput,
  importNotUsed,
  inputOnImport,
  namedTwice,
  noInput,
  resultNotUsed,
  type Step,
  unknownTask,
} from './reference-diagnostics.ts';
import type { TaskBody } from './task-body.ts';
import { type Reference, taskReferences } from './task-references.ts';

export interface CheckedReferences {
  readonly diagnostics: readonly Diagnostic[];
  /** By task, in the order of the file. */
  readonly references: ReadonlyMap<string, readonly Reference[]>;
  /** Tasks with a mistake in what they name. */
  readonly broken: ReadonlySet<string>;
}

export interface References {
  readonly tasks: readonly TaskBody[];
  /** Every name in the file, those of tasks that are no map included. */
  readonly names: ReadonlySet<string>;
  /** Tasks with other mistakes: what they lack may be one of those. */
  readonly broken: ReadonlySet<string>;
  readonly places: Places;
}

const maximumGuesses = 100;

export function checkReferences(given: References): CheckedReferences {
  const diagnostics: Diagnostic[] = [];
  const broken = new Set<string>();
  const bodies = new Map(given.tasks.map((body) => [body.name, body]));
  const references = new Map(given.tasks.map((body) => [body.name, taskReferences(body)]));
  for (const body of given.tasks) {
    const own = references.get(body.name) ?? [];
    // A guess compares with every name of the file: in a large file, only the first mistakes get one.
    const guesses = diagnostics.length < maximumGuesses ? given.names : [];
    const found = [...checkNames(own, bodies, { ...given, guesses }), ...checkInput(body, own, given)];
    if (found.some(({ severity }) => severity === 'error')) broken.add(body.name);
    for (const one of found) diagnostics.push(one);
  }
  for (const steps of cycles(references, given)) {
    for (const { task } of steps) broken.add(task);
    const [first, ...others] = steps;
    if (first !== undefined) diagnostics.push(cycle([first, ...others]));
  }
  // A misspelt name makes its task look unused: said only when every name is right.
  if (broken.size === 0 && given.broken.size === 0) {
    for (const one of unused(references, given)) diagnostics.push(one);
  }
  return { diagnostics, references, broken };
}

function checkNames(
  references: readonly Reference[],
  bodies: ReadonlyMap<string, TaskBody>,
  { names, places, guesses }: References & { readonly guesses: Iterable<string> },
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const { kind, to, path } of references) {
    const role = bodies.get(to)?.spec?.role;
    if (!names.has(to)) found.push(unknownTask(places.value(path), to, guesses));
    else if (kind !== 'needs' && role === 'export') {
      found.push(exportAsInput(places.value(path), { task: to, inputs: inputsOf(bodies.get(to)) }));
    }
    if (references.length < 2) continue;
    const place = `${kind} ${to}`;
    if (seen.has(place) && kind !== 'file') found.push(namedTwice(places.value(path), to));
    seen.add(place);
  }
  return found;
}

const inputsOf = (body: TaskBody | undefined): readonly string[] => {
  const references = body === undefined ? [] : taskReferences(body);
  return [...new Set(references.flatMap(({ kind, to }) => (kind === 'input' ? [to] : [])))];
};

function checkInput(
  body: TaskBody,
  references: readonly Reference[],
  given: References,
): readonly Diagnostic[] {
  const { spec, control, name, path } = body;
  const input = control['input'];
  if (spec === undefined) return [];
  if (spec.role === 'import') {
    return input === undefined ? [] : [inputOnImport(given.places.key(input.path), spec.name)];
  }
  if (references.some(({ kind }) => kind === 'input')) return [];
  // An `input` of the wrong type is reported already.
  if (input !== undefined && !(Array.isArray(input.value) && input.value.length === 0)) return [];
  const place = input === undefined ? given.places.key(path) : given.places.value(input.path);
  return [noInput(place, { task: name, operation: spec.name, candidates: candidatesBefore(name, given) })];
}

/** The nearest task above that has files to give. */
function candidatesBefore(name: string, { tasks }: References): readonly string[] {
  const at = tasks.findIndex((body) => body.name === name);
  const before = tasks
    .slice(Math.max(0, at - 20), at)
    .filter(({ spec }) => spec !== undefined && spec.role !== 'export');
  return before.slice(-1).map((body) => body.name);
}

function cycles(
  references: ReadonlyMap<string, readonly Reference[]>,
  { places }: References,
): readonly (readonly Step[])[] {
  return findCycles(references).map((edges) =>
    edges.map(({ to, path }) => ({ task: String(path[1]), to, range: places.value(path) })),
  );
}

function unused(
  references: ReadonlyMap<string, readonly Reference[]>,
  { tasks, places }: References,
): readonly Diagnostic[] {
  // An import alone, or imports and `metadata`, is a job that CloudConvert takes.
  if (tasks.every(({ spec }) => spec?.role === 'import')) return [];
  const used = new Set(
    [...references.values()].flatMap((own) => own.flatMap(({ kind, to }) => (kind === 'needs' ? [] : [to]))),
  );
  return tasks.flatMap((body) => {
    if (used.has(body.name) || body.spec === undefined || body.spec.role === 'export' || isResultItself(body))
      return [];
    const range = places.key(body.path);
    return [body.spec.role === 'import' ? importNotUsed(range, body.name) : resultNotUsed(range, body.name)];
  });
}

/** What these find stands in the result of the job, not in a file. */
function isResultItself({ spec, options }: TaskBody): boolean {
  return spec?.name === 'metadata' || (spec?.name === 'command' && options['capture_output']?.value === true);
}

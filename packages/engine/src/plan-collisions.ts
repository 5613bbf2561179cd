/**
 * Two actions that would write the same file: whichever ended last would win, so neither may start. Nor may one that
 * would write over a file that the job reads: originals are safe. It compares the paths that the plan promises, and
 * opens nothing.
 */
import type { Pipeline, TaskName } from '@pipeline/schema';
import type { PlannedAction } from './action.ts';
import type { RunContext } from './operation.ts';
import type { PlanNote, PlanProblem } from './job-plan.ts';

export interface Collisions {
  readonly problems: readonly PlanProblem[];
  /** Paths that are one file where a file system ignores case. */
  readonly notes: readonly PlanNote[];
}

interface Place {
  readonly pipeline: Pipeline;
  readonly context: RunContext;
}

interface Writer {
  readonly action: PlannedAction;
  readonly path: string;
}

export function findCollisions(actions: readonly PlannedAction[], { pipeline, context }: Place): Collisions {
  const exact = new Map<string, Writer>();
  const folded = new Map<string, Writer>();
  const sources = filesThatAreRead(actions);
  const problems: PlanProblem[] = [];
  const notes: PlanNote[] = [];
  for (const action of actions) {
    for (const path of action.writes ?? []) {
      const reader = sources.get(path);
      if (reader !== undefined) problems.push(overwrite(reader, { action, path }, { pipeline, context }));
      const same = exact.get(path);
      const lower = path.toLowerCase();
      const alike = folded.get(lower);
      const writer = { action, path };
      if (same === undefined) exact.set(path, writer);
      if (alike === undefined) folded.set(lower, writer);
      if (same !== undefined) problems.push(collision(same.action, shown(writer, context), pipeline));
      else if (alike !== undefined && !isAddress(path))
        notes.push(caseNote(alike, shown(writer, context), context.baseDir));
    }
  }
  return { problems, notes };
}

const shown = ({ action, path }: Writer, { baseDir }: Place['context']): Writer => ({
  action,
  path: shownPath(path, baseDir),
});

/** `s3://bucket/key`: elsewhere, where case counts. */
const isAddress = (path: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//.test(path);

/** Files that are there before the run: those of imports, here and elsewhere. */
export function filesThatAreRead(actions: readonly PlannedAction[]): ReadonlyMap<string, PlannedAction> {
  const read = new Map<string, PlannedAction>();
  for (const action of actions) {
    for (const { path } of action.plan?.outputs ?? []) if (path !== undefined) read.set(path, action);
    for (const address of action.plan?.reads ?? []) read.set(address, action);
  }
  return read;
}

function overwrite(
  reader: PlannedAction,
  { action, path }: Writer,
  { pipeline, context }: Place,
): PlanProblem {
  return {
    kind: 'error',
    message: overwriteMessage(action.address, shownPath(path, context.baseDir), reader.address),
    range: rangeOf(action.task, pipeline),
    related: [{ message: `${reader.task} reads it`, range: rangeOf(reader.task, pipeline) }],
    hint: overwriteHint,
    task: action.task,
    address: action.address,
  };
}

export const overwriteMessage = (writer: string, shown: string, reader: string): string =>
  `${writer} would write over ${shown}, which ${reader} reads`;

export const overwriteHint =
  'originals are never written: export to another folder, or give the file another name';

/** As the pipeline file would write it, where it lies beside or below. */
export function shownPath(path: string, baseDir: string): string {
  return path.startsWith(`${baseDir}/`) ? path.slice(baseDir.length + 1) : path;
}

function collision(first: PlannedAction, { action, path }: Writer, pipeline: Pipeline): PlanProblem {
  const isSameTask = first.task === action.task;
  return {
    kind: 'error',
    message: `${first.address} and ${action.address} would both write ${path}`,
    range: rangeOf(action.task, pipeline),
    ...(!isSameTask && {
      related: [{ message: `${first.address} writes it as well`, range: rangeOf(first.task, pipeline) }],
    }),
    hint: isSameTask
      ? 'give each file a name of its own, e.g. with "filename" and ${{ matrix.… }} or ${{ file.ext }}'
      : 'give one of the two another path or file name',
    task: action.task,
    address: action.address,
  };
}

function caseNote(first: Writer, { action, path }: Writer, baseDir: string): PlanNote {
  const other = shownPath(first.path, baseDir);
  const message = `${path} and ${other} differ in upper and lower case only: on macOS and Windows they are one file`;
  return { task: action.task, address: action.address, message };
}

function rangeOf(name: TaskName, pipeline: Pipeline): PlanProblem['range'] {
  return pipeline.tasks.get(name)?.range ?? { start: 0, end: 0 };
}

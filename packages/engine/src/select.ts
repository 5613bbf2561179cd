/**
 * `--only`, `--from` and `--until`: which part of a job was asked for, and what that part needs. First by task, before
 * planning, so that the rest of the pipeline is not even looked at; then by action, once actions have addresses.
 */
import { didYouMean, err, ok, type Result, type TaskName } from '@pipeline/schema';
import type { PlannedAction } from './action.ts';
import { type Graph, reachable } from './graph.ts';
import type { PlannedTask, PlanProblem } from './job-plan.ts';

/** Task names or action addresses, with `*` and `?`. Each list that is given narrows the job further. */
export interface Selection {
  /** These, and what they need. */
  readonly only?: readonly string[];
  /** These and everything after them, and what that needs. */
  readonly from?: readonly string[];
  /** These and everything before them. */
  readonly until?: readonly string[];
}

export interface SelectedTasks {
  /** Asked for, or needed by what was asked for. */
  readonly tasks: ReadonlySet<number>;
  readonly lists: readonly PatternList[];
  readonly isSelected: (index: number, address: string) => boolean;
}

interface PatternList {
  readonly way: 'only' | 'from' | 'until';
  readonly patterns: readonly Pattern[];
  /** Tasks that are asked for because of their place in the graph alone: after a `from`, before an `until`. */
  readonly whole: ReadonlySet<number>;
}

interface Pattern {
  readonly text: string;
  readonly task: RegExp;
  /** Absent: every action of the task. */
  readonly address?: RegExp;
}

interface Plan {
  readonly graph: Graph;
  readonly tasks: readonly (PlannedTask | undefined)[];
  readonly selection: SelectedTasks;
}

export function selectTasks(
  selection: Selection,
  graph: Graph,
): Result<SelectedTasks, readonly PlanProblem[]> {
  const problems: PlanProblem[] = [];
  const lists: PatternList[] = [];
  let targets: ReadonlySet<number> = new Set(graph.order);
  for (const way of ['only', 'from', 'until'] as const) {
    const texts = selection[way];
    if (texts === undefined || texts.length === 0) continue;
    const patterns = texts.map(parsePattern);
    problems.push(
      ...patterns
        .filter((pattern) => !matchesTask(pattern, graph))
        .map((pattern) => noSuch(pattern, way, graph)),
    );
    const starts = graph.order.filter((index) =>
      patterns.some(({ task }) => task.test(graph.tasks[index]?.name ?? '')),
    );
    const reached = reach(way, starts, graph);
    lists.push({ way, patterns, whole: new Set([...reached].filter((index) => !starts.includes(index))) });
    targets = new Set([...targets].filter((index) => reached.has(index)));
  }
  if (problems.length > 0) return err(problems);
  if (targets.size === 0) return err([nothingLeft(selection)]);
  const tasks = reachable(targets, graph.predecessors);
  const isSelected = (index: number, address: string): boolean =>
    isNeededWhole(index, { graph, tasks }) || isTarget({ index, address, lists, graph });
  return ok({ tasks, lists, isSelected });
}

/** Leaves out the actions that nobody asked for or needs; all tasks as they were when no address was given. */
export function narrowActions({
  graph,
  tasks,
  selection,
}: Plan): Result<Plan['tasks'], readonly PlanProblem[]> {
  const { lists } = selection;
  if (lists.every(({ patterns }) => patterns.every((pattern) => pattern.address === undefined)))
    return ok(tasks);
  const problems = lists.flatMap(({ way, patterns }) =>
    patterns
      .filter((pattern) => !matchesAction(pattern, tasks))
      .map((pattern) => noSuchAction(pattern, way, tasks)),
  );
  if (problems.length > 0) return err(problems);
  const selected = lists.map((list) => selectActions(list, { graph, tasks }));
  const wanted = new Set<PlannedAction>();
  // Backwards: whoever needs an action comes after it.
  for (const index of graph.order.toReversed()) {
    const planned = tasks[index];
    if (planned === undefined) continue;
    const isNeeded = neededBySuccessors(index, { graph, tasks, wanted });
    for (const action of planned.actions) {
      const isAskedFor = selected.every((set) => set.has(action));
      if (isAskedFor || isNeeded || wanted.has(action)) {
        wanted.add(action);
        if (action.source !== undefined) wanted.add(action.source.action);
      }
    }
  }
  return ok(tasks.map((planned) => planned && keepActions(planned, wanted)));
}

/** Undefined when nothing of the task is wanted. */
function keepActions(planned: PlannedTask, wanted: ReadonlySet<PlannedAction>): PlannedTask | undefined {
  const actions = planned.actions.filter((action) => wanted.has(action));
  const isEmptied = planned.isComplete && actions.length === 0 && planned.actions.length > 0;
  return isEmptied ? undefined : { ...planned, actions };
}

function reach(way: PatternList['way'], starts: readonly number[], graph: Graph): ReadonlySet<number> {
  switch (way) {
    case 'only':
      return new Set(starts);
    case 'from':
      return reachable(starts, graph.successors);
    default:
      return reachable(starts, graph.predecessors);
  }
}

type Known = Pick<Plan, 'graph' | 'tasks'>;

/** The actions that one list asks for, with those after (`from`) or before (`until`) them. */
function selectActions({ way, patterns }: PatternList, { graph, tasks }: Known): ReadonlySet<PlannedAction> {
  const matching = tasks.flatMap((planned) =>
    (planned?.actions ?? []).filter((action) => patterns.some((pattern) => matches(pattern, action))),
  );
  const selected = new Set(matching);
  if (way === 'only') return selected;
  const order = way === 'from' ? graph.order : graph.order.toReversed();
  for (const index of order) {
    for (const action of tasks[index]?.actions ?? []) {
      if (way === 'until') {
        if (selected.has(action))
          for (const before of producers(action, index, { graph, tasks })) selected.add(before);
      } else if (producers(action, index, { graph, tasks }).some((before) => selected.has(before))) {
        selected.add(action);
      }
    }
  }
  return selected;
}

/** The actions that it takes files from or waits for. */
function producers(action: PlannedAction, index: number, { graph, tasks }: Known): readonly PlannedAction[] {
  const before = action.source === undefined ? graph.predecessors[index] : graph.gates[index];
  const all = (before ?? []).flatMap((other) => tasks[other]?.actions ?? []);
  return action.source === undefined ? all : [action.source.action, ...all];
}

/** Somebody takes all its files, or cannot tell yet which. */
function neededBySuccessors(
  index: number,
  { graph, tasks, wanted }: Known & { wanted: ReadonlySet<PlannedAction> },
): boolean {
  return (graph.successors[index] ?? []).some((successor) => {
    const planned = tasks[successor];
    if (planned === undefined) return false;
    if (!planned.isComplete) return true;
    const takesWholeTask = graph.gates[successor]?.includes(index) === true;
    return planned.actions.some(
      (action) => wanted.has(action) && (takesWholeTask || action.source === undefined),
    );
  });
}

function isNeededWhole(
  index: number,
  { graph, tasks }: { graph: Graph; tasks: ReadonlySet<number> },
): boolean {
  return (graph.successors[index] ?? []).some((successor) => tasks.has(successor));
}

interface Place {
  readonly index: number;
  readonly address: string;
  readonly lists: readonly PatternList[];
  readonly graph: Graph;
}

function isTarget({ index, address, lists, graph }: Place): boolean {
  const task = graph.tasks[index]?.name ?? '';
  return lists.every(
    ({ patterns, whole }) =>
      whole.has(index) || patterns.some((pattern) => matches(pattern, { task, address })),
  );
}

/** Whether an action is one of those that these names, addresses and globs mean. */
export function addressMatcher(
  texts: readonly string[],
): (action: { readonly task: TaskName; readonly address: string }) => boolean {
  const patterns = texts.map(parsePattern);
  return (action) => patterns.some((pattern) => matches(pattern, action));
}

function parsePattern(text: string): Pattern {
  const bracket = text.indexOf('[');
  if (bracket < 0) return { text, task: globRegExp(text) };
  return { text, task: globRegExp(text.slice(0, bracket)), address: globRegExp(text) };
}

function globRegExp(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^${}()|[\]\\]/gu, String.raw`\$&`)
    .replaceAll(/\*+/gu, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}

const matches = (pattern: Pattern, action: { readonly task: TaskName; readonly address: string }): boolean =>
  pattern.address === undefined ? pattern.task.test(action.task) : pattern.address.test(action.address);

const matchesTask = ({ task }: Pattern, graph: Graph): boolean =>
  graph.tasks.some(({ name }) => task.test(name));

function matchesAction(pattern: Pattern, tasks: Plan['tasks']): boolean {
  return tasks.some((planned) => {
    if (planned === undefined || !pattern.task.test(planned.task.name)) return false;
    // What the run will find may still match.
    return (
      pattern.address === undefined ||
      !planned.isComplete ||
      planned.actions.some((action) => matches(pattern, action))
    );
  });
}

const nowhere = { start: 0, end: 0 };

function noSuch({ text }: Pattern, way: string, graph: Graph): PlanProblem {
  const names = graph.tasks.map(({ name }) => name);
  return {
    kind: 'error',
    message: `--${way} ${text}: no task has this name`,
    range: nowhere,
    selector: text,
    hint: didYouMean(text, names) ?? listed('the tasks are', names),
  };
}

function noSuchAction({ text }: Pattern, way: string, tasks: Plan['tasks']): PlanProblem {
  const addresses = tasks.flatMap((planned) => planned?.actions ?? []).map(({ address }) => address);
  const task = text.slice(0, text.indexOf('['));
  const own = addresses.filter((address) => address.startsWith(task));
  return {
    kind: 'error',
    message: `--${way} ${text}: no action has this address`,
    range: nowhere,
    selector: text,
    hint: didYouMean(text, addresses) ?? listed(`actions of "${task}":`, own),
  };
}

function nothingLeft(selection: Selection): PlanProblem {
  const flags = (['only', 'from', 'until'] as const).flatMap((way) =>
    (selection[way] ?? []).map((text) => `--${way} ${text}`),
  );
  return {
    kind: 'error',
    message: `${flags.join(' ')}: no task is in all of these`,
    range: nowhere,
    hint: 'a job runs the tasks that every one of these flags leaves over',
  };
}

const maxListed = 8;

function listed(intro: string, names: readonly string[]): string {
  const rest = names.length > maxListed ? `, and ${names.length - maxListed} more` : '';
  return `${intro} ${names.slice(0, maxListed).join(', ')}${rest}`;
}

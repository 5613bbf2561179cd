/**
 * Which actions of a plan go to CloudConvert together, as one job. Pure: it is given the plan and asks nobody.
 *
 * A link is a file that one action makes there and another one takes there: it never comes down for that. A part is what
 * hangs together by links, of one level: the level of an action is how many times files must have come down before it
 * can start. So no part waits, by way of this machine, for itself. Small parts whose files are all here when the run
 * starts are put together, large ones cut where many files meet.
 */
import type { JobPlan, PlannedAction } from '@pipeline/engine';
import { inputsOf, type PlannedInput, producersOf } from './planned-inputs.ts';
import { Groups } from './union-find.ts';

export interface Part {
  /** In the order of the plan. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly action: PlannedAction;
  /** Those that take files from another member: their other files are all here from the start. */
  readonly isLinked: boolean;
  readonly inputs: readonly PlannedInput[];
  /** Somebody outside of the part takes its files. */
  readonly isTaken: boolean;
}

/** Tasks of one job: more have been seen to fail. */
export const mostTasks = 100;

/** `stays`: addresses of actions that are done here, whatever backend their task names. */
export function partsOf(plan: JobPlan, stays: ReadonlySet<string>): readonly Part[] {
  const cuts = new Set<PlannedAction>();
  for (;;) {
    const drawn = draw({ plan, stays }, cuts);
    const tooLarge = drawn.parts.filter((part) => sizeOf(part) > mostTasks);
    const before = cuts.size;
    for (const part of tooLarge) for (const action of whereToCut(part)) cuts.add(action);
    if (cuts.size === before) return packed(drawn.parts, drawn.levels);
  }
}

interface Placing {
  readonly plan: JobPlan;
  readonly stays: ReadonlySet<string>;
}

interface Known {
  readonly plan: JobPlan;
  readonly remote: ReadonlySet<PlannedAction>;
}

interface Drawing {
  readonly parts: readonly Part[];
  readonly levels: ReadonlyMap<PlannedAction, number>;
}

/** `cuts`: actions that get their files from this machine, whatever they could do. */
function draw({ plan, stays }: Placing, cuts: ReadonlySet<PlannedAction>): Drawing {
  const remote = remoteActions({ plan, stays });
  const levels = new Map<PlannedAction, number>();
  const links = new Map<PlannedAction, readonly PlannedInput[]>();
  const groups = new Groups<PlannedAction>();
  const levelAfter = (action: PlannedAction): number =>
    (levels.get(action) ?? 0) + (isRemote(action, { plan, stays }) ? 1 : 0);
  for (const action of plan.actions) {
    levels.set(action, Math.max(0, ...producersOf(action, plan).map(levelAfter)));
    if (!remote.has(action) || cuts.has(action) || waits(action, plan)) continue;
    const linked = linksOf(action, { plan, remote, levels });
    const [first] = linked;
    if (first?.producer === undefined) continue;
    links.set(action, linked);
    levels.set(action, levels.get(first.producer) ?? 0);
    for (const { producer } of linked) if (producer !== undefined) groups.join(action, producer);
  }
  const byRoot = new Map<PlannedAction, PlannedAction[]>();
  for (const action of remote) push(byRoot, groups.rootOf(action), action);
  const takers = takersOf(plan);
  const parts = [...byRoot.values()].map((actions) => partOf(actions, { plan, links, takers }));
  return { parts, levels };
}

/** None unless those who make the files are of one level, and all other files are here from the start. */
function linksOf(
  action: PlannedAction,
  { plan, remote, levels }: Known & { readonly levels: ReadonlyMap<PlannedAction, number> },
): readonly PlannedInput[] {
  const inputs = inputsOf(action, plan);
  const linked = inputs.filter((input) => canLink(input, action, { plan, remote }));
  const isHere = inputs.every((input) => linked.includes(input) || input.file.path !== '');
  const found = new Set(linked.map(({ producer }) => producer && levels.get(producer)));
  return isHere && found.size === 1 ? linked : [];
}

interface Around {
  readonly plan: JobPlan;
  readonly links: ReadonlyMap<PlannedAction, readonly PlannedInput[]>;
  readonly takers: ReadonlyMap<PlannedAction, readonly PlannedAction[]>;
}

function partOf(actions: readonly PlannedAction[], { plan, links, takers }: Around): Part {
  const members = new Set(actions);
  return {
    members: actions.map((action) => {
      const linked = links.get(action) ?? [];
      const inputs = inputsOf(action, plan).map((input) =>
        linked.some(({ file }) => file === input.file) ? input : { ...input, producer: undefined },
      );
      const own = takers.get(action) ?? [];
      const isTaken =
        (action.decision.type === 'run' && action.decision.verify !== undefined) ||
        own.some((taker) => !members.has(taker) || (links.get(taker) ?? []).length === 0) ||
        hasUnknownTaker(action, own, plan);
      return { action, isLinked: linked.length > 0, inputs, isTaken };
    }),
  };
}

/** Of a backend elsewhere, and known well enough to be sent before it starts. */
function remoteActions({ plan, stays }: Placing): ReadonlySet<PlannedAction> {
  return new Set(
    plan.actions.filter(
      (action) =>
        isRemote(action, { plan, stays }) && action.decision.type === 'run' && action.plan !== undefined,
    ),
  );
}

function isRemote(action: PlannedAction, { plan, stays }: Placing): boolean {
  if (stays.has(action.address)) return false;
  return plan.tasks.some(
    (planned) => planned?.task.name === action.task && planned.backend === 'cloudconvert',
  );
}

/** Its files are known, nobody has to look at them first, and all of them are taken: a task there takes all or none. */
function canLink(
  { producer, option }: PlannedInput,
  action: PlannedAction,
  { plan, remote }: Known,
): boolean {
  if (producer === undefined || !remote.has(producer) || producer.outputs === undefined) return false;
  if (producer.decision.type !== 'run' || producer.decision.verify !== undefined) return false;
  const operation = plan.pipeline.tasks.get(producer.task)?.operation ?? '';
  // Exports are an end, and CloudConvert does not promise that `metadata` hands on the file.
  if (operation === 'metadata' || operation.startsWith('export/')) return false;
  if (option !== undefined) return true;
  return producer.outputs.every((file) => action.inputs.includes(file));
}

const waits = ({ task }: PlannedAction, { pipeline }: JobPlan): boolean =>
  (pipeline.tasks.get(task)?.needs.length ?? 0) > 0;

function takersOf(plan: JobPlan): ReadonlyMap<PlannedAction, readonly PlannedAction[]> {
  const takers = new Map<PlannedAction, PlannedAction[]>();
  for (const action of plan.actions) {
    if (action.decision.type === 'skip') continue;
    for (const { producer } of inputsOf(action, plan)) {
      if (producer !== undefined) push(takers, producer, action);
    }
  }
  return takers;
}

/** A task takes its files, and what it will do with them is not known yet. */
function hasUnknownTaker(
  { task }: PlannedAction,
  takers: readonly PlannedAction[],
  { graph, tasks }: JobPlan,
): boolean {
  const index = graph.tasks.findIndex(({ name }) => name === task);
  return (graph.successors[index] ?? []).some((successor) => {
    const planned = tasks[successor];
    if (planned === undefined) return false;
    const takesFiles =
      planned.task.inputs.includes(task) || Object.values(planned.task.fileInputs).includes(task);
    if (!takesFiles) return false;
    return !planned.isComplete && !takers.some((taker) => taker.task === planned.task.name);
  });
}

/** Uploads, the actions themselves, and an export for each whose files are taken. */
function sizeOf({ members }: Part): number {
  const uploads = new Set(
    members.flatMap(({ inputs }) =>
      inputs.flatMap(({ file, producer }) => (producer === undefined ? [file] : [])),
    ),
  );
  return uploads.size + members.length + members.filter(({ isTaken }) => isTaken).length;
}

/** Where several files meet; where there is no such place, behind whoever has the most takers. */
function whereToCut({ members }: Part): readonly PlannedAction[] {
  const joins = members.filter(({ inputs }) => new Set(linkedProducers(inputs)).size > 1);
  if (joins.length > 0) return joins.map(({ action }) => action);
  const counts = new Map<PlannedAction, PlannedAction[]>();
  for (const { action, inputs } of members) {
    for (const producer of linkedProducers(inputs)) push(counts, producer, action);
  }
  const [widest = []] = [...counts.values()].sort((a, b) => b.length - a.length);
  return widest;
}

const linkedProducers = (inputs: readonly PlannedInput[]): readonly PlannedAction[] =>
  inputs.flatMap(({ producer }) => producer ?? []);

/** Parts that can start at once share jobs; the others start when their files are there, each by itself. */
function packed(parts: readonly Part[], levels: ReadonlyMap<PlannedAction, number>): readonly Part[] {
  const made: Part[] = [];
  let open: Part | undefined;
  for (const part of parts) {
    if (!isReadyAtOnce(part, levels)) {
      made.push(part);
      continue;
    }
    const joined: Part = { members: [...(open?.members ?? []), ...part.members] };
    if (open === undefined || sizeOf(joined) <= mostTasks) {
      open = joined;
      continue;
    }
    made.push(open);
    open = part;
  }
  return open === undefined ? made : [...made, open];
}

function isReadyAtOnce({ members }: Part, levels: ReadonlyMap<PlannedAction, number>): boolean {
  return members.every(
    ({ action, inputs }) =>
      levels.get(action) === 0 &&
      inputs.every(({ file, producer }) => producer !== undefined || file.path !== ''),
  );
}

function push(lists: Map<PlannedAction, PlannedAction[]>, key: PlannedAction, action: PlannedAction): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [action]);
  else list.push(action);
}

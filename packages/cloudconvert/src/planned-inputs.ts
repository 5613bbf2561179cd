/** Where the files of a planned action come from: those that flow in, and those that options take. Pure. */
import type { Artifact, JobPlan, PlannedAction } from '@pipeline/engine';

export interface PlannedInput {
  readonly file: Artifact;
  /** Who makes it. */
  readonly producer: PlannedAction | undefined;
  /** The option that takes it; absent: it flows in. */
  readonly option?: string;
}

export function inputsOf(action: PlannedAction, plan: JobPlan): readonly PlannedInput[] {
  const makers = makersOf(plan);
  const flowing = action.inputs.map((file): PlannedInput => ({
    file,
    producer: makers.get(file) ?? action.source?.action,
  }));
  const fileInputs = plan.pipeline.tasks.get(action.task)?.fileInputs ?? {};
  const given = Object.entries(fileInputs).flatMap(([option, task]) =>
    actionsOf(task, plan).flatMap((producer) =>
      (producer.outputs ?? []).map((file): PlannedInput => ({ file, producer, option })),
    ),
  );
  return [...flowing, ...given];
}

/** All that must have ended before it starts: whose files it takes, and what it needs. */
export function producersOf(action: PlannedAction, plan: JobPlan): readonly PlannedAction[] {
  const task = plan.pipeline.tasks.get(action.task);
  const needed = (task?.needs ?? []).flatMap((name) => actionsOf(name, plan));
  const given = Object.values(task?.fileInputs ?? {}).flatMap((name) => actionsOf(name, plan));
  const flowing = inputsOf(action, plan).flatMap(({ producer }) => producer ?? []);
  return [...flowing, ...given, ...needed];
}

function actionsOf(task: string, { tasks }: JobPlan): readonly PlannedAction[] {
  return tasks.find((planned) => planned?.task.name === task)?.actions ?? [];
}

const makersByPlan = new WeakMap<JobPlan, ReadonlyMap<Artifact, PlannedAction>>();

/** The plan hands one and the same object from the action that makes a file to those that take it. */
function makersOf(plan: JobPlan): ReadonlyMap<Artifact, PlannedAction> {
  const known = makersByPlan.get(plan);
  if (known !== undefined) return known;
  const makers = new Map(
    plan.actions.flatMap((action) =>
      (action.outputs ?? []).map((file): [Artifact, PlannedAction] => [file, action]),
    ),
  );
  makersByPlan.set(plan, makers);
  return makers;
}

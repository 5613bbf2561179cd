/**
 * What the groups of a task consist of, once all its input tasks have ended: those that the plan foresaw get their files or
 * an end, and those that it did not are made.
 */
import type { ActionOutcome } from './action.ts';
import { Addresses, expandGroup, groupFiles } from './expand.ts';
import {
  type Action,
  addAction,
  createAction,
  filesOf,
  inputFailed,
  lacksFiles,
  type TaskRun,
} from './task-run.ts';

export interface SettledGroup {
  readonly action: Action;
  /** Absent: it has its files. */
  readonly outcome?: ActionOutcome;
}

export function settleGroups(
  run: TaskRun,
  isSelected: (address: string) => boolean,
): readonly SettledGroup[] {
  const { task } = run.planned;
  const foreseen = new Map(run.actions.map((action) => [action.address, action]));
  const settled: SettledGroup[] = [];
  // Groups are named as the plan named them, whatever it knew of them.
  const addresses = new Addresses();
  for (const { dir, files } of groupFiles(task, run.inputs.flatMap(filesOf))) {
    const lacking = lacksFiles(run, task.groupBy === 'dir' ? dir : undefined);
    for (const identity of expandGroup(task, dir, addresses)) {
      const known = foreseen.get(identity.address);
      if (known === undefined && !isSelected(identity.address)) continue;
      const action = known ?? createAction(identity, run, undefined);
      if (known === undefined) addAction(action);
      foreseen.delete(identity.address);
      if (action.state !== 'waiting') continue;
      action.inputs = files;
      action.hasInputs = true;
      settled.push(lacking === undefined ? { action } : { action, outcome: notRun(lacking) });
    }
  }
  return [...settled, ...endEmpty(run, foreseen.values())];
}

/** Groups that the plan foresaw, and of which no file has come. */
function endEmpty(run: TaskRun, groups: Iterable<Action>): readonly SettledGroup[] {
  const lacking = lacksFiles(run, undefined);
  if (lacking !== undefined) run.failure ??= inputFailed(lacking.planned.task.name);
  const outcome: ActionOutcome =
    lacking === undefined ? { type: 'skipped', reason: 'no input files' } : notRun(lacking);
  return [...groups].filter(({ state }) => state === 'waiting').map((action) => ({ action, outcome }));
}

const notRun = ({ planned }: TaskRun): ActionOutcome => ({
  type: 'not-run',
  failure: inputFailed(planned.task.name),
});

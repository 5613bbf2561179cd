/**
 * What an action is made together with, where that changes its bytes: several sizes of one picture are cut from one
 * decoded picture, and a size that is made alone comes out a little different. So that a run which has only one of them
 * to make leaves what a clean run leaves, they are made anew together.
 */
import type { PlannedAction } from './action.ts';
import { canonical } from './fingerprint.ts';
import type { JobPlan } from './job-plan.ts';
import type { ActionPlan } from './operation.ts';

/** Of the ingredient. */
export const togetherName = 'what is made together with it';

/** By address, for those that the plan knows: the options of all that share its work. */
export type Companions = ReadonlyMap<string, string>;

export function companionsOf({ actions }: Pick<JobPlan, 'actions'>): Companions {
  const groups = new Map<PlannedAction, Map<string, PlannedAction[]>>();
  for (const action of actions) {
    const { source, plan } = action;
    if (source === undefined || plan?.isShapedTogether !== true || plan.shares === undefined) continue;
    const key = `${source.output} ${plan.shares}`;
    const bySource = groups.get(source.action) ?? new Map<string, PlannedAction[]>();
    groups.set(source.action, bySource.set(key, [...(bySource.get(key) ?? []), action]));
  }
  const companions = new Map<string, string>();
  for (const group of [...groups.values()].flatMap((bySource) => [...bySource.values()])) {
    if (group.length < 2) continue;
    const options = group.map(({ decision }) => (decision.type === 'run' ? canonical(decision.options) : ''));
    const text = options.toSorted().join('\n');
    for (const { address } of group) companions.set(address, text);
  }
  return companions;
}

/** The plan as it is asked for in a fingerprint. */
export function withCompanions(
  plan: ActionPlan | undefined,
  companions: string | undefined,
  digest: (text: string) => string,
): ActionPlan | undefined {
  if (companions === undefined) return plan;
  return {
    ...plan,
    basis: { ...plan?.basis, [togetherName]: digest(companions).slice(0, 32) },
  };
}

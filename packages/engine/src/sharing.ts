/** Which actions may share work, such as the decoding of the file that they all take. It does not know what the work is. */
import type { Action } from './task-run.ts';

/** What two actions must agree in to be started together. */
export function sharingKey({ plan, inputs }: Action): string | undefined {
  return plan?.shares === undefined ? undefined : [plan.shares, ...inputs.map(({ path }) => path)].join('\n');
}

/** Actions by what their files come from: siblings may share its work. */
export function bySource(actions: readonly Action[]): Iterable<readonly Action[]> {
  const groups = new Map<Action, Action[]>();
  for (const action of actions) {
    const siblings = groups.get(action.source ?? action);
    if (siblings === undefined) groups.set(action.source ?? action, [action]);
    else siblings.push(action);
  }
  return groups.values();
}

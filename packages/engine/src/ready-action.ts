/**
 * What is to be known of an action between ready and queued: what its operation will do, if the plan could not ask, and
 * whether its result is there already. It queues nothing and changes no state.
 */
import type { ActionRecord } from './action-record.ts';
import { whyNotCached } from './cacheable.ts';
import { lookUp } from './caching.ts';
import { type Companions, withCompanions } from './companions.ts';
import type { Failure } from './failure.ts';
import { type ActionEnvironment, planAction } from './run-action.ts';
import { type Action, requestOf } from './task-run.ts';
import type { Writers } from './writers.ts';

/** Undefined: it has to run. */
export type Readiness =
  | { readonly type: 'stored'; readonly record: ActionRecord }
  | { readonly type: 'failed'; readonly failure: Failure }
  | undefined;

export interface ReadySurroundings {
  readonly environment: ActionEnvironment;
  readonly writers: Writers;
  readonly companions: () => Companions;
}

/** Sets `plan` and `lookUp` of the action. The job may be stopped meanwhile: its state is to be looked at again. */
export async function readyAction(action: Action, around: ReadySurroundings): Promise<Readiness> {
  const failed = action.plan === undefined ? await planLate(action, around) : undefined;
  if (failed !== undefined) return { type: 'failed', failure: failed };
  const { caching } = around.environment;
  if (caching === undefined || !mayBeStored(action, around) || action.state !== 'ready') return undefined;
  const plan = withCompanions(action.plan, around.companions().get(action.address), caching.cache.digest);
  const found = await lookUp(requestOf(action), plan, caching);
  if (found === undefined || action.state !== 'ready') return undefined;
  action.lookUp = found;
  // So that nobody asks for the hashes of these files again.
  action.inputs = found.request.inputs;
  return found.record === undefined ? undefined : { type: 'stored', record: found.record };
}

export function mayBeStored({ owner }: Action, { environment }: ReadySurroundings): boolean {
  return environment.caching !== undefined && whyNotCached(owner.planned) === undefined;
}

async function planLate(
  action: Action,
  { environment, writers }: ReadySurroundings,
): Promise<Failure | undefined> {
  const planned = await planAction(action.owner.planned.operation, requestOf(action), environment);
  if (!planned.ok) return planned.error;
  if (action.state !== 'ready') return undefined;
  const refused = writers.claim(action.address, planned.value.writes ?? []);
  if (refused === undefined) action.plan = planned.value;
  return refused;
}

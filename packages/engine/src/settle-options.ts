/**
 * The last look at an action before it is ready: its options get the files and values that they take from other tasks, and
 * `if` decides. It starts nothing.
 */
import type { ActionOutcome } from './action.ts';
import { decide, type JobScope } from './decide.ts';
import { failure } from './failure.ts';
import { type Action, filesOf } from './task-run.ts';

/** The end of an action that is not to run; undefined: it is ready. */
export function settleOptions(action: Action, scope: JobScope): ActionOutcome | undefined {
  const { owner } = action;
  const { task } = owner.planned;
  if (owner.blockedBy !== undefined) return { type: 'not-run', failure: owner.blockedBy };
  owner.fileInputs ??= Object.fromEntries(
    Object.entries(owner.fileSources).map(([option, run]) => [option, filesOf(run)]),
  );
  const empty = Object.keys(owner.fileInputs).find((option) => owner.fileInputs?.[option]?.length === 0);
  if (empty !== undefined) {
    const message = `"${empty}" takes the file of task "${task.fileInputs[empty] ?? ''}", which made none`;
    return { type: 'not-run', failure: failure('input-failed', message) };
  }
  if (action.decision === undefined || action.decision.type === 'later') {
    const decided = decide(task, action, scope);
    if (!decided.ok)
      return { type: 'failed', failure: failure('bad-input', decided.error, { code: 'INVALID_DATA' }) };
    action.decision = decided.value;
  }
  if (action.decision.type === 'skip') return { type: 'skipped', reason: action.decision.reason };
  if (action.decision.type === 'run') {
    action.options = action.decision.options;
    action.verify = action.decision.verify;
  }
  return undefined;
}

/**
 * Which action writes which file outside of the workspace, and which reads one, during a run: what the plan could not
 * tell, because files turned up later, is held to the same rules as everything that it could. See `plan-collisions.ts`.
 */
import { failure, type Failure } from './failure.ts';
import type { JobPlan } from './job-plan.ts';
import { filesThatAreRead, overwriteHint, overwriteMessage, shownPath } from './plan-collisions.ts';

export class Writers {
  readonly #plan: JobPlan;
  /** Path → address; made when it is first needed, since most jobs know everything before. */
  #writers: Map<string, string> | undefined;
  /** Path → address of who read it. */
  #readers: Map<string, string> | undefined;

  constructor(plan: JobPlan) {
    this.#plan = plan;
  }

  /** An action has taken its files from there. */
  read(address: string, paths: readonly string[]): void {
    for (const path of paths) this.#sources().set(path, address);
  }

  /** A failure when one of these was read: originals are safe. To be asked before anything is written. */
  overwrites(address: string, paths: readonly string[]): Failure | undefined {
    for (const path of paths) {
      const reader = this.#sources().get(path);
      if (reader === undefined) continue;
      const shown = shownPath(path, this.#plan.context.baseDir);
      return failure('write-failed', overwriteMessage(address, shown, reader), { hint: overwriteHint });
    }
    return undefined;
  }

  #sources(): Map<string, string> {
    this.#readers ??= new Map(
      [...filesThatAreRead(this.#plan.actions)].map(([path, action]) => [path, action.address]),
    );
    return this.#readers;
  }

  /** A failure when another action writes one of these absolute paths. */
  claim(address: string, paths: readonly string[]): Failure | undefined {
    this.#writers ??= new Map(
      this.#plan.actions.flatMap((action) => (action.writes ?? []).map((path) => [path, action.address])),
    );
    for (const path of paths) {
      const other = this.#writers.get(path);
      if (other !== undefined && other !== address) {
        const shown = shownPath(path, this.#plan.context.baseDir);
        return failure('write-failed', `${address} would write ${shown}, which ${other} writes as well`, {
          hint: 'give one of the two another path or file name',
        });
      }
      this.#writers.set(path, address);
    }
    return undefined;
  }
}

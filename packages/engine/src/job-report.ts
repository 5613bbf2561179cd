/**
 * Tells what happens in a run: each change of the schedule, and what actions report while they run, as an event with
 * its time. It keeps the times that the resource of the job needs in the end, and decides nothing.
 */
import { ActionReport, type ActionTelling } from './action-report.ts';
import { eventVersion, type EventSink } from './event.ts';
import { actionFinished, type ActionMeasure, taskMessage, taskStatus, taskSummaries } from './job-events.ts';
import { countActions, exitCodeOf, type JobOutcome } from './job-outcome.ts';
import type { JobPlan } from './job-plan.ts';
import { jobResource, type TaskTimes } from './job-resource.ts';
import type { ActionListener } from './run-action.ts';
import type { Change } from './schedule.ts';
import type { Action, TaskRun } from './task-run.ts';

export interface Telling {
  readonly now: () => number;
  readonly onEvent: EventSink;
  readonly signal: AbortSignal;
  readonly newId?: () => string;
}

export class JobReport {
  readonly #plan: JobPlan;
  readonly #telling: Telling;
  readonly #startedAt: number;
  readonly #actionTelling: ActionTelling;
  readonly #measures = new Map<Action, ActionMeasure>();
  readonly #times = new Map<TaskRun, TaskTimes>();

  constructor(plan: JobPlan, telling: Telling) {
    this.#plan = plan;
    this.#telling = telling;
    this.#startedAt = telling.now();
    this.#actionTelling = {
      ms: () => this.#ms(),
      onEvent: telling.onEvent,
      maskText: plan.mask.text,
    };
  }

  begin(): void {
    const { pipeline, context } = this.#plan;
    const { path } = pipeline.source;
    const about = { job: context.jobId, name: pipeline.name ?? path, pipeline: path };
    const tasks = taskSummaries(this.#plan);
    this.#telling.onEvent({ type: 'job.started', ms: this.#ms(), v: eventVersion, ...about, tasks });
  }

  tell(change: Exclude<Change, { type: 'ready' | 'released' }>): void {
    const ms = this.#ms();
    const { onEvent } = this.#telling;
    switch (change.type) {
      case 'expanded': {
        const { task, actions, isFinal } = change;
        onEvent({ type: 'task.expanded', ms, task: task.planned.task.name, actions, is_final: isFinal });
        break;
      }
      case 'task-started':
        this.#times.set(change.task, { startedMs: ms });
        onEvent({ type: 'task.started', ms, task: change.task.planned.task.name });
        break;
      case 'ended':
        onEvent(actionFinished(change.action, ms, this.#measures.get(change.action)));
        this.#measures.delete(change.action);
        break;
      default:
        this.#tellEnd(change.task, ms);
    }
  }

  /** What one action does while it runs. */
  follow(action: Action): ActionListener {
    let inputBytes = 0;
    for (const { sizeBytes } of action.inputs) inputBytes += sizeBytes;
    const startedMs = this.#ms();
    this.#measures.set(action, { startedMs, inputBytes });
    return new ActionReport(action, startedMs, this.#actionTelling);
  }

  /** The last event of the run. */
  finish(tasks: readonly (TaskRun | undefined)[]): JobOutcome {
    const { newId = () => crypto.randomUUID(), signal, onEvent } = this.#telling;
    const runs = tasks.filter((run) => run !== undefined);
    const job = jobResource({ plan: this.#plan, tasks, times: this.#times, endedMs: this.#ms(), newId });
    const counts = countActions(runs);
    const exitCode = exitCodeOf(runs, signal.aborted ? signal.reason : undefined);
    onEvent({ type: 'job.finished', ms: this.#ms(), job, counts, exit_code: exitCode });
    return { job, counts, exitCode };
  }

  #tellEnd(run: TaskRun, ms: number): void {
    this.#times.set(run, { ...this.#times.get(run), endedMs: ms });
    const message = taskMessage(run);
    const words = message === undefined ? {} : { message };
    const { name } = run.planned.task;
    this.#telling.onEvent({ type: 'task.finished', ms, task: name, status: taskStatus(run), ...words });
  }

  #ms(): number {
    return this.#telling.now() - this.#startedAt;
  }
}

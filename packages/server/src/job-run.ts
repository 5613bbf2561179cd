/**
 * One run of the engine: tasks of a job that can run together, or one that stands alone. It turns the engine's events into
 * changes of the stored tasks, and says when everything of it is gone. It does not know why these tasks, and why now.
 */
import {
  failure,
  type Failure,
  type JobEvent,
  planJob,
  type PlanProblem,
  type Pools,
  runJob,
  type Workspace,
} from '@pipeline/engine';
import type { TaskName } from '@pipeline/schema';
import type { StoredTask } from './job.ts';
import type { TaskChange } from './job-store.ts';
import { RunFolders } from './run-folders.ts';
import { RunRecord } from './run-record.ts';
import { type BackendParts, serverBackend } from './server-backend.ts';
import { type TasksToRun, taskPipeline } from './task-pipeline.ts';

export interface JobRunParts extends Omit<BackendParts, 'folders'> {
  readonly pools: Pools;
  readonly workspace: Workspace;
  readonly now: () => number;
  /** How long it may take in all. */
  readonly jobMs: number;
  readonly baseDir: string;
  /** Settles when it is written down. */
  readonly update: (id: string, change: TaskChange) => Promise<void>;
}

export class JobRun {
  readonly #parts: JobRunParts;
  readonly #toRun: TasksToRun;
  readonly #records = new Map<TaskName, RunRecord>();
  readonly #byId = new Map<string, RunRecord>();
  readonly #sources: ReadonlySet<string>;
  readonly #abort = new AbortController();
  /** Nothing that happens from now on is an end of its tasks. */
  #isSilent = false;
  readonly #writes = new Set<Promise<void>>();

  constructor(toRun: TasksToRun, parts: JobRunParts) {
    this.#parts = parts;
    this.#toRun = toRun;
    this.#sources = new Set(toRun.sources.map(({ id }) => id));
  }

  get tasks(): readonly StoredTask[] {
    return this.#toRun.tasks;
  }

  /** Settles when nothing of it runs any more. Some tasks may not have ended then: they are to be looked at again. */
  async run(): Promise<void> {
    await this.#run();
    await Promise.all(this.#writes);
  }

  async #run(): Promise<void> {
    const { pipeline, byName } = taskPipeline(this.#toRun);
    for (const [name, task] of byName) {
      const record = new RunRecord(task);
      this.#records.set(name, record);
      this.#byId.set(task.id, record);
    }
    const [first] = this.#toRun.tasks;
    const { baseDir, now, pools, workspace } = this.#parts;
    const context = {
      baseDir,
      allowedDirs: [baseDir],
      jobId: first?.jobId ?? first?.id ?? '',
      startedAt: now(),
    };
    const folders = new RunFolders({ workspace, folderOf: (name) => this.#folderOf(name) });
    const backend = serverBackend({ ...this.#parts, folders }, (name) => this.#recordOf(name));
    const values = { params: {}, env: {}, secrets: {} };
    const plan = await planJob({ pipeline, values, context, backends: { local: backend } });
    if (!plan.ok) return this.#refuse(plan.error);
    const timer = setTimeout(() => this.#abort.abort({ type: 'timeout' }), this.#parts.jobMs);
    try {
      const onEvent = (event: JobEvent): void => this.#hear(event);
      const { signal } = this.#abort;
      await runJob(plan.value, { workspace: folders, now, onEvent, signal, pools, maxActions: 1 });
      await Promise.all([...this.#byId.values()].map((record) => record.idle()));
    } finally {
      clearTimeout(timer);
    }
    return undefined;
  }

  /** What others have made is only passed on. */
  #folderOf(name: TaskName): string | undefined {
    const { id } = this.#recordOf(name).task;
    return this.#sources.has(id) ? undefined : this.#parts.files.folderOf(id);
  }

  /** One task; the others go on. Its end is for the caller to write down. */
  async stopTask(id: string): Promise<void> {
    const record = this.#byId.get(id);
    record?.stop();
    await record?.idle();
  }

  /** All of it, and nothing is written down any more. */
  stop(): void {
    this.#isSilent = true;
    this.#abort.abort({ type: 'interrupted' });
  }

  /** What the plan of the whole does not allow, such as two tasks that would write the same file elsewhere. */
  #refuse(problems: readonly PlanProblem[]): void {
    for (const [name, record] of this.#records) {
      if (this.#sources.has(record.task.id)) continue;
      const own = problems.find(({ task }) => task === name);
      const problem = own ?? (problems.some(({ task }) => task !== undefined) ? undefined : problems[0]);
      if (problem === undefined) continue;
      const { message, hint } = problem;
      const why = failure('bad-input', message, {
        code: 'INVALID_DATA',
        ...(hint !== undefined && { hint }),
      });
      this.#end(record, 'error', why);
    }
  }

  #hear(event: JobEvent): void {
    if (this.#isSilent) return;
    switch (event.type) {
      case 'task.expanded':
        this.#recordOf(event.task).expanded(event.actions);
        break;
      case 'action.started':
        this.#started(event);
        break;
      case 'action.progress':
        this.#progressed(event.action, event.percent);
        break;
      case 'action.finished':
        this.#actionFinished(event);
        break;
      case 'task.finished':
        this.#taskFinished(event);
        break;
      default:
    }
  }

  /** Address → task, of those that run. */
  readonly #running = new Map<string, RunRecord>();

  #started({ task, action, converter, version }: Extract<JobEvent, { type: 'action.started' }>): void {
    const record = this.#recordOf(task);
    if (this.#sources.has(record.task.id)) return;
    this.#running.set(action, record);
    const engine = converter === undefined ? undefined : { name: converter, version: version ?? '' };
    const isFirst = record.startedAt === undefined;
    record.startedAt ??= this.#parts.now();
    const isNews = isFirst || (engine !== undefined && engine.name !== record.engine?.name);
    record.engine ??= engine;
    if (!isNews) return;
    this.#update(record.task.id, {
      ...(isFirst && { status: 'processing', startedAt: record.startedAt, percent: 0, message: null }),
      ...engineOf(record),
    });
  }

  #progressed(action: string, given: number | null): void {
    const record = this.#running.get(action);
    const percent = given === null ? undefined : record?.progressed(action, given);
    if (record !== undefined && percent !== undefined) this.#update(record.task.id, { percent });
  }

  #actionFinished(event: Extract<JobEvent, { type: 'action.finished' }>): void {
    const record = this.#recordOf(event.task);
    this.#running.delete(event.action);
    record.failure ??= event.error;
    record.actionEnded(
      event.action,
      event.outputs.map(({ bytes }) => bytes),
    );
  }

  #taskFinished({ task, status, message }: Extract<JobEvent, { type: 'task.finished' }>): void {
    const record = this.#recordOf(task);
    if (this.#sources.has(record.task.id)) return;
    if (status === 'finished') this.#end(record, 'finished', message);
    else this.#end(record, 'error', this.#whyFailed(record, message));
  }

  #whyFailed(record: RunRecord, message: string | undefined): Failure {
    if (record.failure !== undefined) return record.failure;
    if (this.#abort.signal.aborted) return failure('timed-out', message ?? 'the job ran out of time');
    if (record.signal.aborted) return failure('cancelled', message ?? 'the task was stopped');
    return failure('input-failed', message ?? '');
  }

  #end(...[record, status, why]: End): void {
    const endedAt = this.#parts.now();
    const words = typeof why === 'object' ? wordsOf(why) : { code: null, message: why ?? null };
    this.#update(record.task.id, {
      status,
      ...words,
      ...engineOf(record),
      ...record.result(),
      percent: 100,
      startedAt: record.startedAt ?? endedAt,
      endedAt,
    });
  }

  #update(id: string, change: TaskChange): void {
    const write = this.#parts.update(id, change).finally(() => this.#writes.delete(write));
    this.#writes.add(write);
  }

  #recordOf(name: TaskName): RunRecord {
    const record = this.#records.get(name);
    if (record === undefined) throw new Error(`"${name}" is not part of this run`);
    return record;
  }
}

type End = readonly [RunRecord, 'finished', string | undefined] | readonly [RunRecord, 'error', Failure];

const engineOf = ({ engine }: RunRecord): TaskChange =>
  engine === undefined ? {} : { engine: engine.name, engineVersion: engine.version || null };

/** As clients of CloudConvert know it, and what to do. */
function wordsOf({ type, code, message, hint }: Failure): Pick<StoredTask, 'code' | 'message'> {
  if (type === 'input-failed') return { code, message: inputFailedMessage };
  return { code, message: hint === undefined ? message : `${message} (${hint})` };
}

export const inputFailedMessage = 'Input task has failed';

/**
 * Runs what the store holds, as soon as it can run and a turn is free: new jobs and tasks by themselves, and after a restart
 * everything that had not ended. It decides what runs when; `job-run.ts` does it.
 */
import { type Backend, openWorkspace, Pools, type Workspace } from '@pipeline/engine';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Change, StoredTask } from './job.ts';
import { inputFailedMessage, JobRun, type JobRunParts } from './job-run.ts';
import { hasEnded } from './job-status.ts';
import type { JobStore, TaskChange } from './job-store.ts';
import { currentTask, namedTask } from './named-task.ts';
import { passed } from './passed.ts';
import { Pauses } from './pauses.ts';
import { readyTasks } from './ready-tasks.ts';
import type { Allowances, LogEntry, ServerLimits } from './server-options.ts';
import { sureUpdate } from './sure-update.ts';
import { createTaskFiles, type TaskFiles } from './task-files.ts';
import { type Key, TurnQueue } from './turn-queue.ts';

export interface Runner {
  /**
   * The file lies at `place` of the task's folder and is on the disk. Settles when the task has ended with it; false: it
   * had ended before, or is gone, and the file is of no use.
   */
  readonly uploaded: (taskId: string, file: UploadedFile) => Promise<boolean>;
  /** Ends a task that has not ended with `CANCELLED`, and what depends on it; false: it had ended. */
  readonly cancel: (taskId: string) => Promise<boolean>;
  /** Nothing of it runs any more, and its files are gone, when this settles. */
  readonly removeJob: (jobId: string) => Promise<void>;
  /** The same for one task; what depends on it fails. */
  readonly removeTask: (taskId: string) => Promise<void>;
  readonly state: () => RunnerState;
  /** Starts nothing more. What does not end within the grace is stopped without an end: the next runner runs it again. */
  readonly close: (options?: { readonly graceMs?: number }) => Promise<void>;
}

export interface UploadedFile {
  readonly place: string;
  readonly filename: string;
  readonly size: number;
}

export interface RunnerState {
  /** Jobs, and tasks that stand alone. */
  readonly running: number;
  readonly queued: number;
  /** At work at this moment, over all of them. */
  readonly actions: number;
}

export interface RunnerOptions {
  readonly store: JobStore;
  readonly backend: Backend;
  readonly dataDir: string;
  readonly limits: Pick<ServerLimits, 'actions' | 'jobMs'>;
  readonly allow: Allowances;
  /** Where clients get a file that `export/url` has put into the folder of its task. */
  readonly urlOf: (task: StoredTask, place: string) => string;
  readonly log: (entry: LogEntry) => void;
  readonly now: () => number;
}

/** The store's open tasks are looked at before this settles; they run when it has. */
export async function createRunner(options: RunnerOptions): Promise<Runner> {
  const { dataDir, store } = options;
  const files = createTaskFiles(await realpath(dataDir));
  await removeLeftovers(store, files);
  const workspace = await openWorkspace({ dir: path.join(dataDir, 'work'), jobId: 'server' });
  const runner = new TaskRunner({ ...options, files, workspace });
  runner.begin();
  return {
    uploaded: (taskId, file) => runner.uploaded(taskId, file),
    cancel: (taskId) => runner.cancel(taskId),
    removeJob: (jobId) => runner.removeJob(jobId),
    removeTask: (taskId) => runner.removeTask(taskId),
    state: () => runner.state(),
    close: ({ graceMs = 0 } = {}) => runner.close(graceMs),
  };
}

/** Files of tasks that are gone, and of those that will run again, or be uploaded again. */
async function removeLeftovers(store: JobStore, files: TaskFiles): Promise<void> {
  for (const id of await files.taskIds()) {
    const task = store.task(id);
    if (task === undefined || !hasEnded(task)) await files.remove(id);
  }
}

interface Parts extends RunnerOptions {
  readonly files: TaskFiles;
  readonly workspace: Workspace;
}

const keyOf = ({ jobId, id }: StoredTask): Key => jobId ?? id;

class TaskRunner {
  readonly #parts: Parts;
  readonly #pools: Pools;
  /** To be looked at. */
  readonly #queue: TurnQueue;
  readonly #runs = new Set<JobRun>();
  readonly #runOf = new Map<string, JobRun>();
  readonly #ends = new Map<JobRun, Promise<void>>();
  /** By task: those that can go on when it ends. */
  readonly #waiting = new Map<string, Set<Key>>();
  readonly #pauses = new Pauses();
  #stopListening: () => void = () => {};

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#pools = new Pools({ max: parts.limits.actions, byName: new Map() });
    this.#queue = new TurnQueue({
      take: (key) => this.#lookAt(key),
      // Enough for every place to have something to do while others are planned; the rest waits as plain data.
      hasRoom: () => this.#runs.size < parts.limits.actions * 2 + 2,
      now: parts.now,
    });
  }

  begin(): void {
    const { store } = this.#parts;
    for (const task of store.allTasks()) if (!hasEnded(task)) this.#queue.add(keyOf(task));
    this.#stopListening = store.listen((change) => this.#hear(change));
  }

  state(): RunnerState {
    return { running: this.#runs.size, queued: this.#queue.size, actions: this.#pools.taken };
  }

  async uploaded(taskId: string, { place, filename, size }: UploadedFile): Promise<boolean> {
    const { store, now, files } = this.#parts;
    const at = now();
    const change = { places: [place], result: { files: [{ filename, size }] }, message: null };
    await store.updateTask(taskId, { ...change, status: 'finished', startedAt: at, endedAt: at });
    const isTaken = store.task(taskId)?.places?.[0] === place;
    if (!isTaken && store.task(taskId)?.places === undefined) await files.remove(taskId);
    return isTaken;
  }

  async cancel(taskId: string): Promise<boolean> {
    const { store, now } = this.#parts;
    const task = store.task(taskId);
    if (task === undefined || hasEnded(task)) return false;
    const endedAt = now();
    const startedAt = task.startedAt ?? endedAt;
    const stopped = this.#runOf.get(taskId)?.stopTask(taskId);
    await store.updateTask(taskId, {
      status: 'error',
      code: 'CANCELLED',
      message: 'The task was cancelled',
      startedAt,
      endedAt,
    });
    await stopped;
    return store.task(taskId)?.code === 'CANCELLED';
  }

  async removeJob(jobId: string): Promise<void> {
    const { store, files } = this.#parts;
    const job = store.job(jobId);
    if (job === undefined) return;
    const runs = new Set(job.taskIds.flatMap((id) => this.#runOf.get(id) ?? []));
    for (const run of runs) run.stop();
    await store.removeJob(jobId);
    await Promise.all([...runs].map((run) => this.#ends.get(run) ?? Promise.resolve()));
    for (const id of job.taskIds) {
      this.#wake(id);
      await files.remove(id);
    }
  }

  async removeTask(taskId: string): Promise<void> {
    const { store, files } = this.#parts;
    const task = store.task(taskId);
    if (task === undefined) return;
    const stopped = this.#runOf.get(taskId)?.stopTask(taskId);
    await store.removeTask(taskId);
    this.#failDependents(task);
    this.#wake(taskId);
    await stopped;
    await files.remove(taskId);
  }

  async close(graceMs: number): Promise<void> {
    this.#pauses.end();
    this.#queue.close();
    const ends = Promise.all(this.#ends.values());
    const grace = new AbortController();
    if (graceMs > 0) await Promise.race([ends, passed(graceMs, grace.signal)]);
    grace.abort();
    this.#stopListening();
    for (const run of this.#runs) run.stop();
    await ends;
    await this.#parts.workspace.close();
  }

  #hear(change: Change): void {
    if (change.event === 'created' && (change.type === 'job' || change.task.jobId === null)) {
      this.#queue.arrived();
    }
    if (change.type !== 'task') return;
    const { task, event } = change;
    if (event === 'created') this.#queue.add(keyOf(task));
    if (!hasEnded(task)) return;
    if (task.status === 'error' && !task.ignoresError) this.#failDependents(task);
    this.#wake(task.id);
  }

  /** What could not go on before this task had ended, or was gone. */
  #wake(taskId: string): void {
    const keys = this.#waiting.get(taskId);
    this.#waiting.delete(taskId);
    for (const key of keys ?? []) this.#queue.add(key);
  }

  #lookAt(key: Key): void {
    const { store } = this.#parts;
    const open = this.#openTasks(key);
    const { ready, failed, sources, awaited } = readyTasks(open, (id) => currentTask(id, store));
    for (const task of failed) this.#failInput(task);
    for (const { id } of awaited) this.#waiting.set(id, (this.#waiting.get(id) ?? new Set()).add(key));
    if (ready.length === 0) return;
    const resolve = (task: StoredTask, word: string): string | undefined => namedTask(word, task, store);
    this.#start(key, new JobRun({ tasks: ready, sources, resolve }, this.#runParts()));
  }

  #openTasks(key: Key): readonly StoredTask[] {
    const { store } = this.#parts;
    const job = store.job(key);
    const tasks = job === undefined ? [store.task(key)] : store.tasksOf(job);
    return tasks.flatMap((task) =>
      task === undefined || hasEnded(task) || this.#runOf.has(task.id) ? [] : [task],
    );
  }

  #start(key: Key, run: JobRun): void {
    this.#runs.add(run);
    for (const { id } of run.tasks) this.#runOf.set(id, run);
    const end = this.#follow(key, run);
    this.#ends.set(run, end);
  }

  async #follow(key: Key, run: JobRun): Promise<void> {
    try {
      await run.run();
    } catch (error) {
      await this.#fail(run, error);
    }
    this.#runs.delete(run);
    this.#ends.delete(run);
    for (const { id } of run.tasks) this.#runOf.delete(id);
    // Some may be left: a plan that was refused, a retry that came in between.
    if (this.#openTasks(key).length > 0) this.#queue.add(key);
    else this.#queue.plan();
  }

  #runParts(): JobRunParts {
    const { backend, files, allow, urlOf, workspace, now, limits } = this.#parts;
    const update = (id: string, change: TaskChange): Promise<void> => this.#update(id, change);
    const baseDir = (allow.localFiles ? allow.localFolder : undefined) ?? workspace.dir;
    const { jobMs } = limits;
    return { backend, files, allow, urlOf, pools: this.#pools, workspace, now, jobMs, baseDir, update };
  }

  #failDependents({ id, jobId }: StoredTask): void {
    const { store } = this.#parts;
    const job = jobId === null ? undefined : store.job(jobId);
    for (const task of job === undefined ? [] : store.tasksOf(job)) {
      if (task.dependsOn.includes(id) && !hasEnded(task)) this.#failInput(task);
    }
  }

  #failInput(task: StoredTask): void {
    void this.#runOf.get(task.id)?.stopTask(task.id);
    const at = this.#parts.now();
    const words = { code: 'INPUT_TASK_FAILED', message: inputFailedMessage };
    void this.#update(task.id, { ...words, status: 'error', startedAt: at, endedAt: at });
  }

  /** A bug: it ends what would run for ever otherwise. */
  async #fail(run: JobRun, error: unknown): Promise<void> {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#parts.log({ level: 'error', message: 'a run broke', error: message });
    const words = { code: 'INTERNAL_ERROR', message: 'The server failed to run this task' };
    const at = this.#parts.now();
    await Promise.all(
      run.tasks.map(({ id }) => this.#update(id, { ...words, status: 'error', startedAt: at, endedAt: at })),
    );
  }

  #update(id: string, change: TaskChange): Promise<void> {
    const { store, log } = this.#parts;
    return sureUpdate(id, change, { store, log, pauses: this.#pauses });
  }
}

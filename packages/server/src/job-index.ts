/** Jobs and tasks in memory: by id, and by user with the newest first and how many are open. It knows no log and tells nobody. */
import { IdMap } from './id-map.ts';
import type { StoredJob, StoredTask } from './job.ts';
import { hasEnded, settleJob } from './job-status.ts';

export class JobIndex {
  readonly #jobs = new IdMap<StoredJob>();
  readonly #tasks = new IdMap<StoredTask>();
  readonly #jobIds = new Map<number, NewestFirst>();
  readonly #taskIds = new Map<number, NewestFirst>();
  /** By user: jobs, and tasks that stand alone, that have not ended. */
  readonly #open = new Map<number, number>();

  job(id: string): StoredJob | undefined {
    return this.#jobs.get(id);
  }

  task(id: string): StoredTask | undefined {
    return this.#tasks.get(id);
  }

  tasksOf({ taskIds }: StoredJob): readonly StoredTask[] {
    return taskIds.flatMap((id) => this.#tasks.get(id) ?? []);
  }

  *jobs(userId: number): Generator<StoredJob, void> {
    for (const id of this.#jobIds.get(userId)?.ids() ?? []) {
      const job = this.#jobs.get(id);
      if (job !== undefined) yield job;
    }
  }

  *tasks(userId: number): Generator<StoredTask, void> {
    for (const id of this.#taskIds.get(userId)?.ids() ?? []) {
      const task = this.#tasks.get(id);
      if (task !== undefined) yield task;
    }
  }

  openCount(userId: number): number {
    return this.#open.get(userId) ?? 0;
  }

  allJobs(): Iterable<StoredJob> {
    return this.#jobs;
  }

  allTasks(): Iterable<StoredTask> {
    return this.#tasks;
  }

  /** A job that was never here before, with its tasks: nothing is looked for, as that is what takes long in large maps. */
  addNew(job: StoredJob, tasks: readonly StoredTask[]): void {
    this.#jobs.add(job);
    listOf(this.#jobIds, job.userId).add(job.id);
    this.#countOpen(undefined, job);
    const list = listOf(this.#taskIds, job.userId);
    for (const task of tasks) {
      this.#tasks.add(task);
      list.add(task.id);
    }
  }

  putJob(job: StoredJob): void {
    const before = this.#jobs.get(job.id);
    if (before === undefined) listOf(this.#jobIds, job.userId).add(job.id);
    this.#jobs.set(job);
    this.#countOpen(before, job);
  }

  putTask(task: StoredTask): void {
    const before = this.#tasks.get(task.id);
    if (before === undefined) listOf(this.#taskIds, task.userId).add(task.id);
    this.#tasks.set(task);
    if (task.jobId === null) this.#countOpen(before, task);
  }

  /** Also makes it a task of its job; false: that is gone, and so is the task. */
  addTask(task: StoredTask): boolean {
    const job = task.jobId === null ? undefined : this.#jobs.get(task.jobId);
    if (job === undefined && task.jobId !== null) return false;
    this.putTask(task);
    if (job !== undefined && !job.taskIds.includes(task.id)) {
      this.putJob({ ...job, taskIds: [...job.taskIds, task.id] });
    }
    return true;
  }

  removeJob(id: string): void {
    const job = this.#jobs.get(id);
    if (job === undefined) return;
    for (const taskId of job.taskIds) this.#forgetTask(taskId);
    this.#jobs.delete(id);
    this.#countOpen(job, undefined);
    this.#jobIds.get(job.userId)?.removed((left) => this.#jobs.has(left));
  }

  removeTask(id: string): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    this.#forgetTask(id);
    const job = task.jobId === null ? undefined : this.#jobs.get(task.jobId);
    if (job !== undefined) this.putJob({ ...job, taskIds: job.taskIds.filter((other) => other !== id) });
  }

  /** After the log was read: its order is not that of the jobs, and states follow from tasks. */
  sort(): void {
    for (const job of this.#jobs) this.putJob(settleJob(job, this.tasksOf(job)));
    for (const list of this.#jobIds.values()) list.sort((id) => this.#jobs.get(id)?.createdAt ?? 0);
    for (const list of this.#taskIds.values()) list.sort((id) => this.#tasks.get(id)?.createdAt ?? 0);
  }

  #forgetTask(id: string): void {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    this.#tasks.delete(id);
    if (task.jobId === null) this.#countOpen(task, undefined);
    this.#taskIds.get(task.userId)?.removed((left) => this.#tasks.has(left));
  }

  /** One and the same, before and after; undefined: it was not there, or is gone. */
  #countOpen(before: StoredJob | StoredTask | undefined, after: StoredJob | StoredTask | undefined): void {
    const more = Number(isOpen(after)) - Number(isOpen(before));
    const userId = (after ?? before)?.userId;
    if (more !== 0 && userId !== undefined) this.#open.set(userId, this.openCount(userId) + more);
  }
}

const isOpen = (one: StoredJob | StoredTask | undefined): boolean => one !== undefined && !hasEnded(one);

/** Ids in the order of their coming; those of removed ones stay for a while, so that a removal costs nothing. */
class NewestFirst {
  #ids: string[] = [];
  #removed = 0;

  add(id: string): void {
    this.#ids.push(id);
  }

  removed(isThere: (id: string) => boolean): void {
    this.#removed += 1;
    if (this.#removed * 2 <= this.#ids.length) return;
    this.#ids = this.#ids.filter(isThere);
    this.#removed = 0;
  }

  sort(timeOf: (id: string) => number): void {
    this.#ids.sort((a, b) => timeOf(a) - timeOf(b));
  }

  *ids(): Generator<string, void> {
    const ids = this.#ids;
    for (let at = ids.length - 1; at >= 0; at -= 1) {
      const id = ids[at];
      if (id !== undefined) yield id;
    }
  }
}

function listOf(lists: Map<number, NewestFirst>, userId: number): NewestFirst {
  const known = lists.get(userId);
  if (known !== undefined) return known;
  const list = new NewestFirst();
  lists.set(userId, list);
  return list;
}

/** Which task a word means: tasks name others by name or by id, and a retry stands for the task that it repeats. */
import type { StoredTask } from './job.ts';
import type { JobStore } from './job-store.ts';

/** The task that stands for an id: its newest retry. */
export function currentTask(id: string, store: JobStore): StoredTask | undefined {
  const task = store.task(id);
  if (task?.status !== 'error') return task;
  return jobTasks(task, store).findLast(({ name }) => name === task.name) ?? task;
}

/** The id of the task that `word` means in an option of `task`: the name of one in the same job, or the id of any. */
export function namedTask(word: string, task: StoredTask, store: JobStore): string | undefined {
  const named = jobTasks(task, store).findLast(({ name }) => name === word);
  return named?.id ?? currentTask(word, store)?.id;
}

function jobTasks({ jobId }: StoredTask, store: JobStore): readonly StoredTask[] {
  const job = jobId === null ? undefined : store.job(jobId);
  return job === undefined ? [] : store.tasksOf(job);
}

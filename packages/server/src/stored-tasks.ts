/** New tasks → tasks as they are stored, with ids in place of names. It checks nothing and stores nothing. */
import type { NewTask } from './create-tasks.ts';
import { fresh, type StoredJob, type StoredTask } from './job.ts';
import { Places } from './places.ts';

export interface Maker {
  readonly userId: number;
  readonly newId: () => string;
  readonly now: () => number;
}

/** One list for all tasks that take from none: they are kept for long. */
const none: readonly string[] = [];

/** Names become ids. */
export function storedTasks(
  tasks: readonly NewTask[],
  job: Pick<StoredJob, 'id' | 'userId' | 'createdAt'>,
  newId: () => string,
): readonly StoredTask[] {
  const { userId, createdAt } = job;
  const ids = tasks.map(() => newId());
  const places = new Places(tasks.map(({ name = '' }) => name));
  const idOf = (name: string): string | undefined => ids[places.of(name) ?? -1];
  return tasks.map((task, place) => {
    const id = ids[place] ?? '';
    const dependsOn = task.dependsOn.length === 0 ? none : task.dependsOn.flatMap((name) => idOf(name) ?? []);
    return stored(task, { id, jobId: job.id, userId, dependsOn, createdAt });
  });
}

export const storedTask = (task: NewTask, { userId, newId, now }: Maker): StoredTask =>
  stored(task, { id: newId(), jobId: null, userId, dependsOn: task.dependsOn, createdAt: now() });

type Given = Pick<StoredTask, 'id' | 'jobId' | 'userId' | 'dependsOn' | 'createdAt'>;

/** Key by key, as in `task-options.ts`. */
function stored(
  { name, operation, payload, ignoresError }: NewTask,
  { id, jobId, userId, dependsOn, createdAt }: Given,
): StoredTask {
  const task = {
    id,
    jobId,
    userId,
    operation,
    payload,
    dependsOn,
    ignoresError,
    status: fresh.status,
    code: fresh.code,
    message: fresh.message,
    percent: fresh.percent,
    engine: fresh.engine,
    engineVersion: fresh.engineVersion,
    result: fresh.result,
    createdAt,
    startedAt: fresh.startedAt,
    endedAt: fresh.endedAt,
    retryOf: null,
    name: name ?? '',
  };
  if (name !== undefined) return task;
  const { name: _, ...lone } = task;
  return lone;
}

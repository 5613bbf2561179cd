/**
 * The JSON text of what was just made, slashes escaped: every answer to `POST /jobs` is one, so it is filled into a form
 * instead of being built. The forms are what `resources.ts` makes of a blank, so that both say the same.
 */
import { type OperationName, resourceDate } from '@pipeline/schema';
import { fresh, type StoredJob, type StoredTask } from './job.ts';
import { escapeSlashes } from './request-view.ts';
import { jobResource, taskResource } from './resources.ts';

/** Text, the name of what stands there, text, and so on. */
type Form = readonly string[];

/** Holes are words between two `@`; those in the place of a whole value lose their quotes. */
const form = (blank: object): Form =>
  escapeSlashes(JSON.stringify(blank))
    .replaceAll(/"@(created|depends|job|name|retry|tag|tasks)@"/g, '@$1@')
    .replace(`"created_at":${quoted(resourceDate(0))}`, '"created_at":@created@')
    .replace('"user_id":-1', '"user_id":@user@')
    .split('@');

const view = { base: '@base@', uploadForm: () => ({}) };
const blank = { ...fresh, id: '@id@', userId: -1, createdAt: 0 };

const jobForm = form({
  ...jobResource({ ...blank, tag: '@tag@', webhookUrl: null, taskIds: [] }, view, []),
  tasks: ['@tasks@'],
});

function taskForm(operation: OperationName, name: string | undefined): Form {
  const task = {
    ...blank,
    ...(name !== undefined && { name: '@name@' }),
    operation,
    jobId: '@job@',
    payload: {},
    dependsOn: ['@depends@'],
    ignoresError: false,
    retryOf: '@retry@',
  };
  return form(taskResource(task, view));
}

const formsOfNamed = new Map<OperationName, Form>();

/** Undefined: something has been done of it, or it says what it waits for. */
export function freshTaskText(task: StoredTask, base: string): string | undefined {
  const { operation, name } = task;
  const isFresh = isUntouched(task) && task.message === null && task.result === null;
  if (!isFresh || name === undefined || operation === 'import/upload') return undefined;
  const known = formsOfNamed.get(operation) ?? taskForm(operation, name);
  formsOfNamed.set(operation, known);
  return filled(known, {
    id: task.id,
    name: quoted(name),
    job: idOrNull(task.jobId),
    created: quotedDate(task.createdAt),
    retry: idOrNull(task.retryOf),
    user: String(task.userId),
    depends: task.dependsOn.map(quoted).join(','),
    base: escapedBase(base),
  });
}

/** `tasks`: their texts, with commas in between. Undefined: it has begun. */
export function freshJobText(job: StoredJob, tasks: string, base: string): string | undefined {
  if (!isUntouched(job)) return undefined;
  return filled(jobForm, {
    id: job.id,
    tag: quotedOrNull(job.tag),
    created: quotedDate(job.createdAt),
    tasks,
    base: escapedBase(base),
  });
}

const isUntouched = ({ status, startedAt }: StoredJob | StoredTask): boolean =>
  status === 'waiting' && startedAt === null;

function filled(parts: Form, values: Readonly<Record<string, string>>): string {
  let text = '';
  for (let at = 0; at < parts.length; at += 2) {
    text += `${parts[at]}${values[parts[at + 1] ?? ''] ?? ''}`;
  }
  return text;
}

function quoted(text: string): string {
  return escapeSlashes(JSON.stringify(text));
}

/** Ids are ours: nothing in them needs an escape. */
const idOrNull = (id: string | null): string => (id === null ? 'null' : `"${id}"`);

const quotedOrNull = (text: string | null): string => (text === null ? 'null' : quoted(text));

/** Many are made in the same second, for clients that call the server by the same name. */
const kept = { second: -1, date: '', base: '', escapedBase: '' };

function quotedDate(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== kept.second) Object.assign(kept, { second, date: quoted(resourceDate(timeMs)) });
  return kept.date;
}

function escapedBase(base: string): string {
  if (base !== kept.base) Object.assign(kept, { base, escapedBase: quoted(base).slice(1, -1) });
  return kept.escapedBase;
}

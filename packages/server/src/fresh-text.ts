/**
 * The JSON text of what was just made, slashes escaped: every answer to `POST /jobs` is one, so it is filled into a form
 * instead of being built. The forms are what `resources.ts` makes of a blank, so that both say the same.
 */
import { type OperationName, resourceDate } from '@pipeline/schema';
import { fresh, type StoredJob, type StoredTask } from './job.ts';
import { escapeSlashes } from './request-view.ts';
import { jobResource, taskResource } from './resources.ts';

const taskHoles = ['id', 'name', 'job', 'retry', 'user', 'depends'] as const;

/** Undefined: something has been done of it, or it says what it waits for. */
export function freshTaskText(task: StoredTask, base: string): string | undefined {
  const { id, name, operation, jobId, retryOf, userId, dependsOn } = task;
  const isFresh = isUntouched(task) && task.message === null && task.result === null;
  if (!isFresh || name === undefined || operation === 'import/upload') return undefined;
  const form = formOf(operation, task.createdAt, base);
  return filled(form, [id, quoted(name), idOrNull(jobId), idOrNull(retryOf), `${userId}`, list(dependsOn)]);
}

const jobHoles = ['id', 'tag', 'tasks'] as const;

/** `tasks`: their texts, with commas in between. Undefined: it has begun. */
export function freshJobText(job: StoredJob, tasks: string, base: string): string | undefined {
  if (!isUntouched(job)) return undefined;
  const { id, tag } = job;
  return filled(formOf('job', job.createdAt, base), [id, tag === null ? 'null' : quoted(tag), tasks]);
}

const isUntouched = ({ status, startedAt }: StoredJob | StoredTask): boolean =>
  status === 'waiting' && startedAt === null;

/** Ids are ours: nothing in them needs an escape. */
const idOrNull = (id: string | null): string => (id === null ? 'null' : `"${id}"`);

function list(texts: readonly string[]): string {
  let all = '';
  for (const text of texts) all += all === '' ? quoted(text) : `,${quoted(text)}`;
  return all;
}

const quoted = (text: string): string =>
  /^[\w-]*$/.test(text) ? `"${text}"` : escapeSlashes(JSON.stringify(text));

/** Text, then which of the values stands behind it, text, and so on. */
interface Form {
  readonly texts: readonly string[];
  readonly holes: readonly number[];
}

function filled({ texts, holes }: Form, values: readonly string[]): string {
  let all = texts[0] ?? '';
  for (let at = 0; at < holes.length; at += 1) all += `${values[holes[at] ?? 0]}${texts[at + 1]}`;
  return all;
}

/** What is the same for all that are made in one second, for clients that call the server by one name, is part of the form. */
const kept = { second: Number.NaN, base: '', forms: new Map<OperationName | 'job', Form>() };

function formOf(what: OperationName | 'job', createdAt: number, base: string): Form {
  const second = Math.floor(createdAt / 1000);
  if (second !== kept.second || base !== kept.base) {
    Object.assign(kept, { second, base });
    kept.forms.clear();
  }
  const known = kept.forms.get(what);
  if (known !== undefined) return known;
  const fixed = { created: quoted(resourceDate(createdAt)), base: quoted(base).slice(1, -1) };
  const made = what === 'job' ? form(blankJob, jobHoles, fixed) : form(blankTask(what), taskHoles, fixed);
  kept.forms.set(what, made);
  return made;
}

/** Holes are words between two `@`; those in the place of a whole value lose their quotes. */
function form(blank: object, holes: readonly string[], fixed: Readonly<Record<string, string>>): Form {
  const pieces = escapeSlashes(JSON.stringify(blank))
    .replaceAll(/"@(depends|job|name|retry|tag|tasks)@"/g, '@$1@')
    .replace(`"created_at":${quoted(resourceDate(0))}`, '"created_at":@created@')
    .replace('"user_id":-1', '"user_id":@user@')
    .split('@');
  const texts = [pieces[0] ?? ''];
  const values: number[] = [];
  for (let at = 1; at < pieces.length; at += 2) {
    const [hole = '', text = ''] = pieces.slice(at);
    const known = fixed[hole];
    if (known !== undefined) {
      texts.push(`${texts.pop()}${known}${text}`);
    } else {
      values.push(holes.indexOf(hole));
      texts.push(text);
    }
  }
  return { texts, holes: values };
}

const view = { base: '@base@', uploadForm: () => ({}) };
const blank = { ...fresh, id: '@id@', userId: -1, createdAt: 0 };

const blankJob = {
  ...jobResource({ ...blank, tag: '@tag@', webhookUrl: null, taskIds: [] }, view, []),
  tasks: ['@tasks@'],
};

function blankTask(operation: OperationName): object {
  const more = { name: '@name@', operation, jobId: '@job@', retryOf: '@retry@', dependsOn: ['@depends@'] };
  return taskResource({ ...blank, ...more, payload: {}, ignoresError: false }, view);
}

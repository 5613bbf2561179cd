/** The body of `POST /jobs` → a job and its tasks, ready to be stored, or everything that is wrong with it. */
import { isJsonObject, type JsonValue, type Result } from '@pipeline/schema';
import type { FieldErrors } from './api-error.ts';
import { readJobTasks } from './create-tasks.ts';
import { fresh } from './job.ts';
import type { NewJob } from './job-store.ts';
import { type Maker, storedTasks } from './stored-tasks.ts';

export interface ReadJob extends NewJob {
  /** The client wants to be led to the exported file. */
  readonly redirects: boolean;
}

const maxTagLength = 1000;

export function readJob(
  body: JsonValue,
  maker: Maker,
  limits: { readonly tasks: number },
): Result<ReadJob, FieldErrors> {
  const given = isJsonObject(body) ? body : {};
  const tag = readTag(given['tag']);
  const webhookUrl = readUrl(given['webhook_url']);
  const tasks = readJobTasks(given['tasks'] ?? null, limits.tasks);
  const redirects = isTrue(given['redirect']);
  const lacksExport =
    redirects && tasks.ok && !tasks.value.some(({ operation }) => operation === 'export/url');
  if (!tasks.ok || tag === mistake || webhookUrl === mistake || lacksExport) {
    const errors: FieldErrors = {
      ...(tag === mistake && { tag: [`The tag must be a text of at most ${maxTagLength} characters.`] }),
      ...(webhookUrl === mistake && { webhook_url: ['The webhook url must be an http or https URL.'] }),
      ...(lacksExport && { redirect: ['A redirect needs an export/url task.'] }),
      ...(!tasks.ok && tasks.error),
    };
    return { ok: false, error: errors };
  }
  const { userId, newId, now } = maker;
  const { status, startedAt, endedAt } = fresh;
  const made = { id: newId(), userId, createdAt: now() };
  const stored = storedTasks(tasks.value, made, newId);
  const taskIds = stored.map((task) => task.id);
  const { id, createdAt } = made;
  const job = { id, userId, tag, webhookUrl, status, createdAt, startedAt, endedAt, taskIds };
  return { ok: true, value: { job, tasks: stored, redirects } };
}

const mistake: unique symbol = Symbol('mistake');

/** An empty text is none: some clients always send one. */
function readTag(value: JsonValue | undefined): string | null | typeof mistake {
  if (value === undefined || value === null || value === '') return null;
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text.length <= maxTagLength ? text : mistake;
}

function readUrl(value: JsonValue | undefined): string | null | typeof mistake {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' && isHttpUrl(value) ? value : mistake;
}

export const isHttpUrl = (text: string): boolean =>
  text.length <= 2000 && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** In a body or in a query. */
export const isTrue = (value: JsonValue | undefined): boolean =>
  value === true || value === 1 || value === '1' || value === 'true';

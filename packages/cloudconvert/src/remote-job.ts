/**
 * CloudConvert's jobs and tasks as this backend needs them, read from JSON that comes from elsewhere: what is missing or
 * of another type is left out, never believed.
 */
import { isJsonList, isJsonObject, type JsonObject, type JsonValue, type TaskStatus } from '@pipeline/schema';

export interface RemoteFile {
  readonly name: string;
  readonly dir: string;
  /** Absent in the sandbox. */
  readonly sizeBytes?: number;
  readonly url?: string;
}

export interface UploadForm {
  readonly url: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface RemoteTask {
  readonly id: string;
  /** Empty when it stands alone. */
  readonly name: string;
  readonly status: TaskStatus;
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** Of a task that is processed; one that waits says 100. */
  readonly percent: number;
  readonly credits: number | undefined;
  readonly engine: string | undefined;
  readonly engineVersion: string | undefined;
  readonly files: readonly RemoteFile[];
  readonly form: UploadForm | undefined;
  /** Without `files` and `form`. */
  readonly result: JsonObject;
}

export interface RemoteJob {
  readonly id: string;
  readonly tag: string | undefined;
  readonly status: TaskStatus;
  readonly tasks: readonly RemoteTask[];
}

export function readJob(value: JsonValue | undefined): RemoteJob | undefined {
  if (!isJsonObject(value)) return undefined;
  const id = text(value['id']);
  const status = statusOf(value['status']);
  if (id === undefined || status === undefined) return undefined;
  const tasks = listOf(value['tasks']).flatMap((task) => readTask(task) ?? []);
  return { id, tag: text(value['tag']), status, tasks };
}

export function readTask(value: JsonValue | undefined): RemoteTask | undefined {
  if (!isJsonObject(value)) return undefined;
  const id = text(value['id']);
  const status = statusOf(value['status']);
  if (id === undefined || status === undefined) return undefined;
  const result = isJsonObject(value['result']) ? value['result'] : {};
  const { files, form, ...rest } = result;
  return {
    id,
    name: text(value['name']) ?? '',
    status,
    code: text(value['code']),
    message: text(value['message']),
    percent: number(value['percent']) ?? 0,
    credits: number(value['credits']),
    engine: text(value['engine']),
    engineVersion: text(value['engine_version']),
    files: listOf(files).flatMap((file) => readFile(file) ?? []),
    form: readForm(form),
    result: rest,
  };
}

export const hasEnded = ({ status }: { readonly status: TaskStatus }): boolean =>
  status === 'finished' || status === 'error';

export const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  isJsonList(value) ? value : [];

function readFile(value: JsonValue): RemoteFile | undefined {
  if (!isJsonObject(value)) return undefined;
  const name = text(value['filename']);
  if (name === undefined) return undefined;
  const sizeBytes = number(value['size']);
  const url = text(value['url']);
  return {
    name,
    dir: text(value['dir']) ?? '',
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(url !== undefined && { url }),
  };
}

/** Older servers send numbers among the parameters. */
function readForm(value: JsonValue | undefined): UploadForm | undefined {
  if (!isJsonObject(value)) return undefined;
  const url = text(value['url']);
  if (url === undefined) return undefined;
  const given = isJsonObject(value['parameters']) ? value['parameters'] : {};
  const parameters = Object.entries(given).flatMap(([name, parameter]): [string, string][] =>
    typeof parameter === 'string' || typeof parameter === 'number' ? [[name, String(parameter)]] : [],
  );
  return { url, parameters: Object.fromEntries(parameters) };
}

/** `queued` is not documented, and means what `waiting` does. */
function statusOf(value: JsonValue | undefined): TaskStatus | undefined {
  switch (value) {
    case 'waiting':
    case 'queued':
      return 'waiting';
    case 'processing':
    case 'finished':
    case 'error':
      return value;
    default:
      return undefined;
  }
}

const text = (value: JsonValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const number = (value: JsonValue | undefined): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

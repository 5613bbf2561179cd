/**
 * A part as CloudConvert's job: an upload for each file that is here, a task for each action, and an `export/url` for
 * each whose files somebody here takes. Pure. Keys of ours are resolved by now and do not show.
 */
import type { ActionRequest, Artifact } from '@pipeline/engine';
import {
  applicableOptions,
  canonicalFormat,
  type JsonObject,
  type JsonValue,
  operationSpecs,
} from '@pipeline/schema';
import { plannedFiles } from './planned-names.ts';

export interface JobMember {
  readonly request: ActionRequest;
  /** In their order. */
  readonly inputs: readonly JobInput[];
  readonly isTaken: boolean;
}

export type JobInput = {
  /** The option that takes it; absent: it flows in. */
  readonly option?: string;
} & (
  | { readonly type: 'file'; readonly file: Artifact }
  /** The address of another member. */
  | { readonly type: 'member'; readonly address: string }
);

export interface JobUpload {
  readonly task: string;
  readonly file: Artifact;
}

export interface JobRequest {
  readonly tasks: JsonObject;
  readonly uploads: readonly JobUpload[];
  /** By address. */
  readonly names: ReadonlyMap<string, MemberNames>;
}

export interface MemberNames {
  readonly task: string;
  readonly export?: string;
  /** Of its uploads. */
  readonly uploads: readonly string[];
}

export function jobRequest(members: readonly JobMember[]): JobRequest {
  const names = new Names();
  const uploads = new Map<string, JobUpload>();
  const tasks: Record<string, JsonValue> = {};
  for (const { inputs } of members) {
    for (const input of inputs) {
      if (input.type !== 'file' || uploads.has(input.file.path)) continue;
      const upload = { task: names.take('upload'), file: input.file };
      uploads.set(input.file.path, upload);
      tasks[upload.task] = { operation: 'import/upload' };
    }
  }
  const found = new Map<string, MemberNames>();
  for (const { request } of members)
    found.set(request.address, { task: names.take(request.task.name), uploads: [] });
  for (const member of members) {
    const { address } = member.request;
    const task = found.get(address)?.task ?? '';
    const taskOf = (input: JobInput): string =>
      (input.type === 'file' ? uploads.get(input.file.path)?.task : found.get(input.address)?.task) ?? '';
    tasks[task] = taskBody(member, taskOf);
    const own = new Set(member.inputs.flatMap((input) => (input.type === 'file' ? taskOf(input) : [])));
    found.set(address, { task, uploads: [...own] });
  }
  for (const { request, isTaken } of members) {
    const own = found.get(request.address);
    if (!isTaken || own === undefined) continue;
    const task = names.take('export');
    tasks[task] = { operation: 'export/url', input: [own.task] };
    found.set(request.address, { ...own, export: task });
  }
  return { tasks, uploads: [...uploads.values()], names: found };
}

function taskBody({ request, inputs }: JobMember, taskOf: (input: JobInput) => string): JsonObject {
  const { task, options } = request;
  const flowing = [...new Set(inputs.filter(({ option }) => option === undefined).map(taskOf))];
  const given = Object.keys(task.fileInputs).map((option): [string, JsonValue] => {
    const names = [...new Set(inputs.filter((input) => input.option === option).map(taskOf))];
    return [option, names.length === 1 ? (names[0] ?? '') : names];
  });
  return {
    operation: task.operation,
    ...(flowing.length > 0 && { input: flowing }),
    ...meaningful(request, options),
    ...nameToSend(request),
    ...Object.fromEntries(given),
    ...(task.timeoutMs !== undefined && { timeout: Math.ceil(task.timeoutMs / 1000) }),
    ...(task.ignoreError && { ignore_error: true }),
  };
}

/** `defaults`, and tasks of mixed files, give options that are for other pairs. */
function meaningful({ task, inputs }: ActionRequest, options: JsonObject): JsonObject {
  const formats = new Set(inputs.map(({ format }) => format));
  const given = options['input_format'] ?? (formats.size === 1 ? [...formats][0] : '');
  const to = options['output_format'];
  return applicableOptions(task.operation, options, {
    from: typeof given === 'string' && given !== '' ? canonicalFormat(given) : undefined,
    to: typeof to === 'string' ? canonicalFormat(to) : undefined,
  });
}

/** So that a file has the same name wherever it was made. */
function nameToSend(request: ActionRequest): JsonObject {
  const { operation } = request.task;
  if (operation.startsWith('export/') || operationSpecs[operation].options['filename'] === undefined)
    return {};
  const files = plannedFiles(request);
  const [file] = files ?? [];
  return files?.length === 1 && file !== undefined ? { filename: file.name } : {};
}

/** Names of tasks: letters, digits, `-` and `_`. */
class Names {
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  take(stem: string): string {
    for (;;) {
      const count = (this.#counts.get(stem) ?? 0) + 1;
      this.#counts.set(stem, count);
      const name = `${stem}-${count}`;
      if (this.#taken.has(name)) continue;
      this.#taken.add(name);
      return name;
    }
  }
}

/** What a fake CloudConvert keeps, and what its tasks do: texts from texts, in the order that jobs prescribe. */
import { randomUUID } from 'node:crypto';

export interface FakeFile {
  readonly filename: string;
  readonly text: string;
}

export interface FakeTask {
  readonly id: string;
  readonly name: string | undefined;
  readonly jobId: string | null;
  readonly body: Readonly<Record<string, unknown>>;
  readonly inputs: readonly string[];
  status: 'waiting' | 'processing' | 'finished' | 'error';
  code: string | null;
  message: string | null;
  percent: number;
  files: readonly FakeFile[];
}

export interface FakeJob {
  readonly id: string;
  readonly tag: string | null;
  readonly tasks: readonly FakeTask[];
}

/** What happens instead of, or after, the proper answer. */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  /** Nothing is done, and the line breaks. */
  | 'drop'
  /** It is done, and the line breaks. */
  | 'lose'
  /** Half of the file comes. */
  | 'truncate';

export class FakeState {
  url = 'http://127.0.0.1';
  readonly calls: string[] = [];
  readonly jobs: FakeJob[] = [];
  readonly tasks = new Map<string, FakeTask>();
  readonly deleted = new Set<string>();
  readonly uploads: string[] = [];
  readonly downloads: string[] = [];
  isHeld = false;
  /** The code with which a task fails; asked once for each that starts. */
  verdict: (body: Readonly<Record<string, unknown>>) => string | undefined = () => undefined;
  fault: (call: string, nth: number) => Fault | undefined = () => undefined;

  create(body: Readonly<Record<string, unknown>>): FakeJob {
    const id = randomUUID();
    const ids = new Map<string, string>();
    const given = Object.entries((body['tasks'] ?? {}) as Record<string, Record<string, unknown>>);
    for (const [name] of given) ids.set(name, randomUUID());
    const tasks = given.map(([name, task]): FakeTask => {
      const inputs = [task['input'] ?? [], task['image'] ?? []]
        .flat()
        .map((input) => ids.get(textOf(input)) ?? '');
      return newTask({ id: ids.get(name) ?? '', name, jobId: id, body: task, inputs });
    });
    const job = { id, tag: typeof body['tag'] === 'string' ? body['tag'] : null, tasks };
    this.jobs.push(job);
    for (const task of tasks) this.tasks.set(task.id, task);
    return job;
  }

  alone(body: Readonly<Record<string, unknown>>, operation: string): FakeTask {
    const inputs = [body['input'] ?? []].flat().map(textOf);
    const task = newTask({
      id: randomUUID(),
      name: undefined,
      jobId: null,
      body: { ...body, operation },
      inputs,
    });
    this.tasks.set(task.id, task);
    return task;
  }

  /** A job starts when all its uploads are there, or have failed. */
  run(): void {
    if (this.isHeld) return;
    for (const job of this.jobs) {
      const uploads = job.tasks.filter(({ body }) => body['operation'] === 'import/upload');
      if (uploads.some(({ status }) => status === 'waiting')) continue;
      for (let changed = true; changed;) changed = job.tasks.some((task) => this.#step(task));
    }
    for (const task of this.tasks.values()) if (task.jobId === null) this.#step(task);
  }

  #step(task: FakeTask): boolean {
    const before = task.inputs.map((id) => this.tasks.get(id));
    if (task.status !== 'waiting' || before.some((input) => input?.status === 'waiting')) return false;
    if (before.some((input) => input?.status === 'error' && input.body['ignore_error'] !== true)) {
      end(task, 'INPUT_TASK_FAILED', 'Input task has failed');
      return true;
    }
    const files = before.flatMap((input) => input?.files ?? []);
    const made = this.verdict(task.body) ?? convert(task.body, files);
    if (typeof made === 'string') end(task, made, `${made} happened`);
    else {
      task.files = made;
      task.status = 'finished';
    }
    return true;
  }
}

function convert(
  body: Readonly<Record<string, unknown>>,
  files: readonly FakeFile[],
): readonly FakeFile[] | string {
  const operation = textOf(body['operation']);
  const format = textOf(body['output_format']);
  const filename = body['filename'] === undefined ? undefined : textOf(body['filename']);
  const all = files.map(({ text }) => text).join('+');
  if (all.includes('broken')) return 'INVALID_FILE';
  switch (operation) {
    case 'import/url':
    case 'import/raw':
      return [{ filename: filename ?? 'unnamed', text: textOf(body['file'] ?? body['url']) }];
    case 'export/url':
    case 'export/s3':
      return files;
    case 'pdf/split-pages':
      return [1, 2, 3].flatMap((page) =>
        files.map((file) => ({
          filename: `${file.filename.replace(/\.\w+$/, '')}-${page}.pdf`,
          text: `${file.text} p${page}`,
        })),
      );
    case 'merge':
    case 'archive':
      return [{ filename: filename ?? `merged.${format}`, text: `${operation}(${all})` }];
    default:
      return files.map((file) => ({
        filename:
          filename ?? (format === '' ? file.filename : `${file.filename.replace(/\.\w+$/, '')}.${format}`),
        text: `${format === '' ? operation : format}(${file.text})`,
      }));
  }
}

const newTask = (task: Pick<FakeTask, 'id' | 'name' | 'jobId' | 'body' | 'inputs'>): FakeTask => ({
  ...task,
  status: 'waiting',
  code: null,
  message: null,
  percent: 100,
  files: [],
});

export function end(task: FakeTask, code: string, message: string | null): void {
  if (task.status === 'finished' || task.status === 'error') return;
  Object.assign(task, { status: 'error', code, message });
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

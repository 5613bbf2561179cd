/**
 * A CloudConvert job body, as JSON, written as a pipeline file in YAML. Nothing is changed but the form: the same
 * tasks with the same names and options. Also takes the answer of CloudConvert's API when it holds the tasks' options.
 */
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { Document, isMap, isScalar } from 'yaml';
import type { UsageError } from '../parse-arguments.ts';

export function importJob(text: string, name: string): Result<string, UsageError> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return err({ message: `${name} is not JSON`, hint: why.replaceAll(/\s+/g, ' ') });
  }
  const job = isRecord(body) && isRecord(body['data']) ? body['data'] : body;
  if (!isRecord(job) || job['tasks'] === undefined) {
    return err({
      message: `${name} is not a CloudConvert job: it has no "tasks"`,
      hint: 'give the body of POST /v2/jobs',
    });
  }
  const tasks = Array.isArray(job['tasks']) ? tasksOfList(job['tasks']) : job['tasks'];
  if (!isRecord(tasks)) {
    return err({
      message: `${name} holds tasks without their options`,
      hint: 'give the body of POST /v2/jobs, or an answer of the API that was asked for with include=payload',
    });
  }
  const { tag, webhook_url: webhookUrl } = job;
  const kept = {
    ...(tag == null ? {} : { tag }),
    ...(webhookUrl == null ? {} : { webhook_url: webhookUrl }),
    tasks,
  };
  return ok(toYaml(kept));
}

/** `[{name, operation, …}]`; in an answer of the API, the options stand in `payload`. */
function tasksOfList(list: readonly unknown[]): Record<string, unknown> | undefined {
  const tasks: [string, unknown][] = [];
  for (const task of list) {
    if (!isRecord(task)) return undefined;
    const { name, payload, ...options } = task;
    const isAnswer = 'status' in options;
    const body = isAnswer ? payload : { ...options, ...(payload === undefined ? {} : { payload }) };
    if (typeof name !== 'string' || !isRecord(body)) return undefined;
    tasks.push([name, isAnswer ? { operation: options['operation'], ...body } : body]);
  }
  return Object.fromEntries(tasks);
}

function toYaml(job: object): string {
  const document = new Document(job, { aliasDuplicateObjects: false });
  document.commentBefore = ' Imported from a CloudConvert job: the same tasks, the same options.';
  const tasks = document.get('tasks', true);
  for (const [index, pair] of (isMap(tasks) ? tasks.items : []).entries()) {
    if (!isScalar(pair.key)) continue;
    pair.key.spaceBefore = index > 0;
    if (isMap(pair.value) && pair.value.get('operation') === 'import/upload') {
      pair.key.commentBefore =
        ' Nobody uploads here. To take a file of this machine: operation: import/local, path: file.docx';
    }
  }
  return document.toString({ lineWidth: 0 });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

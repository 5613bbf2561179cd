/** What the API answers with, and what jobs and webhooks are made of, as JSON Schemas. */
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { webhookEvents } from '../webhook-store.ts';

const text: JsonObject = { type: 'string' };
const whole: JsonObject = { type: 'integer' };
const flag: JsonObject = { type: 'boolean' };
const id: JsonObject = { type: 'string', format: 'uuid' };
const url: JsonObject = { type: 'string', format: 'uri' };
const date: JsonObject = { type: 'string', format: 'date-time' };
const status: JsonObject = { type: 'string', enum: ['waiting', 'processing', 'finished', 'error'] };
const links = object({ self: url });

const orNull = (schema: JsonObject): JsonObject => ({
  ...schema,
  type: [schema['type'] ?? 'object', 'null'],
});
const reference = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const list = (items: JsonValue): JsonObject => ({ type: 'array', items });

/** All are there, unless `optional` says so. */
function object(properties: JsonObject, optional: readonly string[] = []): JsonObject {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

const task = object(
  {
    id,
    name: { ...text, description: 'Only of a task inside a job.' },
    job_id: orNull(id),
    status,
    credits: orNull(whole),
    code: orNull(text),
    message: orNull(text),
    percent: { type: 'integer', minimum: 0, maximum: 100 },
    operation: text,
    engine: orNull(text),
    engine_version: orNull(text),
    payload: { type: 'object', description: 'With `include=payload`.' },
    result: { anyOf: [reference('Result'), { type: 'null' }] },
    created_at: date,
    started_at: orNull(date),
    ended_at: orNull(date),
    retry_of_task_id: orNull(id),
    copy_of_task_id: orNull(id),
    user_id: whole,
    priority: whole,
    host_name: orNull(text),
    storage: orNull(text),
    region: text,
    retries: list(text),
    depends_on_task_ids: list(id),
    depends_on_tasks: list(reference('Task')),
    job: { anyOf: [reference('Job'), { type: 'null' }] },
    links,
  },
  [
    'name',
    'engine',
    'engine_version',
    'payload',
    'retries',
    'depends_on_task_ids',
    'depends_on_tasks',
    'job',
  ],
);

export const resourceSchemas: JsonObject = {
  NewJob: object(
    {
      tasks: {
        type: 'object',
        description: 'By name: letters, digits, `-` and `_`.',
        additionalProperties: {
          allOf: [reference('NewTask'), { type: 'object', required: ['operation'] }],
        },
        minProperties: 1,
        propertyNames: { pattern: '^[A-Za-z0-9_-]+$' },
      },
      tag: { ...orNull(text), description: 'Free text, to find the job by.' },
      webhook_url: { ...orNull(url), description: 'Told when this job has finished or failed.' },
      redirect: { ...flag, description: 'Below `/sync`: answer with a redirect to the exported file.' },
    },
    ['tag', 'webhook_url', 'redirect'],
  ),
  Job: object(
    {
      id,
      tag: orNull(text),
      status,
      created_at: date,
      started_at: orNull(date),
      ended_at: orNull(date),
      tasks: list(reference('Task')),
      links,
    },
    ['tasks'],
  ),
  Task: task,
  Result: object(
    {
      files: list(reference('File')),
      form: reference('UploadForm'),
      metadata: { type: 'object' },
      output: text,
    },
    ['files', 'form', 'metadata', 'output'],
  ),
  File: object({ filename: text, dir: text, size: whole, url }, ['dir', 'size', 'url']),
  UploadForm: {
    ...object({ url, parameters: { type: 'object', additionalProperties: text } }),
    description: 'Post the parameters as multipart/form-data, and the file behind them as `file`.',
  },
  Operation: object({
    operation: text,
    input_format: orNull(text),
    output_format: orNull(text),
    engine: text,
    credits: whole,
    meta: object({ group: text }),
    options: orNull(list({ type: 'object' })),
    engine_versions: orNull(list({ type: 'object' })),
    deprecated: flag,
    experimental: flag,
  }),
  User: object({
    id: whole,
    username: text,
    email: text,
    created_at: date,
    credits: whole,
    paying: flag,
    task_priority: orNull(whole),
    tasks_per_minute: orNull(whole),
    links,
  }),
  NewWebhook: object({ url, events: { ...list({ enum: webhookEvents }), minItems: 1 } }),
  Webhook: object({
    id: whole,
    url,
    disabled: flag,
    events: list({ enum: webhookEvents }),
    failing: flag,
    signing_secret: text,
    created_at: date,
    updated_at: date,
    links,
  }),
  PageLinks: object({ first: url, last: orNull(url), prev: orNull(url), next: orNull(url) }),
  PageMeta: object({
    current_page: whole,
    from: orNull(whole),
    path: url,
    per_page: whole,
    to: orNull(whole),
  }),
  Error: object(
    {
      message: text,
      code: text,
      errors: { type: 'object', additionalProperties: list(text), description: 'By field.' },
    },
    ['errors'],
  ),
};

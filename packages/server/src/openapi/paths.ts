/** The paths of the document that are the same whatever the operations are. */
import type { JsonObject } from '@pipeline/schema';
import { data, idOf, making, operation, page, query, reference } from './describe-operation.ts';

const paging = [
  query('per_page', 'How many there are on a page.', { type: 'integer', minimum: 1, default: 100 }),
  query('page', 'Which page.', { type: 'integer', minimum: 1, default: 1 }),
];

const status = { type: 'string', enum: ['waiting', 'processing', 'finished', 'error'] } as const;

export const jobPaths: JsonObject = {
  '/jobs': {
    post: operation({
      tag: 'jobs',
      id: 'createJob',
      summary: 'Make a job. It starts at once.',
      status: 201,
      body: reference('NewJob'),
      content: data(reference('Job')),
      errors: making,
    }),
    get: operation({
      tag: 'jobs',
      id: 'listJobs',
      summary: 'List jobs, the newest first.',
      status: 200,
      parameters: [
        query('filter[status]', 'Only those of this status.', status),
        query('filter[tag]', 'Only those with this tag.'),
        query('include', '`tasks`: with the tasks of each.'),
        ...paging,
      ],
      content: page('Job'),
    }),
  },
  '/jobs/{id}': {
    get: operation({
      tag: 'jobs',
      id: 'showJob',
      summary: 'Show a job and its tasks.',
      status: 200,
      parameters: [
        idOf('job'),
        query('redirect', 'Answer with a redirect to the exported file.', { type: 'boolean' }),
      ],
      content: data(reference('Job')),
      errors: ['404'],
    }),
    delete: operation({
      tag: 'jobs',
      id: 'deleteJob',
      summary: 'Stop a job, and delete it with its tasks and files.',
      status: 204,
      parameters: [idOf('job')],
      errors: ['404'],
    }),
  },
  '/jobs/{id}/wait': {
    get: operation({
      tag: 'jobs',
      id: 'waitForJob',
      summary: 'Show a job as soon as it has ended.',
      status: 200,
      parameters: [idOf('job')],
      content: data(reference('Job')),
      errors: ['404'],
    }),
  },
};

export const taskPaths: JsonObject = {
  '/tasks': {
    get: operation({
      tag: 'tasks',
      id: 'listTasks',
      summary: 'List tasks, the newest first.',
      status: 200,
      parameters: [
        query('filter[job_id]', 'Only those of this job.'),
        query('filter[status]', 'Only those of this status.', status),
        query('filter[operation]', 'Only those of this operation.'),
        query('include', 'More of each, by commas: `retries`, `depends_on_tasks`, `payload`, `job`.'),
        ...paging,
      ],
      content: page('Task'),
    }),
  },
  '/tasks/{id}': {
    get: operation({
      tag: 'tasks',
      id: 'showTask',
      summary: 'Show a task.',
      status: 200,
      parameters: [
        idOf('task'),
        query('include', 'More of it, by commas: `retries`, `depends_on_tasks`, `payload`, `job`.'),
      ],
      content: data(reference('Task')),
      errors: ['404'],
    }),
    delete: operation({
      tag: 'tasks',
      id: 'deleteTask',
      summary: 'Stop a task, and delete it with its files.',
      status: 204,
      parameters: [idOf('task')],
      errors: ['404'],
    }),
  },
  '/tasks/{id}/wait': {
    get: operation({
      tag: 'tasks',
      id: 'waitForTask',
      summary: 'Show a task as soon as it has ended.',
      status: 200,
      parameters: [idOf('task')],
      content: data(reference('Task')),
      errors: ['404'],
    }),
  },
  '/tasks/{id}/cancel': {
    post: operation({
      tag: 'tasks',
      id: 'cancelTask',
      summary: 'Stop a task that waits or runs.',
      status: 200,
      parameters: [idOf('task')],
      content: data(reference('Task')),
      errors: ['404', '422'],
    }),
  },
  '/tasks/{id}/retry': {
    post: operation({
      tag: 'tasks',
      id: 'retryTask',
      summary: 'Do a task once more, as a new task.',
      status: 201,
      parameters: [idOf('task')],
      content: data(reference('Task')),
      errors: ['404', ...making],
    }),
  },
};

export const otherPaths: JsonObject = {
  '/operations': {
    get: operation({
      tag: 'operations',
      id: 'listOperations',
      summary: 'List what can be done here: by which engine, with which options.',
      status: 200,
      isPublic: true,
      parameters: [
        ...['operation', 'input_format', 'output_format', 'engine', 'engine_version'].map((name) =>
          query(`filter[${name}]`, 'Only entries with this value.'),
        ),
        query('include', 'More of each, by commas: `options`, `engine_versions`.'),
        query('alternatives', 'With engines that are not taken by themselves.', { type: 'boolean' }),
      ],
      content: data({ type: 'array', items: reference('Operation') }),
    }),
  },
  '/users/me': {
    get: operation({
      tag: 'users',
      id: 'showUser',
      summary: 'Show whose key it is.',
      status: 200,
      content: data(reference('User')),
    }),
  },
  '/users/me/webhooks': {
    get: operation({
      tag: 'webhooks',
      id: 'listWebhooks',
      summary: 'List webhooks.',
      status: 200,
      parameters: [query('filter[url]', 'Only those with this address.'), ...paging],
      content: page('Webhook'),
    }),
  },
  '/webhooks': {
    post: operation({
      tag: 'webhooks',
      id: 'createWebhook',
      summary: 'Make a webhook.',
      status: 201,
      body: reference('NewWebhook'),
      content: data(reference('Webhook')),
      errors: ['422'],
    }),
  },
  '/webhooks/{id}': {
    delete: operation({
      tag: 'webhooks',
      id: 'deleteWebhook',
      summary: 'Delete a webhook.',
      status: 204,
      parameters: [idOf('webhook', { type: 'integer' })],
      errors: ['404'],
    }),
  },
};

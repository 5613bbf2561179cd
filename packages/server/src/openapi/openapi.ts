/**
 * The API as an OpenAPI 3.1 document, for client generators and for people. What a task takes comes from the specs that
 * tasks are checked by, so that the two cannot disagree. It knows no request.
 */
import type { JsonObject } from '@pipeline/schema';
import { operationSpecs } from '@pipeline/schema';
import { data, errors, making, operation, reference } from './describe-operation.ts';
import { jobPaths, otherPaths, taskPaths } from './paths.ts';
import { resourceSchemas } from './resource-schemas.ts';
import { taskSchema, taskSchemaName } from './task-schemas.ts';
import type { OfferedOperation } from './task-schemas.ts';

export interface ApiDescription {
  readonly version: string;
  /** Absent: the address that the document came from. */
  readonly publicUrl?: string;
  /** Without keys everybody is let in. */
  readonly hasKeys: boolean;
  readonly isOffered: OfferedOperation;
}

export function openApi({ version, publicUrl = '', hasKeys, isOffered }: ApiDescription): JsonObject {
  const operations = Object.values(operationSpecs).filter(({ name }) => isOffered(name));
  const key = [{ key: [] }];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pipeline',
      version,
      summary: "CloudConvert's API v2, served by Pipeline.",
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      { url: `${publicUrl}/v2`, description: 'Answers at once.' },
      { url: `${publicUrl}/sync/v2`, description: 'Jobs and tasks answer when they have ended.' },
    ],
    security: hasKeys ? key : [{}, ...key],
    tags: ['jobs', 'tasks', 'operations', 'users', 'webhooks'].map((name) => ({ name })),
    paths: {
      ...jobPaths,
      ...taskPaths,
      ...Object.fromEntries(operations.map((spec) => [`/${spec.name}`, { post: createTask(spec) }])),
      ...otherPaths,
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: {
        ...resourceSchemas,
        NewTask: {
          description: 'A task of a job: one of the operations, and its options.',
          oneOf: operations.map((spec) => reference(taskSchemaName(spec))),
        },
        ...Object.fromEntries(operations.map((spec) => [taskSchemaName(spec), taskSchema(spec)])),
      },
      responses: errors,
    },
  };
}

function createTask(spec: (typeof operationSpecs)[keyof typeof operationSpecs]): JsonObject {
  return operation({
    tag: 'operations',
    id: taskSchemaName(spec).replace(/^Task/, 'create'),
    summary: spec.summary,
    status: 201,
    body: reference(taskSchemaName(spec)),
    content: data(reference('Task')),
    errors: making,
  });
}

/** What the body of a task is, by operation: its options as they are checked, and the keys that every task has. */
import type { JsonObject, OperationName, OperationSpec, OptionSpec } from '@pipeline/schema';

export type OfferedOperation = (operation: OperationName) => boolean;

/** `pdf/split-pages` → `TaskPdfSplitPages` */
export const taskSchemaName = ({ name }: OperationSpec): string =>
  `Task${name
    .split(/[/-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}`;

export function taskSchema(spec: OperationSpec): JsonObject {
  const { name, role, options, required, oneOf = [], alias, summary } = spec;
  const takesFiles = role !== 'import' && name !== 'capture-website';
  const groups = oneOf.map((group) => ({ oneOf: group.map((key) => ({ required: [key] })) }));
  return {
    type: 'object',
    description: summary,
    properties: {
      operation: alias === undefined ? { const: name } : { enum: [name, alias] },
      ...(takesFiles && { input: inputSchema }),
      ...Object.fromEntries(Object.entries(options).map(([option, one]) => [option, optionSchema(one)])),
      timeout: { type: 'integer', minimum: 1, description: 'Stop it after this many seconds.' },
      ignore_error: { type: 'boolean', description: 'What depends on it, and the job, go on without it.' },
    },
    required: [...(takesFiles ? ['input'] : []), ...required],
    ...(groups.length > 0 && { allOf: groups }),
    examples: [spec.example],
  };
}

const inputSchema: JsonObject = {
  description: 'Names (in a job) or ids of the tasks whose files it takes.',
  type: ['string', 'array'],
  items: { type: 'string' },
};

function optionSchema({ schema, isCredential, ...spec }: OptionSpec): JsonObject {
  return {
    ...schema,
    ...(spec.default !== undefined && { default: spec.default }),
    ...(isCredential === true && schema['type'] === 'string' && { format: 'password' }),
  };
}

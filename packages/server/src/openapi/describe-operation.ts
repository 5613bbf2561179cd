/** The pieces that paths of the document are made of: an operation with its parameters, its body and its answers. */
import type { JsonObject } from '@pipeline/schema';

export const reference = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** Kept short: what can go wrong anywhere. */
export const errors: JsonObject = Object.fromEntries(
  Object.entries({
    Unauthenticated: 'No key, or one that is not known.',
    Forbidden: 'The key lacks the scope.',
    NotFound: 'There is no such thing, or it belongs to somebody else.',
    Invalid: 'The body or its options are wrong; `errors` says which, and why.',
    TooMany: 'Too many jobs at once (402), or made in a minute (429).',
  }).map(([name, description]) => [name, { description, ...json(reference('Error')) }]),
);

function json(schema: JsonObject): JsonObject {
  return { content: { 'application/json': { schema } } };
}

export const data = (schema: JsonObject): JsonObject =>
  json({ type: 'object', properties: { data: schema }, required: ['data'] });

/** CloudConvert's simple pages: whether there are more is said, how many is not. */
export const page = (name: string): JsonObject =>
  json({
    type: 'object',
    properties: {
      data: { type: 'array', items: reference(name) },
      links: reference('PageLinks'),
      meta: reference('PageMeta'),
    },
    required: ['data', 'links', 'meta'],
  });

interface Described {
  readonly tag: string;
  readonly id: string;
  readonly summary: string;
  readonly status: 200 | 201 | 204;
  readonly content?: JsonObject;
  readonly body?: JsonObject;
  readonly parameters?: readonly JsonObject[];
  /** Beside 401 and 403. */
  readonly errors?: readonly ('404' | '422' | '402' | '429')[];
  /** Nobody needs a key. */
  readonly isPublic?: true;
}

const errorNames = { '404': 'NotFound', '422': 'Invalid', '402': 'TooMany', '429': 'TooMany' } as const;

export function operation(about: Described): JsonObject {
  const failures = (about.errors ?? []).map((status) => [status, errorNames[status]]);
  const refusals =
    about.isPublic === true
      ? []
      : [
          ['401', 'Unauthenticated'],
          ['403', 'Forbidden'],
        ];
  return {
    tags: [about.tag],
    operationId: about.id,
    summary: about.summary,
    ...(about.isPublic === true && { security: [] }),
    ...(about.parameters !== undefined && { parameters: about.parameters }),
    ...(about.body !== undefined && { requestBody: { required: true, ...json(about.body) } }),
    responses: {
      [about.status]: { description: about.status === 204 ? 'Done.' : 'As asked.', ...about.content },
      ...Object.fromEntries(
        [...refusals, ...failures].map(([status, name]) => [
          status,
          { $ref: `#/components/responses/${name}` },
        ]),
      ),
    },
  };
}

/** What making something can be answered with. */
export const making = ['422', '402', '429'] as const;

export const query = (
  name: string,
  description: string,
  schema: JsonObject = { type: 'string' },
): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

export const idOf = (what: string, schema: JsonObject = { type: 'string' }): JsonObject => ({
  name: 'id',
  in: 'path',
  required: true,
  description: `Of the ${what}.`,
  schema,
});

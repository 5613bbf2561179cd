/** The OpenAPI document: sound by the meta schema of 3.1, true of the routes, and of what they answer. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { operationNames, operationSpecs } from '@pipeline/schema';
import type { JsonObject } from '@pipeline/schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { openApi } from '../../src/openapi/openapi.ts';
import { aServer } from './a-server.ts';

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonObject>> };
  readonly [key: string]: unknown;
}

async function documentOf(server: Awaited<ReturnType<typeof aServer>>['server']): Promise<Document> {
  const answer = await server.app.inject('/openapi.json');
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  return answer.json();
}

function checkerOf(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: document.components });
  return (name: string, value: unknown) => {
    const validate = ajv.getSchema(`api#/components/schemas/${name}`);
    return validate?.(value) === true ? [] : (validate?.errors ?? ['no such schema']);
  };
}

describe('the document', () => {
  test('holds to the meta schema, and all its references lead somewhere', async () => {
    const { server } = await aServer();
    const document = await documentOf(server);
    const validator = new Validator();
    const checked = await validator.validate(structuredClone(document));
    expect(checked.errors ?? []).toEqual([]);
    expect([checked.valid, validator.version]).toEqual([true, '3.1']);
    const text = JSON.stringify(document);
    for (const [, kind = '', name = ''] of text.matchAll(/"#\/components\/(\w+)\/(\w+)"/g)) {
      expect(Object.keys(Object(Object(document.components)[kind])), name).toContain(name);
    }
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('every path in it is one of the server', async () => {
    const { server } = await aServer({ allow: { localFiles: true, command: true } });
    const { paths } = await documentOf(server);
    const missing = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).flatMap((method) =>
        ['/v2', '/sync/v2'].flatMap((prefix) => {
          const url = `${prefix}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
          const name = method === 'get' ? 'GET' : method === 'post' ? 'POST' : 'DELETE';
          return server.app.hasRoute({ method: name, url }) ? [] : [`${name} ${url}`];
        }),
      ),
    );
    expect(missing).toEqual([]);
    for (const name of operationNames) expect(paths).toHaveProperty([`/${name}`]);
  });

  test('what the owner switched off is not in it; keys are asked for when there are some', () => {
    const about = { version: '1', hasKeys: true, isOffered: (name: string) => name !== 'command' };
    const document = openApi({ ...about, publicUrl: 'https://convert.example.com' });
    expect(document['paths']).not.toHaveProperty(['/command']);
    expect(document['security']).toEqual([{ key: [] }]);
    expect(document['servers']).toMatchObject([
      { url: 'https://convert.example.com/v2' },
      { url: 'https://convert.example.com/sync/v2' },
    ]);
  });

  test('the example of every operation is a body of it, and mistakes are none', async () => {
    const { server } = await aServer({ allow: { localFiles: true, command: true } });
    const check = checkerOf(await documentOf(server));
    for (const { name, example } of Object.values(operationSpecs)) {
      const schema = `Task${name.replaceAll(/(^|[/-])(\w)/g, (_, __, letter: string) => letter.toUpperCase())}`;
      expect(check(schema, example), name).toEqual([]);
      expect(check('NewJob', { tasks: { one: example } }), name).toEqual([]);
    }
    expect(check('TaskConvert', { operation: 'convert', input: 'a' })).not.toEqual([]);
    expect(check('TaskConvert', { input: 'a', output_format: 'pdf', width: 'wide' })).not.toEqual([]);
    expect(
      check('TaskImportS3', { bucket: 'b', region: 'r', access_key_id: 'a', secret_access_key: 's' }),
    ).not.toEqual([]);
    expect(check('NewJob', { tasks: {} })).not.toEqual([]);
    expect(check('NewJob', { tasks: { one: { operation: 'no-such' } } })).not.toEqual([]);
  });

  test('answers of the server are what it says', async () => {
    const { server } = await aServer({
      catalogue: async () => [
        {
          operation: 'convert',
          input_format: 'md',
          output_format: 'pdf',
          engine: 'pandoc',
          credits: 0,
          meta: { group: 'document' },
          options: [],
          engine_versions: [],
          deprecated: false,
          experimental: false,
          isAlternative: false,
        },
      ],
    });
    const check = checkerOf(await documentOf(server));
    const { app } = server;
    const tasks = { up: { operation: 'import/upload' }, out: { operation: 'export/url', input: 'up' } };
    const made = await app.inject({ method: 'POST', url: '/v2/jobs', payload: { tasks, tag: 'a' } });
    expect(made.statusCode).toBe(201);
    const { data: job } = made.json();
    expect(check('Job', job)).toEqual([]);
    const all = 'include=retries,depends_on_tasks,payload,job';
    const task = (await app.inject(`/v2/tasks/${job.tasks[1].id}?${all}`)).json().data;
    expect(task).toHaveProperty('depends_on_tasks');
    expect(check('Task', task)).toEqual([]);
    const page = (await app.inject('/v2/jobs')).json();
    expect([
      check('Job', page.data[0]),
      check('PageLinks', page.links),
      check('PageMeta', page.meta),
    ]).toEqual([[], [], []]);
    expect(check('User', (await app.inject('/v2/users/me')).json().data)).toEqual([]);
    const payload = { url: 'https://example.com/hook', events: ['job.finished'] };
    const hook = (await app.inject({ method: 'POST', url: '/v2/webhooks', payload })).json().data;
    expect(check('Webhook', hook)).toEqual([]);
    expect(check('Operation', (await app.inject('/v2/operations')).json().data[0])).toEqual([]);
    const wrong = await app.inject({ method: 'POST', url: '/v2/jobs', payload: {} });
    expect([wrong.statusCode, check('Error', wrong.json())]).toEqual([422, []]);
  });
});

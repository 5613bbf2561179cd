/** What can be converted: filters, includes, alternatives; and the account’s webhooks and its user. */
import { describe, expect, test } from 'vitest';
import type { CatalogueEntry } from '../../src/server-options.ts';
import { startApi, testKey } from './api.ts';

function entry(changes: Partial<CatalogueEntry>): CatalogueEntry {
  return {
    operation: 'convert',
    input_format: 'docx',
    output_format: 'pdf',
    engine: 'libreoffice',
    credits: 1,
    meta: { group: 'document' },
    options: [{ name: 'pages', type: 'string', default: null, possible_values: null }],
    engine_versions: [
      { version: '7.1', default: true, latest: true, deprecated: false, experimental: false },
    ],
    deprecated: false,
    experimental: false,
    isAlternative: false,
    ...changes,
  };
}

const catalogue = [
  entry({}),
  entry({ engine: 'pandoc', isAlternative: true, engine_versions: [{ version: '3.1' }] }),
  entry({ input_format: 'md', engine: 'pandoc' }),
  entry({
    operation: 'import/azure/blob',
    input_format: null,
    output_format: null,
    engine: 'azure',
    meta: { group: 'other' },
  }),
];

describe('GET /v2/operations', () => {
  const list = async (query: string, path = '/v2/operations') => {
    const api = await startApi({ catalogue, keys: [testKey('ann', 1)] });
    const answer = await api.get(`${path}?${query}`);
    expect([answer.statusCode, Object.keys(answer.json())]).toEqual([200, ['data']]);
    return answer.json().data;
  };
  const engines = async (query: string, path?: string) =>
    (await list(query, path)).map(({ input_format, engine }: CatalogueEntry) => `${input_format} ${engine}`);

  test('nobody needs a key; the keys are in CloudConvert’s order; options are null unless asked for', async () => {
    expect((await list(''))[0]).toEqual({
      ...entry({}),
      options: null,
      engine_versions: null,
      isAlternative: undefined,
    });
    expect(Object.keys((await list(''))[0])).toEqual([
      'operation',
      'input_format',
      'output_format',
      'engine',
      'credits',
      'meta',
      'options',
      'engine_versions',
      'deprecated',
      'experimental',
    ]);
  });

  test.each([
    ['', ['docx libreoffice', 'md pandoc', 'null azure']],
    ['alternatives=true', ['docx libreoffice', 'docx pandoc', 'md pandoc', 'null azure']],
    ['filter[operation]=convert&filter[engine]=', ['docx libreoffice', 'md pandoc']],
    ['filter[operation]=import/azure-blob', ['null azure']],
    ['filter[input_format]=DOCX', ['docx libreoffice']],
    ['filter[output_format]=pdf&filter[input_format]=md', ['md pandoc']],
    ['filter[engine]=pandoc', ['docx pandoc', 'md pandoc']],
    ['filter[engine_version]=3.1&alternatives=true', ['docx pandoc']],
    ['filter[operation]=nothing', []],
  ])('%s', async (query, expected) => {
    expect(await engines(query)).toEqual(expected);
  });

  test('include=options, engine_versions or both', async () => {
    const [options] = await list('include=options');
    expect([options.options, options.engine_versions]).toEqual([entry({}).options, null]);
    const [versions] = await list('include=engine_versions');
    expect([versions.options, versions.engine_versions]).toEqual([null, entry({}).engine_versions]);
    const [both] = await list('include=options,engine_versions');
    expect([both.options, both.engine_versions]).toEqual([entry({}).options, entry({}).engine_versions]);
  });

  test('the old name lists conversions', async () => {
    expect(await engines('', '/v2/convert/formats')).toEqual(['docx libreoffice', 'md pandoc']);
    expect(await engines('filter[input_format]=md', '/sync/v2/convert/formats')).toEqual(['md pandoc']);
  });
});

describe('webhooks', () => {
  const as = (name: string) => ({
    headers: { authorization: `Bearer key-of-${name}`, 'content-type': 'application/json' },
  });
  const wanted = { url: 'https://example.org/hook', events: ['job.finished', 'job.created'] };

  test('made with a secret, listed by their owner only, deleted', async () => {
    const api = await startApi({ keys: [testKey('ann', 1), testKey('bob', 2)] });
    const made = await api.post('/v2/webhooks', wanted, as('ann'));
    expect([made.statusCode, Object.keys(made.json().data)]).toEqual([
      201,
      ['id', 'url', 'disabled', 'events', 'failing', 'signing_secret', 'created_at', 'updated_at', 'links'],
    ]);
    const { id, signing_secret: secret, links } = made.json().data;
    expect([typeof id, secret.length > 20, links.self]).toEqual([
      'number',
      true,
      `http://api.sandbox.cloudconvert.com/v2/webhooks/${id}`,
    ]);
    const list = async (name: string, query = '') =>
      (await api.get(`/v2/users/me/webhooks?${query}`, as(name))).json();
    expect((await list('ann')).data).toEqual([made.json().data]);
    expect((await list('ann')).meta.path).toBe('http://api.sandbox.cloudconvert.com/v2/users/me/webhooks');
    expect((await list('ann', 'filter[url]=https://elsewhere.org')).data).toEqual([]);
    expect((await list('ann', 'filter[url]=')).data).toHaveLength(1);
    expect((await list('bob')).data).toEqual([]);
    expect((await api.remove(`/v2/webhooks/${id}`, as('bob'))).statusCode).toBe(404);
    expect((await api.remove('/v2/webhooks/nothing', as('ann'))).statusCode).toBe(404);
    expect((await api.remove(`/v2/webhooks/${id}`, as('ann'))).statusCode).toBe(204);
    expect((await list('ann')).data).toEqual([]);
  });

  test.each<[object, object]>([
    [{}, { url: [expect.any(String)], events: [expect.any(String)] }],
    [{ ...wanted, url: 'javascript:alert(1)' }, { url: ['The url must be an http or https URL.'] }],
    [
      { ...wanted, events: [] },
      { events: [expect.stringContaining('job.created, job.finished, job.failed')] },
    ],
    [{ ...wanted, events: ['job.exploded'] }, { events: [expect.any(String)] }],
    [{ ...wanted, events: 'job.finished' }, { events: [expect.any(String)] }],
  ])('refused: %j', async (body, errors) => {
    const api = await startApi();
    const answer = await api.post('/v2/webhooks', body);
    expect([answer.statusCode, answer.json().code, answer.json().errors]).toEqual([
      422,
      'INVALID_DATA',
      errors,
    ]);
  });
});

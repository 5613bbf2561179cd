/** Whatever strangers send: the documented answer, nothing that crashes, nothing kept. */
import { describe, expect, test, vi } from 'vitest';
import { startApi, type Api } from './api.ts';

const raw = { operation: 'import/raw', file: 'a', filename: 'a.txt' };

/** Nothing was stored, and it still answers. */
async function isUnharmed(api: Api, before: readonly string[]): Promise<void> {
  expect([...api.store.jobs(1), ...api.store.tasks(1)]).toEqual([]);
  expect(api.onDisk()).toEqual(before);
  expect((await api.get('/v2/users/me')).statusCode).toBe(200);
  expect(api.logged).toEqual([]);
}

async function refusal(api: Api, body: unknown) {
  const before = api.onDisk();
  const answer = await api.post('/v2/jobs', body);
  await isUnharmed(api, before);
  return answer;
}

describe('what is no job', () => {
  const invalid = (errors: object) => ({
    message: 'The given data was invalid.',
    code: 'INVALID_DATA',
    errors,
  });

  test.each<[string, unknown, object]>([
    ['nothing', '', { tasks: ['The tasks field is required.'] }],
    ['an empty object', {}, { tasks: ['The tasks field is required.'] }],
    ['no task', { tasks: {} }, { tasks: ['The tasks field is required.'] }],
    ['an empty list', { tasks: [] }, { tasks: ['The tasks field is required.'] }],
    ['a list', [], { tasks: ['The tasks field is required.'] }],
    ['a text', '"tasks"', { tasks: ['The tasks field is required.'] }],
    ['null', 'null', { tasks: ['The tasks field is required.'] }],
    ['tasks as a text', { tasks: 'a' }, { tasks: ['The tasks must be an object: name → task.'] }],
    ['a task as a text', { tasks: { a: 'convert' } }, { 'tasks.a': ['The task must be an object.'] }],
    ['a task that is null', { tasks: { a: null } }, { 'tasks.a': ['The task must be an object.'] }],
    ['no operation', { tasks: { a: {} } }, { 'tasks.a.operation': ['The operation field is required.'] }],
    [
      'an unknown operation',
      { tasks: { a: { operation: 'import/urls' } } },
      { 'tasks.a.operation': ['The selected operation is invalid. Did you mean "import/url"?'] },
    ],
    [
      'an operation of an object',
      { tasks: { a: { operation: 'constructor' } } },
      { 'tasks.a.operation': ['The selected operation is invalid.'] },
    ],
    [
      'an operation that is a list',
      { tasks: { a: { operation: ['convert'] } } },
      { 'tasks.a.operation': ['The operation field is required.'] },
    ],
    [
      'an unknown input',
      { tasks: { a: { operation: 'export/url', input: 'b' } } },
      { 'tasks.a.input': ['The task "b" does not exist.'] },
    ],
    [
      'an input of an object',
      { tasks: { a: { operation: 'export/url', input: 'toString' } } },
      { 'tasks.a.input': ['The task "toString" does not exist.'] },
    ],
    [
      'an input that is no name',
      { tasks: { a: { operation: 'export/url', input: [{ task: 'b' }] } } },
      { 'tasks.a.input': ['The input must be a task, or a list of tasks.'] },
    ],
    [
      'a picture of an unknown task',
      { tasks: { a: raw, b: { operation: 'watermark', input: 'a', image: 'logo' } } },
      { 'tasks.b.image': ['The task "logo" does not exist.'] },
    ],
    [
      'a circle of one',
      { tasks: { a: { operation: 'convert', input: 'a', output_format: 'pdf' } } },
      { tasks: ['The tasks depend on each other in a circle: a → a.'] },
    ],
    [
      'a circle of three',
      {
        tasks: {
          a: { operation: 'convert', input: 'c', output_format: 'pdf' },
          b: { operation: 'convert', input: 'a', output_format: 'pdf' },
          c: { operation: 'convert', input: 'b', output_format: 'pdf' },
        },
      },
      { tasks: [expect.stringMatching(/^The tasks depend on each other in a circle: \w → \w → \w → \w\.$/)] },
    ],
    [
      'missing options',
      { tasks: { a: { operation: 'import/url' }, b: { operation: 'convert', input: 'a' } } },
      {
        'tasks.a.url': ['The url field is required.'],
        'tasks.b.output_format': ['The output format field is required.'],
      },
    ],
    [
      'values of the wrong kind',
      {
        tasks: {
          a: {
            operation: 'thumbnail',
            output_format: 'png',
            width: 'wide',
            fit: 'huge',
            count: 0,
            timeout: 'soon',
          },
        },
      },
      {
        'tasks.a.width': ['The width must be a whole number of at least 1.'],
        'tasks.a.fit': ['The fit must be one of max, crop, scale.'],
        'tasks.a.count': ['The count must be a whole number of at least 1.'],
        'tasks.a.timeout': ['The timeout must be a whole number of seconds, at least 1.'],
      },
    ],
    [
      'a tag that is an object, and an address that is none',
      { tag: {}, webhook_url: 'file:///etc/passwd', tasks: { a: raw } },
      {
        tag: ['The tag must be a text of at most 1000 characters.'],
        webhook_url: ['The webhook url must be an http or https URL.'],
      },
    ],
    [
      'a redirect to nowhere',
      { redirect: true, tasks: { a: raw } },
      { redirect: ['A redirect needs an export/url task.'] },
    ],
    [
      'two tasks of one name',
      {
        tasks: [
          { ...raw, name: 'a' },
          { ...raw, name: 'a' },
        ],
      },
      { 'tasks.1.name': ['The name a is given twice.'] },
    ],
  ])('%s', async (_, body, errors) => {
    const api = await startApi();
    const answer = await refusal(api, body);
    expect([answer.statusCode, answer.json()]).toEqual([422, invalid(errors)]);
  });

  test.each(['', 'a b', '../../etc', 'a/b', 'ü', 'a\0b', '${{ a }}', 'x'.repeat(256), '<script>'])(
    'a task called %j',
    async (name) => {
      const api = await startApi();
      const answer = await refusal(api, { tasks: { [name]: raw } });
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors.tasks).toEqual([
        expect.stringMatching(/^The name ".*" may only have letters/s),
      ]);
    },
  );

  test.each([
    '../../../etc/passwd',
    '/etc/passwd',
    String.raw`..\..\windows\system32`,
    '..',
    '.',
    'a/../b',
    'a\0.txt',
    'a\nb.txt',
    `${'x'.repeat(260)}.txt`,
  ])('a file called %j', async (filename) => {
    const api = await startApi();
    const answer = await refusal(api, { tasks: { a: { ...raw, filename } } });
    expect([answer.statusCode, answer.json().errors]).toEqual([
      422,
      { 'tasks.a.filename': ['The filename must be the name of a file, without any folder.'] },
    ]);
  });

  test('10,000 tasks', async () => {
    const api = await startApi({ limits: { bodyBytes: 10_000_000 } });
    const names = Array.from({ length: 10_000 }, (_, index) => [`t${index}`, raw]);
    const answer = await refusal(api, { tasks: Object.fromEntries(names) });
    expect([answer.statusCode, answer.json().errors]).toEqual([
      422,
      { tasks: ['The tasks may not have more than 100 items.'] },
    ]);
  });

  test('a circle of 10,000, where so many are allowed', async () => {
    const api = await startApi({ limits: { bodyBytes: 10_000_000, tasksPerJob: 10_000 } });
    const names = Array.from({ length: 10_000 }, (_, index) => [
      `t${index}`,
      { operation: 'convert', output_format: 'pdf', input: `t${(index + 1) % 10_000}` },
    ]);
    const answer = await refusal(api, { tasks: Object.fromEntries(names) });
    expect([answer.statusCode, Object.keys(answer.json().errors)]).toEqual([422, ['tasks']]);
    expect(answer.body.length).toBeLessThan(2000);
  });

  test('a mistake in each of 1,000 tasks makes no endless answer', async () => {
    const api = await startApi({ limits: { tasksPerJob: 1000 } });
    const names = Array.from({ length: 1000 }, (_, index) => [`t${index}`, { operation: 'x'.repeat(200) }]);
    const answer = await refusal(api, { tasks: Object.fromEntries(names) });
    expect([answer.statusCode, Object.keys(answer.json().errors).length]).toEqual([422, 50]);
  });
});

describe('what is no JSON', () => {
  test.each([
    ['half of it', '{"tasks": {'],
    ['another language', '<tasks/>'],
    [
      'a key that reaches the prototype',
      '{"tasks": {"a": {"operation": "import/raw", "__proto__": {"isAdmin": true}}}}',
    ],
    ['a key that reaches the prototype, in other letters', String.raw`{"\u005f_proto__": {"tasks": {}}}`],
    ['a constructor with a prototype', '{"tasks": {"constructor": {"prototype": {"a": 1}}}}'],
  ])('%s', async (_, body) => {
    const api = await startApi();
    const answer = await refusal(api, body);
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      { message: expect.stringMatching(/^The body is not valid JSON: /), code: 'INVALID_DATA' },
    ]);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });

  test.each([
    ['lists', 100, ['[', ']']],
    ['lists, without an end of them', 200_000, ['[', ']']],
    ['maps', 100_000, ['{"a":', '}']],
  ])('%s inside each other', async (_, depth, [open = '', close = '']) => {
    const api = await startApi();
    const deep = `${open.repeat(depth)}${open === '[' ? '' : '1'}${close.repeat(depth)}`;
    const answer = await refusal(
      api,
      `{"tasks": {"a": {"operation": "import/raw", "file": "a", "filename": "b", "x": ${deep}}}}`,
    );
    expect([answer.statusCode, answer.json().errors]).toEqual([
      422,
      { body: ['The body may not nest more than 64 levels deep.'] },
    ]);
  });

  test('more than is allowed: 413', async () => {
    const api = await startApi({ limits: { bodyBytes: 10_000 } });
    const answer = await refusal(api, { tasks: { a: { ...raw, file: 'x'.repeat(20_000) } } });
    expect([answer.statusCode, answer.json()]).toEqual([
      413,
      { message: 'The request is larger than the server allows.', code: 'PAYLOAD_TOO_LARGE' },
    ]);
  });
});

test.each([
  '/',
  '/v2',
  '/v2/nothing',
  '/v2/import/nothing',
  '/v3/jobs',
  '/v2/jobs/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/v2/../../etc/passwd',
  '/v2/tasks/%00',
])('there is nothing at %s', async (path) => {
  const api = await startApi();
  const answer = await api.get(path);
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
});

test.each(['/v2/jobs/%E0%A4%A', '/v2/jobs/%zz'])('a path that is none: %s', async (path) => {
  const api = await startApi();
  const answer = await api.get(path);
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'INVALID_DATA']);
});

test('a fault of ours is told as one, and what it was is for the log', async () => {
  const api = await startApi();
  vi.spyOn(api.store, 'jobs').mockImplementation(() => {
    throw new Error('secret path /home/somebody');
  });
  const answer = await api.get('/v2/jobs');
  expect([answer.statusCode, answer.json()]).toEqual([
    500,
    { message: 'Server Error', code: 'SERVER_ERROR' },
  ]);
  expect(JSON.stringify(api.logged)).toContain('secret path');
});

/** What goes wrong between here and CloudConvert: no paid work is lost or done twice, and what will not pass is said. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeCloudConvert, startFake } from './fake-cloudconvert.ts';
import type { Fault } from './fake-state.ts';
import { errorsOf, journalOf, type Ran, runOn } from './run-on-fake.ts';

let fake: FakeCloudConvert;
beforeEach(async () => {
  fake = await startFake();
});
afterEach(() => fake.close());

const yaml = `
tasks:
  docs: { operation: import/local, path: '*.txt' }
  pdf: { operation: convert, input: docs, output_format: pdf }
  out: { operation: export/local, input: pdf, path: out }
`;
const files = { 'a.txt': 'a longer text that comes down in two pieces' };
const html = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** The given faults for the first calls of one kind, in order. */
const faults =
  (kind: string, ...list: readonly Fault[]): FakeCloudConvert['fault'] =>
  (call, nth) =>
    call === kind ? list[nth - 1] : undefined;

function expectDone(ran: Ran): void {
  expect(errorsOf(ran)).toEqual([]);
  expect(ran.outcome.exitCode).toBe(0);
  expect(ran.made['out/a.pdf']).toBe(`pdf(${files['a.txt']})`);
  expect(fake.jobs).toHaveLength(1);
  expect(ran.journal).toEqual([]);
}

test('a job whose answer is lost is looked up, not created again', async () => {
  fake.fault = faults('POST /v2/jobs', 'lose');
  expectDone(await runOn({ fake, yaml, files }));
  expect(fake.calls).toContain('GET /v2/jobs');
});

test('after a page of HTML with 502, and after a dropped line, it is looked up, and then created', async () => {
  fake.fault = faults(
    'POST /v2/jobs',
    { status: 502, headers: { 'content-type': 'text/html' }, body: html },
    'drop',
    { status: 200, headers: { 'content-type': 'text/html' }, body: html },
  );
  expectDone(await runOn({ fake, yaml, files }));
  expect(fake.calls.filter((call) => call === 'GET /v2/jobs')).toHaveLength(3);
});

test('limits are waited out: 429 as long as it says, 402 for too many jobs', async () => {
  const waits: string[] = [];
  fake.fault = faults(
    'POST /v2/jobs',
    { status: 429, headers: { 'retry-after': '7' }, body: '{"message":"Too Many Attempts."}' },
    { status: 402, body: '{"message":"You have started too many jobs at once"}' },
  );
  const ran = await runOn({
    fake,
    yaml,
    files,
    onEvent: (event) => {
      if (event.type === 'action.progress' && event.message !== undefined) waits.push(event.message);
    },
  });
  expectDone(ran);
  expect(waits).toContainEqual(expect.stringMatching(/Too Many Attempts.*trying again in [78] s/));
  expect(waits).toContainEqual(expect.stringContaining('no more jobs of this account at once'));
  // Neither was created: nothing to look for.
  expect(fake.calls).not.toContain('GET /v2/jobs');
});

test.each([
  [
    'an empty account',
    { status: 402, body: '{"message":"You have run out of minutes","code":"CREDITS_EXCEEDED"}' },
    'CREDITS_EXCEEDED',
  ],
  [
    'a wrong key',
    { status: 401, body: '{"message":"Unauthenticated.","code":"UNAUTHENTICATED"}' },
    'UNAUTHENTICATED',
  ],
  ['a key without the scope', { status: 403, body: '{"message":"Invalid scope"}' }, 'FORBIDDEN'],
])('%s ends the run with exit 4 and what to do', async (_, fault, code) => {
  fake.fault = faults('POST /v2/jobs', fault);
  const ran = await runOn({ fake, yaml, files });
  expect(ran.outcome.exitCode).toBe(4);
  const [failed] = ran.events.flatMap((event) =>
    event.type === 'action.finished' && event.error ? event.error : [],
  );
  expect(failed).toMatchObject({ type: 'refused', code });
  expect(failed?.hint).toMatch(/https:|scopes/);
  expect(ran.journal).toEqual([]);
  expect(fake.calls.filter((call) => call === 'POST /v2/jobs')).toHaveLength(1);
});

test('what CloudConvert does not take is said with all its words', async () => {
  const body =
    '{"message":"The given data was invalid.","code":"INVALID_DATA","errors":{"tasks.pdf-1.width":["must be a number"]}}';
  fake.fault = faults('POST /v2/jobs', { status: 422, body });
  const ran = await runOn({ fake, yaml, files });
  expect(ran.outcome.exitCode).toBe(1);
  expect(errorsOf(ran)[0]).toContain('The given data was invalid. tasks.pdf-1.width: must be a number');
});

test('polling survives a service in trouble', async () => {
  fake.fault = faults('GET /v2/jobs/*', 'drop', { status: 503, body: '' }, { status: 504, body: html });
  expectDone(await runOn({ fake, yaml, files }));
});

test('a download that breaks off goes on where it was', async () => {
  fake.fault = faults('GET /files/*', 'truncate', { status: 503, body: '' });
  expectDone(await runOn({ fake, yaml, files }));
  const half = Math.floor(`pdf(${files['a.txt']})`.length / 2);
  expect(fake.downloads).toEqual(['a.pdf 0', `a.pdf ${half}`]);
});

test('an upload whose answer is lost is not sent again; one that broke off is', async () => {
  fake.fault = faults('POST /upload/*', 'drop', 'lose');
  expectDone(await runOn({ fake, yaml, files }));
  expect(fake.uploads).toHaveLength(1);
  expect(fake.calls.filter((call) => call === 'POST /upload/*')).toHaveLength(2);
});

test('a file that will not go up fails its own action, and holds nobody up', async () => {
  const refused =
    '<?xml version="1.0"?><Error><Message>Your proposed upload exceeds the maximum allowed size</Message></Error>';
  fake.fault = faults('POST /upload/*', { status: 400, body: refused });
  const ran = await runOn({ fake, yaml, files: { 'a.txt': 'A', 'b.txt': 'B' } });
  expect(ran.outcome.exitCode).toBe(1);
  expect(errorsOf(ran)[0]).toMatch(/exceeds the maximum allowed size \(status 400\)/);
  expect(Object.keys(ran.made).filter((name) => name.startsWith('out/'))).toHaveLength(1);
});

test('a task that fails keeps its code; its neighbours go on', async () => {
  const ran = await runOn({ fake, yaml, files: { 'a.txt': 'A', 'b.txt': 'broken' } });
  expect(ran.outcome.exitCode).toBe(1);
  expect(errorsOf(ran)).toEqual([
    'pdf[b.txt]: bad-input INVALID_FILE pdf[b.txt]: INVALID_FILE happened',
    'out[b.pdf]: input-failed INPUT_TASK_FAILED not run, because pdf[b.txt] failed',
  ]);
  expect(ran.made['out/a.pdf']).toBe('pdf(A)');
});

test('another attempt is a job of its own, and what comes after it goes on from there', async () => {
  let failures = 0;
  fake.verdict = ({ operation }) => {
    if (operation !== 'convert' || failures > 0) return undefined;
    failures += 1;
    return 'TIMEOUT';
  };
  const ran = await runOn({
    fake,
    files: { 'a.txt': 'A' },
    yaml: `
tasks:
  docs: { operation: import/local, path: '*.txt' }
  pdf: { operation: convert, input: docs, output_format: pdf, retry: { attempts: 2, delay: 1ms } }
  cover: { operation: thumbnail, input: pdf, output_format: png }
  out: { operation: export/local, input: cover, path: out }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(ran.made['out/a.png']).toBe('png(pdf(A))');
  expect(ran.outcome.exitCode).toBe(0);
  expect(fake.jobs).toHaveLength(3);
});

test.each([
  ['', undefined],
  [', and without blocking reads', { status: 404, body: '{"message":"not here"}' }],
] as const)('what was to stay there comes down for another attempt%s', async (_, fault) => {
  let failures = 0;
  fake.verdict = ({ operation }) => {
    if (operation !== 'thumbnail' || failures > 0) return undefined;
    failures += 1;
    return 'TIMEOUT';
  };
  if (fault !== undefined) fake.fault = (call) => (call === 'GET /sync/v2/tasks/*' ? fault : undefined);
  const ran = await runOn({
    fake,
    files: { 'a.txt': 'A' },
    yaml: `
tasks:
  docs: { operation: import/local, path: '*.txt' }
  pdf: { operation: convert, input: docs, output_format: pdf }
  cover: { operation: thumbnail, input: pdf, output_format: png, retry: { attempts: 2, delay: 1ms } }
  out: { operation: export/local, input: cover, path: out }
`,
  });
  expect(errorsOf(ran)).toEqual([]);
  expect(ran.made['out/a.png']).toBe('png(pdf(A))');
  expect(fake.jobs).toHaveLength(2);
  expect(fake.calls).toContain('POST /v2/export/url');
  expect(fake.calls).toContain('GET /sync/v2/tasks/*');
  // The first job is paid for already: its conversion is not asked for again.
  expect(fake.jobs[1]?.tasks.map(({ name }) => name)).toEqual(['upload-1', 'cover-1', 'export-1']);
});

test('an interrupted run deletes its job', async () => {
  fake.isHeld = true;
  const controller = new AbortController();
  const ran = await runOn({
    fake,
    yaml,
    files,
    signal: controller.signal,
    onEvent: (event) => {
      if (event.type === 'action.progress' && event.message === 'waiting at CloudConvert')
        controller.abort({ type: 'interrupted' });
    },
  });
  expect(ran.outcome.exitCode).toBe(130);
  expect([...fake.deleted]).toEqual(fake.jobs.map(({ id }) => id));
  expect(ran.journal).toEqual([]);
});

test('a job that was created while the run was interrupted is found by its tag, and deleted', async () => {
  const controller = new AbortController();
  fake.fault = (call) => {
    if (call !== 'POST /v2/jobs') return undefined;
    setTimeout(() => controller.abort({ type: 'interrupted' }), 0);
    return 'lose';
  };
  const ran = await runOn({ fake, yaml, files, signal: controller.signal, haste: 1 });
  expect(ran.outcome.exitCode).toBe(130);
  expect(fake.jobs).toHaveLength(1);
  expect([...fake.deleted]).toEqual(fake.jobs.map(({ id }) => id));
  expect(ran.journal).toEqual([]);
});

test('a service that stays away keeps the job in the journal for the next run', async () => {
  fake.fault = (call) => (call === 'POST /v2/jobs' ? 'lose' : call === 'GET /v2/jobs' ? 'drop' : undefined);
  const first = await runOn({ fake, yaml, files, haste: 2000 });
  expect(errorsOf(first)[0]).toContain('network CLOUDCONVERT_UNREACHABLE');
  expect(first.journal).toHaveLength(1);
  fake.fault = () => undefined;
  const again = await runOn({ fake, yaml, dir: first.dir });
  expectDone(again);
  expect(journalOf(first.dir)).toEqual([]);
});

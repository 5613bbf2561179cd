/** Journals on a real disk: what is kept of a run, what is left out, what a damaged one still tells, and which ones go. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type JobEvent,
  type Journal,
  oldRuns,
  openJournal,
  readProgress,
  readRuns,
  removeOldRuns,
  type RunCall,
} from '../src/index.ts';

let dir = '';
beforeEach(() => {
  dir = path.join(mkdtempSync(path.join(tmpdir(), 'journal-')), '.pipeline/runs');
});
afterEach(() => rmSync(path.dirname(path.dirname(dir)), { recursive: true, force: true }));

const startedAt = Date.UTC(2026, 10, 26, 1, 2, 3, 4);
const call: RunCall = {
  tool: '1.2.3',
  job: 'job-1',
  name: 'site',
  file: 'pipeline.yaml',
  cwd: '',
  params: { quality: 80 },
  masked: [],
  flags: {},
};

const begin: JobEvent = {
  type: 'job.started',
  ms: 0,
  v: 1,
  job: 'job-1',
  name: 'site',
  pipeline: 'pipeline.yaml',
  tasks: [
    { task: 'docs', label: 'docs', operation: 'import/local', inputs: [] },
    { task: 'pdf', label: 'pdf', operation: 'convert', inputs: ['docs'] },
  ],
};
const started = (action: string, task = 'pdf'): JobEvent => ({
  type: 'action.started',
  ms: 1,
  action,
  task,
  backend: 'local',
  attempt: 1,
});
const ended = (action: string, status: 'finished' | 'cached' | 'error', task = 'pdf'): JobEvent => ({
  type: 'action.finished',
  ms: 12.5,
  action,
  task,
  status,
  action_ms: 10,
  input_bytes: 1,
  outputs: [],
});
const end = (exitCode = 0): JobEvent => ({
  type: 'job.finished',
  ms: 99,
  job: {
    id: 'job-1',
    tag: null,
    status: exitCode === 0 ? 'finished' : 'error',
    created_at: '',
    started_at: null,
    ended_at: null,
    tasks: [],
  },
  counts: { ran: 1, cached: 2, skipped: 0, failed: exitCode === 0 ? 0 : 1, not_run: 0 },
  exit_code: exitCode,
});

function open(more: Partial<RunCall> = {}, mask = (event: JobEvent): JobEvent => event): Journal {
  return openJournal({ dir, call: { ...call, ...more }, startedAt, mask });
}

function write(events: readonly JobEvent[], more: Partial<RunCall> = {}): void {
  const journal = open(more);
  for (const event of events) journal.event(event);
  journal.close();
}

const names = (): readonly string[] => readdirSync(dir).sort();
const fileOf = (name: string): string => path.join(dir, name);

test('a run is told by its header and its end', () => {
  write([begin, started('pdf[a]'), ended('pdf[a]', 'finished'), end()]);
  expect(names()).toEqual(['20261126T010203004Z-job-1.jsonl']);
  expect(readFileSync(path.join(dir, '../.gitignore'), 'utf8')).toBe('*\n');
  const { runs, unreadable } = readRuns(dir);
  expect(unreadable).toEqual([]);
  expect(runs).toMatchObject([
    {
      state: 'finished',
      exitCode: 0,
      ms: 99,
      counts: { ran: 1, cached: 2 },
      header: { ...call, pid: process.pid, host: hostname(), at: '2026-11-26T01:02:03.004Z' },
    },
  ]);
});

test.each([
  [1, 'failed'],
  [124, 'timed-out'],
  [130, 'interrupted'],
  [143, 'interrupted'],
])('exit code %i: %s', (exitCode, state) => {
  write([begin, started('pdf[a]'), end(exitCode)]);
  expect(readRuns(dir).runs[0]?.state).toBe(state);
});

test('looking for files and finding all as it was writes nothing', () => {
  write([
    begin,
    started('docs', 'docs'),
    ended('docs', 'finished', 'docs'),
    ended('pdf[a]', 'cached'),
    end(),
  ]);
  expect(readRuns(dir)).toEqual({ runs: [], unreadable: [] });
});

test('a run that fails before any work is written, with all that was before', () => {
  write([begin, started('docs', 'docs'), ended('docs', 'error', 'docs'), end(1)]);
  const [run] = readRuns(dir).runs;
  expect(run?.state).toBe('failed');
  expect(run === undefined ? 0 : readProgress(run).counts.failed).toBe(1);
});

test('progress is left out, and the files of tasks are not told twice', () => {
  const file = { filename: 'a.pdf' };
  const last = end();
  if (last.type !== 'job.finished') throw new Error('not the end');
  const task = {
    id: 't',
    name: 'pdf',
    job_id: 'job-1',
    status: 'finished' as const,
    code: null,
    message: null,
    percent: 100,
    operation: 'convert',
    result: { files: [file] },
    created_at: '',
    started_at: null,
    ended_at: null,
    depends_on_task_ids: [],
  };
  const progress: JobEvent = { type: 'action.progress', ms: 2, action: 'pdf[a]', percent: 50 };
  write([begin, started('pdf[a]'), progress, { ...last, job: { ...last.job, tasks: [task] } }]);
  const text = readFileSync(fileOf(names()[0] ?? ''), 'utf8');
  expect(text).not.toContain('action.progress');
  expect(text).not.toContain('a.pdf');
  expect(text).toContain('"name":"pdf"');
});

test('what is written has gone through the mask', () => {
  const mask = (event: JobEvent): JobEvent => JSON.parse(JSON.stringify(event).replaceAll('hush', '***'));
  const journal = open({}, mask);
  for (const event of [begin, started('pdf[hush]'), end()]) journal.event(event);
  journal.close();
  const text = readFileSync(fileOf(names()[0] ?? ''), 'utf8');
  expect(text).toContain('pdf[***]');
  expect(text).not.toContain('hush');
});

test('it is on the disk soon, without being closed', async () => {
  const journal = open();
  journal.event(begin);
  journal.event(started('pdf[a]'));
  const waited = performance.now();
  while (!readFileSync(fileOf(names()[0] ?? ''), 'utf8').includes('pdf[a]')) {
    expect(performance.now() - waited).toBeLessThan(5000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(readRuns(dir).runs[0]).toMatchObject({ state: 'running', counts: { ran: 0 } });
  journal.close();
});

function damage(change: (text: string) => string): void {
  write([begin, started('pdf[a]'), ended('pdf[a]', 'finished'), started('pdf[b]'), end()]);
  const file = fileOf(names()[0] ?? '');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

test('a killed run: its last line is torn, its process gone', () => {
  damage((text) => text.slice(0, text.indexOf('"job.finished"')).replace(/"pid":\d+/, '"pid":4194305'));
  const [run] = readRuns(dir).runs;
  expect(run).toMatchObject({ state: 'interrupted', ms: 12.5, counts: { ran: 1 } });
  expect(run?.exitCode).toBe(undefined);
});

test('a process of the same number that started later is another one', () => {
  damage((text) => text.slice(0, text.indexOf('"job.finished"')).replace(/"started":"\d+"/, '"started":"1"'));
  const isKnown = process.platform === 'linux';
  expect(readRuns(dir).runs[0]?.state).toBe(isKnown ? 'interrupted' : 'running');
});

test.each([
  ['empty', '', 'garbage'],
  ['no line', 'x'.repeat(70_000), 'garbage'],
  ['binary', '\u0000\u0001\n\u0000', 'garbage'],
  ['null', 'null\n', 'garbage'],
  ['another thing', '{"type":"job.started","ms":0}\n', 'garbage'],
  ['a header with holes', '{"type":"run","v":1,"job":7}\n', 'garbage'],
  ['newer', '{"type":"run","v":2,"tool":"9.9.9"}\n', 'newer'],
])('%s is no journal, and is left alone', (_, text, type) => {
  mkdirSync(dir, { recursive: true });
  writeFileSync(fileOf('20260101T000000000Z-bad.jsonl'), text);
  write([begin, started('pdf[a]'), end()]);
  const { runs, unreadable } = readRuns(dir);
  expect(runs.length).toBe(1);
  expect(unreadable).toMatchObject([{ fault: { type } }]);
  expect(names().length).toBe(2);
});

test('events that make no sense are passed over', () => {
  damage((text) =>
    text.replace(
      '{"type":"job.finished"',
      '{"type":"action.finished","ms":3}\n{"type":"job.started","ms":1,"tasks":null}\n{"type":"new.kind","ms":4}\n[]\n{"type":"x.finished"',
    ),
  );
  expect(readRuns(dir)).toMatchObject({ runs: [{ state: 'running', counts: { ran: 1 } }], unreadable: [] });
});

test('an end that is longer than what is looked at first', () => {
  damage((text) => text.replace('"tag":null', `"tag":"${'x'.repeat(100_000)}"`));
  expect(readRuns(dir).runs[0]).toMatchObject({ state: 'finished', counts: { cached: 2 } });
});

/** `count` journals of processes that are gone, the oldest first. */
function fill(count: number, { bytes = 0, pid = 4_194_305 } = {}): void {
  mkdirSync(dir, { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const header = { type: 'run', v: 1, ...call, at: '2026-01-01T00:00:00Z', host: hostname(), pid };
    const second = String(index).padStart(6, '0');
    const file = fileOf(`20260101T${second}000Z-old.jsonl`);
    writeFileSync(file, `${JSON.stringify(header)}\n`);
    // No disk is filled by it.
    if (bytes > 0) truncateSync(file, bytes);
  }
}

test('the last 50 are kept', () => {
  fill(60);
  writeFileSync(fileOf('mine.jsonl'), 'not ours');
  write([begin, started('pdf[a]'), end()]);
  const left = names();
  expect(left.length).toBe(51);
  expect(left).toContain('mine.jsonl');
  expect(left).toContain('20261126T010203004Z-job-1.jsonl');
  expect(left[0]).toBe('20260101T000011000Z-old.jsonl');
});

test('no more than 64 MB are kept, but always the newest', () => {
  fill(3, { bytes: 40 * 1024 * 1024 });
  removeOldRuns(dir);
  expect(names()).toEqual(['20260101T000002000Z-old.jsonl']);
});

test('the journal of a newer version stays', () => {
  fill(60);
  const name = names()[0] ?? '';
  writeFileSync(fileOf(name), '{"type":"run","v":2,"tool":"9.9.9"}\n');
  removeOldRuns(dir);
  expect(names().length).toBe(51);
  expect(names()[0]).toBe(name);
});

test('the journal of a living process stays', () => {
  fill(60, { pid: process.pid });
  expect(oldRuns(dir)).toEqual([]);
});

test('a folder that cannot be written is a problem to tell, and no more', () => {
  mkdirSync(path.dirname(path.dirname(dir)), { recursive: true });
  writeFileSync(path.dirname(dir), 'a file in the way');
  const journal = open();
  for (const event of [begin, started('pdf[a]'), ended('pdf[a]', 'finished'), end()]) journal.event(event);
  journal.close();
  expect(journal.isWritten()).toBe(false);
  expect(journal.problem()).toMatchObject({ code: 'ENOTDIR' });
});

test.skipIf(process.getuid?.() === 0)('a read-only folder is one, too', () => {
  mkdirSync(dir, { recursive: true });
  chmodSync(dir, 0o500);
  const journal = open();
  journal.event(begin);
  journal.event(started('pdf[a]'));
  expect(journal.problem()).toMatchObject({ code: 'EACCES' });
  chmodSync(dir, 0o700);
});

test('two runs at once write one each', () => {
  const [one, other] = [open({ job: 'one' }), open({ job: 'two' })];
  for (const event of [begin, started('pdf[a]')]) {
    one.event(event);
    other.event(event);
  }
  one.event(end());
  one.close();
  other.event(end(1));
  other.close();
  expect(readRuns(dir).runs.map(({ header, state }) => `${header.job} ${state}`)).toEqual([
    'two failed',
    'one finished',
  ]);
});

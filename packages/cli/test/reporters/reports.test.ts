import { mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { failure } from '@pipeline/engine';
import type { JobEvent } from '@pipeline/engine';
import { describe, expect, it } from 'vitest';
import {
  createReporter,
  createReporters,
  defaultReporter,
  parseReporters,
} from '../../src/reporters/create-reporter.ts';
import { fakeClock } from './fake-clock.ts';
import { MemoryStream } from './memory-stream.ts';
import {
  ended,
  expanded,
  jobFinished,
  jobStarted,
  percent,
  started,
  taskFinished,
  taskStarted,
} from './scripted-run.ts';

const evilName = 'pdf[\n::error::gotcha ##[set-env]<b>]]>\u0000|`x`.md]';
const events: readonly JobEvent[] = [
  jobStarted(
    { docs: { operation: 'import/local' }, pdf: { inputs: ['docs'] } },
    { pipeline: 'docs/a,b.yaml' },
  ),
  taskStarted('docs', 0),
  ended('docs', 5, { bytes: [10, 20] }),
  taskFinished('docs', 6),
  expanded('pdf', 3),
  started('pdf[a.md]', 10),
  started(evilName, 10),
  ended('pdf[a.md]', 500, { tookMs: 490, bytes: [2000] }),
  ended(evilName, 600, {
    tookMs: 590,
    error: failure('converter-failed', 'it broke\n::stop-commands::x at 100%', {
      hint: 'mend it',
      converter: { name: 'pandoc', exitCode: 1, stderr: '::warning::no\n```\nlast words' },
    }),
  }),
  ended('pdf[c.md]', 600, { status: 'skipped', message: 'the condition is false', tookMs: 0 }),
  taskFinished('pdf', 600, { status: 'error' }),
  jobFinished(700, { ran: 2, failed: 1, skipped: 1 }, 1),
];

const streams = () => ({ stdout: new MemoryStream(), stderr: new MemoryStream() });

const error = (text: string) => {
  const parsed = parseReporters(text);
  return parsed.ok ? 'no error' : parsed.error;
};
const choose = (stderr: MemoryStream, env: Readonly<Record<string, string>>) =>
  defaultReporter({ stderr, env });
describe('json', () => {
  it('writes every event as it is, one a line, on standard output only', async () => {
    const { stdout, stderr } = streams();
    const reporter = await createReporter('json', { stdout, stderr, env: {} });
    for (const event of events) reporter.event(event);
    await reporter.close();
    const lines = stdout.text.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(events);
    expect(stderr.text).toBe('');
  });

  it('is safe to look at in a terminal', async () => {
    const { stdout, stderr } = streams();
    const reporter = await createReporter('json', { stdout, stderr, env: {} });
    const event = ended('pdf[\u001B\u009B31m\u2028\u202E\u007F]', 1);
    reporter.event(event);
    await reporter.close();
    expect(stdout.text.trimEnd()).toMatch(/^[\u0020-\u007e]*$/);
    expect(JSON.parse(stdout.text)).toEqual(event);
  });

  it('loses nothing and holds nobody up when the reader is slow', async () => {
    const stdout = new PassThrough({ highWaterMark: 100 });
    const reporter = await createReporter('json', { stdout, stderr: new MemoryStream(), env: {} });
    const many = Array.from({ length: 2000 }, (_, index) =>
      percent('pdf[a.md]', index, { percent: index / 20 }),
    );
    for (const event of many) reporter.event(event);
    // Nobody has read yet: only what fits went into the stream, the rest waits outside of it.
    expect(stdout.writableLength + stdout.readableLength).toBeLessThan(1000);
    let closed = false;
    const closing = reporter.close().then(() => (closed = true));
    let text = '';
    stdout.on('data', (chunk: Buffer) => {
      expect(closed).toBe(false);
      text += chunk.toString();
    });
    await closing;
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(many);
  });

  it('goes on quietly when the reader left', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
    });
    const reporter = await createReporter('json', { stdout, stderr: new MemoryStream(), env: {} });
    for (const event of events) reporter.event(event);
    await reporter.close();
    for (const event of events) reporter.event(event);
    await reporter.close();
    expect(stdout.destroyed).toBe(true);
  });
});

describe('github', () => {
  it('groups lines by task, annotates failures, and writes the page of the run', async () => {
    const page = path.join(await mkdtemp(path.join(os.tmpdir(), 'pipeline-test-')), 'summary.md');
    const { stdout, stderr } = streams();
    const env = { GITHUB_STEP_SUMMARY: page };
    const reporter = await createReporter('github', { stdout, stderr, env, clock: fakeClock() });
    for (const event of events) reporter.event(event);
    await reporter.close();
    expect(stderr.text).toMatchInlineSnapshot(`
      " 0:00.0  site  2 tasks
       0:00.0  ✓ docs  2 files, 30 B, 0.2 s
      ::group::✗ pdf  1 file, 1 failed, 1 skipped · 2.0 kB
       0:00.5  ✓ pdf[a.md]  2.0 kB, 0.5 s
       0:00.6  ✗ pdf[\\n::error::gotcha ## [set-env]<b>]]>\\x00|\`x\`.md]  it broke\\n::stop-commands::x at 100%
       0:00.6  ↷ pdf[c.md]  skipped, the condition is false
      ::endgroup::
      ::error file=docs/a%2Cb.yaml,title=pdf[\\n%3A%3Aerror%3A%3Agotcha ## [set-env]<b>]]>\\x00|\`x\`.md]::it broke\\n::stop-commands::x at 100%25%0Ahint: mend it

      ✗ pdf[\\n::error::gotcha ## [set-env]<b>]]>\\x00|\`x\`.md]
        it broke\\n::stop-commands::x at 100%
        pandoc ended with exit code 1 and said:
        │ ::warning::no
        │ \`\`\`
        │ last words
        hint: mend it
        retry: pipeline run -f docs/a,b.yaml --from $'pdf[\\012::error::gotcha ## [set-env]<b>]]>\\000|\`x\`.md]'

      ↷ pdf: skipped: the condition is false
        slowest: 0.6 s pdf[\\n::error::gotcha ## [set-env]<b>]]>\\x00|\`x\`.md] · 0.5 s pdf[a.md] · 0.2 s docs
      ✗ site: 1 failed, 2 ran, 1 skipped · 0.7 s · 30 B in, 2.0 kB out
      "
    `);
    expect(await readFile(page, 'utf8')).toMatchInlineSnapshot(`
      "## ❌ site: failed

      1 failed, 2 ran, 1 skipped · 0.7 s · 2.0 kB out

      | task | files | done | cached | skipped | failed | not run | out |
      |---|--:|--:|--:|--:|--:|--:|--:|
      | docs | 2 | 1 | 0 | 0 | 0 | 0 | 30 B |
      | pdf | 1 | 1 | 0 | 1 | 1 | 0 | 2.0 kB |

      ### ❌ \`\` pdf[\\n::error::gotcha ##[set-env]<b>]]>\\x00|\`x\`.md] \`\`

      it broke&#92;n::stop&#45;commands::x at 100%

      \`\`\`\`
      ::warning::no
      \`\`\`
      last words
      \`\`\`\`

      **Hint:** mend it

      \`\`\`
      pipeline run -f docs/a,b.yaml --from $'pdf[\\012::error::gotcha ##[set-env]<b>]]>\\000|\`x\`.md]'
      \`\`\`

      "
    `);
    expect(stdout.text).toBe('');
    // The only commands are ours.
    const commands = stderr.text.split('\n').filter((line) => /^\s*::|##\[/.test(line));
    expect(commands.map((line) => line.split(/[ :]+/)[1])).toEqual(['group', 'endgroup', 'error']);
  });

  it('says so when the page cannot be written', async () => {
    const { stdout, stderr } = streams();
    const reporter = await createReporter('github', {
      stdout,
      stderr,
      env: { GITHUB_STEP_SUMMARY: '/dev/null/x' },
    });
    for (const event of events) reporter.event(event);
    await reporter.close();
    expect(stderr.text).toContain('the step summary was not written: ENOTDIR');
  });
});

describe('--reporter', () => {
  it('runs several at once, each to its place', async () => {
    const cwd = await mkdtemp(path.join(os.tmpdir(), 'pipeline-test-'));
    const { stdout, stderr } = streams();
    const env = { FORCE_COLOR: '1' };
    const made = await createReporters('lines, json:events.ndjson,junit:report.xml,lines:log.txt', {
      stdout,
      stderr,
      env,
      cwd,
    });
    if (!made.ok) throw new Error(made.error);
    for (const event of events) made.value.event(event);
    await made.value.close();
    await made.value.close();
    expect(stderr.text).toContain('site: 1 failed, 2 ran, 1 skipped');
    expect(stderr.text).toContain('\u001B[');
    const log = await readFile(path.join(cwd, 'log.txt'), 'utf8');
    expect(log).toContain('✗ site: 1 failed, 2 ran, 1 skipped');
    expect(log).not.toContain('\u001B');
    expect((await readFile(path.join(cwd, 'events.ndjson'), 'utf8')).split('\n')).toHaveLength(
      events.length + 1,
    );
    expect(await readFile(path.join(cwd, 'report.xml'), 'utf8')).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="site" tests="4" failures="1" time="0.700">
        <testsuite name="docs" tests="1" failures="0" skipped="0" time="0.200">
          <testcase name="docs" classname="docs" time="0.200"/>
        </testsuite>
        <testsuite name="pdf" tests="3" failures="1" skipped="1" time="1.080">
          <testcase name="pdf[a.md]" classname="pdf" time="0.490"/>
          <testcase name="pdf[\\n::error::gotcha ##[set-env]&lt;b&gt;]]&gt;\\x00|\`x\`.md]" classname="pdf" time="0.590">
            <failure message="it broke\\n::stop-commands::x at 100%" type="CONVERSION_FAILED">pandoc ended with exit code 1
      ::warning::no
      \`\`\`
      last words
      mend it</failure>
          </testcase>
          <testcase name="pdf[c.md]" classname="pdf" time="0.000">
            <skipped message="the condition is false"/>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
    expect(stdout.text).toBe('');
  });

  it('says what is wrong with its value', async () => {
    expect(error('line')).toBe('there is no reporter "line"; there are live, lines, json, github, junit');
    expect(error('json:')).toBe('"json:" names no file: write "json:<file>"');
    expect(error('live:x')).toBe('the live reporter draws on a terminal, not into a file: use lines');
    expect(error('junit')).toBe('the junit reporter needs a file: junit:report.xml');
    expect(error('live,lines')).toBe(
      'two reporters would write to standard error: name a file for one of them',
    );
    expect(error('json:a,lines:a')).toBe('two reporters would write to a: name a file for one of them');
    expect(parseReporters(String.raw`json:C:\a.ndjson,lines`)).toEqual({
      ok: true,
      value: [{ kind: 'json', file: String.raw`C:\a.ndjson` }, { kind: 'lines' }],
    });
    const made = await createReporters('json:no/such/folder.ndjson', {
      ...streams(),
      env: {},
      cwd: os.tmpdir(),
    });
    expect(made).toMatchObject({
      ok: false,
      error: expect.stringMatching(
        /^cannot write the json report to "no\/such\/folder.ndjson": ENOENT/,
      ) as string,
    });
  });

  it('chooses by the terminal and its surroundings', () => {
    const terminal = new MemoryStream({ columns: 80 });
    expect(choose(terminal, {})).toBe('live');
    expect(choose(new MemoryStream(), {})).toBe('lines');
    expect(choose(terminal, { CI: 'true' })).toBe('lines');
    expect(choose(terminal, { TERM: 'dumb' })).toBe('lines');
    expect(choose(terminal, { INK_SCREEN_READER: 'true' })).toBe('lines');
    expect(choose(new MemoryStream(), { CI: 'true', GITHUB_ACTIONS: 'true' })).toBe('github');
  });
});

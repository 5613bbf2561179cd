import { failure } from '@pipeline/engine';
import type { JobEvent } from '@pipeline/engine';
import { describe, expect, it } from 'vitest';
import { createReporter } from '../../src/reporters/create-reporter.ts';
import { green, lines } from './lines-of.ts';
import { fakeClock } from './fake-clock.ts';
import { MemoryStream } from './memory-stream.ts';
import { ended, jobFinished, jobStarted, percent, started, taskFinished } from './scripted-run.ts';

const broken = failure('converter-failed', 'pandoc could not read "guide/b.docx"', {
  hint: 'open it in an editor and save it again as .docx',
  converter: {
    name: 'pandoc',
    command: ['pandoc', '--from', 'docx', './b.docx'],
    exitCode: 64,
    stderr:
      "\u001B[31mcouldn't unpack docx container:\u001B[0m\nDid not find end of central directory signature\n",
  },
});

describe('lines', () => {
  it('is short for a run that went well', async () => {
    expect(await lines(green)).toMatchInlineSnapshot(`
      " 0:00.0  site  3 tasks
       0:00.0  ✓ docs  3 files, 45 kB, 0.0 s
       0:00.8  ✓ pdf[a.docx]  40 kB, 0.8 s
       0:00.9  ✓ pdf[b.docx]  50 kB, File size reduced by 12%, 0.9 s
       0:01.0  ✓ out  3 files, 150 kB, 0.0 s
        slowest: 0.9 s pdf[b.docx] · 0.8 s pdf[a.docx]
      ✓ site: 4 ran, 1 cached · 1.0 s · 45 kB in, 150 kB out
      "
    `);
  });

  it('says more when asked, and less', async () => {
    expect(await lines(green, { verbosity: 'verbose' })).toMatchInlineSnapshot(`
      " 0:00.0  site  3 tasks
       0:00.0  ▸ docs  sharp 3.7
       0:00.0  ✓ docs  3 files, 45 kB, 0.0 s
       0:00.0  ✓ docs  3 files · 45 kB · 0.0 s
       0:00.0  ▸ pdf[a.docx]  pandoc 3.7
       0:00.0  ▸ pdf[b.docx]  pandoc 3.7
       0:00.0  ▸ pdf[c.docx]  pandoc 3.7
       0:00.8  ✓ pdf[a.docx]  40 kB, 0.8 s
       0:00.9  ✓ pdf[b.docx]  50 kB, File size reduced by 12%, 0.9 s
       0:01.0  = pdf[c.docx]  cached, 60 kB
       0:01.0  ✓ pdf  3 files, 1 cached · 150 kB
       0:01.0  ▸ out  sharp 3.7
       0:01.0  ✓ out  3 files, 150 kB, 0.0 s
       0:01.0  ✓ out  3 files · 150 kB
        slowest: 0.9 s pdf[b.docx] · 0.8 s pdf[a.docx]
      ✓ site: 4 ran, 1 cached · 1.0 s · 45 kB in, 150 kB out
      "
    `);
    expect(await lines(green, { verbosity: 'quiet' })).toMatchInlineSnapshot(`
      "  slowest: 0.9 s pdf[b.docx] · 0.8 s pdf[a.docx]
      ✓ site: 4 ran, 1 cached · 1.0 s · 45 kB in, 150 kB out
      "
    `);
  });

  it('tells each failure at once, and at the end with cause, last words, hint and the command that retries it', async () => {
    const events = [
      jobStarted({ pdf: {}, cover: { inputs: ['pdf'] }, none: { operation: 'import/local' } }),
      started('pdf[guide/b.docx]', 30),
      started("pdf[it's a.docx]", 30),
      ended('pdf[guide/b.docx]', 500, { error: broken, tookMs: 470 }),
      ended("pdf[it's a.docx]", 600, {
        error: failure('timed-out', 'pandoc took longer than 10 min'),
        isIgnored: true,
      }),
      ended('cover[b.pdf]', 600, { error: failure('input-failed', 'pdf[guide/b.docx] failed'), tookMs: 0 }),
      ended('none', 610, { status: 'skipped', message: 'no file matches "docs/*.md"', tookMs: 0 }),
      jobFinished(700, { failed: 2, not_run: 1, skipped: 1 }, 1),
    ];
    expect(await lines(events)).toMatchInlineSnapshot(`
      " 0:00.0  site  3 tasks
       0:00.5  ✗ pdf[guide/b.docx]  pandoc could not read "guide/b.docx"
       0:00.6  ✗ pdf[it's a.docx]  pandoc took longer than 10 min  (ignored)
       0:00.6  ↷ none  skipped, no file matches "docs/*.md"

      ✗ pdf[guide/b.docx]
        pandoc could not read "guide/b.docx"
        pandoc ended with exit code 64 and said:
        │ couldn't unpack docx container:
        │ Did not find end of central directory signature
        hint: open it in an editor and save it again as .docx
        retry: pipeline run -f pipeline.yaml --from 'pdf[guide/b.docx]'

      ✗ pdf[it's a.docx]  (ignored)
        pandoc took longer than 10 min
        retry: pipeline run -f pipeline.yaml --from 'pdf[it'\\''s a.docx]'

      ↷ none: skipped: no file matches "docs/*.md"
        slowest: 0.5 s pdf[guide/b.docx] · 0.2 s pdf[it's a.docx]
      ✗ site: 2 failed, 1 skipped, 1 not run · 0.7 s
      "
    `);
    expect(await lines(events, { columns: 40 })).toMatchInlineSnapshot(`
      "[2m 0:00.0[22m  [1msite[22m  3 tasks
      [2m 0:00.5[22m  [31m✗ pdf[guide/b.docx][39m  pandoc could not read "guide/b.docx"
      [2m 0:00.6[22m  [31m✗ pdf[it's a.docx][39m  pandoc took longer than 10 min[2m  (ignored)[22m
      [2m 0:00.6[22m  [33m↷[39m none  skipped, no file matches "docs/*.md"

      [1m[31m✗ pdf[guide/b.docx][39m[22m
        pandoc could not read "guide/b.docx"
        pandoc ended with exit code 64 and
        said:
      [2m  │ couldn't unpack docx container:[22m
      [2m  │ Did not find end of central[22m
      [2m  │ directory signature[22m
      [36m  hint: open it in an editor and save it[39m
      [36m  again as .docx[39m
        retry: pipeline run -f pipeline.yaml --from 'pdf[guide/b.docx]'

      [1m[31m✗ pdf[it's a.docx][39m[22m[2m  (ignored)[22m
        pandoc took longer than 10 min
        retry: pipeline run -f pipeline.yaml --from 'pdf[it'\\''s a.docx]'

      [33m↷[39m none: skipped: no file matches
        "docs/*.md"
      [2m  slowest: 0.5 s pdf[guide/b.docx] ·[22m
      [2m    0.2 s pdf[it's a.docx][22m
      [1m[31m✗ site: 2 failed, 1 skipped, 1 not run ·[39m[22m
        0.7 s
      "
    `);
    const command = ['pipeline', 'run', 'my site.yaml', '-p', 'quality=90'];
    const verbose = await lines(events, { verbosity: 'verbose', command });
    expect(verbose).toContain(
      "  retry: pipeline run 'my site.yaml' -p quality=90 --from 'pdf[it'\\''s a.docx]'\n",
    );
    expect(verbose).toContain('  command: pandoc --from docx ./b.docx\n');
  });

  it('is one line when everything was in the cache', async () => {
    const files = Array.from({ length: 1248 }, (_, index) => index);
    const events = [
      jobStarted({ docs: { operation: 'import/local' }, pdf: { inputs: ['docs'] } }),
      ended('docs', 5, { bytes: [1, 2], tookMs: 5 }),
      ...files.map((index) => ended(`pdf[${index}.md]`, 100, { status: 'cached', tookMs: 0 })),
      jobFinished(200, { ran: 1, cached: 1248 }),
    ];
    expect(await lines(events, { verbosity: 'quiet' })).toBe('up to date: 1,248 files, 0.2 s\n');
  });

  it('says how an interrupted run and an empty run ended', async () => {
    const cut = [
      jobStarted({ pdf: {} }),
      ended('pdf[a]', 5, { status: 'cancelled' }),
      jobFinished(900, { not_run: 1 }, 130),
    ];
    expect((await lines(cut)).split('\n').at(-2)).toBe('! site: interrupted · 1 not run · 0.9 s');
    const late = [jobStarted({ pdf: {} }), jobFinished(900, { ran: 1 }, 124)];
    expect((await lines(late)).split('\n').at(-2)).toBe('! site: timed out · 1 ran · 0.9 s');
    expect((await lines([jobStarted({}), jobFinished(5, {})])).split('\n').at(-2)).toBe(
      '✓ site: nothing to do · 0.0 s',
    );
  });

  it('says what was left out and why, once', async () => {
    const events = [
      jobStarted({ docs: { operation: 'import/local' }, pdf: { inputs: ['docs'] }, web: {} }),
      ended('docs', 5, { bytes: [], tookMs: 1 }),
      taskFinished('docs', 6, { message: 'no file matches "docs/*.md"' }),
      taskFinished('pdf', 6, { message: 'skipped: no input files' }),
      ended('web[a.jpg]', 7, { status: 'skipped', message: 'the condition is false', tookMs: 0 }),
      ended('web[b.jpg]', 8, { status: 'skipped', message: 'the condition is false', tookMs: 0 }),
      taskFinished('web', 9, { message: 'skipped: the condition is false' }),
      jobFinished(100, { ran: 1, skipped: 2 }),
    ];
    expect(await lines(events)).toMatchInlineSnapshot(`
      " 0:00.0  site  3 tasks
       0:00.0  ✓ docs  0 files, 0.0 s
       0:00.0  ↷ docs  no file matches "docs/*.md"
       0:00.0  ↷ pdf  skipped: no input files
       0:00.0  ↷ web[a.jpg]  skipped, the condition is false
       0:00.0  ↷ web[b.jpg]  skipped, the condition is false
      ↷ docs: no file matches "docs/*.md"
      ↷ pdf: skipped: no input files
      ↷ web: skipped: the condition is false (2 times)
      ✓ site: 1 ran, 2 skipped · 0.1 s
      "
    `);
  });

  it('tells of another attempt', async () => {
    const error = failure('network', 'the server answered 503');
    const events: readonly JobEvent[] = [
      jobStarted({ get: { operation: 'import/url' } }),
      started('get', 0),
      { type: 'action.retried', ms: 400, action: 'get', attempt: 1, delay_ms: 2000, error },
      started('get', 2400, 2),
      ended('get', 2600, { tookMs: 2600 }),
      jobFinished(2700, { ran: 1 }),
    ];
    expect(await lines(events)).toContain(' 0:00.4  ! get  tries again in 2.0 s: the server answered 503\n');
  });

  it('gives a sign of life every 30 seconds for what runs long, and none before', async () => {
    const clock = fakeClock();
    const stderr = new MemoryStream();
    const options = { stdout: new MemoryStream(), stderr, env: {}, clock };
    const reporter = await createReporter('lines', options);
    reporter.event(jobStarted({ pdf: {} }));
    clock.advance(5000);
    reporter.event(started('pdf[long.docx]', 5000));
    reporter.event(percent('pdf[long.docx]', 5000, { percent: 12.7, message: 'page 3' }));
    clock.advance(10_000);
    for (let index = 0; index < 7; index += 1) reporter.event(started(`pdf[${index}.docx]`, 15_000));
    clock.advance(14_000);
    const before = stderr.text;
    expect(before.split('\n')).toHaveLength(2);
    clock.advance(17_000);
    expect(stderr.text.slice(before.length)).toMatchInlineSnapshot(`
      " 0:35.0  ▸ pdf[long.docx]  12 %, page 3, running for 30 s
       0:45.0  ▸ pdf[0.docx]  running for 30 s
       0:45.0  ▸ pdf[1.docx]  running for 30 s
       0:45.0  ▸ pdf[2.docx]  running for 30 s
       0:45.0  ▸ pdf[3.docx]  running for 30 s
       0:45.0  ▸ pdf[4.docx]  running for 30 s
       0:45.0  ▸ 2 more actions still running
      "
    `);
    clock.advance(20_000);
    expect(
      stderr.text.match(/1:05\.0 {2}▸ pdf\[long\.docx\] {2}12 %, page 3, running for 1 min 00 s/g),
    ).toHaveLength(1);
    reporter.event(jobFinished(66_000, {}));
    await reporter.close();
    expect(clock.waiting()).toBe(0);
  });
});

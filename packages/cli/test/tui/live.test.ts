import './without-ci.ts';
import { PassThrough } from 'node:stream';
import { emptyProgress, failure, progress } from '@pipeline/engine';
import type { JobEvent } from '@pipeline/engine';
import { describe, expect, it, vi } from 'vitest';
import { createReporter } from '../../src/reporters/create-reporter.ts';
import type { ReporterOptions } from '../../src/reporters/reporter.ts';
import { createStyle } from '../../src/reporters/terminal-style.ts';
import { LiveView } from '../../src/tui/live-view.tsx';
import { TerminalOutput } from '../../src/tui/terminal-output.ts';
import { fakeClock } from '../reporters/fake-clock.ts';
import { MemoryStream } from '../reporters/memory-stream.ts';
import {
  ended,
  expanded,
  jobFinished,
  jobStarted,
  percent,
  started,
  taskFinished,
} from '../reporters/scripted-run.ts';
import { asTerminal, Screen } from './screen.ts';

const start = [jobStarted({ pdf: {} }), expanded('pdf', 1000)];

function openView({
  columns = 80,
  costMs = 0,
  env = {},
}: { columns?: number; costMs?: number; env?: Record<string, string> } = {}) {
  const screen = new Screen(columns);
  const clock = fakeClock({ costMs });
  let state = start.reduce(progress, emptyProgress);
  const permanent: { id: number; text: string }[] = [];
  const model = () => ({ progress: () => state, permanent, startedAt: 0 });
  const style = createStyle({ isColored: false, isUnicode: true });
  const output = new TerminalOutput(asTerminal(screen), env);
  const view = new LiveView(
    { output, stdin: undefined, clock, style, onQuit: () => {}, onPlain: () => {} },
    model(),
  );
  const say = (...events: readonly JobEvent[]) => {
    state = events.reduce(progress, state);
    view.update(model());
  };
  const keep = (text: string) => {
    permanent.push({ id: permanent.length, text });
    view.update(model());
  };
  return { screen, clock, view, say, keep };
}

describe('frames', () => {
  it('come at most ten a second, however many events there are', () => {
    const { screen, clock, view, say } = openView();
    say(started('pdf[a]', 0));
    for (let ms = 0; ms < 10_000; ms += 1) {
      clock.advance(1);
      say(percent('pdf[a]', ms, { percent: (ms / 100) % 100, message: `${ms}` }));
    }
    expect(screen.frames).toBeGreaterThan(90);
    expect(screen.frames).toBeLessThanOrEqual(101);
    view.end();
  });

  it('come less often when they are dear: within an eightieth of the time', () => {
    const { screen, clock, view, say } = openView({ costMs: 20 });
    say(started('pdf[a]', 0));
    for (let ms = 0; ms < 20_000; ms += 10) {
      clock.advance(10);
      say(percent('pdf[a]', ms, { percent: (ms / 200) % 100, message: `${ms}` }));
    }
    // An eightieth of 20 s, and 60 ms of credit: 310 ms, at 20 each.
    expect(screen.frames).toBeGreaterThan(13);
    expect(screen.frames).toBeLessThanOrEqual(18);
    view.end();
  });

  it('do not come at all when nothing changes: one a second for the clock', () => {
    const { screen, clock, view, say } = openView();
    say(started('pdf[a]', 0), percent('pdf[a]', 0, { percent: 10 }));
    clock.advance(1000);
    const before = screen.frames;
    clock.advance(10_000);
    expect(screen.frames - before).toBe(10);
    view.end();
    clock.advance(10_000);
    expect(clock.waiting()).toBe(0);
  });

  it('turn a spinner four times a second while something cannot tell how far it is', () => {
    const { screen, clock, view, say } = openView();
    say(started('pdf[a]', 0));
    clock.advance(1000);
    const before = screen.frames;
    clock.advance(10_000);
    expect(screen.frames - before).toBe(40);
    view.end();
  });
});

describe('the terminal', () => {
  it('keeps permanent lines, in order, and nothing of the picture', async () => {
    const { screen, clock, view, say, keep } = openView();
    for (let index = 0; index < 30; index += 1) {
      say(started(`pdf[${index}]`, index * 100));
      clock.advance(70);
      if (index % 3 === 0) keep(`line ${index}`);
      if (index % 2 === 0) say(ended(`pdf[${index}]`, index * 100 + 70));
      clock.advance(70);
    }
    expect(screen.picture.join('\n')).toContain('/1,000 done');
    expect(screen.isCursorShown).toBe(false);
    keep('the last line');
    view.end();
    await vi.waitFor(() => expect(screen.writableLength).toBe(0));
    const kept = Array.from({ length: 10 }, (_, index) => `line ${index * 3}`);
    expect(screen.picture).toEqual([...kept, 'the last line']);
    expect(screen.cursorRow).toBe(11);
    expect(screen.isCursorShown).toBe(true);
  });

  it('breaks a long permanent line instead of cutting it', () => {
    const { screen, clock, view, keep } = openView({ columns: 40 });
    const text = `✗ pdf[a.docx]  ${'what failed and why '.repeat(4).trim()}`;
    keep(text);
    clock.advance(200);
    view.end();
    expect(screen.picture.length).toBeGreaterThan(1);
    expect(screen.picture.join(' ').replaceAll(/\s+/g, ' ')).toBe(text.replaceAll(/\s+/g, ' '));
  });

  it('is clean after it got narrower and wider, again and again', () => {
    const { screen, clock, view, say, keep } = openView({ columns: 120 });
    say(
      ...['1', '2', '3', '4', '5'].map((name) =>
        started(`pdf[a-rather-long-folder-name/and-a-file-${name}.docx]`, 0),
      ),
    );
    keep('one');
    clock.advance(1000);
    for (const columns of [80, 40, 100, 41, 20, 120, 40]) {
      screen.resize(columns);
      clock.advance(150);
      const lines = screen.picture;
      expect(lines[0]).toBe('one');
      expect(lines.filter((line) => line.includes('done'))).toHaveLength(1);
      expect(lines).toHaveLength(1 + 1 + 5 + 1);
    }
    view.end();
    expect(screen.picture).toEqual(['one']);
  });
});

async function open(options: Partial<ReporterOptions> = {}) {
  const screen = new Screen(80);
  const reporter = await createReporter('live', {
    stdout: new MemoryStream(),
    stderr: asTerminal(screen),
    env: {},
    clock: fakeClock(),
    ...options,
  });
  return { screen, reporter, drawn: () => vi.waitFor(() => expect(screen.isCursorShown).toBe(false)) };
}

/** A keyboard as Ink sees one. */
function keyboard() {
  const raw: boolean[] = [];
  return Object.assign(new PassThrough(), {
    isTTY: true,
    raw,
    ref: () => {},
    unref: () => {},
    setRawMode: (isRaw: boolean) => raw.push(isRaw),
  });
}

describe('the live reporter', () => {
  const events: readonly JobEvent[] = [
    ...start,
    started('pdf[a]', 10),
    ended('pdf[a]', 20, { error: failure('bad-input', '"a" is broken') }),
    started('pdf[b]', 30),
    ended('pdf[b]', 400),
    taskFinished('pdf', 500, { status: 'error' }),
    jobFinished(600, { ran: 1, failed: 1 }, 1),
  ];

  const closing = [
    '✗ pdf[a]  "a" is broken',
    '✗ pdf  1 file, 1 failed · 1.2 kB',
    '',
    '✗ pdf[a]',
    '  "a" is broken',
    "  retry: pipeline run -f pipeline.yaml --from 'pdf[a]'",
    '',
    '  slowest: 0.2 s pdf[a] · 0.2 s pdf[b]',
    '✗ site: 1 failed, 1 ran · 0.6 s · 1.2 kB in, 1.2 kB out',
  ];

  it('leaves failures, tasks and the summary, and nothing else', async () => {
    const { screen, reporter, drawn } = await open();
    for (const event of events.slice(0, 5)) reporter.event(event);
    await drawn();
    expect(screen.picture[0]).toBe('✗ pdf[a]  "a" is broken');
    expect(screen.picture.join('\n')).toContain('pdf[b]');
    for (const event of events.slice(5)) reporter.event(event);
    await reporter.close();
    await reporter.close();
    expect(screen.picture).toEqual(closing);
    expect(screen.isCursorShown).toBe(true);
  });

  it('never draws a run that is over before it is ready', async () => {
    const { screen, reporter } = await open();
    for (const event of events) reporter.event(event);
    await reporter.close();
    expect(screen.picture).toEqual(closing);
    expect(screen.text).not.toContain('\u001B[?25l');
  });

  it('goes on in plain lines with `s`, and loses nothing', async () => {
    const stdin = keyboard();
    const { screen, reporter, drawn } = await open({ stdin });
    for (const event of events.slice(0, 5)) reporter.event(event);
    await drawn();
    expect(stdin.raw).toEqual([true]);
    stdin.write('s');
    await vi.waitFor(() => expect(stdin.raw).toEqual([true, false]));
    for (const event of events.slice(5)) reporter.event(event);
    await reporter.close();
    expect(screen.picture).toEqual([closing[0], ' 0:00.4  ✓ pdf[b]  1.2 kB, 0.2 s', ...closing.slice(2)]);
    expect(screen.isCursorShown).toBe(true);
  });

  it('asks for an end with `q` and Ctrl-C, each time, and stays until the run is over', async () => {
    const stdin = keyboard();
    const onQuit = vi.fn<() => void>();
    const { screen, reporter, drawn } = await open({ stdin, onQuit });
    for (const event of events.slice(0, 5)) reporter.event(event);
    await drawn();
    stdin.write('q');
    await vi.waitFor(() => expect(onQuit).toHaveBeenCalledTimes(1));
    stdin.write('\u0003');
    await vi.waitFor(() => expect(onQuit).toHaveBeenCalledTimes(2));
    expect(screen.isCursorShown).toBe(false);
    for (const event of events.slice(5)) reporter.event(event);
    await reporter.close();
    expect(screen.picture).toEqual(closing);
    expect(stdin.raw).toEqual([true, false]);
  });

  it('restores the terminal when the run dies without an end', async () => {
    const stdin = keyboard();
    const { screen, reporter, drawn } = await open({ stdin });
    for (const event of events.slice(0, 5)) reporter.event(event);
    await drawn();
    await reporter.close();
    expect(screen.picture).toEqual([closing[0]]);
    expect(screen.isCursorShown).toBe(true);
    expect(stdin.raw).toEqual([true, false]);
  });

  it('is plain lines where a picture would be noise, and when only failures are to be said', async () => {
    for (const options of [
      { env: { INK_SCREEN_READER: 'true' } },
      { env: { TERM: 'dumb' } },
      { verbosity: 'quiet' as const },
    ]) {
      const { screen, reporter } = await open(options);
      for (const event of events) reporter.event(event);
      await reporter.close();
      // Nothing but colours.
      expect(screen.text.replaceAll('\u001B[', '').match(/\d+[A-HJKl]/g)).toBeNull();
      expect(screen.picture.at(-1)).toContain('site: 1 failed, 1 ran');
    }
  });
});

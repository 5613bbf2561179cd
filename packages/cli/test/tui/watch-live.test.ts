import './without-ci.ts';
import { emptyProgress, failure, progress } from '@pipeline/engine';
import type { JobEvent, WatchEvent } from '@pipeline/engine';
import { describe, expect, it, vi } from 'vitest';
import { createReporter } from '../../src/reporters/create-reporter.ts';
import { createStyle } from '../../src/reporters/terminal-style.ts';
import { emptyWatched, type Watched, watched } from '../../src/reporters/watched.ts';
import { widthOf } from '../../src/reporters/text-width.ts';
import { waitingRows } from '../../src/tui/waiting-rows.ts';
import {
  ended,
  expanded,
  jobFinished,
  jobStarted,
  taskFinished,
  taskStarted,
} from '../reporters/scripted-run.ts';
import { asTerminal, Screen } from './screen.ts';

const style = createStyle({ isColored: false, isUnicode: true });
const at = new Date(2026, 10, 26, 14, 3, 20).getTime();
const broken = failure('bad-input', '"docs/b.docx" is not a Word document', { hint: 'save it again' });

/** Two tasks over two files; `error` is what happens to the second one. */
const run = (error?: typeof broken, status: 'finished' | 'cached' = 'finished'): readonly JobEvent[] => [
  jobStarted({ docs: { operation: 'import/local' }, pdf: { inputs: ['docs'] } }),
  expanded('docs', 1),
  ended('docs', 5, { bytes: [20_000, 25_000], tookMs: 5 }),
  taskFinished('docs', 6),
  expanded('pdf', 2),
  taskStarted('pdf', 10),
  ended('pdf[a.docx]', 1000, { tookMs: 900, bytes: [1000], status }),
  ended('pdf[b.docx]', 1200, { tookMs: 900, ...(error === undefined ? { bytes: [1000] } : { error }) }),
  taskFinished('pdf', 1210),
  jobFinished(1210, error === undefined ? { ran: 3 } : { ran: 2, failed: 1 }, error === undefined ? 0 : 1),
];

const waiting = (files = 3): WatchEvent & { readonly ms: number } => ({
  type: 'watch.waiting',
  ms: 0,
  at,
  files,
});

function after(...runs: readonly (readonly JobEvent[])[]): Watched {
  let [state, view] = [emptyProgress, emptyWatched];
  for (const [index, events] of runs.entries()) {
    for (const event of [...events, waiting()]) {
      state = progress(state, event);
      view = watched(view, event, { progress: state, at: at + index * 60_000 });
    }
  }
  return view;
}

const picture = (state: Watched, columns = 79, rows = 24): readonly string[] =>
  waitingRows(state, { columns, rows, style, hasKeys: true });

describe('what is shown while it waits', () => {
  it('the last result of each task, and what is watched', () => {
    expect(picture(after(run()))).toEqual([
      '✓ docs  14:03:20 · 1 ran',
      '✓ pdf   14:03:20 · 2 ran · 1.2 s',
      'watching 3 files · last run 14:03:20, 1.2 s',
      'q quit   s plain lines',
    ]);
  });

  it('a failure stays until it is mended', () => {
    expect(picture(after(run(broken)))).toEqual([
      '✓ docs  14:03:20 · 1 ran',
      '✗ pdf   14:03:20 · 1 failure · 2 ran · 1.2 s',
      '✗ pdf[b.docx]: "docs/b.docx" is not a Word document',
      'watching 3 files · 1 failed · last run 14:03:20, 1.2 s',
      'q quit   s plain lines',
    ]);
    expect(picture(after(run(broken), run())).join('\n')).not.toContain('✗');
  });

  it('a run that was cut off mends nothing', () => {
    const cut = run().map((event) => (event.type === 'job.finished' ? { ...event, exit_code: 130 } : event));
    expect(picture(after(run(broken), cut)).join('\n')).toContain('✗ pdf[b.docx]');
  });

  it('a task that did nothing keeps the time at which it last did', () => {
    const cached = run(undefined, 'cached').map((event) =>
      event.type === 'action.finished' && event.task === 'pdf'
        ? { ...event, status: 'cached' as const }
        : event,
    );
    expect(picture(after(run(), cached))[1]).toContain('14:03:20 · 2 ran');
    expect(picture(after(run(), cached))[0]).toContain('14:04:20');
  });

  it.each([80, 40, 20, 8])('fits %i columns, and a low terminal', (columns) => {
    const rows = picture(after(run(broken)), columns - 1, 6);
    expect(Math.max(...rows.map((row) => widthOf(row)))).toBeLessThan(columns);
    expect(rows.length).toBeLessThanOrEqual(5);
  });

  it('grows with the tasks and not with the runs', () => {
    const once = JSON.stringify(after(run(broken))).length;
    const often = JSON.stringify(after(...Array.from({ length: 50 }, () => run(broken)))).length;
    expect(often).toBe(once);
  });
});

/** Ink loads meanwhile. */
const patience = { timeout: 20_000, interval: 10 };

describe('on a terminal', () => {
  it('each run leaves one line, the picture of waiting comes and goes, and the cursor ends below', async () => {
    const screen = new Screen(80);
    const reporter = await createReporter('live', {
      stdout: screen,
      stderr: asTerminal(screen),
      env: {},
      isWatch: true,
    });
    const say = (events: readonly JobEvent[]): void => {
      for (const event of events) reporter.event(event);
    };
    say([...run(), waiting()]);
    await vi.waitFor(() => expect(screen.picture.join('\n')).toContain('watching 3 files'), patience);
    expect(screen.picture.join('\n')).not.toContain('quit');
    say([
      {
        type: 'watch.changed',
        ms: 0,
        at,
        count: 1,
        changes: [{ path: '/p/docs/b.docx', change: 'changed' }],
      },
    ]);
    expect(screen.picture.join('\n')).not.toContain('watching');
    say([...run(broken), ...run(broken), waiting()]);
    await vi.waitFor(() => expect(screen.picture.join('\n')).toContain('watching 3 files'), patience);
    say([{ type: 'watch.noted', ms: 0, at, severity: 'warning', message: 'no more events' }]);
    await vi.waitFor(() => expect(screen.picture.at(-1)).toContain('watching 3 files'), patience);
    await reporter.close();
    const text = screen.picture.map((line) => line.replaceAll(/\d\d:\d\d:\d\d/g, 'TIME'));
    expect(text).toEqual([
      'TIME ✓ 3 ran · 1.2 s',
      '✗ pdf[b.docx]  "docs/b.docx" is not a Word document',
      '  hint: save it again',
      'TIME ✗ ~ b.docx · 1 failed, 2 ran · 1.2 s',
      // What is still broken is not told again.
      'TIME ✗ ~ b.docx · 1 failed, 2 ran · 1.2 s',
      '! watching: no more events',
    ]);
    expect(screen.cursorRow).toBe(6);
  });
});

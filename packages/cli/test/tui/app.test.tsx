import './without-ci.ts';
import { stripVTControlCharacters } from 'node:util';
import { emptyProgress, failure, progress, valuesOf } from '@pipeline/engine';
import type { JobEvent } from '@pipeline/engine';
import { renderToString } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { createStyle } from '../../src/reporters/terminal-style.ts';
import { widthOf } from '../../src/reporters/text-width.ts';
import type { ViewKey } from '../../src/tui/app.tsx';
import { App } from '../../src/tui/app.tsx';
import { taskBar } from '../../src/tui/bar.ts';
import type { Frame } from '../../src/tui/frame.ts';
import { maxHeight, nextSlots } from '../../src/tui/frame.ts';
import {
  ended,
  expanded,
  jobStarted,
  percent,
  started,
  taskFinished,
  taskStarted,
} from '../reporters/scripted-run.ts';

const plain = createStyle({ isColored: false, isUnicode: true });
const broken = failure('converter-failed', 'pandoc could not read "guide/b.docx"', {
  hint: 'save it again as .docx',
  converter: { name: 'pandoc', exitCode: 64, stderr: "couldn't unpack docx container\nlast words\n" },
});

const middle: readonly JobEvent[] = [
  jobStarted({
    docs: { operation: 'import/local' },
    pdf: { inputs: ['docs'] },
    'responsive-images': {},
    zip: { inputs: ['pdf'] },
  }),
  expanded('docs', 1),
  ended('docs', 5, { bytes: [20_000, 25_000], tookMs: 5 }),
  taskFinished('docs', 6),
  expanded('pdf', 40),
  expanded('responsive-images', 20),
  expanded('zip', 1, false),
  taskStarted('pdf', 10),
  ...Array.from({ length: 8 }, (_, index) =>
    ended(`pdf[guide/${index}.docx]`, 1000 + index, { tookMs: 900 }),
  ),
  ...Array.from({ length: 4 }, (_, index) =>
    ended(`pdf[c${index}.docx]`, 1100, { status: 'cached', tookMs: 0 }),
  ),
  ended('pdf[guide/b.docx]', 1200, { error: broken }),
  started('pdf[guide/文档/很长的名字/第一章 简介和一些别的东西.docx]', 1500),
  started('responsive-images[hero.png;width=480]', 2000),
  started('responsive-images[\u001B[2J\n.png;width=480]', 2100),
  percent('pdf[guide/文档/很长的名字/第一章 简介和一些别的东西.docx]', 3000, {
    percent: 62,
    message: 'page 31 of 50',
  }),
];

function frameOf(events: readonly JobEvent[], changes: Partial<Frame> = {}): Frame {
  const state = events.reduce(progress, emptyProgress);
  return {
    progress: state,
    elapsedMs: 5400,
    leftMs: 43_000,
    columns: 79,
    rows: 24,
    style: plain,
    slots: nextSlots([], valuesOf(state.running), maxHeight(24)),
    selected: undefined,
    hasKeys: true,
    isStopping: false,
    spinner: 1,
    ...changes,
  };
}

function draw(frame: Frame): string {
  const text = renderToString(<App frame={frame} permanent={[]} hasKeys={false} onKey={() => {}} />, {
    columns: frame.columns,
  });
  for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(frame.columns);
  expect(text.split('\n').length).toBeLessThanOrEqual(maxHeight(frame.rows));
  return text;
}

describe('the picture', () => {
  it('fits 80, 40 and 120 columns', () => {
    expect(draw(frameOf(middle))).toMatchInlineSnapshot(`
      "  pdf                ███▓×▒░░░░░░░░░░░░░ 13/40, 1 failed, 4 cached
        responsive-images  ▒░░░░░░░░░░░░░░░░░░ 0/20
        zip                ░░░░░░░░░░░░░░░░░░░ 0/1+
      ▸ pdf[guide/文档/…些别的东西.docx]  ██████░░░░  62 %    3 s  page 31 of 50
      ⠙ responsive-image…o.png;width=480]                     3 s  sharp
      ⠙ responsive-image…n.png;width=480]                     3 s  sharp
      14/62+ done · 1 failed · 5 s · about 50 s left · 3 running · 45 kB in, 0 B out
      q quit   s plain lines   ↑↓ look into a task"
    `);
    expect(draw(frameOf(middle, { columns: 39 }))).toMatchInlineSnapshot(`
      "  pdf          █▓×▒░░░░░ 13/40 1✗ 4=
        respo…mages  ▒░░░░░░░░ 0/20
        zip          ░░░░░░░░░ 0/1+
      ▸ pdf[guide/…的东西.docx]   62 %    3 s
      ⠙ responsive-…g;width=480]          3 s
      ⠙ responsive-…g;width=480]          3 s
      14/62+ done · 1 failed · 5 s
      q quit   s plain lines   ↑↓ look into …"
    `);
    expect(draw(frameOf(middle, { columns: 119 }))).toMatchInlineSnapshot(`
      "  pdf                █████▓▓×▒░░░░░░░░░░░░░░░░░░░░ 13/40, 1 failed, 4 cached
        responsive-images  ▒▒░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0/20
        zip                ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░ 0/1+
      ▸ pdf[guide/文档/很长的名…简介和一些别的东西.docx]  ██████░░░░  62 %    3 s  page 31 of 50
      ⠙ responsive-images[hero.png;width=480]                                 3 s  sharp
      ⠙ responsive-images[\\x1b[2J\\n.png;width=480]                            3 s  sharp
      14/62+ done · 1 failed · 5 s · about 50 s left · 3 running · 45 kB in, 0 B out
      q quit   s plain lines   ↑↓ look into a task"
    `);
  });

  it('says the same in ASCII and without colours', () => {
    const ascii = draw(
      frameOf(middle.slice(0, -4), { style: createStyle({ isColored: false, isUnicode: false }) }),
    );
    expect(ascii).toMatch(/^[\u0020-\u007e\n]*$/);
    const coloured = draw(frameOf(middle, { style: createStyle({ isColored: true, isUnicode: true }) }));
    expect(coloured).toContain('\u001B[32m');
    expect(stripVTControlCharacters(coloured)).toBe(draw(frameOf(middle)));
  });

  it('shows the files and the last words of the selected task', () => {
    expect(draw(frameOf(middle, { selected: 'pdf' }))).toMatchInlineSnapshot(`
      "❯ pdf                ███▓×▒░░░░░░░░░░░░░ 13/40, 1 failed, 4 cached
        responsive-images  ▒░░░░░░░░░░░░░░░░░░ 0/20
        zip                ░░░░░░░░░░░░░░░░░░░ 0/1+
      ▸ pdf[guide/文档/…些别的东西.docx]  ██████░░░░  62 %    3 s  page 31 of 50
      ⠙ responsive-image…o.png;width=480]                     3 s  sharp
      ⠙ responsive-image…n.png;width=480]                     3 s  sharp
      ── pdf · convert
      ✗ pdf[guide/b.docx]: pandoc could not read "guide/b.docx"
        │ couldn't unpack docx container
        │ last words
        hint: save it again as .docx
      = c3.docx  1.2 kB
      = c2.docx  1.2 kB
      14/62+ done · 1 failed · 5 s · about 50 s left · 3 running · 45 kB in, 0 B out
      q quit   s plain lines   ↑↓ look into a task"
    `);
    expect(draw(frameOf(middle, { selected: 'zip' }))).toContain('no file has come out yet');
  });

  it('stays within the terminal, however much there is', () => {
    const names = Array.from({ length: 300 }, (_, index) => `task-${index}`);
    const events = [
      jobStarted(Object.fromEntries(names.map((name) => [name, {}]))),
      ...names.map((name) => expanded(name, 10)),
      ...names.slice(100, 150).map((name) => started(`${name}[a.png]`, 100)),
    ];
    for (const rows of [1, 5, 10, 24, 60]) {
      for (const selected of [undefined, 'task-200']) {
        const slots = nextSlots(
          [],
          valuesOf(events.reduce(progress, emptyProgress).running),
          maxHeight(rows),
        );
        const text = renderToString(
          <App
            frame={frameOf(events, { rows, selected, slots })}
            permanent={[]}
            hasKeys={false}
            onKey={() => {}}
          />,
          { columns: 79 },
        );
        expect(text.split('\n').length).toBeLessThanOrEqual(maxHeight(rows));
      }
    }
    const text = draw(frameOf(events));
    expect(text).toContain('more tasks');
    expect(text).toContain('more running');
    // What runs is shown before what waits.
    expect(text).toContain('task-100 ');
  });

  it('tells that it is stopping, and what waits for another attempt', () => {
    expect(draw(frameOf(middle, { isStopping: true }))).toContain(
      'stopping what runs; q again ends it at once',
    );
    const error = failure('network', 'the server answered 503');
    const retried: JobEvent = {
      type: 'action.retried',
      ms: 4000,
      action: 'responsive-images[hero.png;width=480]',
      attempt: 1,
      delay_ms: 8000,
      error,
    };
    expect(draw(frameOf([...middle, retried], { columns: 119 }))).toMatch(
      /! responsive-images\[hero\.png;width=480\] .* again in 6 s: the server answered 503/,
    );
  });
});

const bar = (counts: readonly number[], width: number) => {
  const [done = 0, cached = 0, failed = 0, running = 0, waiting = 0] = counts;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return taskBar({ total, done, cached, skipped: 0, failed, notRun: 0, running, waiting }, width, plain);
};

describe('bars', () => {
  it('give every state that occurs a cell, and the width exactly', () => {
    expect(bar([5, 2, 0, 1, 2], 10)).toBe('█████▓▓▒░░');
    expect(bar([1000, 1, 1, 1, 1], 10)).toBe('██████▓×▒░');
    expect(bar([0, 0, 0, 0, 0], 5)).toBe('░░░░░');
    expect(bar([3, 0, 0, 0, 0], 7)).toBe('███████');
    for (let width = 5; width < 30; width += 1) {
      for (const counts of [
        [1, 2, 3, 4, 5],
        [999, 0, 1, 0, 0],
        [0, 0, 0, 1, 10_000],
      ]) {
        expect(widthOf(bar(counts, width))).toBe(width);
      }
    }
  });
});

describe('rows of running actions', () => {
  it('keep their place while they run', () => {
    const state = [
      jobStarted({ a: {} }),
      ...['1', '2', '3', '4', '5'].map((name) => started(`a[${name}]`, Number(name))),
    ].reduce(progress, emptyProgress);
    const running = valuesOf(state.running);
    const slots = nextSlots([], running.slice(0), 3);
    expect(slots).toEqual(['a[1]', 'a[2]', 'a[3]']);
    const without = running.filter(({ action }) => action !== 'a[2]');
    expect(nextSlots(slots, without, 3)).toEqual(['a[1]', 'a[4]', 'a[3]']);
    expect(
      nextSlots(
        slots,
        running.filter(({ action }) => action === 'a[3]'),
        3,
      ),
    ).toEqual(['a[3]']);
    expect(nextSlots(slots, running, 2)).toEqual(['a[1]', 'a[2]']);
  });
});

describe('keys', () => {
  it('quit, go plain and select, and nothing else does anything', () => {
    const keys: ViewKey[] = [];
    const { stdin, unmount } = render(
      <App frame={frameOf(middle)} permanent={[]} hasKeys onKey={(key) => keys.push(key)} />,
    );
    for (const input of ['q', '\u0003', 's', '\u001B[A', '\u001B[B', 'j', 'k', 'x', ' ', '\r'])
      stdin.write(input);
    expect(keys).toEqual(['quit', 'quit', 'plain', 'up', 'down', 'down', 'up']);
    unmount();
  });

  it('are off without a keyboard', () => {
    const keys: ViewKey[] = [];
    const { stdin, unmount } = render(
      <App frame={frameOf(middle)} permanent={[]} hasKeys={false} onKey={(key) => keys.push(key)} />,
    );
    stdin.write('q');
    expect(keys).toEqual([]);
    unmount();
  });
});

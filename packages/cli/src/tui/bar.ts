/**
 * Cells of a bar. Each state has its own sign, so a bar reads without colours; a state that occurs at all gets a cell
 * wherever there is room, so that one failure in a thousand is seen.
 */
import type { ActionCounts } from '@pipeline/engine';
import type { TerminalStyle } from '../reporters/terminal-style.ts';

type BarState = 'done' | 'cached' | 'lost' | 'running' | 'waiting';

/** In the order of the bar. `lost` is what ended without a result. */
const states: readonly BarState[] = ['done', 'cached', 'lost', 'running', 'waiting'];

export function taskBar(counts: ActionCounts, width: number, style: TerminalStyle): string {
  const amounts: Readonly<Record<BarState, number>> = {
    done: counts.done,
    cached: counts.cached,
    lost: counts.failed + counts.skipped + counts.notRun,
    running: counts.running,
    // Nothing is known yet: all of it waits.
    waiting: counts.total === 0 ? 1 : counts.waiting,
  };
  const cells = shareCells(
    states.map((state) => amounts[state]),
    width,
  );
  const paint: Readonly<Record<BarState, (text: string) => string>> = {
    done: style.green,
    cached: style.cyan,
    lost: counts.failed > 0 ? style.red : style.yellow,
    running: style.yellow,
    waiting: style.dim,
  };
  return states
    .map((state, index) => paint[state](style.signs.bar[state].repeat(cells[index] ?? 0)))
    .join('');
}

export function percentBar(percent: number, width: number, style: TerminalStyle): string {
  const done = Math.min(width, Math.max(0, Math.floor((percent / 100) * width)));
  return (
    style.green(style.signs.bar.done.repeat(done)) + style.dim(style.signs.bar.waiting.repeat(width - done))
  );
}

/** `width` cells by amount; the largest gives up cells for those that would get none. */
function shareCells(amounts: readonly number[], width: number): readonly number[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0);
  const cells = amounts.map((amount) =>
    amount === 0 ? 0 : Math.max(1, Math.floor((amount / total) * width)),
  );
  for (;;) {
    const left = width - cells.reduce((sum, count) => sum + count, 0);
    if (left === 0) return cells;
    const largest = cells.indexOf(Math.max(...cells));
    cells[largest] = (cells[largest] ?? 0) + (left > 0 ? left : -1);
  }
}

/** All that one picture of the live view is drawn from, and how its rows are shared out. Pure: no Ink, no clock. */
import type { Progress, RunningAction, TaskProgress } from '@pipeline/engine';
import { itemsOf, taskOf, valueOf } from '@pipeline/engine';
import type { TerminalStyle } from '../reporters/terminal-style.ts';

export interface Frame {
  readonly progress: Progress;
  readonly elapsedMs: number;
  readonly leftMs: number | null;
  readonly columns: number;
  /** Of the terminal. */
  readonly rows: number;
  readonly style: TerminalStyle;
  /** Address by row: an action keeps its row while it runs. */
  readonly slots: readonly string[];
  readonly selected: string | undefined;
  readonly hasKeys: boolean;
  /** The user asked to stop, and what runs is being ended. */
  readonly isStopping: boolean;
  readonly spinner: number;
}

export interface FrameRows {
  readonly tasks: readonly TaskProgress[];
  readonly hiddenTasks: number;
  readonly running: readonly RunningAction[];
  readonly hiddenRunning: number;
  readonly selected: TaskProgress | undefined;
  /** For the files of the selected task. */
  readonly detailRows: number;
}

const detailRows = 8;

export function frameRows(frame: Frame): FrameRows {
  const { progress, slots, hasKeys } = frame;
  const selected = frame.selected === undefined ? undefined : taskOf(progress, frame.selected);
  const free = Math.max(2, maxHeight(frame.rows) - 1 - (hasKeys ? 1 : 0));
  const detail = selected === undefined ? 0 : Math.min(detailRows, Math.floor(free / 2));
  const open = [...itemsOf(progress.tasks)].filter((task) => task.endedMs === undefined);
  const running = slots
    .map((address) => valueOf(progress.running, address))
    .filter((action) => action !== undefined);
  const room = free - detail;
  // Half for each, and what one does not need goes to the other.
  const taskRoom = Math.max(Math.min(open.length, Math.floor(room / 2)), room - running.length, 1);
  const tasks = shownTasks(open, taskRoom, frame.selected);
  const usedRows = tasks.length + (tasks.length < open.length ? 1 : 0);
  const runningRoom = Math.max(1, room - usedRows);
  const shown = running.length <= runningRoom ? running : running.slice(0, Math.max(0, runningRoom - 1));
  return {
    tasks,
    hiddenTasks: open.length - tasks.length,
    running: shown,
    // Some may run without a slot: there are never more slots than a screen can show.
    hiddenRunning: progress.running.size - shown.length,
    selected,
    detailRows: detail,
  };
}

/** When a terminal gets narrower it breaks lines in two: a third stays free for that, so that all can be erased. */
export function maxHeight(rows: number): number {
  return Math.max(Math.min(rows - 1, 6), Math.floor((rows * 2) / 3));
}

/** What runs is worth more than what waits; the order of the file stays. */
function shownTasks(
  open: readonly TaskProgress[],
  room: number,
  selected: string | undefined,
): readonly TaskProgress[] {
  if (open.length <= room) return open;
  const worth = (task: TaskProgress): number =>
    task.task === selected
      ? 3
      : task.counts.running > 0
        ? 2
        : task.counts.total > task.counts.waiting
          ? 1
          : 0;
  const chosen = new Set([...open].sort((a, b) => worth(b) - worth(a)).slice(0, Math.max(1, room - 1)));
  return open.filter((task) => chosen.has(task));
}

/** Rows of running actions: who runs keeps its row, who is new takes the first free one. At most `count`. */
export function nextSlots(
  slots: readonly string[],
  running: readonly RunningAction[],
  count: number,
): readonly string[] {
  const addresses = new Set(running.map(({ action }) => action));
  const kept = slots.slice(0, count).map((address) => (addresses.has(address) ? address : undefined));
  const placed = new Set(kept);
  const fresh = running
    .filter(({ action }) => !placed.has(action))
    .sort((a, b) => a.startedMs - b.startedMs)
    .map(({ action }) => action);
  const filled = kept.map((address) => address ?? fresh.shift()).filter((address) => address !== undefined);
  return [...filled, ...fresh.slice(0, count - filled.length)];
}

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
  readonly running: readonly RunningAction[];
  /** What there was no row for; 0 also where there is no row to say so. */
  readonly hidden: { readonly tasks: number; readonly running: number };
  readonly selected: TaskProgress | undefined;
  /** For the files of the selected task. */
  readonly detailRows: number;
  readonly hasKeysRow: boolean;
}

const maxDetailRows = 8;

export function frameRows(frame: Frame): FrameRows {
  const { progress } = frame;
  const height = maxHeight(frame.rows);
  const hasKeysRow = frame.hasKeys && height >= 4;
  // One is for the totals.
  const free = Math.max(1, height - 1 - (hasKeysRow ? 1 : 0));
  const selected = frame.selected === undefined ? undefined : taskOf(progress, frame.selected);
  const detailRows = selected === undefined ? 0 : Math.min(maxDetailRows, Math.floor(free / 2));
  const room = free - detailRows;

  const open = [...itemsOf(progress.tasks)].filter((task) => task.endedMs === undefined);
  const running = frame.slots.flatMap((address) => valueOf(progress.running, address) ?? []);
  // Half for each; what one does not need goes to the other.
  const taskRoom = Math.min(open.length, Math.max(Math.floor(room / 2), room - progress.running.size));
  const tasks = shownTasks(open, taskRoom, frame.selected);
  const runningRoom = room - taskRoom;
  const shown =
    progress.running.size <= runningRoom ? running : running.slice(0, Math.max(0, runningRoom - 1));
  const hidden = {
    tasks: taskRoom === 0 ? 0 : open.length - tasks.length,
    running: runningRoom === 0 ? 0 : progress.running.size - shown.length,
  };
  return { tasks, running: shown, hidden, selected, detailRows, hasKeysRow };
}

/** When a terminal gets narrower it breaks lines in two: a third stays free for that, so that all can be erased. */
export function maxHeight(rows: number): number {
  return Math.max(2, Math.min(rows - 1, 6), Math.floor((rows * 2) / 3));
}

/** What runs is worth more than what waits; the order of the file stays. One row says how many are not shown. */
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
  const chosen = new Set([...open].sort((a, b) => worth(b) - worth(a)).slice(0, Math.max(0, room - 1)));
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

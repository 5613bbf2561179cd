/**
 * `prune: true` of `export/local`: removes what the task wrote in an earlier run and does not write any more, after a run
 * that did everything. Never a file that was edited since, or that another pipeline makes; and nothing at all while an
 * import finds no file, as a folder that is not mounted looks like that.
 */
import {
  findOwnOrphans,
  type Ledger,
  longPath,
  type Manifest,
  type Orphan,
  removeOrphan,
  shortPath,
} from '@pipeline/engine';
import type { FinishedRun } from './describe-run.ts';

export interface Pruned {
  readonly removed: readonly Orphan[];
  /** Absolute; they stay, as somebody has edited them. */
  readonly edited: readonly string[];
  /** Why nothing was removed, though there was something to remove. */
  readonly withheld?: string;
}

export const nothingPruned: Pruned = { removed: [], edited: [] };

interface Place {
  readonly run: FinishedRun;
  readonly root: string;
  /** Of the manifest. */
  readonly place: string;
}

/** The ledger after it. */
export async function prune(
  manifest: Manifest,
  { run, root, place }: Place,
): Promise<{ readonly ledger: Ledger; readonly pruned: Pruned }> {
  const ledger = manifest.ledger();
  const tasks = pruningTasks(run);
  const candidates = ledger.leftOver.filter(({ address }) => tasks.has(taskOf(address)));
  if (candidates.length === 0) return { ledger, pruned: nothingPruned };
  const emptied = emptyImport(run, ledger);
  if (emptied !== undefined) {
    const withheld = `${emptied} finds no file at all`;
    return { ledger, pruned: { ...nothingPruned, withheld } };
  }
  const { orphans, edited } = await findOwnOrphans(candidates, { root, place });
  const folders = ledger.folders.map((folder) => longPath(folder, root));
  const removed = orphans.filter((orphan) => isRemoved(orphan, folders));
  const gone = new Set(removed.map((orphan) => shortPath(orphan.path, root)));
  const leftOver = ledger.leftOver.filter((left) => !gone.has(left.path));
  return { ledger: { ...ledger, leftOver }, pruned: { removed, edited } };
}

const isPruning = (options: { readonly prune?: unknown }): boolean => options.prune === true;

function pruningTasks({ prepared, ended }: FinishedRun): ReadonlySet<string> {
  const { tasks } = prepared.opened.pipeline;
  return new Set([
    ...[...tasks.values()]
      .filter(({ operation, options }) => operation === 'export/local' && isPruning(options))
      .map(({ name }) => name),
    // Where it is an expression, the actions know.
    ...ended.filter(({ options }) => isPruning(options)).map(({ task }) => task),
  ]);
}

/** With `allow_empty` somebody has said that this may be. */
function emptyImport({ prepared }: FinishedRun, { imports }: Ledger): string | undefined {
  const { tasks } = prepared.opened.pipeline;
  const isEmpty = ({ address, files }: Ledger['imports'][number]): boolean =>
    files === 0 && tasks.get(taskOf(address))?.options['allow_empty'] !== true;
  return imports.find(isEmpty)?.address;
}

function isRemoved(orphan: Orphan, folders: readonly string[]): boolean {
  try {
    removeOrphan(orphan, folders);
    return true;
  } catch {
    // A folder that may not be written: it stays left over, and the next run tries again.
    return false;
  }
}

function taskOf(address: string): string {
  const end = address.indexOf('[');
  return end < 0 ? address : address.slice(0, end);
}

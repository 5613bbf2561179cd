/**
 * Writes down what a run has read and left behind, as the manifest of the next one, and removes what the pipeline asks to
 * have removed. What cannot be written costs the next run time, and nothing else.
 */
import { lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  encodeManifest,
  incompleteManifest,
  type Manifest,
  type MarkedFiles,
  longPath,
  markFiles,
  marksPerFile,
  mergeManifest,
  readManifest,
  tickMs,
  writeManifest,
} from '@pipeline/engine';
import { projectRoot } from '../find-pipeline.ts';
import { manifestKey, manifestPath } from './basis.ts';
import { copyMark, describeRun, type FinishedRun, hasResult } from './describe-run.ts';
import { type Pruned, nothingPruned, prune } from './prune.ts';
import { timeOf } from './quick-look.ts';
import { withKilledRuns } from './killed-runs.ts';

/** Gives back what was removed. */
export async function saveManifest(run: FinishedRun): Promise<Pruned> {
  const { opened } = run.prepared;
  if (opened.source.path === '<stdin>') return nothingPruned;
  const root = realpathSync.native(projectRoot(opened.baseDir));
  const file = path.resolve(run.surroundings.cwd, opened.source.path);
  const key = manifestKey(file, root, run.invocation.flags);
  const place = manifestPath(key, root);
  const { narrowed } = run;
  // Another run has written its own, and that one knows nothing of ours: the next run looks at what we did.
  if (narrowed !== undefined && timeOf(place) !== narrowed.look.writtenAt) return nothingPruned;
  const since = timeOf(place);
  const before = narrowed?.look.manifest ?? readOwn(place, key);
  const previous =
    narrowed === undefined
      ? withKilledRuns(before, { root, file, since, jobId: run.plan.context.jobId })
      : before;
  const part = await describeRun(run, { root, file, key, previous });
  const incomplete = whyIncomplete(run);
  if (incomplete !== undefined) {
    if (!isOldNews(part, before))
      write(place, encodeManifest(incompleteManifest(previous, part, incomplete)));
    return nothingPruned;
  }
  await settleMarks(part.outputs, root);
  const manifest =
    narrowed === undefined
      ? withRival(part, since > run.startedAt)
      : mergeManifest(narrowed.look.manifest, part, narrowed.narrowing);
  const { ledger, pruned } = await prune(withoutGone(manifest, root), { run, root, place });
  write(place, encodeManifest({ ...manifest, ledger: () => ledger }));
  return pruned;
}

/** Two keys may share a place; what the other one knew is not of this pipeline. */
function readOwn(place: string, key: string): Manifest | undefined {
  const manifest = readManifest(place);
  return manifest?.key === key ? manifest : undefined;
}

/** Undefined: it did everything that there is to do. */
function whyIncomplete({ prepared, outcome, ended, hasLeftOut }: FinishedRun): string | undefined {
  if (hasLeftOut === true) return 'the last run left files out';
  if (Object.values(prepared.options.select).some((names) => names.length > 0))
    return 'the last run did a part only';
  if (outcome.exitCode !== 0) return 'the last run failed';
  return ended.every(hasResult) ? undefined : 'an action failed, which does not matter, and is tried again';
}

/** A run that did a part and wrote nothing new: what is known stays as good as it was. */
function isOldNews(part: Manifest, before: Manifest | undefined): boolean {
  if (before === undefined) return false;
  const numbers = new Map(before.outputs.paths.map((file, index) => [file, index]));
  return part.outputs.paths.every((file, position) => {
    const index = numbers.get(file);
    return (
      index !== undefined &&
      [0, 1, 2, 3].every(
        (mark) =>
          part.outputs.marks[position * marksPerFile + mark] ===
          before.outputs.marks[index * marksPerFile + mark],
      )
    );
  });
}

/** Two runs at once may have written over each other's files: nobody can tell what is in them now. */
function withRival(manifest: Manifest, hasRival: boolean): Manifest {
  return hasRival
    ? { ...manifest, obstacle: 'two runs of this pipeline went on at the same time' }
    : manifest;
}

function withoutGone(manifest: Manifest, root: string): Manifest {
  const ledger = manifest.ledger();
  const isThere = (file: string): boolean => {
    try {
      return lstatSync(longPath(file, root), { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false;
    }
  };
  const leftOver = ledger.leftOver.filter((left) => isThere(left.path));
  return { ...manifest, ledger: () => ({ ...ledger, leftOver }) };
}

function write(place: string, encoded: readonly Buffer[]): void {
  try {
    writeManifest(place, encoded);
  } catch {
    // A full disk, a folder that may not be written: the next run plans, and says nothing of it.
  }
}

/**
 * What was left as it was, but changed a moment ago, shows its next change only when the tick is over: to be waited for,
 * once. What was written tells by its time, where the file system keeps such a time.
 */
async function settleMarks({ paths, marks }: MarkedFiles, root: string): Promise<void> {
  const fresh = paths.flatMap((_, index) => (Number.isNaN(marks[index * marksPerFile]) ? index : []));
  if (fresh.length === 0) return;
  const newest = fresh.reduce((latest, index) => Math.max(latest, marks[index * marksPerFile + 2] ?? 0), 0);
  const untilMs = newest + tickMs + 1 - Date.now();
  // A file from the future is none that this run has written.
  if (untilMs > 0) await delay(Math.min(untilMs, tickMs + 1));
  const files = fresh.map((index) => longPath(paths[index] ?? '', root));
  const again = markFiles(files, { root, links: 'keep' }, { settledBeforeMs: Date.now() - tickMs });
  for (const [position, index] of fresh.entries()) {
    // Not ours any more: somebody has written it meanwhile.
    const isSame = [1, 2, 3].every(
      (part) => again.marks[position * marksPerFile + part] === marks[index * marksPerFile + part],
    );
    if (isSame) copyMark(again, position, { to: { paths, marks }, index });
  }
}

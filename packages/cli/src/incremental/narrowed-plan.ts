/**
 * The plan of a run in which only some files have changed: it is made for those alone, and stands for the whole only if
 * nothing in it touches the rest. It asks the file system for nothing but the files that have changed.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import {
  type EventSink,
  type JobPlan,
  type Narrowing,
  type PlannedFile,
  fitsTheRest,
  longPath,
  narrow,
  placeIn,
  shortPath,
} from '@pipeline/engine';
import type { PreparedRun } from '../prepare-run.ts';
import { planOnce } from '../run-once.ts';
import type { QuickLook } from './quick-look.ts';

export interface NarrowedPlan {
  readonly plan: JobPlan;
  readonly narrowing: Narrowing;
  readonly look: QuickLook;
}

/** Undefined: everything has to be planned. */
export async function planNarrowed(
  prepared: PreparedRun,
  look: QuickLook | undefined,
): Promise<NarrowedPlan | undefined> {
  if (look === undefined) return undefined;
  const { manifest, changes, root } = look;
  const narrowing = narrow(manifest, changes, prepared.opened.pipeline);
  if (narrowing === undefined) return undefined;
  const kept = narrowing.isListingOld ? keptFiles(look, narrowing) : new Set<string>();
  const seen = new Set<string>();
  const isLeftOut = (_task: string, file: string): boolean => {
    if (!kept.has(file)) return false;
    seen.add(file);
    return true;
  };
  const found = narrowing.isListingOld ? undefined : changedFilesOf(look, narrowing);
  if (found === undefined && !narrowing.isListingOld) return undefined;
  const foundFiles = found === undefined ? {} : { foundFiles: (address: string) => found.get(address) ?? [] };
  const planned = await planOnce(prepared, { isLeftOut, ...foundFiles });
  // What is wrong is said of the whole.
  if (!planned.ok) return undefined;
  if (narrowing.isListingOld && seen.size !== kept.size) return undefined;
  const rest = { manifest, shorten: (file: string) => shortPath(file, root) };
  return fitsTheRest(planned.value, narrowing, rest) ? { plan: planned.value, narrowing, look } : undefined;
}

/** Absolute. */
function keptFiles({ manifest, root }: QuickLook, { isKept }: Narrowing): ReadonlySet<string> {
  return new Set(
    manifest.inputs.paths.filter((_, index) => isKept[index]).map((file) => longPath(file, root)),
  );
}

/** Address of an import → those of its files that have to be looked at; undefined when one is not there. */
function changedFilesOf(
  { manifest, root }: QuickLook,
  { isKept }: Narrowing,
): ReadonlyMap<string, readonly PlannedFile[]> | undefined {
  const found = new Map<string, readonly PlannedFile[]>();
  let number = 0;
  for (const { address, depths } of manifest.ledger().imports) {
    const files: PlannedFile[] = [];
    for (const depth of depths) {
      const short = manifest.inputs.paths[number] ?? '';
      const isWanted = isKept[number] !== true;
      number += 1;
      if (!isWanted) continue;
      const file = longPath(short, root);
      const facts = statSync(file, { throwIfNoEntry: false });
      if (facts?.isFile() !== true) return undefined;
      const place = placeIn(file, depth);
      const dir = path.posix.dirname(place);
      files.push({
        dir: dir === '.' ? '' : dir,
        name: path.posix.basename(place),
        path: file,
        sizeBytes: facts.size,
      });
    }
    found.set(address, files);
  }
  return found;
}

/** Tells of what was left out as well, so that every view counts all that there is. */
export function withUnchanged({ unchanged }: Narrowing, onEvent: EventSink): EventSink {
  const rest = unchanged.filter(({ actions }) => actions > 0);
  const all = rest.reduce((sum, { actions }) => sum + actions, 0);
  const tasks = new Set(rest.map(({ task }) => task));
  return (event) => {
    if (event.type === 'job.finished') {
      onEvent({ ...event, counts: { ...event.counts, cached: event.counts.cached + all } });
    } else if (event.type === 'task.finished' && event.message === noInput && tasks.has(event.task)) {
      const { message: _, ...quiet } = event;
      onEvent(quiet);
    } else {
      onEvent(event);
    }
    if (event.type !== 'job.started') return;
    for (const { task, actions, files } of rest) {
      onEvent({ type: 'task.unchanged', ms: event.ms, task, actions, files });
    }
  };
}

/** What the engine says of a task that no file came to. */
const noInput = 'skipped: no input files';

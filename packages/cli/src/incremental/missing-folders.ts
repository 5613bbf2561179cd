/** Which folders a run will have to make: they are ours to remove when nothing is in them any more. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { JobPlan } from '@pipeline/engine';

/** Absolute; as far as the plan knows what is written. */
export function missingFolders({ actions }: Pick<JobPlan, 'actions'>): readonly string[] {
  const known = new Map<string, boolean>();
  const isMissing = (folder: string): boolean => {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const missing = !existsSync(folder);
    known.set(folder, missing);
    if (missing && path.dirname(folder) !== folder) isMissing(path.dirname(folder));
    return missing;
  };
  // Most files lie beside the one before: whose folder is known.
  let before = '';
  for (const { writes = [] } of actions) {
    for (const file of writes) {
      if (before !== '' && file.startsWith(before) && !file.includes(path.sep, before.length)) continue;
      if (!path.isAbsolute(file)) continue;
      isMissing(path.dirname(file));
      before = file.slice(0, file.lastIndexOf(path.sep) + 1);
    }
  }
  return [...known].flatMap(([folder, missing]) => (missing ? [folder] : []));
}

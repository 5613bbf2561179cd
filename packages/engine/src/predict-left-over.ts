/**
 * Files that earlier runs wrote and the next one would not: their source is gone, or goes by another name. Only an
 * export with `prune: true` removes them, and never one that somebody edited since.
 */
import type { JobPlan } from './job-plan.ts';
import type { KnownPast, LeftOverPrediction, TaskPrediction, WrittenFile } from './prediction.ts';

export async function predictLeftOver(
  { pipeline, tasks: all }: JobPlan,
  tasks: readonly TaskPrediction[],
  { last, hashFile }: KnownPast,
): Promise<readonly LeftOverPrediction[]> {
  // Of what was not asked for, nobody knows what it would make.
  if (all.includes(undefined) || last?.written === undefined) return [];
  const made = new Set(tasks.flatMap(({ actions }) => actions.flatMap(({ action }) => action.writes ?? [])));
  const open = new Set(tasks.filter(({ followsFrom }) => followsFrom.length > 0).map(({ task }) => task));
  const found: LeftOverPrediction[] = [];
  for (const [path, file] of last.written()) {
    const task = taskOf(file);
    if (made.has(path) || open.has(task)) continue;
    const sha256 = await hashFile(path);
    if (sha256 === undefined) continue;
    const isPruned = pipeline.tasks.get(task)?.options['prune'] === true;
    found.push({
      path,
      address: file.address,
      ...whatHappens({ isPruned, isEdited: sha256 !== file.sha256 }),
    });
  }
  return found;
}

function whatHappens(file: {
  readonly isPruned: boolean;
  readonly isEdited: boolean;
}): Pick<LeftOverPrediction, 'change' | 'reason'> {
  const text = 'no source makes it any more';
  if (file.isEdited)
    return { change: 'keep', reason: { code: 'output-edited', text: `${text}, but it was edited since` } };
  return { change: file.isPruned ? 'delete' : 'keep', reason: { code: 'no-source', text } };
}

const taskOf = ({ address }: WrittenFile): string => address.split('[')[0] ?? address;

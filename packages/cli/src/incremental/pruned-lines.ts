/** Says what a run has removed, what it has kept though it is left over, and why. */
import { printable } from '../reporters/printable.ts';
import { plural } from '../reporters/quantity.ts';
import { shortPath } from '../read-pipeline.ts';
import type { Pruned } from './prune.ts';

const shownFiles = 5;

/** None when there is nothing to say. */
export function prunedLines({ removed, edited, withheld }: Pruned, cwd: string): readonly string[] {
  const shown = (files: readonly string[]): string => {
    const names = files.slice(0, shownFiles).map((file) => printable(shortPath(cwd, file)));
    return [...names, ...(files.length > shownFiles ? [`${files.length - shownFiles} more`] : [])].join(', ');
  };
  const lines: string[] = [];
  if (removed.length > 0) {
    const files = shown(removed.map((file) => file.path));
    lines.push(`pruned ${plural(removed.length, 'file')} that no source makes any more: ${files}`);
  }
  if (edited.length > 0) {
    lines.push(
      `kept ${plural(edited.length, 'file')} that no source makes any more, edited since: ${shown(edited)}`,
    );
  }
  if (withheld !== undefined) {
    lines.push(`pruned nothing: ${printable(withheld)}; if that is right: pipeline clean --orphans`);
  }
  return lines;
}

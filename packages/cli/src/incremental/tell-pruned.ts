/** Says what a run has removed, what it has kept though it is left over, and why. */
import { printable } from '../reporters/printable.ts';
import { plural } from '../reporters/quantity.ts';
import { shortPath } from '../read-pipeline.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Pruned } from './prune.ts';

const shownFiles = 5;

export function tellPruned(
  { removed, edited, withheld }: Pruned,
  { stderr, cwd }: Pick<Surroundings, 'stderr' | 'cwd'>,
): void {
  const shown = (files: readonly string[]): string => {
    const names = files.slice(0, shownFiles).map((file) => printable(shortPath(cwd, file)));
    return [...names, ...(files.length > shownFiles ? [`${files.length - shownFiles} more`] : [])].join(', ');
  };
  const lines = [
    removed.length > 0 &&
      `pruned ${plural(removed.length, 'file')} that no source makes any more: ${shown(removed.map((file) => file.path))}`,
    edited.length > 0 &&
      `kept ${plural(edited.length, 'file')} that no source makes any more, edited since: ${shown(edited)}`,
    withheld !== undefined &&
      `pruned nothing: ${printable(withheld)}; if that is right: pipeline clean --orphans`,
  ];
  for (const line of lines) if (line !== false) stderr.write(`${line}\n`);
}

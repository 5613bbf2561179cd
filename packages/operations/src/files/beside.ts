/** Files that a converter has read beside its input: which of them a result depends on. It opens none. */
import { isInside } from './paths.ts';

/** What lies in the folder of the job was made by it, from what it depends on. */
export function addReads(
  all: Set<string>,
  paths: readonly string[],
  { workDir }: { readonly workDir: string },
): void {
  for (const place of paths) if (!isInside(place, [workDir])) all.add(place);
}

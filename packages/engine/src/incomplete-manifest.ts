/**
 * What is known after a run that did not do everything: the ledger grows by what it wrote, and nothing is said of the
 * rest, so that no file counts as left over because of a failure or a selection. Pure.
 */
import {
  emptyLedger,
  joinedKeys,
  type Ledger,
  type Manifest,
  type MarkedFiles,
  marksPerFile,
  outputAt,
  outputColumns,
} from './manifest.ts';

const none: MarkedFiles = { paths: [], marks: new Float64Array() };

/** `part`: of the run; its outputs take the place of those that were known. */
export function incompleteManifest(
  previous: Manifest | undefined,
  part: Manifest,
  obstacle: string,
): Manifest {
  const before = previous?.ledger() ?? emptyLedger;
  const now = part.ledger();
  const table = previous?.outputs ?? none;
  const written = new Set(part.outputs.paths);
  const kept = table.paths.flatMap((path, index) => (written.has(path) ? [] : index));
  const marks = new Float64Array((kept.length + part.outputs.paths.length) * marksPerFile);
  for (const [position, index] of kept.entries()) {
    const at = index * marksPerFile;
    marks.set(table.marks.subarray(at, at + marksPerFile), position * marksPerFile);
  }
  marks.set(part.outputs.marks, kept.length * marksPerFile);
  const ledger: Ledger = {
    ...before,
    outputs: outputColumns([
      ...kept.map((index) => outputAt(before, index)),
      // The numbers of this run are not those of the inputs that are kept.
      ...part.outputs.paths.map((_, index) => {
        const { source: __, ...entry } = outputAt(now, index);
        return entry;
      }),
    ]),
    leftOver: before.leftOver.filter(({ path }) => !written.has(path)),
    folders: [...new Set([...before.folders, ...now.folders])],
    keys: joinedKeys(before.keys, now.keys),
  };
  return {
    ...(previous ?? { ...part, inputs: none, watched: none }),
    obstacle,
    outputs: { paths: [...kept.map((index) => table.paths[index] ?? ''), ...part.outputs.paths], marks },
    ledger: () => ledger,
  };
}

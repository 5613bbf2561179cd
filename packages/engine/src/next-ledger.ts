/**
 * From what a run has done and what was written down before: which files on the disk are ours, and which of them no
 * action makes any more. Pure: it is given the marks of the files.
 */
import {
  type Ledger,
  type LedgerEntry,
  type LeftOver,
  type Manifest,
  type MarkedFiles,
  marksPerFile,
} from './manifest.ts';
import type { RecordedRun } from './run-record.ts';

export interface LedgerRequest {
  readonly recorded: RecordedRun;
  /** Of `recorded.exported`, in its order. */
  readonly outputs: MarkedFiles;
  readonly previous: Manifest | undefined;
  /** Milliseconds since the epoch, by the clock that stamps files. */
  readonly startedAt: number;
}

export function nextLedger({ recorded, outputs, previous, startedAt }: LedgerRequest): Ledger {
  const known = knownFiles(previous);
  const entries = recorded.exported.map(({ address, sha256, source }, index): LedgerEntry => {
    const ctimeMs = outputs.marks[index * marksPerFile + 2] ?? 0;
    const before = known.get(outputs.paths[index] ?? '');
    // Nobody has touched it since: an export that found it as it should be does not say what is in it.
    if (sha256 === undefined && before?.sha256 !== undefined && isUntouched(before, outputs, index)) {
      const kept = { sha256: before.sha256, isOurs: before.isOurs };
      return { address, ...kept, ...(source !== undefined && { source }) };
    }
    // Whoever keeps what is there touches nothing, and promises nothing of the content.
    const isWritten = sha256 !== undefined && ctimeMs >= startedAt;
    const isKept = before?.isOurs === true && before.sha256 !== undefined && before.sha256 === sha256;
    return {
      address,
      ...(sha256 !== undefined && { sha256 }),
      ...(source !== undefined && { source }),
      isOurs: isWritten || isKept,
    };
  });
  for (const path of outputs.paths) known.delete(path);
  const { imports, keys, actions } = recorded;
  return {
    imports,
    outputs: entries,
    leftOver: [...known.values()].filter(({ isOurs }) => isOurs),
    folders: previous?.ledger().folders ?? [],
    keys,
    actions,
  };
}

/** By all but the size, which is no number where a mark was taken too early to be trusted. */
function isUntouched({ mark }: LeftOver, { marks }: MarkedFiles, index: number): boolean {
  return [1, 2, 3].every((part) => mark[part] === marks[index * marksPerFile + part]);
}

/** Every file that an earlier run is known to have left behind, by path as manifests write it. */
export function knownFiles(manifest: Manifest | undefined): Map<string, LeftOver> {
  const files = new Map<string, LeftOver>();
  if (manifest === undefined) return files;
  const { leftOver, outputs } = manifest.ledger();
  for (const file of leftOver) files.set(file.path, file);
  const { paths, marks } = manifest.outputs;
  for (const [index, { address, sha256, isOurs }] of outputs.entries()) {
    const path = paths[index];
    if (path === undefined) continue;
    const at = index * marksPerFile;
    const mark = [...marks.subarray(at, at + marksPerFile)];
    files.set(path, { path, mark, address, isOurs, ...(sha256 !== undefined && { sha256 }) });
  }
  return files;
}

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
  outputAt,
  outputColumns,
} from './manifest.ts';
import { placesOfAny } from './places.ts';
import type { RecordedRun } from './run-record.ts';

export interface LedgerRequest {
  readonly recorded: RecordedRun;
  /** Of `recorded.exported`, in its order. */
  readonly outputs: MarkedFiles;
  readonly previous: Manifest | undefined;
  /** Whether it looked at everything, so that what was known before and is not among `outputs` is left over. */
  readonly scope: 'all' | 'part';
  readonly checked: Buffer;
  /** Folders that were not there before; as manifests write them. */
  readonly newFolders: readonly string[];
}

export function nextLedger(request: LedgerRequest): Ledger {
  const { recorded, outputs, previous, scope, checked, newFolders } = request;
  const written = new Set(outputs.paths);
  const earlier = filesNamed(previous, written);
  const known = new Map(earlier.map((file) => [file.path, file]));
  // Twice for a file that was known when a run that was killed wrote it anew.
  const ours = new Set(earlier.flatMap((file) => (file.isOurs ? contentKey(file.path, file.sha256) : [])));
  const entries = recorded.exported.map(({ address, sha256, source, mtimeMs }, index): LedgerEntry => {
    const path = outputs.paths[index] ?? '';
    const before = known.get(path);
    // Nobody has touched it since: an export that found it as it should be does not say what is in it.
    if (sha256 === undefined && before?.sha256 !== undefined && isUntouched(before, outputs, index)) {
      return { address, sha256: before.sha256, source, isOurs: before.isOurs };
    }
    // Only what was written has got a time. The clocks of file systems lag: by theirs, it may be of before the run.
    const isWritten = sha256 !== undefined && mtimeMs !== undefined;
    const isKept = sha256 !== undefined && ours.has(contentKey(path, sha256));
    return { address, sha256, source, isOurs: isWritten || isKept };
  });
  const { imports, keys, actions, listed } = recorded;
  return {
    checked,
    imports,
    listed: listed.length,
    outputs: outputColumns(entries),
    leftOver:
      scope === 'part'
        ? []
        : filesBefore(previous, (path) => !written.has(path)).filter(({ isOurs }) => isOurs),
    folders: [...new Set([...(previous?.ledger().folders ?? []), ...newFolders])],
    keys,
    actions,
  };
}

const contentKey = (path: string, sha256 = ''): string => `${path}\0${sha256}`;

/** By all but the size, which is no number where a mark was taken too early to be trusted. */
function isUntouched({ mark }: LeftOver, { marks }: MarkedFiles, index: number): boolean {
  return [1, 2, 3].every((part) => mark[part] === marks[index * marksPerFile + part]);
}

/** Those of these names that a manifest knows of an earlier run, outputs and what was left over. */
function filesNamed(manifest: Manifest | undefined, names: ReadonlySet<string>): readonly LeftOver[] {
  if (manifest === undefined) return [];
  return [
    ...manifest.ledger().leftOver.filter(({ path }) => names.has(path)),
    ...placesOfAny(manifest.outputs.paths, names).map((index) => fileBefore(manifest, index)),
  ];
}

/** The files that a manifest knows of an earlier run, outputs and what was left over; those that `isWanted`. */
export function filesBefore(
  manifest: Manifest | undefined,
  isWanted: (path: string, index: number | undefined) => boolean,
): readonly LeftOver[] {
  if (manifest === undefined) return [];
  const files = manifest.ledger().leftOver.filter(({ path }) => isWanted(path, undefined));
  const { paths } = manifest.outputs;
  for (let index = 0; index < paths.length; index += 1) {
    if (isWanted(paths[index] ?? '', index)) files.push(fileBefore(manifest, index));
  }
  return files;
}

function fileBefore({ outputs: { paths, marks }, ledger }: Manifest, index: number): LeftOver {
  const at = index * marksPerFile;
  const { source: _, ...entry } = outputAt(ledger(), index);
  return { ...entry, path: paths[index] ?? '', mark: [...marks.subarray(at, at + marksPerFile)] };
}

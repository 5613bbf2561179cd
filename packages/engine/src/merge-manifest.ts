/**
 * The manifest of a run that looked at a part only: what it found takes the place of what was known of that part, the
 * rest stays as it was. Pure.
 */
import {
  hashLength,
  type Ledger,
  type Manifest,
  type MarkedFiles,
  marksPerFile,
  type OutputColumns,
} from './manifest.ts';
import type { Narrowing } from './narrow.ts';
import { filesBefore } from './next-ledger.ts';
import { patched, patchedKeys } from './patch-manifest.ts';
import { numbersWhere } from './places.ts';

/** `part`: as if the files that were looked at were all that there are. */
export function mergeManifest(previous: Manifest, part: Manifest, narrowing: Narrowing): Manifest {
  const { isKept, isListingOld } = narrowing;
  const watched = mergeWatched(previous, part, isListingOld ? part : previous);
  const same = isListingOld ? undefined : patched(previous, part, isKept);
  if (same !== undefined) return { ...part, ...same, filesOut: same.outputs.paths.length, watched };
  const before = previous.ledger();
  const now = part.ledger();
  const inputs = mergeInputs(previous, part, isKept);
  const { sources } = before.outputs;
  const isKeptOutput = (index: number): boolean => isKept[sources[index] ?? -1] === true;
  const kept = numbersWhere(sources.length, isKeptOutput);
  const outputs = joined(pick(previous.outputs, kept), part.outputs);
  const written = new Set(part.outputs.paths);
  const ledger: Ledger = {
    checked: now.checked,
    imports: inputs.imports,
    listed: isListingOld ? now.listed : before.listed,
    outputs: mergeColumns(before.outputs, now.outputs, { kept, inputs }),
    leftOver: filesBefore(
      previous,
      (path, index) => !written.has(path) && (index === undefined || !isKeptOutput(index)),
    ).filter(({ isOurs }) => isOurs),
    folders: [...new Set([...before.folders, ...now.folders])],
    keys: patchedKeys(before.keys, now.keys),
    actions: mergeActions(before, now, inputs),
  };
  return {
    ...part,
    filesOut: outputs.paths.length,
    inputs: inputs.table,
    watched,
    outputs,
    ledger: () => ledger,
  };
}

interface MergedInputs {
  readonly table: MarkedFiles;
  readonly imports: Ledger['imports'];
  /** Number in the earlier manifest → number now; -1: gone, or looked at again. */
  readonly before: Int32Array;
  /** Number in the part → number now. */
  readonly now: Int32Array;
}

/** The inputs of both, import by import. */
function mergeInputs(previous: Manifest, part: Manifest, isKept: Narrowing['isKept']): MergedInputs {
  const before = new Int32Array(previous.inputs.paths.length).fill(-1);
  const now = new Int32Array(part.inputs.paths.length).fill(-1);
  const known = new Map<string, { readonly start: number; readonly depths: readonly number[] }>();
  let start = 0;
  for (const { address, files, depths } of previous.ledger().imports) {
    known.set(address, { start, depths });
    start += files;
  }
  const tables: MarkedFiles[] = [];
  let count = 0;
  let at = 0;
  const imports = part.ledger().imports.map(({ address, files, depths }) => {
    const own = known.get(address) ?? { start: 0, depths: [] };
    const kept = numbersWhere(own.depths.length, (index) => isKept[own.start + index] === true);
    for (const index of kept) before[own.start + index] = count++;
    for (let index = 0; index < files; index += 1) now[at + index] = count++;
    tables.push(
      pick(
        previous.inputs,
        kept.map((index) => own.start + index),
      ),
      pick(
        part.inputs,
        [...Array(files).keys()].map((index) => at + index),
      ),
    );
    at += files;
    return {
      address,
      files: kept.length + files,
      depths: [...kept.map((index) => own.depths[index] ?? 1), ...depths],
    };
  });
  return { table: joined(...tables), imports, before, now };
}

function mergeColumns(
  before: OutputColumns,
  now: OutputColumns,
  { kept, inputs }: { readonly kept: readonly number[]; readonly inputs: MergedInputs },
): OutputColumns {
  return {
    addresses: [...kept.map((index) => before.addresses[index] ?? ''), ...now.addresses],
    hashes: Buffer.concat([...pickBytes(before.hashes, kept, hashLength), now.hashes]),
    sources: [
      ...kept.map((index) => renumber(before.sources[index] ?? -1, inputs.before)),
      ...now.sources.map((source) => renumber(source, inputs.now)),
    ],
    ours: Buffer.concat([...pickBytes(before.ours, kept, 1), now.ours]),
  };
}

const renumber = (source: number, numbers: Int32Array): number =>
  source < 0 ? source : (numbers[source] ?? -1);

/** Runs of neighbours are taken in one piece: most often, nearly everything is kept. */
function pickBytes(bytes: Buffer, kept: readonly number[], width: number): readonly Buffer[] {
  const pieces: Buffer[] = [];
  for (let index = 0; index < kept.length;) {
    const from = kept[index] ?? 0;
    let length = 1;
    while (kept[index + length] === from + length) length += 1;
    pieces.push(bytes.subarray(from * width, (from + length) * width));
    index += length;
  }
  return pieces;
}

function mergeActions(before: Ledger, now: Ledger, inputs: MergedInputs): Ledger['actions'] {
  const merged: Record<string, number[]> = {};
  for (const task of new Set([...Object.keys(before.actions), ...Object.keys(now.actions)])) {
    const counts = inputs.table.paths.map(() => 0);
    place(before.actions[task] ?? [], inputs.before, counts);
    place(now.actions[task] ?? [], inputs.now, counts);
    merged[task] = counts;
  }
  return merged;
}

function place(from: readonly number[], numbers: Int32Array, to: number[]): void {
  for (let index = 0; index < from.length; index += 1) {
    const number = numbers[index] ?? -1;
    if (number >= 0) to[number] = from[index] ?? 0;
  }
}

/** What imports looked at comes first; of what both know, the newer mark counts. */
function mergeWatched(previous: Manifest, part: Manifest, listing: Manifest): MarkedFiles {
  const seen = new Set<string>();
  const isFirst = (path: string): boolean => !seen.has(path) && seen.add(path) === seen;
  const choose = ({ watched, ledger }: Manifest, which: 'listed' | 'others'): MarkedFiles => {
    const { listed } = ledger();
    const numbers = watched.paths.flatMap((path, index) =>
      index < listed === (which === 'listed') && isFirst(path) ? index : [],
    );
    return pick(watched, numbers);
  };
  return joined(choose(listing, 'listed'), choose(part, 'others'), choose(previous, 'others'));
}

function pick({ paths, marks }: MarkedFiles, numbers: readonly number[]): MarkedFiles {
  const own = new Float64Array(numbers.length * marksPerFile);
  const picked: string[] = [];
  for (let position = 0; position < numbers.length; position += 1) {
    const index = numbers[position] ?? 0;
    const [from, to] = [index * marksPerFile, position * marksPerFile];
    for (let part = 0; part < marksPerFile; part += 1) own[to + part] = marks[from + part] ?? Number.NaN;
    picked.push(paths[index] ?? '');
  }
  return { paths: picked, marks: own };
}

function joined(...tables: readonly MarkedFiles[]): MarkedFiles {
  const marks = new Float64Array(tables.reduce((sum, table) => sum + table.marks.length, 0));
  let at = 0;
  for (const table of tables) {
    marks.set(table.marks, at);
    at += table.marks.length;
  }
  return { paths: tables.flatMap((table) => table.paths), marks };
}

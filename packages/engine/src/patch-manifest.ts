/**
 * The manifest of a run that looked at a part only, where that part is still made of the same files: everything keeps its
 * number, and only what the part says is put in. That costs next to nothing, however many files the rest has. Pure.
 */
import {
  hashLength,
  joinedKeys,
  keyEntries,
  keyPosition,
  type Ledger,
  type Manifest,
  type MarkedFiles,
  marksPerFile,
  type OutputColumns,
} from './manifest.ts';
import { fewSearches, placesOf, placesOfAny } from './places.ts';

interface Positions {
  /** Number in the part → number in the whole. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** `isKept`: by number of input. Undefined: files came or went, or take another way; see `merge-manifest.ts`. */
export function patched(
  previous: Manifest,
  part: Manifest,
  isKept: readonly boolean[],
): Pick<Manifest, 'inputs' | 'outputs' | 'ledger'> | undefined {
  const before = previous.ledger();
  const now = part.ledger();
  const at: Positions = {
    inputs: placesOf(isKept, false),
    outputs: samePlaces(previous, part, isKept),
  };
  const isSame =
    samePaths(previous.inputs, part.inputs, at.inputs) &&
    at.outputs.length === part.outputs.paths.length &&
    at.outputs.every((index, position) => sourceOf(before, index) === wholeSource(now, position, at)) &&
    Object.keys(now.actions).every((task) => before.actions[task] !== undefined);
  if (!isSame) return undefined;
  const written = new Set(part.outputs.paths);
  const ledger: Ledger = {
    ...before,
    outputs: patchedColumns(before.outputs, now.outputs, at.outputs),
    leftOver: before.leftOver.filter(({ path, isOurs }) => isOurs && !written.has(path)),
    folders: [...new Set([...before.folders, ...now.folders])],
    keys: patchedKeys(before.keys, now.keys),
    actions: Object.fromEntries(
      Object.entries(before.actions).map(([task, counts]) => {
        const own = counts.slice();
        for (const [position, index] of at.inputs.entries()) own[index] = now.actions[task]?.[position] ?? 0;
        return [task, own];
      }),
    ),
  };
  return {
    inputs: patchedMarks(previous.inputs, part.inputs, at.inputs),
    outputs: patchedMarks(previous.outputs, part.outputs, at.outputs),
    ledger: () => ledger,
  };
}

/** The fingerprints of both; of an address that both know, the one of `now`. */
export function patchedKeys(before: Buffer, now: Buffer): Buffer {
  const entries = [...keyEntries(now)];
  const own = Buffer.from(before);
  // Searching is quick for a few. For more: of several lines for one address, the last counts anyway.
  const places = entries.length > fewSearches ? [] : entries.map(([address]) => keyPosition(own, address));
  for (const [index, at] of places.entries())
    if (at !== undefined) own.write(entries[index]?.[1] ?? '', at, 'latin1');
  const added = entries.filter((_, index) => places[index] === undefined).map((entry) => entry.join('\t'));
  return joinedKeys(own, Buffer.from(added.join('\n')));
}

const sourceOf = ({ outputs }: Ledger, index: number): number => outputs.sources[index] ?? -1;

function wholeSource(now: Ledger, position: number, { inputs }: Positions): number | undefined {
  const source = sourceOf(now, position);
  return source < 0 ? source : inputs[source];
}

/** Number of each output of the part in the whole; shorter where not all of them, or not only they, were there. */
function samePlaces(previous: Manifest, part: Manifest, isKept: readonly boolean[]): readonly number[] {
  const { sources } = previous.ledger().outputs;
  const looked = placesOfAny(sources, new Set([-1, ...placesOf(isKept, false)]));
  if (looked.length !== part.outputs.paths.length) return [];
  const places = new Map(looked.map((index) => [previous.outputs.paths[index], index]));
  return part.outputs.paths.flatMap((path) => places.get(path) ?? []);
}

function samePaths(whole: MarkedFiles, part: MarkedFiles, at: readonly number[]): boolean {
  return (
    at.length === part.paths.length &&
    at.every((index, position) => whole.paths[index] === part.paths[position])
  );
}

function patchedMarks(
  { paths, marks, encoded }: MarkedFiles,
  part: MarkedFiles,
  at: readonly number[],
): MarkedFiles {
  const own = marks.slice();
  for (const [position, index] of at.entries()) {
    const from = position * marksPerFile;
    own.set(part.marks.subarray(from, from + marksPerFile), index * marksPerFile);
  }
  return { paths, marks: own, encoded };
}

function patchedColumns(before: OutputColumns, now: OutputColumns, at: readonly number[]): OutputColumns {
  const isSame = at.every((index, position) => before.addresses[index] === now.addresses[position]);
  const addresses = before.addresses.slice();
  for (const [position, index] of at.entries()) addresses[index] = now.addresses[position] ?? '';
  return {
    // The same list, where it is: it need not be encoded again.
    ...(isSame ? { addresses: before.addresses, encoded: before.encoded } : { addresses }),
    sources: before.sources,
    hashes: patchedBytes(before.hashes, now.hashes, { at, width: hashLength }),
    ours: patchedBytes(before.ours, now.ours, { at, width: 1 }),
  };
}

function patchedBytes(
  before: Buffer,
  now: Buffer,
  { at, width }: { readonly at: readonly number[]; readonly width: number },
): Buffer {
  const own = Buffer.from(before);
  for (const [position, index] of at.entries())
    now.copy(own, index * width, position * width, (position + 1) * width);
  return own;
}

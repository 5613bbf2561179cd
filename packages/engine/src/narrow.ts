/**
 * What of a run has to be looked at again when only some files have changed: where every file goes its own way, a file
 * that is as it was, and whose outputs are as they were, needs no plan. Pure; in every doubt nothing is left out.
 */
import type { Pipeline } from '@pipeline/schema';
import type { PlannedAction } from './action.ts';
import type { JobPlan } from './job-plan.ts';
import { type Changes, keyLookUp, type Ledger, type Manifest } from './manifest.ts';
import { placesOfAny } from './places.ts';

export interface Narrowing {
  /** By number of input: nothing has to be done for it. */
  readonly isKept: readonly boolean[];
  /** Folders have changed: there may be new files. */
  readonly isListingOld: boolean;
  /** What is as it was, by task. */
  readonly unchanged: readonly { readonly task: string; readonly actions: number; readonly files: number }[];
}

/** Undefined: everything has to be planned. */
export function narrow(manifest: Manifest, changes: Changes, pipeline: Pipeline): Narrowing | undefined {
  if (!isFileByFile(pipeline)) return undefined;
  const ledger = manifest.ledger();
  if (ledger.outputs.addresses.length !== manifest.outputs.paths.length || hasTwins(ledger)) return undefined;
  if (changes.watched.some((index) => index >= ledger.listed)) return undefined;
  const isKept = keptInputs(manifest, changes);
  const files = keptFiles(ledger, isKept);
  const unchanged = Object.entries(ledger.actions).map(([task, counts]) => {
    let actions = 0;
    for (let index = 0; index < counts.length; index += 1)
      if (isKept[index] === true) actions += counts[index] ?? 0;
    return { task, actions, files: files.get(task) ?? 0 };
  });
  return { isKept, isListingOld: changes.watched.length > 0, unchanged };
}

function keptInputs({ inputs, ledger }: Manifest, changes: Changes): boolean[] {
  const { imports, outputs } = ledger();
  const isKept = Array.from<boolean>({ length: inputs.paths.length }).fill(true);
  for (const index of changes.inputs) isKept[index] = false;
  for (const index of changes.outputs) {
    const source = outputs.sources[index] ?? -1;
    if (source >= 0) isKept[source] = false;
  }
  if (imports.length === 1) return isKept;
  // One file may be taken by several imports: all of them look at it, or none.
  const touched = new Set(inputs.paths.filter((_, index) => isKept[index] === false));
  for (let index = 0; index < isKept.length; index += 1) {
    if (touched.has(inputs.paths[index] ?? '')) isKept[index] = false;
  }
  return isKept;
}

/** Task → number of files that it left behind. The addresses of a task mostly stand together. */
function keptFiles(
  { outputs: { addresses, sources } }: Ledger,
  isKept: readonly boolean[],
): Map<string, number> {
  const files = new Map<string, number>();
  let task = '';
  let count = 0;
  for (let index = 0; index < addresses.length; index += 1) {
    if (isKept[sources[index] ?? -1] !== true) continue;
    const address = addresses[index] ?? '';
    if (!address.startsWith(task) || address[task.length] !== '[') {
      files.set(task, (files.get(task) ?? 0) + count);
      task = taskOfAddress(address);
      count = 0;
    }
    count += 1;
  }
  return files.set(task, (files.get(task) ?? 0) + count);
}

/** No group, no file-valued option, and whatever comes out in the end is written by `export/local`. */
function isFileByFile({ tasks }: Pipeline): boolean {
  const taken = new Set([...tasks.values()].flatMap(({ inputs }) => inputs));
  return [...tasks.values()].every(
    ({ name, inputs, groupBy, fileInputs, operation }) =>
      (inputs.length === 0 || groupBy === 'file') &&
      Object.keys(fileInputs).length === 0 &&
      (taken.has(name) || operation === 'export/local'),
  );
}

/** `site[hero.png#2]`: which of two is the second depends on both. */
function hasTwins({ keys, outputs }: Ledger): boolean {
  const mark = /#\d+[\];]/;
  return (
    (keys.includes('#') && mark.test(keys.toString())) ||
    outputs.addresses.some((address) => address.includes('#') && mark.test(address))
  );
}

function taskOfAddress(address: string): string {
  const end = address.indexOf('[');
  return end < 0 ? address : address.slice(0, end);
}

/**
 * Whether the plan of a part can stand for the plan of all: it is known to its end, and it neither writes over, nor has
 * the name of, anything that belongs to the rest. `shorten`: a path as the manifest writes it.
 */
export function fitsTheRest(
  plan: JobPlan,
  { isKept }: Narrowing,
  { manifest, shorten }: { readonly manifest: Manifest; readonly shorten: (path: string) => string },
): boolean {
  if (plan.tasks.some((task) => task?.isComplete !== true)) return false;
  const actions = plan.actions.filter(({ source }) => source !== undefined);
  const addresses = new Set(actions.map(({ address }) => address));
  const writes = new Set(actions.flatMap((action) => action.writes ?? []).map(shorten));
  const ledger = manifest.ledger();
  const { outputs } = ledger;
  const inTheWay = [
    ...placesOfAny(outputs.addresses, addresses),
    ...placesOfAny(manifest.outputs.paths, writes),
  ];
  if (inTheWay.some((index) => isKept[outputs.sources[index] ?? -1] === true)) return false;
  const inputs = manifest.inputs.paths;
  if (placesOfAny(inputs, writes).length > 0) return false;
  const origins = new Set(actions.flatMap((action) => originOf(action) ?? []).map(shorten));
  const known = new Set(placesOfAny(inputs, origins).map((index) => inputs[index]));
  const keyOf = keyLookUp(ledger);
  const isNew = (action: PlannedAction): boolean => !known.has(shorten(originOf(action) ?? ''));
  return !actions.some((action) => isNew(action) && keyOf(action.address) !== undefined);
}

/** The file that an import found, from which what this action takes was made. */
function originOf({ source }: PlannedAction): string | undefined {
  let current = source;
  while (current?.action.source !== undefined) current = current.action.source;
  return current?.action.outputs?.[current.output]?.path;
}

/** The last `depth` names of a path. */
export function placeIn(path: string, depth: number): string {
  return path.split(/[/\\]/).slice(-depth).join('/');
}

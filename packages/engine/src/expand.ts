/**
 * Task + files + variants → actions: who takes which file, how files are grouped, and what each action is called.
 * It works on planned and on real files alike, and does not know which of the two it has.
 */
import type { Task } from '@pipeline/schema';
import { actionAddress, type ActionIdentity } from './action.ts';
import { filePlace } from './artifact.ts';
import type { Artifact } from './operation.ts';

export interface FileGroup {
  /** The folder of `group_by: dir`, else empty. */
  readonly dir: string;
  readonly files: readonly Artifact[];
}

/** The addresses of a task: two files of the same name get two, in the order in which they ask. */
export class Addresses {
  readonly #taken: Set<string>;
  readonly #lastMark = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** `site[hero.png]`, then `site[hero.png#2]`: the mark stands where the file's name ends. */
  take(task: Task, place: string, variant: Task['variants'][number]): string {
    const plain = actionAddress(task.name, place, variant);
    let address = plain;
    let mark = this.#lastMark.get(plain) ?? 1;
    // A marked name may be the name of another file.
    while (this.#taken.has(address)) {
      mark += 1;
      this.#lastMark.set(plain, mark);
      address = actionAddress(task.name, `${place}#${mark}`, variant);
    }
    this.#taken.add(address);
    return address;
  }
}

/** One action a variant for a task that takes no files. */
export function expandImport(task: Task, addresses: Addresses): readonly ActionIdentity[] {
  return identify(task, '', addresses);
}

/** One action a variant for one file. */
export function expandFile(task: Task, file: Artifact, addresses: Addresses): readonly ActionIdentity[] {
  const place = filePlace(file);
  return task.variants.map((variant) => ({
    address: addresses.take(task, place, variant),
    task: task.name,
    variant,
    file: place,
  }));
}

/** One action a variant for one group. */
export function expandGroup(task: Task, dir: string, addresses: Addresses): readonly ActionIdentity[] {
  return identify(task, groupPlace(task, dir), addresses);
}

/** Groups in the order of their first file; none when there are no files. */
export function groupFiles(task: Task, files: readonly Artifact[]): readonly FileGroup[] {
  if (files.length === 0) return [];
  if (task.groupBy === 'all') return [{ dir: '', files }];
  const groups = new Map<string, Artifact[]>();
  for (const file of files) {
    const group = groups.get(file.dir);
    if (group === undefined) groups.set(file.dir, [file]);
    else group.push(file);
  }
  return [...groups].map(([dir, files]) => ({ dir, files }));
}

export function isImport(task: Task): boolean {
  return task.inputs.length === 0;
}

export function isGrouped(task: Task): boolean {
  return task.groupBy !== 'file' && !isImport(task);
}

function groupPlace(task: Task, dir: string): string {
  if (task.groupBy === 'all') return '';
  return dir === '' ? './' : `${dir}/`;
}

function identify(task: Task, place: string, addresses: Addresses): readonly ActionIdentity[] {
  return task.variants.map((variant) => ({
    address: addresses.take(task, place, variant),
    task: task.name,
    variant,
  }));
}

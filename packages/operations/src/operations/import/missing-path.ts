/** Says which part of a path is not there, and what it may have been meant to be. It knows no option. */
import { lstatSync, readdirSync } from 'node:fs';
import type { Stats } from 'node:fs';
import path from 'node:path';
import { didYouMean } from '@pipeline/schema';
import { shownPath } from '../../files/paths.ts';

/** The first part of a path that is not there; undefined when every part is. */
export function missingPart(file: string): string | undefined {
  if (exists(file)) return undefined;
  const parent = path.dirname(file);
  return missingPart(parent) ?? file;
}

/** `there is no folder "dcos", did you mean "docs"?` */
export function missingText(missing: string, kind: 'file' | 'folder', baseDir: string): string {
  const parent = path.dirname(missing);
  let names: readonly string[] = [];
  try {
    names = readdirSync(parent);
  } catch {
    // Without its names there is nothing to suggest.
  }
  const text = `there is no ${kind} ${shownPath(missing, baseDir)}`;
  const guess = didYouMean(path.basename(missing), names);
  return guess === undefined ? text : `${text}, ${guess}`;
}

/** A link to nothing exists too. */
export const exists = (file: string): boolean => entryOf(file) !== undefined;

export const isLink = (file: string): boolean => entryOf(file)?.isSymbolicLink() === true;

function entryOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    // Too long a name, or below a folder that cannot be entered: as good as not there.
    return undefined;
  }
}

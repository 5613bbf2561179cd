/** What is known of a file without opening it, asked at once: handing the question to another thread takes longer. */
import { lstatSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** Undefined: it is not there, or cannot be reached. Links are followed. */
export function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The same of a link itself. */
export function linkStatOf(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** A file that is whole or not there, whatever happens while it is made. It is not flushed: see `disk-cache.ts`. */
import { renameSync, rmSync } from 'node:fs';

/** `make` writes the file under the name that it is given; throws what that throws, and leaves nothing behind. */
export function putInPlace(path: string, make: (temporary: string) => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    make(temporary);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Where the compiled hosts are. By package name, so that they are found from the sources, from `dist` and from the bundled
 * command line alike; what hosts load is found from there.
 */
import { createRequire } from 'node:module';

let entry: string | undefined;

/** The script that a host process runs. Throws when the package is not built. */
export function hostEntry(): string {
  entry ??= createRequire(import.meta.url).resolve('@pipeline/operations/host');
  return entry;
}

/** Finds and loads packages as a host would. */
export const requireAsHost = (): NodeJS.Require => createRequire(hostEntry());

/**
 * Where the compiled hosts are. By package name, so that they are found from the sources, from `dist` and from the bundled
 * command line alike; what hosts load is found from there.
 */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const specifier = '@pipeline/operations/host';
/** What the package's `exports` say of it. */
const place = '@pipeline/operations/dist/host/host-main.js';

let entry: string | undefined;

/** The script that a host process runs. Throws when the package is not built. */
export function hostEntry(): string {
  if (entry !== undefined) return entry;
  const require = createRequire(import.meta.url);
  // Where packages lie in folders, a look takes a tenth of the time that Node takes to load what reads `exports`.
  const installed = require.resolve
    .paths(specifier)
    ?.map((folder) => path.join(folder, place))
    .find((file) => existsSync(file));
  entry = installed === undefined ? require.resolve(specifier) : realpathSync.native(installed);
  return entry;
}

/** Finds and loads packages as a host would. */
export const requireAsHost = (): NodeJS.Require => createRequire(hostEntry());

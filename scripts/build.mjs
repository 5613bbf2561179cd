// Builds the house: validators from the language's schema, then every package, then the bundled command.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const local = (name) => path.join(root, 'node_modules', '.bin', name);

await run(process.execPath, ['packages/schema/scripts/build-validators.mjs'], { cwd: root });
await run(local('tsc'), ['-b'], { cwd: root });
await run(local('rolldown'), ['-c', 'packages/cli/rolldown.config.mjs'], { cwd: root });

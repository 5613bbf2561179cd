// The built local backend, and the libraries that it converts with, for scripts: read from where they are built.
import { createRequire } from 'node:module';

export const fromOperations = createRequire(
  new URL('../../packages/operations/package.json', import.meta.url),
);
export const operations = await import('../../packages/operations/dist/index.js');
export const schema = await import('../../packages/schema/dist/index.js');

// Bundles the command: our own packages and Ink into small chunks that load when they are needed; converter libraries
// stay packages, as they bring native code, wasm and licences of their own. Run it from the root of the repository.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

const here = path.dirname(fileURLToPath(import.meta.url));

const external = [
  'sharp',
  'pandoc-wasm',
  '7z-wasm',
  '@myriaddreamin/typst-ts-node-compiler',
  '@hyzyla/pdfium',
  '@cantoo/pdf-lib',
  '@e965/xlsx',
  'svgo',
  // Ink asks for it only when DEV is set, which it never is here.
  'react-devtools-core',
];

// oxlint-disable-next-line import/no-default-export -- rolldown reads it so
export default defineConfig({
  input: { bin: path.join(here, 'src/bin.ts'), 'cli-docs': path.join(here, 'src/cli-docs.ts') },
  platform: 'node',
  external: (id) =>
    id.startsWith('node:') || external.some((name) => id === name || id.startsWith(`${name}/`)),
  resolve: { conditionNames: ['source', 'import', 'node', 'default'] },
  transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' } },
  treeshake: {
    moduleSideEffects: [
      { test: /[\\/]packages[\\/](schema|engine|operations)[\\/]src[\\/]/, sideEffects: false },
    ],
  },
  output: {
    dir: path.join(here, 'dist'),
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: false,
    minify: 'dce-only',
  },
});

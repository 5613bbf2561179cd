// Bundles the command: our own packages and Ink into small chunks that load when they are needed; converter libraries
// stay packages, as they bring native code, wasm and licences of their own. Run it from the root of the repository.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

const here = path.dirname(fileURLToPath(import.meta.url));

// The same code as modules, not CommonJS: only what is used is bundled, and it loads in a fraction of the time.
const yaml = path.join(
  path.dirname(createRequire(import.meta.url).resolve('yaml/package.json')),
  'browser/index.js',
);

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

const inPackage = (name, files) =>
  new RegExp(String.raw`[\\/]packages[\\/]${name}[\\/]src[\\/](${files})\.ts$`);

// oxlint-disable-next-line import/no-default-export -- rolldown reads it so
export default defineConfig({
  input: { bin: path.join(here, 'src/bin.ts'), 'cli-docs': path.join(here, 'src/cli-docs.ts') },
  platform: 'node',
  external: (id) =>
    id.startsWith('node:') || external.some((name) => id === name || id.startsWith(`${name}/`)),
  resolve: { conditionNames: ['source', 'import', 'node', 'default'], alias: { yaml } },
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
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [
        // What every command needs, and what reads a pipeline: two files load faster than twenty.
        {
          name: 'command',
          test: inPackage('cli', 'main|flags|read-flags|parse-arguments|exit-code|usage-error'),
          priority: 3,
        },
        { name: 'command', test: inPackage('schema', 'did-you-mean|result'), priority: 3 },
      ],
    },
    minify: { compress: true, mangle: false, codegen: true },
  },
});

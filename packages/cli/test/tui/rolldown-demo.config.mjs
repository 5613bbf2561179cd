// Bundles demo.ts as the command is bundled, into the folder named by DEMO_DIR.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export default {
  input: path.join(path.dirname(fileURLToPath(import.meta.url)), 'demo.ts'),
  platform: 'node',
  external: ['react-devtools-core'],
  plugins: [
    {
      // With fetch in reach, yoga's loader reads its built-in wasm through it: 100 ms to load what it needs for that.
      name: 'yoga-without-fetch',
      transform: {
        filter: { id: /yoga-wasm-base64-esm/ },
        handler: (code) => code.replaceAll('typeof fetch', 'typeof undefined'),
      },
    },
  ],
  resolve: { conditionNames: ['source', 'import', 'node'] },
  transform: { define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' } },
  output: {
    dir: process.env.DEMO_DIR,
    format: 'esm',
    entryFileNames: 'demo.mjs',
    chunkFileNames: '[name].mjs',
    minify: true,
  },
};

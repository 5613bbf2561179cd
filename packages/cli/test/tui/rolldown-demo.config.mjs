// Bundles demo.ts as the command is bundled, into the folder named by DEMO_DIR.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import command from '../../rolldown.config.mjs';

export default {
  input: path.join(path.dirname(fileURLToPath(import.meta.url)), 'demo.ts'),
  platform: 'node',
  external: ['react-devtools-core'],
  plugins: command.plugins,
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

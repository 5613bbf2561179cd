// Bundles the command: our own packages and Ink into small scripts that load when they are needed; converter libraries
// stay packages, as they bring native code, wasm and licences of their own. Run it from the root of the repository, when
// the packages are built: scripts are then compiled as well, by running what most users run.
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';
import { bundledLicences } from './bundled-licences.mjs';
import { compiledScripts } from './compiled-scripts.mjs';
import { reachedModules } from './reached-modules.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(here, 'dist');

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
];

/** A user's DEV=true is none of Ink's business: its development tools stay out of the bundle. */
const inkWithoutDevtools = {
  name: 'ink-without-devtools',
  transform: {
    filter: { id: /[\\/]ink[\\/]build[\\/]utils\.js$/ },
    handler(code) {
      const changed = code.replace("process.env['DEV'] === 'true'", 'false');
      if (changed === code) throw new Error('Ink asks for DEV in another way now');
      return changed;
    },
  },
};

/** With fetch in reach, the loader of Ink's layout reads its built-in wasm through it: 100 ms for what it needs for that. */
const yogaWithoutFetch = {
  name: 'yoga-without-fetch',
  transform: {
    filter: { id: /yoga-wasm-base64-esm/ },
    handler(code) {
      const changed = code.replaceAll('typeof fetch', 'typeof undefined');
      if (changed === code) throw new Error('yoga loads its wasm in another way now');
      return changed;
    },
  },
};

const stringWidth = createRequire(import.meta.url).resolve('string-width');

/** What its tables take to load is a tenth of a start, and few runs measure more than plain text. */
const lateStringWidth = {
  name: 'late-string-width',
  resolveId: {
    filter: { id: /^string-width$/ },
    handler: (id, importer) => (importer?.endsWith('text-width.ts') === true ? `\0late:${id}` : undefined),
  },
  load: {
    filter: { id: /^\0late:/ },
    handler: () => `export default (text) => require(${JSON.stringify(stringWidth)}).default(text);`,
  },
};

/** One sign above 255 doubles what a script takes in memory, and there is one in every script of ours: in messages. */
const onlyAscii = {
  name: 'only-ascii',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      // There it would not be read as that sign.
      if (/String\.raw`[^`]*[^\0-\u007f]/.test(chunk.code))
        throw new Error(`${chunk.fileName}: a sign in a raw text`);
      chunk.code = chunk.code.replace(
        /[^\0-\u007f]/g,
        (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/** What is not found would be looked for at run time, where it is not. */
const onLog = (level, log, handler) => {
  if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message);
  handler(level, log);
};

const shared = {
  platform: 'node',
  onLog,
  resolve: { conditionNames: ['source', 'node', 'default'], alias: { yaml } },
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  treeshake: {
    moduleSideEffects: [
      { test: /[\\/]packages[\\/](schema|engine|operations|server)[\\/]src[\\/]/, sideEffects: false },
    ],
  },
};
const minify = { compress: true, mangle: { keepNames: { function: true, class: true } }, codegen: true };

/** Ink waits at its top level, which only modules may do: what draws with it is a bundle of its own. */
const views = ['live', 'watch-live'];
const viewOf = (id) => views.find((name) => id.endsWith(path.join('cli', 'src', 'tui', `${name}.ts`)));

const view = {
  ...shared,
  input: Object.fromEntries(views.map((name) => [name, path.join(here, 'src/tui', `${name}.ts`)])),
  plugins: [inkWithoutDevtools, yogaWithoutFetch, bundledLicences],
  // Not installed, and never asked for.
  external: (id) => id.startsWith('node:') || id === 'react-devtools-core',
  output: { dir: dist, cleanDir: true, format: 'esm', chunkFileNames: 'view-[hash].js', minify },
};

const isExternal = (id) =>
  viewOf(id) !== undefined ||
  id.startsWith('node:') ||
  external.some((name) => id === name || id.startsWith(`${name}/`));

const sources = (folder, names) => names.map((name) => path.join(here, '..', folder, 'src', `${name}.ts`));

/** What starts the process of a converter, before anything else of a run is there. */
const host = [...sources('cli', ['incremental/warm-host']), ...sources('operations', ['host/host-process'])];
/** What checks a pipeline. */
const language = sources('cli', ['open-pipeline', 'commands/validate']);
/** A run of local files with plain lines, of a pipeline that was checked before. */
const run = [
  ...sources('cli', ['commands/run', 'reporters/lines']),
  ...sources('operations', ['programs/reaper', 'stores/sftp-pool']),
  ...sources('operations', ['operations/convert', 'operations/import/local', 'operations/export/local']),
];

const analysed = { ...shared, plugins: [lateStringWidth], external: isExternal };
const inStart = await reachedModules(analysed, sources('cli', ['main']));
const inHost = await reachedModules(analysed, host);
const inLanguage = await reachedModules(analysed, language);
const inRun = await reachedModules(analysed, run);

const command = {
  ...shared,
  input: { bin: path.join(here, 'src/bin.ts'), 'cli-docs': path.join(here, 'src/cli-docs.ts') },
  plugins: [lateStringWidth, onlyAscii, bundledLicences],
  external: isExternal,
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: dist,
    format: 'cjs',
    paths: (id) => (viewOf(id) === undefined ? id : `./${viewOf(id)}.js`),
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    sourcemap: false,
    codeSplitting: {
      includeDependenciesRecursively: false,
      // A few large files: fifty small ones would take longer to find than to read.
      groups: [
        // Apart from all that is kept in compiled form: see there.
        { name: 'load-view', priority: 6, test: /[\\/]reporters[\\/]load-view\.ts$/ },
        // What every command starts with: it must not reach the language.
        { name: 'start', priority: 5, test: (id) => inStart.has(id) },
        // Checking asks converters, and these could ask for a process: without loading what starts one.
        { name: 'pool', priority: 4, test: (id) => inHost.has(id) && inLanguage.has(id) },
        { name: 'host', priority: 3, test: (id) => inHost.has(id) },
        { name: 'common', priority: 2, test: (id) => inLanguage.has(id) && inRun.has(id) },
        { name: 'language', priority: 1, test: (id) => inLanguage.has(id) },
        { name: 'run', priority: 0, test: (id) => inRun.has(id) },
      ],
    },
    minify,
  },
};

/** What is answered before anything else is loaded: see `quick.ts`. The last one, as it compiles them all. */
const quick = {
  ...shared,
  input: { quick: path.join(here, 'src/quick.ts') },
  plugins: [onlyAscii, compiledScripts],
  external: (id) => id.startsWith('node:'),
  output: { dir: dist, format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false, minify },
};

// oxlint-disable-next-line import/no-default-export -- rolldown reads it so
export default defineConfig([view, command, quick]);

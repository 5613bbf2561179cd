// Keeps the compiled form of the scripts that most runs load: what `src/compiled-scripts.ts` looks for. A form holds the
// functions that ran before it was made, so a pipeline of the usual kind runs first: cold, then with one file changed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const own = fileURLToPath(import.meta.url);

/** A plugin, for the last of the bundles. In a process of its own, as the flags of this one would count. */
export const compiledScripts = {
  name: 'compiled-scripts',
  writeBundle({ dir }) {
    const { NODE_OPTIONS: _, ...env } = process.env;
    execFileSync(process.execPath, [own, dir], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  },
};

const usual = `params:
  indent: { type: integer, default: 2 }
tasks:
  records:
    operation: import/local
    path: [records/*.json, "!records/_old/**"]
  tables:
    operation: convert
    input: records
    matrix: { format: [yaml, csv] }
    output_format: \${{ matrix.format }}
    filename: \${{ file.stem }}-\${{ params.indent }}.\${{ matrix.format }}
  publish:
    operation: export/local
    input: [records, tables]
    path: public
`;

async function compile(dist) {
  const require = createRequire(import.meta.url);
  const { answerQuickly, useCompiledScripts, compiledFile } = require(path.join(dist, 'quick.cjs'));
  const scripts = new Map();
  useCompiledScripts((filename, script) => scripts.set(filename, script));
  const { start } = require(path.join(dist, 'bin.cjs'));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-compile-'));
  const run = async () => {
    await start({ version: 'compiled', look: answerQuickly('compiled').look });
    if (process.exitCode !== 0) throw new Error('the usual pipeline failed');
  };
  try {
    process.chdir(folder);
    process.argv = [process.execPath, own, 'run', '--reporter', 'lines'];
    mkdirSync('records');
    writeFileSync('pipeline.yaml', usual);
    for (const id of [1, 2, 3]) writeFileSync(`records/${id}.json`, JSON.stringify([{ id }]));
    await run();
    writeFileSync('records/2.json', JSON.stringify([{ id: 4 }]));
    await run();
  } finally {
    process.chdir(dist);
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [filename, script] of scripts) {
    // V8 does not keep for whom a script imports: `import()` would find nobody to ask.
    if (/\bimport\(/.test(readFileSync(filename, 'utf8'))) continue;
    const file = compiledFile(filename);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, script.createCachedData());
  }
}

if (process.argv[1] === own) await compile(process.argv[2]);

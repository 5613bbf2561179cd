/** Which files of the built command a call loads, as V8 itself reports it: every file costs start-up time. */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compiledFile } from '../src/compiled-scripts.ts';
import { copyPipeline, writeFileIn } from './running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from './script.ts';

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../dist');
let folder = '';
beforeEach(() => {
  folder = createWorkFolder();
});
afterEach(() => removeWorkFolder(folder));

/** Every script that the process ran, as V8 itself reports it at exit. */
async function loadedBy(args: readonly string[]): Promise<readonly string[]> {
  const coverage = path.join(folder, 'coverage');
  const env = { NODE_V8_COVERAGE: coverage };
  const { code, stderr } = await runCommand(args, { cwd: folder, env });
  expect(code, stderr).toBe(0);
  return readdirSync(coverage).flatMap((name) => {
    const report: { result: { url: string }[] } = JSON.parse(readFileSync(path.join(coverage, name), 'utf8'));
    return report.result
      .map(({ url }) => url)
      .filter((url) => url.startsWith('file:'))
      .map((url) => fileURLToPath(url));
  });
}

const filesWith = (mark: string): readonly string[] =>
  readdirSync(dist)
    .filter((name) => /\.c?js$/.test(name))
    .map((name) => path.join(dist, name))
    .filter((file) => readFileSync(file, 'utf8').includes(mark));

describe('what is loaded', () => {
  test('a run with nothing to do loads neither the language nor the engine', async () => {
    writeFileIn(folder, 'pipeline.yaml', copyPipeline);
    await loadedBy(['run']);
    rmSync(path.join(folder, 'coverage'), { recursive: true });
    const loaded = await loadedBy(['run']);
    const names = loaded.map((file) => path.basename(file).replace(/-[\w-]{8}\.c?js$/, ''));
    expect(names.sort()).toEqual(['pipeline.js', 'quick.cjs']);
  });

  test('a run loads the language once the pipeline has changed, and not for a file alone', async () => {
    const namesLoaded = async (): Promise<readonly string[]> => {
      rmSync(path.join(folder, 'coverage'), { recursive: true, force: true });
      const loaded = await loadedBy(['run']);
      return loaded.map((file) => path.basename(file).replace(/-[\w-]{8}\.c?js$/, ''));
    };
    const pipeline = `tasks:
  texts: { operation: import/local, path: "*.txt" }
  out: { operation: export/local, input: texts, path: out }
`;
    writeFileIn(folder, 'pipeline.yaml', pipeline);
    writeFileIn(folder, 'a.txt', 'one');
    expect(await namesLoaded()).toEqual(expect.arrayContaining(['language', 'run']));
    writeFileIn(folder, 'a.txt', 'another');
    const again = await namesLoaded();
    expect(again).toContain('run');
    expect(again).not.toContain('language');
    expect(readFileSync(path.join(folder, 'out/a.txt'), 'utf8')).toBe('another');
    writeFileIn(folder, 'pipeline.yaml', pipeline.replace('path: out', 'path: public'));
    expect(await namesLoaded()).toContain('language');
    expect(readFileSync(path.join(folder, 'public/a.txt'), 'utf8')).toBe('another');
  });

  test('a run without a terminal loads neither Ink nor a converter that it does not use', async () => {
    writeFileIn(folder, 'pipeline.yaml', copyPipeline);
    const ink = filesWith('react.element');
    const places = filesWith('import/url');
    expect(ink.length).toBeGreaterThan(0);
    expect(places.length).toBeGreaterThan(0);
    const loaded = await loadedBy(['run']);
    expect(loaded).toContain(path.join(dist, 'bin.cjs'));
    expect(loaded.filter((file) => ink.includes(file))).toEqual([]);
    const server = filesWith('pipeline serve: listening');
    expect(server).toHaveLength(1);
    expect(loaded.filter((file) => server.includes(file))).toEqual([]);
    // Everything is in the bundle; a converter library would be a package.
    expect(loaded.filter((file) => file.includes('node_modules'))).toEqual([]);
    const names = loaded.map((file) => path.basename(file).replace(/-[\w-]{8}\.c?js$/, ''));
    expect(
      names.filter((name) =>
        ['convert', 'thumbnail', 'archive', 'merge', 'optimize', 'watermark'].includes(name),
      ),
    ).toEqual([]);
    expect(names).toContain('raw');
  });

  test('what a run loads is there in compiled form, as this V8 takes it', async () => {
    writeFileIn(folder, 'pipeline.yaml', copyPipeline);
    const loaded = (await loadedBy(['run'])).filter((file) =>
      /(start|common|language|run)-[\w-]{8}\.cjs$/.test(file),
    );
    expect(loaded).toHaveLength(4);
    const check = `const fs = require('node:fs'); const { Script } = require('node:vm');
      const [source, form] = process.argv.slice(1).map((file) => fs.readFileSync(file));
      const head = '(function (exports, require, module, __filename, __dirname) { ';
      console.log(new Script(head + source + '\\n})', { cachedData: form }).cachedDataRejected);`;
    for (const file of loaded) {
      const { stdout } = spawnSync(process.execPath, ['-e', check, file, compiledFile(file)], {
        encoding: 'utf8',
      });
      expect([path.basename(file), stdout]).toEqual([path.basename(file), 'false\n']);
    }
  });

  test('--version loads one file', async () => {
    expect((await loadedBy(['--version'])).filter((file) => file.startsWith(dist))).toEqual([
      path.join(dist, 'quick.cjs'),
    ]);
  });

  test('validate loads nothing that could run', async () => {
    writeFileIn(folder, 'pipeline.yaml', copyPipeline);
    const loaded = await loadedBy(['validate']);
    const runs = filesWith('node:child_process');
    expect(runs.length).toBeGreaterThan(0);
    expect(loaded.length).toBeGreaterThan(3);
    expect(loaded.filter((file) => runs.includes(file) || file.includes('node_modules'))).toEqual([]);
  });
});

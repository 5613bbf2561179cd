/**
 * Loads LibreOffice's wasm with enough threads. It asks for them while it holds the main thread, and a thread that is not
 * there by then never comes: with the four that the package makes, every second document hung. In a host.
 */
import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { compileFunction } from 'node:vm';
import type { OfficeModule } from '@matbee/libreoffice-converter/wasm/loader';

const threads = 14;
const fewThreads = 'var pthreadPoolSize=4;';

export async function loadOfficeModule(): Promise<OfficeModule> {
  // It starts helpers by the number of processors; each would need one of the threads.
  const [one] = os.cpus();
  os.cpus = () => (one === undefined ? [] : [one]);
  const loader = await import('@matbee/libreoffice-converter/wasm/loader');
  const require = createRequire(import.meta.url);
  const script = path.join(
    path.dirname(require.resolve('@matbee/libreoffice-converter/wasm/loader')),
    'soffice.cjs',
  );
  const source = readFileSync(script, 'utf8');
  if (!source.includes(fewThreads)) throw new Error('this version of LibreOffice as wasm is not known');
  // What the loader would run, so that it prepares everything and runs nothing.
  const module = new Module(script);
  module.loaded = true;
  require.cache[script] = module;
  const loading = loader.createModule({ print: ignore, printErr: ignore });
  const names = ['exports', 'require', 'module', '__filename', '__dirname'];
  const run: unknown = compileFunction(source.replace(fewThreads, `var pthreadPoolSize=${threads};`), names, {
    filename: script,
  });
  if (typeof run !== 'function') throw new Error('the script of LibreOffice was not compiled');
  Reflect.apply(run, undefined, [
    module.exports,
    createRequire(script),
    module,
    script,
    path.dirname(script),
  ]);
  return loading;
}

const ignore = (): void => undefined;

/**
 * The compiled form of our own scripts, kept by the build beside them: V8 takes it when it is the very V8 that wrote it,
 * and whoever has another one compiles what he loads, as always. It knows nothing of what the scripts do.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Script } from 'node:vm';

/** Of the function that Node makes of a script. */
type ScriptArguments = readonly [
  exports: unknown,
  require: NodeJS.Require,
  module: NodeJS.Module,
  filename: string,
  dirname: string,
];

/**
 * From now on, scripts named `.cjs` that have a compiled form are loaded by it. The build passes `onScript`, is told of
 * every script, and uses no compiled form.
 */
export function useCompiledScripts(onScript?: (filename: string, script: Script) => void): void {
  const { extensions } = createRequire(import.meta.url);
  const asAlways = extensions['.js'];
  extensions['.cjs'] = (module, filename) => {
    const cachedData = onScript === undefined ? readIfThere(compiledFile(filename)) : undefined;
    if (cachedData === undefined && onScript === undefined) {
      asAlways?.(module, filename);
      return;
    }
    const script = new Script(String(Buffer.concat([head, readFileSync(filename), tail])), {
      filename,
      ...(cachedData !== undefined && { cachedData }),
    });
    onScript?.(filename, script);
    const run: (...given: ScriptArguments) => void = script.runInThisContext();
    run(module.exports, createRequire(filename), module, filename, path.dirname(filename));
  };
}

/** Of one V8 on one kind of machine: V8 itself compares versions and flags, but not machines. */
export function compiledFile(filename: string): string {
  const { platform, arch, versions } = process;
  const { dir, name } = path.parse(filename);
  return path.join(dir, `compiled-${versions.v8}-${platform}-${arch}`, `${name}.bin`);
}

/** In the line that the script begins in, so that errors name the right ones. Joined as bytes, it is one text for V8. */
const head = Buffer.from('(function (exports, require, module, __filename, __dirname) { ');
const tail = Buffer.from('\n})');

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

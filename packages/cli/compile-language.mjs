// Reading the language, 400 kB of it, is most of what a start costs. As it imports nothing, it can be one script whose
// compiled form is kept beside it: V8 takes that if it is the V8 that wrote it, and compiles the script otherwise. So
// the command starts fastest where it was built, and correctly everywhere.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

/** Functions that this pipeline needs are in the compiled form; the others are compiled when they are called. */
const usual = `params:
  quality: { type: integer, default: 80 }
tasks:
  docs: { operation: import/local, path: "docs/*.md" }
  pdf: { operation: convert, input: docs, output_format: pdf }
  photos:
    operation: import/local
    path: [photos/*.jpg, "!photos/_old/**"]
  web:
    operation: convert
    input: photos
    matrix: { width: [480, 1600] }
    output_format: webp
    width: \${{ matrix.width }}
    quality: \${{ params.quality }}
    filename: \${{ file.stem }}-\${{ matrix.width }}.webp
  publish:
    operation: export/local
    input: [pdf, web]
    path: public
`;

/** A plugin: beside `language.cjs`, its compiled form and the module through which the other files import it. */
export const compileLanguage = {
  name: 'compile-language',
  writeBundle({ dir }) {
    const file = path.join(dir, 'language.cjs');
    const source = `(function (exports) {${readFileSync(file, 'utf8')}\n})`;
    writeFileSync(file, source);
    const script = new vm.Script(source, { filename: file });
    const exported = {};
    script.runInThisContext()(exported);
    const conversions = { targets: () => new Set(['pdf', 'webp']) };
    const loaded = exported.loadPipeline({ path: 'usual.yaml', text: usual }, { conversions });
    if (!loaded.ok) throw new Error(`the usual pipeline is not valid: ${loaded.error[0]?.message}`);
    writeFileSync(path.join(dir, 'language.bin'), script.createCachedData());
    writeFileSync(path.join(dir, 'language.js'), shim(Object.keys(exported)));
  },
};

function shim(names) {
  return `import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

const filename = fileURLToPath(new URL('language.cjs', import.meta.url));
const read = (name) => {
  try {
    return readFileSync(fileURLToPath(new URL(name, import.meta.url)));
  } catch {
    return undefined;
  }
};
const script = new Script(readFileSync(filename, 'utf8'), { filename, cachedData: read('language.bin') });
const language = {};
script.runInThisContext()(language);
export const { ${names.join(', ')} } = language;
`;
}

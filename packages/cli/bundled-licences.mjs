// Writes the licences of the packages whose code is in the bundle beside it: those licences ask for that.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Of all bundles so far: the last one writes the list of all. */
const folders = new Set();

export const bundledLicences = {
  name: 'bundled-licences',
  generateBundle(_options, bundle) {
    for (const { moduleIds = [] } of Object.values(bundle)) {
      for (const folder of moduleIds.map(packageFolder)) if (folder !== undefined) folders.add(folder);
    }
    const texts = [...folders].map(licence).sort();
    this.emitFile({
      type: 'asset',
      fileName: 'third-party-licenses.txt',
      source: texts.join(`\n${'-'.repeat(80)}\n`),
    });
  },
};

/** `…/node_modules/ink/build/index.js` → `…/node_modules/ink`; undefined for code of our own. */
function packageFolder(id) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+(?=[\\/])/.exec(id)?.[0];
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? `Licence: ${license}` : readFileSync(path.join(folder, file), 'utf8');
  return `${name} ${version}\n\n${text.trim()}\n`;
}

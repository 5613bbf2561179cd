// What `npm install @pipeline/cli` would bring: all production and optional dependencies of this platform, each once.
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

/** Bytes of files, by package; the heaviest first. Peers are not brought along. */
export function weighPackage(folder) {
  const seen = new Map();
  visit(realpathSync(folder), seen);
  return [...seen].map(([dir, { name, bytes }]) => ({ name, dir, bytes })).sort((a, b) => b.bytes - a.bytes);
}

function visit(folder, seen) {
  if (seen.has(folder)) return;
  const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  seen.set(folder, { name: manifest.name, bytes: sizeOf(folder, manifest) });
  const peers = Object.keys(manifest.peerDependencies ?? {});
  const optionalPeers = new Set(
    peers.filter((name) => manifest.peerDependenciesMeta?.[name]?.optional === true),
  );
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    if (optionalPeers.has(name)) continue;
    const found = resolve(folder, name);
    // An optional dependency for another platform.
    if (found !== undefined) visit(found, seen);
  }
}

function resolve(folder, name) {
  for (let dir = folder; dir !== path.dirname(dir); dir = path.dirname(dir)) {
    const candidate = path.join(dir, 'node_modules', name);
    if (existsSync(path.join(candidate, 'package.json'))) return realpathSync(candidate);
  }
  return undefined;
}

/** Of our own packages only what they publish: `files`, without those that have a `!`. */
function sizeOf(folder, { name, files }) {
  if (!name.startsWith('@pipeline/')) return folderSize(folder);
  const left = files.filter((file) => file.startsWith('!')).map((file) => file.slice(1));
  const isLeftOut = (file) => left.some((pattern) => path.matchesGlob(path.relative(folder, file), pattern));
  return files
    .filter((file) => !file.startsWith('!'))
    .reduce((sum, file) => sum + folderSize(path.join(folder, file), (found) => !isLeftOut(found)), 0);
}

function folderSize(folder, isKept = () => true) {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory())
      return entry.name === 'node_modules' || !isKept(file) ? sum : sum + folderSize(file, isKept);
    return entry.isFile() && isKept(file) ? sum + statSync(file).size : sum;
  }, 0);
}

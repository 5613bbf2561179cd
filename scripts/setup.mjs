// Brings a fresh clone to the state in which `npx pipeline` works, and does nothing, quickly, when it is there already.
// Needs only Node and npm: the pinned pnpm comes through npx.
//   node scripts/setup.mjs [--quiet]     --quiet: say nothing unless there is work to do
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stampFile = path.join(root, 'node_modules', '.pipeline-setup.json');
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const isQuiet = process.argv.includes('--quiet');
const say = (text) => process.stderr.write(`setup: ${text}\n`);

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Pipeline needs Node 20.19 or newer; this is ${process.version}. Get one from https://nodejs.org.`);
  process.exit(1);
}

const packages = readdirSync(path.join(root, 'packages')).map((name) => path.join('packages', name));
const manifests = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...packages.map((dir) => path.join(dir, 'package.json')),
];
const stamp = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};

const dependencies = hash(
  manifests.map((file) => readFileSync(path.join(root, file))).concat(process.version),
);
const isInstalled = stamp.dependencies === dependencies;
if (!isInstalled) {
  say('installing dependencies (about a minute the first time) …');
  await run('npx', ['--yes', manifest.packageManager, 'install', '--frozen-lockfile'], { cwd: root });
}

const sources = hash(['scripts', ...packages].flatMap((dir) => fingerprints(path.join(root, dir))));
const isBuilt =
  isInstalled && stamp.sources === sources && existsSync(path.join(root, 'packages/cli/dist/bin.cjs'));
if (!isBuilt) {
  say('building …');
  await run(process.execPath, ['scripts/build.mjs'], { cwd: root });
}

mkdirSync(path.dirname(stampFile), { recursive: true });
writeFileSync(stampFile, `${JSON.stringify({ dependencies, sources })}\n`);
if (!isQuiet || !isInstalled || !isBuilt) say('ready. Try `npx pipeline --help`.');

/** Path, size and mtime of every file that a build reads. */
function fingerprints(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) {
      return ['node_modules', 'dist', 'generated', 'test', '.pipeline'].includes(entry.name)
        ? []
        : fingerprints(file);
    }
    const { size, mtimeMs } = statSync(file);
    return [`${path.relative(root, file)} ${size} ${mtimeMs}`];
  });
}

function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part).update('\0');
  return sum.digest('hex');
}

// How long the built command takes to start, over a bare `node -e 0`. Rounds are interleaved, so that a busy machine
// hurts all of them alike; medians; one JSON line per promise.
//   node bench/startup.mjs [rounds]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 41);
const folder = mkdtempSync(path.join(os.tmpdir(), 'pipeline-startup-'));
writeFileSync(
  path.join(folder, 'pipeline.yaml'),
  `name: small
params:
  quality: { type: integer, default: 80, minimum: 1, maximum: 100 }
tasks:
  docs:
    operation: import/local
    path: docs/**/*.md
  pdf:
    operation: convert
    input: docs
    output_format: pdf
  photos:
    operation: import/local
    path: photos/*.jpg
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
`,
);

const cases = {
  bare: ['-e', '0'],
  version: [bin, '--version'],
  validate: [bin, 'validate', 'pipeline.yaml'],
};
const times = { bare: [], version: [], validate: [] };

try {
  for (let round = -2; round < rounds; round += 1) {
    for (const [name, args] of Object.entries(cases)) {
      const began = performance.now();
      const { status, stderr } = spawnSync(process.execPath, args, {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
      });
      const took = performance.now() - began;
      if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stderr}`);
      // The first rounds only warm the disk.
      if (round >= 0) times[name].push(took);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

report('start-up of --version over node -e 0', 'version', 30);
report('start-up of validate, a small file, over node -e 0', 'validate', 60);

function report(promise, name, bar) {
  const value = median(times[name]) - median(times.bare);
  const line = {
    name: promise,
    value: round(value),
    unit: 'ms',
    bar,
    ok: value <= bar,
    bare: round(median(times.bare)),
    rounds,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (!line.ok) process.exitCode = 1;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function round(value) {
  return Math.round(value * 10) / 10;
}

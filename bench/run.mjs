// Runs every measurement beside this file, one after another, and sums up: each prints JSON lines
// `{ name, value, unit, bar, ok }`. A missed bar fails the run.
//   node bench/run.mjs [name …]
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(here)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => path.basename(file, '.mjs'))
  .filter((name) => wanted.length === 0 || wanted.includes(name));

const results = names.flatMap((name) => {
  process.stderr.write(`bench ${name} …\n`);
  const ran = spawnSync(process.execPath, [path.join(here, `${name}.mjs`)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = ran.stdout.split('\n').filter((line) => line.startsWith('{'));
  const measured = lines.map((line) => JSON.parse(line));
  return measured.length > 0 ? measured : [{ name, value: `exit ${ran.status}`, bar: '-', ok: false }];
});

for (const { name, value, unit = '', bar, ok } of results) {
  process.stdout.write(`${ok ? 'ok  ' : 'MISS'} ${name}: ${value}${unit && ` ${unit}`} (bar ${bar})\n`);
}
process.exitCode = results.every((result) => result.ok) ? 0 : 1;

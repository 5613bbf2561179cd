// Converts samples twice by every converter that is here, and compares the bytes: the second time in another folder, in
// other processes, in the opposite order, seconds later, and of files with other dates.
//
//   node scripts/test-deterministic.mjs [--converter sharp,pandoc] [--to pdf] [--keep folder]
//
// One pair of formats for each converter and output format. Exits with 1 when a result differs whose converter
// is not known to give other bytes each time.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: { converter: { type: 'string' }, to: { type: 'string' }, keep: { type: 'string' } },
});
delete process.env.PIPELINE_PROGRAMS_PATH;
const { operations } = await import('./formats/library.mjs');
const { sampleFor, hasSample } = await import('./formats/run-pair.mjs');

const scratch = mkdtempSync(path.join(os.tmpdir(), 'pipeline-deterministic-'));
const chosen = (list, value) => list === undefined || list.split(',').includes(value);
const jobs = operations.converters
  .filter((converter) => operations.isInstalled(converter) && chosen(flags.converter, converter.name))
  .flatMap((converter) => jobsOf(converter));
process.stdout.write(`${jobs.length} conversions, each twice\n`);
const first = await runAll(jobs, 'one');
await new Promise((resolve) => setTimeout(resolve, 1500));
const second = await runAll(jobs.toReversed(), 'another/place');
report();
if (flags.keep === undefined) rmSync(scratch, { recursive: true, force: true });
else process.stdout.write(`kept in ${scratch}\n`);
process.exit();

/** Of each output format, the first input format that there is a sample of. */
function jobsOf(converter) {
  const found = new Map();
  for (const [from, targets] of Object.entries(converter.pairs)) {
    if (!hasSample(from)) continue;
    for (const to of targets) {
      if (!found.has(to) && from !== to && chosen(flags.to, to)) found.set(to, { converter, from, to });
    }
  }
  return [...found.values()];
}

async function runAll(list, folder) {
  const results = new Map();
  for (const [index, job] of list.entries()) {
    if (process.stdout.isTTY) process.stdout.write(`\r${folder} ${index + 1}/${list.length} `);
    results.set(label(job), await runOne(job, path.join(scratch, folder)));
  }
  await operations.createLocalBackend({ maxHosts: 1 }).close();
  return results;
}

function label({ converter, from, to }) {
  return `${converter.name}: ${from} to ${to}`;
}

async function runOne({ converter, from, to }, folder) {
  const place = path.join(folder, label({ converter, from, to }).replaceAll(/\W+/g, '-'));
  const workDir = path.join(place, 'work');
  mkdirSync(workDir, { recursive: true });
  const inputPath = path.join(place, `sample.${from}`);
  copyFileSync(sampleFor(from, to), inputPath);
  const seconds = folder.endsWith('one') ? 1_600_000_000 : 1_700_000_001;
  utimesSync(inputPath, seconds, seconds);
  try {
    const made = await converter.convert({
      inputPath,
      inputName: `sample.${from}`,
      from,
      to,
      dir: '',
      outputName: `sample.${to}`,
      options: {},
      workDir,
      allowedDirs: [place],
      startedAt: Date.now(),
      signal: AbortSignal.timeout(90_000),
      progress: () => undefined,
      note: () => undefined,
    });
    if (!made.ok) return { why: made.error.message.split('\n')[0] };
    return made.value.map((file) => ({
      name: file.name,
      path: file.path,
      hash: existsSync(file.path)
        ? createHash('sha256').update(readFileSync(file.path)).digest('hex')
        : 'none',
    }));
  } catch (error) {
    return { why: `thrown: ${String(error?.message ?? error).split('\n')[0]}` };
  }
}

function report() {
  const failed = [];
  const differing = [];
  for (const [name, one] of first) {
    const other = second.get(name);
    if (one.why !== undefined || other.why !== undefined) failed.push(`${name}: ${one.why ?? other.why}`);
    else if (shown(one) !== shown(other)) differing.push({ name, one, other });
  }
  for (const line of failed) process.stdout.write(`not converted · ${line}\n`);
  for (const { name, one, other } of differing) {
    process.stdout.write(`differs · ${name}\n`);
    if (flags.keep !== undefined) process.stdout.write(`  ${one[0]?.path}\n  ${other[0]?.path}\n`);
  }
  process.stdout.write(
    `${first.size - failed.length - differing.length} the same, ${differing.length} differ, ${failed.length} not converted\n`,
  );
  process.exitCode = differing.length === 0 ? 0 : 1;
}

function shown(files) {
  return files.map(({ name, hash }) => `${name} ${hash}`).join('\n');
}

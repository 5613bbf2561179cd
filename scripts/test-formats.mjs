// Every pair of formats that the local backend offers, converted once on a real file, and the output opened.
//
//   npm run test:formats -- [--embedded] [--from docx,png] [--to pdf] [--only cloudconvert] [--all] [--sample 40]
//                           [--seed 1] [--jobs 2] [--resume] [--report] [--write] [--recorded]
//
// --embedded: as if no program were installed · --all: chains that CloudConvert has no pair for, too · --sample: so many
// pairs, drawn by the seed · --recorded: only what is among the written results · --resume: leaves out what went well
// before, of programs too when the same converter did it without any · --report: runs nothing, and tells what was run before · --write: writes the results that docs/formats.md
// is made of; with some pairs only, the others stay as they were written.
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { values: flags } = parseArgs({
  options: {
    embedded: { type: 'boolean' },
    from: { type: 'string' },
    to: { type: 'string' },
    only: { type: 'string' },
    all: { type: 'boolean' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    resume: { type: 'boolean' },
    write: { type: 'boolean' },
    converter: { type: 'string' },
    recorded: { type: 'boolean' },
    report: { type: 'boolean' },
  },
});
// Before anything looks for programs.
if (flags.embedded) process.env.PIPELINE_PROGRAMS_PATH = '';
else delete process.env.PIPELINE_PROGRAMS_PATH;

const { operations, schema } = await import('./formats/library.mjs');
const { canonicalFormat, formatKind } = schema;
const { countCloudConvert, isCloudConvertPair } = await import('./formats/cloudconvert.mjs');
const { closeBackend, converterLabel, hasSample, runPair } = await import('./formats/run-pair.mjs');
const { readResults, withEarlier, workingPairs, writeResults } = await import('./formats/results.mjs');
const { weighPackage } = await import('./formats/weigh.mjs');
const { unexplained } = await import('./write-formats-docs.mjs');

const mode = flags.embedded ? 'embedded' : 'native';
const logFile = path.join(root, `node_modules/.cache/pipeline-formats/${mode}.jsonl`);
mkdirSync(path.dirname(logFile), { recursive: true });
const known = new Map(
  flags.resume || flags.report ? [...(flags.embedded ? [] : await shownEmbedded()), ...readLog(logFile)] : [],
);
if (!flags.resume && !flags.report && flags.write) writeFileSync(logFile, '');

const wanted = choose(offeredPairs());
const todo = wanted.filter((pair) => known.get(key(pair))?.why !== undefined || !known.has(key(pair)));
process.stdout.write(
  `${mode}: ${wanted.length} pairs${flags.resume ? `, ${todo.length} of them to be run` : ''}\n`,
);
if (!flags.report) await runAll(todo);
await closeBackend();
report();

function key({ from, to }) {
  return `${from} ${to}`;
}

/** Pairs of two formats for which there is a sample and an installed converter. */
function offeredPairs() {
  return operations
    .inputFormats()
    .filter((from) => from === canonicalFormat(from) && hasSample(from))
    .flatMap((from) =>
      [...operations.localConversions.targets(from)]
        .filter((to) => to !== from && isOffered(from, to))
        .map((to) => ({ from, to })),
    );
}

function isOffered(from, to) {
  const [best] = operations.convertersFor(from, to).filter(operations.isInstalled);
  if (best === undefined) return false;
  if (flags.converter !== undefined && !best.name.split('+').includes(flags.converter)) return false;
  // Of messages and subtitles CloudConvert's pairs are not known.
  const isAsked = isCloudConvertPair(from, to) || (formatKind(from) === 'other' && to === 'pdf');
  return best.via === undefined || flags.all === true || isAsked;
}

function choose(pairs) {
  const named = (list, name) => list === undefined || list.split(',').includes(name);
  const recorded = flags.recorded ? workingPairs(readResults(), [mode]) : undefined;
  const some = pairs.filter(
    ({ from, to }) =>
      (recorded === undefined || recorded.has(key({ from, to }))) &&
      named(flags.from, from) &&
      named(flags.to, to) &&
      (flags.only !== 'cloudconvert' || isCloudConvertPair(from, to)),
  );
  if (flags.sample !== undefined) return draw(some, Number(flags.sample));
  // What people convert comes first.
  return some.sort(
    (a, b) => Number(isCloudConvertPair(b.from, b.to)) - Number(isCloudConvertPair(a.from, a.to)),
  );
}

/** The same seed draws the same pairs of the same table. */
function draw(pairs, count) {
  let state = Number(flags.seed) >>> 0;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const rest = [...pairs];
  return Array.from(
    { length: Math.min(count, rest.length) },
    () => rest.splice(Math.floor(random() * rest.length), 1)[0],
  );
}

async function runAll(pairs) {
  const base = mkdtempSync(path.join(os.tmpdir(), 'pipeline-formats-'));
  const queue = pairs.entries();
  let done = 0;
  let said = Date.now();
  const worker = async () => {
    for (const [index, pair] of queue) {
      const outcome = await runPair(pair, path.join(base, String(index)));
      known.set(key(pair), outcome);
      if (flags.write || flags.resume) appendFileSync(logFile, `${JSON.stringify(outcome)}\n`);
      if (outcome.why !== undefined)
        process.stdout.write(
          `✗ ${pair.from} → ${pair.to} (${outcome.converter}, ${outcome.ms} ms): ${outcome.why}\n`,
        );
      done++;
      if (Date.now() - said > 10_000) {
        said = Date.now();
        process.stdout.write(`… ${done} of ${pairs.length}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: Number(flags.jobs) }, worker));
  rmSync(base, { recursive: true, force: true });
}

/** What the same converter did without programs, it need not do again. */
async function shownEmbedded() {
  const shown = readLog(path.join(path.dirname(logFile), 'embedded.jsonl')).filter(
    ([, { why }]) => why === undefined,
  );
  const same = await Promise.all(
    shown.map(async ([, { from, to, converter }]) => {
      const found = await operations.findConverter({ from, to, options: {} });
      return found.ok && converterLabel(found.value) === converter;
    }),
  );
  return shown.filter((_, index) => same[index]);
}

function readLog(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line)).map((outcome) => [key(outcome), outcome]);
}

/** Whether only some pairs were asked for. */
function isPart() {
  return ['from', 'to', 'only', 'sample', 'converter', 'recorded'].some((name) => flags[name] !== undefined);
}

function report() {
  const ran = wanted.map((pair) => known.get(key(pair))).filter((outcome) => outcome !== undefined);
  const outcomes = flags.write && isPart() ? withEarlier(mode, ran) : ran;
  const working = new Set(outcomes.filter(({ why }) => why === undefined).map(key));
  const counts = countCloudConvert(working);
  const failed = outcomes.length - working.size;
  const bytes = weighPackage(path.join(root, 'packages/cli')).reduce((sum, { bytes }) => sum + bytes, 0);
  const facts = {
    pairs_working: working.size,
    cloudconvert_pairs: counts.pairs,
    cloudconvert_formats: counts.formats,
  };
  if (flags.write) writeResults(mode, outcomes, { counts: facts, installMegabytes: Math.round(bytes / 1e6) });
  process.stdout.write(
    [
      `${working.size} pairs work, ${failed} do not`,
      ...(flags.sample === undefined
        ? [
            `CloudConvert: ${counts.pairs} of its 2,079 pairs, ${counts.formats} of its 213 formats`,
            `npm install @pipeline/cli brings ${Math.round(bytes / 1e6)} MB`,
          ]
        : []),
      '',
    ].join('\n'),
  );
  if (flags.write) tellUnexplained();
  process.exitCode = failed === 0 ? 0 : 1;
}

function tellUnexplained() {
  const { formats, pairs } = unexplained();
  if (formats.length + pairs.length === 0) return;
  process.stdout.write(`Without a reason in reasons.json: ${[...formats, ...pairs].join(', ')}\n`);
}

// What a run costs when there is (nearly) nothing to do, and what the engine adds to files that are merely copied.
// Rounds are interleaved, so that a busy machine hurts all of them alike; every figure is a median over rounds of what
// was measured side by side in one round. Prints one JSON line for each promise.
//   node bench/noop.mjs [rounds]            after: node scripts/build.mjs
//
// - nothing changed: N files through one glob, one processing task (json → yaml) and export/local, run a second time.
//   Against `pipeline --version`; against a bare Node script that reads a list of sizes and times and stats the same
//   inputs and outputs; and against ninja on the same graph, where there is ninja.
// - one of 10,000 changed: the time over the run before it, which had nothing to do, less the action itself: that is the
//   sum of `action_ms` of the conversion and the export of that very content, as the journal of a first run has them that
//   has this file alone. In the run itself they take less: the process of the converter starts while the command loads.
// - cold: CPU (user and system, of the whole process tree) of import/local → export/local of 1,000 small files, against
//   a bare loop that makes the same copies as durably: temporary name, fsync, rename.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../packages/cli/bin/pipeline.js', import.meta.url));
const rounds = Number(process.argv[2] ?? 11);
const root = mkdtempSync(path.join(os.tmpdir(), 'pipeline-noop-'));
const hasNinja = spawnSync('ninja', ['--version']).status === 0;

const convertPipeline = `tasks:
  files:
    operation: import/local
    path: in/*.json
  yaml:
    operation: convert
    input: files
    output_format: yaml
  publish:
    operation: export/local
    input: yaml
    path: out/
`;

const copyPipeline = `tasks:
  files:
    operation: import/local
    path: in/*.json
  publish:
    operation: export/local
    input: files
    path: out/
`;

const bareStat = `import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
const outputOf = (name) => 'out/' + name.slice(0, -5) + '.yaml';
const look = (file) => { const { size, mtimeMs } = lstatSync(file); return size + ' ' + mtimeMs; };
const names = readdirSync('in');
if (process.argv[2] === 'remember') {
  const lines = names.map((name) => [name, look('in/' + name), look(outputOf(name))].join('\\t'));
  writeFileSync('bare-manifest', lines.join('\\n'));
} else {
  const known = new Map(readFileSync('bare-manifest', 'utf8').split('\\n').map((line) => {
    const [name, input, output] = line.split('\\t');
    return [name, { input, output }];
  }));
  let stale = 0;
  for (const name of names) {
    const { input, output } = known.get(name) ?? {};
    if (look('in/' + name) !== input || look(outputOf(name)) !== output) stale += 1;
  }
  if (stale > 0) throw new Error(stale + ' files changed');
}
`;

const bareCopy = `import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeSync } from 'node:fs';
mkdirSync('out');
let count = 0;
for (const name of readdirSync('in').sort()) {
  const content = readFileSync('in/' + name);
  const temporary = 'out/.bare-' + process.pid + '-' + (count += 1) + '.tmp';
  const file = openSync(temporary, 'wx');
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
  renameSync(temporary, 'out/' + name);
}
`;

try {
  const bare = script('bare-stat.mjs', bareStat);
  const loop = script('bare-copy.mjs', bareCopy);
  note('preparing 1,000 and 10,000 files …');
  const small = converted(1000);
  const large = converted(10_000);
  runNode(large, [bare, 'remember']);
  if (hasNinja) prepareNinja(large, 10_000);
  const copied = project('copied', 1000, copyPipeline);
  measureUnchanged(small, large, bare);
  measureOneChanged(large, project('alone', 1, convertPipeline));
  measureCold(copied, loop);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function measureUnchanged(small, large, bare) {
  const overVersion = [];
  const overBare = [];
  const overNinja = [];
  const cpuOverVersion = [];
  const times = { version: [], small: [], large: [], bare: [], ninja: [] };
  for (let round = -1; round < rounds; round += 1) {
    const version = runNode(small, [bin, '--version']);
    const unchangedSmall = upToDate(small, 1000);
    const unchangedLarge = upToDate(large, 10_000);
    const stat = runNode(large, [bare]);
    const ninja = hasNinja ? timed(large, 'ninja', ['--quiet']) : undefined;
    // The first round only warms the disk.
    if (round < 0) continue;
    overVersion.push(unchangedSmall - version);
    cpuOverVersion.push(cpuOf(small, [bin, 'run']).cpu - cpuOf(small, [bin, '--version']).cpu);
    overBare.push(unchangedLarge / stat);
    if (ninja !== undefined) overNinja.push(unchangedLarge / ninja);
    const all = { version, small: unchangedSmall, large: unchangedLarge, bare: stat, ninja };
    for (const [name, ms] of Object.entries(all)) if (ms !== undefined) times[name].push(ms);
  }
  const ms = Object.fromEntries(Object.entries(times).map(([name, each]) => [`${name}_ms`, figure(each)]));
  report('unchanged: 1,000 files, over --version', {
    value: figure(overVersion),
    unit: 'ms',
    bar: 60,
    cpu_over_ms: figure(cpuOverVersion),
    ...ms,
  });
  report('unchanged: 10,000 files, against a bare stat of them', { value: figure(overBare), bar: 1.5 });
  if (hasNinja) report('unchanged: 10,000 files, against ninja', { value: figure(overNinja), bar: 3 });
  else note('unchanged: 10,000 files, against ninja: not measured, there is no ninja here (ninja-build)');
}

function measureOneChanged(folder, alone) {
  const count = 10_000;
  const over = [];
  const all = { one: [], unchanged: [], action: [], actionWithin: [] };
  for (let round = -1; round < rounds; round += 1) {
    const unchanged = upToDate(folder, count);
    const index = ((round + 17) * 7919) % count;
    const content = { id: index, changed: `in round ${round}` };
    writeFileSync(path.join(folder, 'in', `${nameOf(index)}.json`), JSON.stringify(content));
    const one = runNode(folder, [bin, 'run']);
    const made = readFileSync(path.join(folder, 'out', `${nameOf(index)}.yaml`), 'utf8');
    if (!made.includes(content.changed)) throw new Error(`${nameOf(index)} was not converted again`);
    const action = actionAlone(alone, JSON.stringify(content));
    if (round < 0) continue;
    over.push(one - unchanged - action);
    all.actionWithin.push(actionMs(folder, nameOf(index)));
    all.one.push(one);
    all.unchanged.push(unchanged);
    all.action.push(action);
  }
  const ms = Object.fromEntries(Object.entries(all).map(([name, each]) => [`${name}_ms`, figure(each)]));
  report('one of 10,000 changed: over nothing changed and the action itself', {
    value: figure(over),
    unit: 'ms',
    bar: 50,
    ...ms,
  });
}

function measureCold(folder, loop) {
  const ratios = [];
  const all = { ours: [], bare: [], oursWall: [], bareWall: [] };
  for (let round = -1; round < rounds; round += 1) {
    // Nothing is removed between rounds: a file system is slow where many files have just gone.
    const ours = cpuOf(folder, [bin, 'run']);
    setAside(folder, `ours-${round}`);
    const bare = cpuOf(folder, [loop]);
    setAside(folder, `bare-${round}`);
    if (round < 0) continue;
    ratios.push(ours.cpu / bare.cpu);
    all.ours.push(ours.cpu);
    all.bare.push(bare.cpu);
    all.oursWall.push(ours.wall);
    all.bareWall.push(bare.wall);
  }
  report('cold: CPU of 1,000 copies, against a bare loop as durable', {
    value: figure(ratios),
    bar: 1.2,
    ours_cpu_ms: figure(all.ours),
    bare_cpu_ms: figure(all.bare),
    ours_wall_ms: figure(all.oursWall),
    bare_wall_ms: figure(all.bareWall),
  });
}

/** A folder with `count` small files and this pipeline. */
function project(name, count, pipeline) {
  const folder = path.join(root, name);
  mkdirSync(path.join(folder, 'in'), { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const record = {
      id: index,
      name: `record ${index}`,
      tags: ['one', 'two'],
      note: 'x'.repeat(150 + (index % 100)),
    };
    writeFileSync(path.join(folder, 'in', `${nameOf(index)}.json`), JSON.stringify(record));
  }
  writeFileSync(path.join(folder, 'pipeline.yaml'), pipeline);
  return folder;
}

/** The same, once converted. */
function converted(count) {
  const folder = project(`converted-${count}`, count, convertPipeline);
  const ms = runNode(folder, [bin, 'run']);
  note(`${count} conversions, cold: ${Math.round(ms)} ms`);
  // A run may leave it to the next one to say that nothing changes any more.
  runNode(folder, [bin, 'run']);
  return folder;
}

function prepareNinja(folder, count) {
  mkdirSync(path.join(folder, 'ninja-out'));
  const edges = Array.from({ length: count }, (_, index) => {
    const name = nameOf(index);
    return `build ninja-out/${name}.yaml: copy in/${name}.json\n`;
  });
  writeFileSync(path.join(folder, 'build.ninja'), `rule copy\n  command = cp $in $out\n${edges.join('')}`);
  timed(folder, 'ninja', ['--quiet']);
}

function upToDate(folder, count) {
  const { ms, stderr, stdout } = run(folder, process.execPath, [bin, 'run']);
  const said = `${stdout}${stderr}`;
  const isRight = said.includes('up to date') && said.includes(count.toLocaleString('en'));
  if (!isRight) throw new Error(`something ran, though nothing had changed:\n${said.slice(-600)}`);
  return ms;
}

/** The action of a file with this content, in a run that knows of none before it. */
function actionAlone(folder, content) {
  rmSync(path.join(folder, '.pipeline'), { recursive: true, force: true });
  rmSync(path.join(folder, 'out'), { recursive: true, force: true });
  writeFileSync(path.join(folder, 'in', `${nameOf(0)}.json`), content);
  runNode(folder, [bin, 'run']);
  return actionMs(folder, nameOf(0));
}

/** From the newest journal: the actions of that file, which must be all that ran beside the import. */
function actionMs(folder, name) {
  const journals = path.join(folder, '.pipeline', 'runs');
  const newest = readdirSync(journals)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .at(-1);
  if (newest === undefined) throw new Error('the run has no journal');
  const ran = readFileSync(path.join(journals, newest), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"action.finished"'))
    .map((line) => JSON.parse(line))
    .filter(({ status, task }) => status === 'finished' && task !== 'files');
  if (ran.length !== 2 || !ran.every(({ file }) => file.startsWith(name)))
    throw new Error(`these ran: ${ran.map(({ action }) => action).join(', ')}`);
  return ran.reduce((sum, { action_ms: ms }) => sum + ms, 0);
}

/** Of all processes below, as the shell counts them. */
function cpuOf(folder, args) {
  const began = performance.now();
  const { stdout } = run(folder, 'sh', [
    '-c',
    '"$@" >/dev/null 2>&1 || exit 1; times',
    'sh',
    process.execPath,
    ...args,
  ]);
  const wall = performance.now() - began;
  const [user, system] = (stdout.trim().split('\n')[1] ?? '').split(' ').map((time) => {
    const [, minutes, seconds] = /^(\d+)m([\d.]+)s$/.exec(time) ?? [];
    return (Number(minutes) * 60 + Number(seconds)) * 1000;
  });
  return { cpu: user + system, wall };
}

/** What a run has made and knows, out of the way of the next one. */
function setAside(folder, name) {
  mkdirSync(path.join(root, 'aside', name), { recursive: true });
  for (const each of ['out', '.pipeline'])
    if (readdirSync(folder).includes(each))
      renameSync(path.join(folder, each), path.join(root, 'aside', name, each));
  const made = readdirSync(path.join(root, 'aside', name, 'out')).length;
  if (made !== 1000) throw new Error(`${made} files were made`);
}

function runNode(folder, args) {
  return timed(folder, process.execPath, args);
}

function timed(folder, command, args) {
  return run(folder, command, args).ms;
}

function run(folder, command, args) {
  const began = performance.now();
  const options = { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8', maxBuffer: 1 << 28 };
  const { status, stderr, stdout } = spawnSync(command, args, options);
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${String(stderr).slice(-600)}`);
  return { ms, stderr: String(stderr), stdout: String(stdout) };
}

function script(name, source) {
  const file = path.join(root, name);
  writeFileSync(file, source);
  return file;
}

function report(name, { value, bar, ...more }) {
  const line = { name, value, bar, ok: value <= bar, ...more, rounds };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (!line.ok) process.exitCode = 1;
}

/** The median, to two places. */
function figure(values) {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return Math.round(middle * 100) / 100;
}

function nameOf(index) {
  return `f${String(index).padStart(5, '0')}`;
}

function note(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Random changes, renames and deletions of files and folders while they are watched: in the end, what is there is what a
 * clean run makes. By seed, and bounded: SOAK_CHANGES, SOAK_SEED (`npm run test:soak` makes 20,000 changes).
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Running, signalGroup, start, writeFileIn } from '../running-command.ts';
import { createWorkFolder, removeWorkFolder, runCommand } from '../script.ts';

const changes = Number(process.env['SOAK_CHANGES'] ?? 600);
const seed = Number(process.env['SOAK_SEED'] ?? 20_261_126);

const pipeline = `name: soak
watch: { settle: 20ms, debounce: 10ms }
tasks:
  docs: { operation: import/local, path: "docs/**/*.{md,csv}" }
  texts: { operation: export/local, input: docs, path: out, prune: true }
  lists: { operation: import/local, path: "docs/**/*.csv" }
  data: { operation: convert, input: lists, output_format: json }
  jsons: { operation: export/local, input: data, path: data, prune: true }
`;

let folder = '';
let clean = '';
let running: Running | undefined;
beforeEach(() => {
  folder = createWorkFolder();
  clean = createWorkFolder();
});
afterEach(async () => {
  if (running !== undefined && running.child.exitCode === null) signalGroup(running, 'SIGKILL');
  await running?.ended;
  removeWorkFolder(folder);
  removeWorkFolder(clean);
});

test(
  `${changes} random changes end in what a clean run makes`,
  { timeout: 60_000 + changes * 60 },
  async () => {
    writeFileIn(folder, 'pipeline.yaml', pipeline);
    writeFileIn(folder, 'docs/first.md', 'first');
    running = start(['watch'], { cwd: folder });
    await vi.waitFor(() => expect(running?.output.stderr).toContain('; Ctrl-C ends it'), 20_000);
    const random = generator(seed);
    for (let step = 0; step < changes; step += 1) {
      change(path.join(folder, 'docs'), { random, step });
      // In bursts, and with pauses in which it settles and runs.
      if (random() < 0.3) await delay(random() * (random() < 0.1 ? 200 : 10));
      // What it has said is not kept: it would be the only thing that grows.
      if (step % 100 === 0) running.output.stderr = '';
    }
    writeFileIn(folder, 'docs/last.md', 'last');
    await makeClean();
    await vi.waitFor(() => expect(differences(), `seed ${seed}\n${running?.output.stderr}`).toEqual([]), {
      timeout: 30_000,
      interval: 250,
    });
    signalGroup(running, 'SIGINT');
    expect([0, 130]).toContain(await running.ended);
  },
);

async function makeClean(): Promise<void> {
  cpSync(path.join(folder, 'docs'), path.join(clean, 'docs'), { recursive: true });
  writeFileIn(clean, 'pipeline.yaml', pipeline);
  const { code, stderr } = await runCommand(['run', '--no-tui'], { cwd: clean });
  expect(code, stderr).toBe(0);
}

/** Files that a clean run makes and that are not there, are older ones, or should have gone. */
function differences(): readonly string[] {
  return ['out', 'data'].flatMap((name) => {
    const wanted = filesBelow(path.join(clean, name));
    const own = filesBelow(path.join(folder, name));
    return [
      ...wanted.filter((file) => !own.includes(file)).map((file) => `${name}/${file} is missing`),
      ...own.filter((file) => !wanted.includes(file)).map((file) => `${name}/${file} should have gone`),
      ...wanted
        .filter((file) => own.includes(file) && textOf(clean, name, file) !== textOf(folder, name, file))
        .map((file) => `${name}/${file} is an older one`),
    ];
  });
}

const textOf = (...parts: readonly string[]): string => readFileSync(path.join(...parts), 'utf8');

interface Step {
  readonly random: () => number;
  readonly step: number;
}

function change(root: string, { random, step }: Step): void {
  const all = existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
  const files = all.flatMap((entry) => (entry.isFile() ? [path.join(entry.parentPath, entry.name)] : []));
  const folders = [
    root,
    ...all.flatMap((entry) => (entry.isDirectory() ? [path.join(entry.parentPath, entry.name)] : [])),
  ];
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const fresh = (): string =>
    path.join(pick(folders) ?? root, `f${Math.floor(random() * 40)}.${random() < 0.2 ? 'csv' : 'md'}`);
  const text = `step,${step}\n${'x'.repeat(Math.floor(random() * 200))},${step}\n`;
  const dice = random();
  const [file, other] = [pick(files), pick(folders.slice(1))];
  if (dice < 0.3 || file === undefined) return writeInto(fresh(), text);
  if (dice < 0.5) return writeFileSync(file, text);
  if (dice < 0.6) return writeFileSync(file, text, { flag: 'a' });
  if (dice < 0.7) {
    writeInto(`${file}.tmp`, text);
    return renameSync(`${file}.tmp`, file);
  }
  if (dice < 0.78) {
    const target = path.join(path.dirname(file), `m${Math.floor(random() * 20)}${path.extname(file)}`);
    return renameSync(file, target);
  }
  if (dice < 0.86 && files.length > 5) return rmSync(file);
  if (dice < 0.92 || other === undefined) {
    if (folders.length < 12)
      mkdirSync(path.join(pick(folders) ?? root, `d${Math.floor(random() * 8)}`), { recursive: true });
    return undefined;
  }
  if (dice < 0.98) {
    const target = path.join(root, `r${Math.floor(random() * 8)}`);
    if (!existsSync(target) && !target.startsWith(other)) renameSync(other, target);
    return undefined;
  }
  return rmSync(other, { recursive: true });
}

function writeInto(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const filesBelow = (root: string): readonly string[] =>
  !existsSync(root)
    ? []
    : readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));

/** The same numbers for the same seed, from 0 to 1. */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

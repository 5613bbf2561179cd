/** `kill -9` at any moment: what was stored is whole or not there, and so is every output; what was done stays done. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Project } from './project.ts';

const kills = 200;
const files = 24;
/** A slow machine kills less often. */
const longestMs = 60_000;
const script = path.join(import.meta.dirname, 'killed-run.mjs');
let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project.close());

it('survives being killed at 200 moments', { timeout: 3 * longestMs }, async () => {
  const random = generator(5);
  const longest = await fillAndRun(undefined);
  let killed = 0;
  const began = performance.now();
  let round = 0;
  for (; round < kills && performance.now() - began < longestMs; round += 1) {
    // Every tenth time from nothing, else from what the last one left.
    if (round % 10 === 0) project.remove('.cache');
    const ended = await fillAndRun({ round, afterMs: random() * longest.ms });
    if (ended.wasKilled) killed += 1;
    lookAtOutputs(round);
    lookAtObjects();
  }
  expect(killed).toBeGreaterThan(round / 5);
  const first = await fillAndRun(undefined);
  expect(first).toMatchObject({ exitCode: 0 });
  expect(await fillAndRun(undefined)).toMatchObject({ exitCode: 0, count: 0 });
});

interface Ended {
  readonly wasKilled: boolean;
  readonly ms: number;
  readonly exitCode?: number;
  /** Of the processing actions that ran. */
  readonly count?: number;
}

/** Some files change before each round, so that there is something to do. */
async function fillAndRun(
  kill: { readonly round: number; readonly afterMs: number } | undefined,
): Promise<Ended> {
  for (let index = 0; index < files; index += 1) {
    if (kill === undefined || index % 4 === kill.round % 4)
      project.write(`in/${index}.txt`, content(index, kill?.round));
  }
  const child = spawn(process.execPath, [script, project.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let began = 0;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    if (output === '') {
      began = performance.now();
      if (kill !== undefined) setTimeout(() => child.kill('SIGKILL'), kill.afterMs);
    }
    output += text;
  });
  const signal = await new Promise<NodeJS.Signals | null>((resolve) => {
    child.on('close', (_code, by) => resolve(by));
  });
  const ms = performance.now() - began;
  const last: unknown = signal === null ? JSON.parse(output.trim().split('\n').at(-1) ?? '') : {};
  return { wasKilled: signal === 'SIGKILL', ms, ...(typeof last === 'object' && last !== null ? last : {}) };
}

const content = (index: number, round = -1): string => `file ${index} of round ${round}`;

/** Each is what some round would have made of the file, from its first byte to its last. */
function lookAtOutputs(round: number): void {
  for (const [name, bytes] of Object.entries(project.read('out'))) {
    if (name.endsWith('.part') || name === 'all.txt') continue;
    expect(bytes, `${name} in round ${round}`).toMatch(/^-\+file \d+ of round -?\d+\n\n$/);
  }
}

/** What is in an object is what its name says: a run never leaves half of one under its name. */
function lookAtObjects(): void {
  for (const file of project.cacheFiles('objects')) {
    if (file.endsWith('.tmp')) continue;
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(sha256).toBe(path.basename(file));
  }
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

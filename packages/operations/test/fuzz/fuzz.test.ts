/**
 * Hostile files through the real local backend, with every converter that is here: whatever comes in, an answer comes back
 * in time, and nothing else happens. `FUZZ_COUNT` and `FUZZ_SEED` choose which; a case is the same for the same seed.
 */
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import { join } from 'node:path';
import type { ActionRequest, Failure, OperationResult } from '@pipeline/engine';
import type { JsonObject, OperationName, Result } from '@pipeline/schema';
import { formatKind, formatOfFile } from '@pipeline/schema';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { action, artifact, contextOf } from '../places/action.ts';
import { canaryColour, canaryWord, hasCanary } from './canary.ts';
import { type Case, caseOf, type Stock, stockOf } from './cases.ts';
import { descendants } from './processes.ts';
import { seedFiles } from './seeds.ts';

delete process.env['PIPELINE_PROGRAMS_PATH'];
const { createLocalBackend } = await import('../../src/local-backend.ts');
const { converters, isInstalled } = await import('../../src/converter-table.ts');

const count = Number(process.env['FUZZ_COUNT'] ?? 40);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const atOnce = 2;
/** Then the action is told to end. */
const limitMs = count > 100 ? 20_000 : 8000;
/** Then it hangs. */
const graceMs = 15_000;
const maxResidentBytes = 7 * 2 ** 30;
const spill = '/tmp/canary-written';

/** What is going on, for those who look for the cause: `FUZZ_TELL=1`. */
function tell(text: string): void {
  if (process.env['FUZZ_TELL'] !== undefined) process.stderr.write(`${text}\n`);
}

interface Finding {
  readonly seed: number;
  readonly what: string;
}

// `/proc` tells what is left running.
test.skipIf(process.platform !== 'linux')(
  `${count} hostile files from seed ${firstSeed}`,
  { timeout: 90_000 + count * 30_000 },
  async () => {
    const root = realpathSync(mkdtempSync(join(os.tmpdir(), 'pipeline-fuzz-')));
    const bait = { text: join(root, 'canary.txt'), picture: join(root, 'canary.png') };
    writeFileSync(bait.text, `${canaryWord}\n`);
    await sharp({ create: { width: 80, height: 60, channels: 3, background: canaryColour } })
      .png()
      .toFile(bait.picture);
    let connections = 0;
    const server = createServer((_, response) => response.end(canaryWord));
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const backend = createLocalBackend({ maxHosts: atOnce });
    const findings: Finding[] = [];
    const before = new Set(descendants().map(({ pid }) => pid));
    try {
      const stock = stockOf(await seedFiles(join(root, 'seeds')), {
        ...bait,
        origin: `http://127.0.0.1:${port}`,
      });
      const run = { root, stock, backend, connections: () => connections };
      let next = firstSeed;
      const work = async (): Promise<void> => {
        while (next < firstSeed + count) {
          const seed = next;
          next += 1;
          for (const what of await fuzzOne(seed, run)) {
            findings.push({ seed, what });
            tell(`FOUND ${seed} ${what}`);
          }
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      await backend.close();
      // The keepers of programs see that we are done with some delay.
      const left = await settled(() =>
        descendants().filter(({ pid, command }) => !before.has(pid) && command !== ''),
      );
      for (const { command } of left)
        findings.push({ seed: 0, what: `left running: ${command.slice(0, 200)}` });
    } finally {
      server.close();
      server.closeAllConnections();
      await backend.close();
      rmSync(root, { recursive: true, force: true });
      rmSync(spill, { force: true });
      rmSync(`${spill}.png`, { force: true });
    }
    expect(findings).toEqual([]);
  },
);

async function settled<T>(look: () => readonly T[]): Promise<readonly T[]> {
  for (let tries = 0; tries < 20 && look().length > 0; tries += 1) await pause(250);
  return look();
}

interface Run {
  readonly root: string;
  readonly stock: Stock;
  readonly backend: ReturnType<typeof createLocalBackend>;
  readonly connections: () => number;
}

async function fuzzOne(seed: number, run: Run): Promise<readonly string[]> {
  const one = caseOf(seed, run.stock);
  const dir = join(run.root, String(seed));
  const [inputDir, workDir] = [join(dir, 'in'), join(dir, 'work')];
  for (const folder of [inputDir, workDir]) mkdirSync(folder, { recursive: true });
  const input = join(inputDir, one.name);
  writeFileSync(input, one.content);
  const { operation, options } = taskFor(one);
  const told = `${one.kind} ${one.name} → ${operation} ${JSON.stringify(options)}`;
  tell(`${seed} ${told}`);
  const request = action({
    operation,
    options,
    inputs: [artifact(input, { sizeBytes: one.content.length })],
  });
  const connectionsBefore = run.connections();
  const wrong: string[] = [];
  const began = Date.now();
  const answer = await bounded(request, { run, workDir, projectDir: inputDir, wrong });
  const took = Date.now() - began;
  const end = answer === undefined ? 'nothing' : answer.ok ? 'made' : answer.error.message;
  tell(`${seed} ${took} ms ${end}`);
  if (answer === undefined) wrong.push(`no answer after ${took} ms`);
  else if (answer.ok) {
    for (const { path } of answer.value.outputs)
      if (await hasCanary(path)) wrong.push(`read the canary into ${path}`);
  } else wrong.push(...wrongFailure(answer.error));
  if (run.connections() > connectionsBefore) wrong.push('called the server (this case, or one beside it)');
  if (existsSync(spill) || existsSync(`${spill}.png`)) wrong.push(`wrote ${spill}`);
  const left = await settled(() =>
    descendants().filter(({ command }) => command.includes(`${workDir}/`) && answer !== undefined),
  );
  wrong.push(...left.map(({ command }) => `left running: ${command.slice(0, 200)}`));
  rmSync(dir, { recursive: true, force: true });
  return wrong.map((what) => `${told}: ${what}`);
}

function wrongFailure({ type, message, ...more }: Failure): readonly string[] {
  const wrong: string[] = [];
  if (type === 'internal') wrong.push(`a bug: ${message} ${more.details ?? ''}`);
  if (message.trim() === '') wrong.push('a failure without words');
  if (JSON.stringify(more).includes(canaryWord) || message.includes(canaryWord))
    wrong.push(`read the canary into a failure: ${message}`);
  return wrong;
}

interface Bounds {
  readonly run: Run;
  readonly workDir: string;
  readonly projectDir: string;
  readonly wrong: string[];
}

/** Undefined when it does not even end when it is told to. */
async function bounded(
  request: ActionRequest,
  { run, workDir, projectDir, wrong }: Bounds,
): Promise<Result<OperationResult, Failure> | undefined> {
  const controller = new AbortController();
  const limit = setTimeout(() => controller.abort(new DOMException('too slow', 'TimeoutError')), limitMs);
  const watch = setInterval(() => {
    const resident = descendants().reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    if (resident > maxResidentBytes) wrong.push(`${Math.round(resident / 2 ** 20)} MiB are held`);
  }, 500);
  const context = contextOf(projectDir, { workDir, signal: controller.signal });
  const work = async (): Promise<Result<OperationResult, Failure>> => {
    const operation = await run.backend.load(request.task.operation);
    if (operation === undefined) throw new Error(`there is no ${request.task.operation}`);
    const planned = await operation.plan(request, context);
    return planned.ok ? operation.run(request, context) : planned;
  };
  try {
    return await Promise.race([work(), pause(limitMs + graceMs).then(() => undefined)]);
  } catch (error) {
    wrong.push(`threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return undefined;
  } finally {
    clearTimeout(limit);
    clearInterval(watch);
  }
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

interface Work {
  readonly operation: OperationName;
  readonly options: JsonObject;
}

/** Mostly a conversion by a converter of its own, so that each gets its share; else another operation that takes it. */
function taskFor({ name, random }: Case): Work {
  const from = formatOfFile(name);
  const others = otherWork(from);
  if (others.length > 0 && random.below(4) === 0) return random.pick(others);
  const able = converters.filter(
    (converter) => isInstalled(converter) && Object.hasOwn(converter.pairs, from),
  );
  if (able.length === 0)
    return { operation: 'convert', options: { output_format: random.pick(['pdf', 'png', 'txt']) } };
  const converter = random.pick(able);
  const output = random.pick(converter.pairs[from] ?? ['pdf']);
  const isPinned = !converter.name.includes('+') && random.below(3) > 0;
  return {
    operation: 'convert',
    options: { output_format: output, ...(isPinned && { engine: converter.name }) },
  };
}

function otherWork(from: string): readonly Work[] {
  const kind = formatKind(from);
  const work: Work[] = [
    { operation: 'merge', options: { output_format: 'pdf' } },
    { operation: 'metadata', options: {} },
  ];
  if (kind === 'archive') work.push({ operation: 'archive/extract', options: {} });
  if (kind === 'pdf')
    work.push(
      { operation: 'pdf/a', options: {} },
      { operation: 'pdf/split-pages', options: {} },
      { operation: 'pdf/rotate-pages', options: { rotation: '+90' } },
      { operation: 'pdf/encrypt', options: { set_password: 'x' } },
    );
  if (['jpg', 'png', 'webp', 'gif', 'svg', 'pdf'].includes(from))
    work.push({ operation: 'optimize', options: {} });
  if (
    kind !== undefined &&
    ['image', 'vector', 'pdf', 'video', 'font', 'document', 'presentation'].includes(kind)
  )
    work.push({ operation: 'thumbnail', options: { output_format: 'png', width: 40 } });
  if (kind === 'image' || kind === 'pdf') work.push({ operation: 'watermark', options: { text: 'DRAFT' } });
  return work;
}

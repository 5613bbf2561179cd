/**
 * The bounds of a program at work: time, memory of its whole tree, bytes it writes, silence, and the signal that cancels.
 * It stops a program that passes one and tells which it was, in words that every program shares.
 */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import type { ProcessEnd, RunningProcess } from '../process.ts';
import { watchTree } from './process-tree.ts';
import { programs } from './program-table.ts';
import type { ProgramName } from './program-table.ts';

export interface ProgramLimits {
  /** Of the whole process tree. */
  readonly memoryBytes: number;
  /** Of everything that lies in `workDir`. */
  readonly outputBytes: number;
  readonly timeoutMs: number;
  /** Neither CPU nor output for so long: it hangs. */
  readonly stallMs: number;
}

export const defaultLimits: ProgramLimits = {
  memoryBytes: 4 * 2 ** 30,
  outputBytes: 64 * 2 ** 30,
  // CloudConvert's: five hours.
  timeoutMs: 5 * 3_600_000,
  stallMs: 120_000,
};

/** What a guard has to know of the work. */
export interface GuardedCall {
  readonly program: ProgramName;
  readonly command?: string;
  readonly args: readonly string[];
  readonly workDir: string;
  readonly signal: AbortSignal;
  readonly about: string;
}

/** Stops a program that passes a bound, and remembers which. */
export class Guard {
  readonly #call: GuardedCall;
  readonly #limits: ProgramLimits;
  #broken: Failure | undefined;
  #touch: () => void = () => undefined;
  readonly #cleanUps: (() => void)[] = [];

  constructor(call: GuardedCall, limits: ProgramLimits) {
    this.#call = call;
    this.#limits = limits;
  }

  touch(): void {
    this.#touch();
  }

  begin(running: RunningProcess): void {
    const { signal, workDir, about, program } = this.#call;
    const { memoryBytes, stallMs, outputBytes, timeoutMs } = this.#limits;
    const name = JSON.stringify(about);
    const stop = (broken: Failure): void => {
      this.#broken ??= broken;
      void running.stop();
    };
    const onAbort = (): void => stop(cancelled(this.#call));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const timeout = setTimeout(
      () => stop(failure('timed-out', `${program} worked on ${name} for more than ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
    const measure = async (): Promise<void> => {
      if ((await sizeOf(workDir)) <= outputBytes) return;
      stop(failure('too-large', `${program} wrote more than ${mebibytes(outputBytes)} for ${name}`));
    };
    const output = setInterval(() => void measure(), 2000);
    this.#cleanUps.push(
      () => signal.removeEventListener('abort', onAbort),
      () => clearTimeout(timeout),
      () => clearInterval(output),
    );
    if (running.pid === undefined) return;
    const watch = watchTree(running.pid, { memoryBytes, stallMs }, (fault) =>
      stop(
        fault.type === 'memory'
          ? failure(
              'too-large',
              `${program} needed more than ${mebibytes(memoryBytes)} of memory for ${name}`,
            )
          : failure('stalled', `${program} did nothing for ${Math.round(fault.ms / 1000)} s on ${name}`),
      ),
    );
    this.#touch = watch.touch;
    this.#cleanUps.push(watch.end);
  }

  judge(end: ProcessEnd): Result<ProcessEnd, Failure> {
    const { program } = this.#call;
    if (this.#broken !== undefined) return err(this.#broken);
    if (end.startError !== undefined) {
      return err(failure('converter-missing', `${program} could not be started: ${end.startError}`));
    }
    if (end.exitCode === null)
      return err(programFailed(this.#call, end, `a signal ended it (${end.signal})`));
    return ok(end);
  }

  end(): void {
    for (const cleanUp of this.#cleanUps) cleanUp();
  }
}

/** The program ended badly, in its own last words. */
export function programFailed(call: GuardedCall, end: ProcessEnd, why: string): Failure {
  const said = lastLine(end.stderr) ?? lastLine(end.stdout);
  return failure(
    'converter-failed',
    `${call.program} failed on ${JSON.stringify(call.about)}: ${said ?? why}`,
    {
      converter: {
        name: call.program,
        command: [call.command ?? programs[call.program].commands[0], ...call.args],
        exitCode: end.exitCode,
        signal: end.signal,
        stderr: end.stderr === '' ? end.stdout : end.stderr,
      },
    },
  );
}

export const cancelled = ({ about }: GuardedCall): Failure =>
  failure('cancelled', `The work on ${JSON.stringify(about)} was cancelled`);

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

function lastLine(text: string): string | undefined {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  const last = lines.findLast((line) => line !== '');
  return last !== undefined && last.length > 300 ? `${last.slice(0, 300)}…` : last;
}

/** Bytes of all files below a folder; files that vanish meanwhile count nothing, links are not followed. */
async function sizeOf(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const file = path.join(dir, entry.name);
      if (entry.isDirectory()) return sizeOf(file);
      if (!entry.isFile()) return 0;
      return stat(file).then(
        ({ size }) => size,
        () => 0,
      );
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

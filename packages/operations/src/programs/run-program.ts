/**
 * Runs one converter program to its end, as a hostile dependency: in a group and a sandbox of its own, with a private home,
 * a small environment, bounds on time, memory, output and silence, and nothing left when it returns. It tells a failure
 * in words that every program shares; what its messages mean, only the converter knows.
 */
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { startProcess } from '../process.ts';
import type { ProcessEnd, RunningProcess } from '../process.ts';
import { findCommand, findProgram, installCommand } from './find-program.ts';
import { programs } from './program-table.ts';
import type { ProgramName } from './program-table.ts';
import { watchTree } from './process-tree.ts';
import { killWithUs } from './reaper.ts';
import { confine } from './sandbox.ts';
import type { Mount } from './sandbox.ts';

export interface ProgramCall {
  readonly program: ProgramName;
  /** Another command that comes with it, such as `gs` beside `ps2pdf`; default: the first of the program's that is there. */
  readonly command?: string;
  readonly args: readonly string[];
  /** Current folder, home and place for temporary files: the only folder that the program can write. */
  readonly workDir: string;
  /** Files and folders outside of `workDir` that it may read; absolute. */
  readonly reads: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Folders under other names, where `canMount()`. */
  readonly mounts?: readonly Mount[];
  /** Default false. */
  readonly network?: boolean;
  /** It does not run for a user that the system does not know; default false. */
  readonly needsAccount?: boolean;
  readonly limits?: Partial<ProgramLimits>;
  readonly signal: AbortSignal;
  /** What it prints, line by line; a carriage return ends a line, too. */
  readonly onStdout?: (line: string) => void;
  readonly onStderr?: (line: string) => void;
  /** How much of the end of stdout is kept; default 16 KiB. */
  readonly keepStdoutBytes?: number;
  /** What messages call the work: the name of the input file. */
  readonly about: string;
}

export interface ProgramLimits {
  /** Of the whole process tree. */
  readonly memoryBytes: number;
  /** Of everything that lies in `workDir`. */
  readonly outputBytes: number;
  readonly timeoutMs: number;
  /** Neither CPU nor output for so long: it hangs. */
  readonly stallMs: number;
}

const defaultLimits: ProgramLimits = {
  memoryBytes: 4 * 2 ** 30,
  outputBytes: 64 * 2 ** 30,
  // CloudConvert's: five hours.
  timeoutMs: 5 * 3_600_000,
  stallMs: 120_000,
};

/** Any exit code of its own accord is an `ok`: some programs warn by it. Bounds, signals and absence are failures. */
export async function runProgram(call: ProgramCall): Promise<Result<ProcessEnd, Failure>> {
  const command = call.command === undefined ? findProgram(call.program) : findCommand(call.command);
  if (command === undefined) return err(missingProgram(call.program));
  if (call.signal.aborted) return err(cancelled(call));
  const limits = { ...defaultLimits, ...call.limits };
  const home = path.join(call.workDir, '.home');
  const temporary = path.join(call.workDir, '.tmp');
  await Promise.all([home, temporary].map((dir) => mkdir(dir, { recursive: true })));
  const confined = await confine({
    command,
    args: call.args,
    workDir: call.workDir,
    reads: call.reads,
    network: call.network === true,
    ...(call.mounts === undefined ? {} : { mounts: call.mounts }),
    ...(call.needsAccount === true ? { accounts: await writeAccounts(home) } : {}),
  });
  const guard = new Guard(call, limits);
  const running = startProcess({
    ...confined,
    cwd: call.workDir,
    env: { HOME: home, TMPDIR: temporary, TMP: temporary, TEMP: temporary, ...call.env },
    onStdout: lineReader((line) => {
      guard.touch();
      call.onStdout?.(line);
    }),
    onStderr: lineReader((line) => {
      guard.touch();
      call.onStderr?.(line);
    }),
    ...(call.keepStdoutBytes === undefined ? {} : { keepStdoutBytes: call.keepStdoutBytes }),
  });
  const forget = running.pid === undefined ? undefined : killWithUs(running.pid);
  guard.begin(running);
  try {
    const end = await running.ended;
    return guard.judge(end);
  } finally {
    guard.end();
    forget?.();
  }
}

/** Who runs the program, under a name that says nothing. */
async function writeAccounts(home: string): Promise<string> {
  const file = path.join(home, 'passwd');
  const ids = `${process.geteuid?.() ?? 0}:${process.getegid?.() ?? 0}`;
  await writeFile(file, `user:x:${ids}::${home}:/bin/false\n`);
  return file;
}

/** Stops a program that passes a bound, and remembers which. */
class Guard {
  readonly #call: ProgramCall;
  readonly #limits: ProgramLimits;
  #broken: Failure | undefined;
  #touch: () => void = () => undefined;
  readonly #cleanUps: (() => void)[] = [];

  constructor(call: ProgramCall, limits: ProgramLimits) {
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
export function programFailed(call: ProgramCall, end: ProcessEnd, why: string): Failure {
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

export function missingProgram(name: ProgramName): Failure {
  const install = installCommand([name]);
  return failure('converter-missing', `${name} is not installed, or not on PATH`, {
    hint: install === undefined ? `It does ${programs[name].purpose}` : `Install it: ${install}`,
  });
}

const cancelled = ({ about }: ProgramCall): Failure =>
  failure('cancelled', `The work on ${JSON.stringify(about)} was cancelled`);

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

function lastLine(text: string): string | undefined {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  const last = lines.findLast((line) => line !== '');
  return last !== undefined && last.length > 300 ? `${last.slice(0, 300)}…` : last;
}

/** A very long line is handed on in pieces. */
const maxLineLength = 64 * 1024;

function lineReader(onLine: (line: string) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|[\r\n]/);
    rest = lines.pop() ?? '';
    if (rest.length > maxLineLength) {
      lines.push(rest);
      rest = '';
    }
    for (const line of lines) onLine(line);
  };
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

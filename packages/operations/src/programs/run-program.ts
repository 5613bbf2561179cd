/**
 * Runs one converter program to its end, as a hostile dependency: in a group and a sandbox of its own, with a private home,
 * a small environment, bounds on time, memory, output and silence, and nothing left when it returns. It tells a failure
 * in words that every program shares; what its messages mean, only the converter knows.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err } from '@pipeline/schema';
import type { ProcessEnd } from '../process.ts';
import { findCommand, findProgram, installCommand } from './find-program.ts';
import { Guard, cancelled, defaultLimits } from './guard.ts';
import type { ProgramLimits } from './guard.ts';
import { programs } from './program-table.ts';
import type { ProgramName } from './program-table.ts';
import { confine } from './sandbox.ts';
import type { Mount } from './sandbox.ts';

export { programFailed } from './guard.ts';
export type { ProgramLimits } from './guard.ts';

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

/** Any exit code of its own accord is an `ok`: some programs warn by it. Bounds, signals and absence are failures. */
export async function runProgram(call: ProgramCall): Promise<Result<ProcessEnd, Failure>> {
  const command = call.command === undefined ? findProgram(call.program) : findCommand(call.command);
  if (command === undefined) return err(missingProgram(call.program));
  if (call.signal.aborted) return err(cancelled(call));
  const limits = { ...defaultLimits, ...call.limits };
  const env = await privateEnvironment(call.workDir);
  const confined = await confine({
    command,
    args: call.args,
    workDir: call.workDir,
    reads: call.reads,
    network: call.network === true,
    ...(call.mounts === undefined ? {} : { mounts: call.mounts }),
    ...(call.needsAccount === true ? { accounts: await writeAccounts(env.HOME) } : {}),
  });
  // The table of converters leads here: validation reads it, and must not pay for what starts processes.
  const [{ startProcess }, { killWithUs }] = await Promise.all([
    import('../process.ts'),
    import('./reaper.ts'),
  ]);
  const guard = new Guard(call, limits);
  const running = startProcess({
    ...confined,
    cwd: call.workDir,
    env: { ...env, ...call.env },
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

/** A home and a place for temporary files inside of the folder that it may write. */
export async function privateEnvironment(
  workDir: string,
): Promise<Record<'HOME' | 'TMPDIR' | 'TMP' | 'TEMP', string>> {
  const home = path.join(workDir, '.home');
  const temporary = path.join(workDir, '.tmp');
  await Promise.all([home, temporary].map((dir) => mkdir(dir, { recursive: true })));
  return { HOME: home, TMPDIR: temporary, TMP: temporary, TEMP: temporary };
}

export function missingProgram(name: ProgramName): Failure {
  const install = installCommand([name]);
  return failure('converter-missing', `${name} is not installed, or not on PATH`, {
    hint: install === undefined ? `It does ${programs[name].purpose}` : `Install it: ${install}`,
  });
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

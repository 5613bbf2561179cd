/**
 * A program that stays: started once for many jobs, because its start costs more than a job. It is as confined as one
 * that runs once, each job has bounds of its own, and a job that passes one, or a crash, ends the program. How a job is
 * handed over, only the converter knows.
 */
import type { Failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err, ok } from '@pipeline/schema';
import { startProcess } from '../process.ts';
import type { ProcessEnd, RunningProcess } from '../process.ts';
import { closeAtEnd } from './close-warm.ts';
import { findProgram } from './find-program.ts';
import { Guard, cancelled, defaultLimits, programFailed } from './guard.ts';
import type { ProgramLimits } from './guard.ts';
import type { ProgramName } from './program-table.ts';
import { killWithUs } from './reaper.ts';
import { missingProgram, privateEnvironment } from './run-program.ts';
import { confine } from './sandbox.ts';

export interface WarmStart {
  readonly program: ProgramName;
  readonly args: readonly string[];
  /** The only folder that it can write; jobs are handed over in it. */
  readonly workDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** When it is gone, whichever way: removes what it leaves behind. */
  readonly cleanUp?: () => Promise<void>;
}

export interface WarmJob {
  readonly signal: AbortSignal;
  /** What messages call the work. */
  readonly about: string;
  readonly limits?: Partial<ProgramLimits>;
}

export interface WarmProgram {
  /** False when it ended; a job would fail. */
  readonly isAlive: () => boolean;
  /**
   * Waits for the answer of a job under its bounds. `answer` is asked again and again; when the program is gone, nobody
   * asks any more.
   */
  readonly work: <Answer>(
    job: WarmJob,
    answer: () => Promise<Answer | undefined>,
  ) => Promise<Result<Answer, Failure>>;
  /** Settles when it is gone. */
  readonly stop: () => Promise<void>;
}

export async function startWarmProgram(start: WarmStart): Promise<Result<WarmProgram, Failure>> {
  const command = findProgram(start.program);
  if (command === undefined) return err(missingProgram(start.program));
  const env = await privateEnvironment(start.workDir);
  const confined = await confine({
    command,
    args: start.args,
    workDir: start.workDir,
    reads: [],
    network: false,
  });
  // It has nothing to lose that a grace would save.
  const running = startProcess({
    ...confined,
    cwd: start.workDir,
    env: { ...env, ...start.env },
    graceMs: 0,
  });
  running.release();
  return ok(supervise(start, running));
}

function supervise(start: WarmStart, running: RunningProcess): WarmProgram {
  let isAlive = true;
  const forget = running.pid === undefined ? undefined : killWithUs(running.pid);
  const keep = closeAtEnd(() => stop());
  const gone = (async (): Promise<void> => {
    await running.ended;
    isAlive = false;
    keep.forget();
    forget?.();
    await start.cleanUp?.();
  })();
  async function stop(): Promise<void> {
    isAlive = false;
    running.hold();
    void running.stop();
    await gone;
  }
  return {
    isAlive: () => isAlive,
    stop,
    work: async (job, answer) => {
      running.hold();
      const outcome = await workGuarded({ start, running, job }, answer);
      running.release();
      return outcome;
    },
  };
}

const askEveryMs = 10;

async function workGuarded<Answer>(
  { start, running, job }: { start: WarmStart; running: RunningProcess; job: WarmJob },
  answer: () => Promise<Answer | undefined>,
): Promise<Result<Answer, Failure>> {
  const call = { ...start, ...job };
  if (job.signal.aborted) return err(cancelled(call));
  const guard = new Guard(call, { ...defaultLimits, ...job.limits });
  guard.begin(running);
  try {
    const got = await firstOf(running.ended, answer);
    if ('answer' in got) return ok(got.answer);
    const judged = guard.judge(got.end);
    return judged.ok ? err(programFailed(call, got.end, howItEnded(got.end))) : judged;
  } finally {
    guard.end();
  }
}

const howItEnded = (end: ProcessEnd): string => `it ended with code ${end.exitCode}`;

async function firstOf<Answer>(
  ended: Promise<ProcessEnd>,
  answer: () => Promise<Answer | undefined>,
): Promise<{ readonly answer: Answer } | { readonly end: ProcessEnd }> {
  let end: ProcessEnd | undefined;
  void (async () => {
    end = await ended;
  })();
  for (;;) {
    const got = await answer();
    if (got !== undefined) return { answer: got };
    if (end !== undefined) return { end };
    await new Promise((resolve) => {
      setTimeout(resolve, askEveryMs);
    });
  }
}

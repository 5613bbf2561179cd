/**
 * Keeps LibreOffice warm: as many processes as work at once, each used again for the next document, replaced after many
 * of them or after one that broke it. They end with the backend. It knows nothing of what a job does.
 */
import { availableParallelism } from 'node:os';
import type { Failure } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err } from '@pipeline/schema';
import { OfficeProcess } from './libreoffice-process.ts';
import type { OfficeWork } from './libreoffice-process.ts';

/** Each takes 150 MB and more. */
const maxProcesses: number = Math.min(8, availableParallelism());

let idle: OfficeProcess[] = [];
let working = 0;
const waiting: (() => void)[] = [];

/** Never rejects for what a document does: a crash, a hang or a cancel costs its own job only. */
export async function runInOffice(work: OfficeWork): Promise<Result<readonly string[], Failure>> {
  if (!(await turn(work.signal))) return err(cancelled(work));
  try {
    return await runNow(work);
  } finally {
    working -= 1;
    waiting.shift()?.();
  }
}

async function runNow(work: OfficeWork): Promise<Result<readonly string[], Failure>> {
  const office = await take(work);
  if (!office.ok) return office;
  const answer = await office.value.run(work);
  await keepOrStop(office.value);
  if (answer.ok || !office.value.isUsed || answer.error.type !== 'converter-failed') return answer;
  // An earlier document may have done it: once more, in a new process.
  const fresh = await OfficeProcess.start(work);
  if (!fresh.ok) return fresh;
  const second = await fresh.value.run(work);
  await keepOrStop(fresh.value);
  return second;
}

async function take(work: OfficeWork): Promise<Result<OfficeProcess, Failure>> {
  for (let office = idle.pop(); office !== undefined; office = idle.pop()) {
    if (office.isUsable) return { ok: true, value: office };
    // oxlint-disable-next-line no-await-in-loop
    await office.stop();
  }
  return OfficeProcess.start(work);
}

async function keepOrStop(office: OfficeProcess): Promise<void> {
  if (office.isUsable) idle.push(office);
  else await office.stop();
}

/** False when it was aborted while waiting. */
function turn(signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  if (working < maxProcesses) {
    working += 1;
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    const start = (): void => {
      signal.removeEventListener('abort', giveUp);
      working += 1;
      resolve(true);
    };
    const giveUp = (): void => {
      waiting.splice(waiting.indexOf(start), 1);
      resolve(false);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    waiting.push(start);
  });
}

const cancelled = ({ about }: OfficeWork): Failure =>
  failure('cancelled', `The work on ${JSON.stringify(about)} was cancelled`);

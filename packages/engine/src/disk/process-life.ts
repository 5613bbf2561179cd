/**
 * Whether the process that wrote something is still there. A number alone does not tell: systems give numbers again, so
 * where it can be known (Linux), the moment at which a process started counts as well. It knows no files of ours.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** When it started, in the system's own words; absent where that cannot be known. */
  readonly started?: string;
}

/** `elsewhere`: on another machine, of which nothing is known here. */
export type ProcessLife = 'alive' | 'gone' | 'elsewhere';

export function ownMark(): ProcessMark {
  const facts = factsOf(process.pid);
  return { host: hostname(), pid: process.pid, ...(facts !== undefined && { started: facts.started }) };
}

export function lifeOf({ host, pid, started }: ProcessMark): ProcessLife {
  if (host !== hostname()) return 'elsewhere';
  if (!isThere(pid)) return 'gone';
  const facts = factsOf(pid);
  if (facts === undefined) return 'alive';
  // A zombie only waits for its parent to hear of its end.
  if (facts.state === 'Z') return 'gone';
  return started === undefined || started === facts.started ? 'alive' : 'gone';
}

/** A process of this machine has this number; whether it is the one that is meant, only `lifeOf` tells. */
export function isThere(pid: number): boolean {
  // Zero and below would mean whole groups of processes.
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Of `/proc/<pid>/stat`: the name in brackets may hold anything, what follows it are numbers and one letter. */
function factsOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', started] = [fields[0], fields[19]];
    return started === undefined ? undefined : { state, started };
  } catch {
    return undefined;
  }
}

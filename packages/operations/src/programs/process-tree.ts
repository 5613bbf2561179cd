/**
 * What a running program and all its descendants use: memory and CPU, by one look at /proc a second for all of them.
 * A tree that passes its memory, or neither works nor says anything for too long, is reported; what happens to it then is
 * its owner's business. Systems without /proc (macOS, Windows) have no such watch: there, only time bounds a program.
 */
import { readFileSync, readdirSync } from 'node:fs';

export interface TreeLimits {
  readonly memoryBytes: number;
  /** Without any CPU and without `touch`. */
  readonly stallMs: number;
}

export interface TreeWatch {
  /** It shows life otherwise: it printed something. */
  readonly touch: () => void;
  readonly end: () => void;
}

export type TreeFault =
  | { readonly type: 'memory'; readonly bytes: number }
  | { readonly type: 'stalled'; readonly ms: number };

interface Watched {
  readonly pid: number;
  readonly limits: TreeLimits;
  readonly onFault: (fault: TreeFault) => void;
  ticks: number;
  livedAt: number;
}

const everyMs = 1000;
/** By the kernel's ABI on every Linux that Node runs on; RSS is counted in pages. */
const pageBytes = 4096;
const watched = new Set<Watched>();
let timer: NodeJS.Timeout | undefined;

export function watchTree(pid: number, limits: TreeLimits, onFault: (fault: TreeFault) => void): TreeWatch {
  const entry: Watched = { pid, limits, onFault, ticks: -1, livedAt: performance.now() };
  watched.add(entry);
  timer ??= setInterval(look, everyMs).unref();
  return {
    touch: () => {
      entry.livedAt = performance.now();
    },
    end: () => {
      watched.delete(entry);
      if (watched.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    },
  };
}

interface ProcessFacts {
  readonly parent: number;
  readonly ticks: number;
  readonly bytes: number;
}

function look(): void {
  const all = readProcesses();
  if (all === undefined) return;
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of all) {
    const known = children.get(parent);
    if (known === undefined) children.set(parent, [pid]);
    else known.push(pid);
  }
  const now = performance.now();
  for (const entry of watched) judge(entry, sumOf(entry.pid, { all, children }), now);
}

function judge(entry: Watched, sum: { ticks: number; bytes: number }, now: number): void {
  const { limits, onFault } = entry;
  // A child that ended takes its ticks along: any change is life.
  if (sum.ticks !== entry.ticks) {
    entry.ticks = sum.ticks;
    entry.livedAt = now;
  }
  if (sum.bytes > limits.memoryBytes) onFault({ type: 'memory', bytes: sum.bytes });
  else if (now - entry.livedAt > limits.stallMs) onFault({ type: 'stalled', ms: now - entry.livedAt });
}

function sumOf(
  root: number,
  { all, children }: { all: ReadonlyMap<number, ProcessFacts>; children: ReadonlyMap<number, number[]> },
): { ticks: number; bytes: number } {
  const sum = { ticks: 0, bytes: 0 };
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const facts = all.get(pid);
    sum.ticks += facts?.ticks ?? 0;
    sum.bytes += facts?.bytes ?? 0;
    open.push(...(children.get(pid) ?? []));
  }
  return sum;
}

/** Undefined where there is no /proc. */
function readProcesses(): ReadonlyMap<number, ProcessFacts> | undefined {
  try {
    return new Map(
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => {
          const facts = readFacts(name);
          return facts === undefined ? [] : [[Number(name), facts] satisfies [number, ProcessFacts]];
        }),
    );
  } catch {
    return undefined;
  }
}

/** `pid (comm) state ppid …`: comm may hold anything, so fields are counted from its closing bracket. */
function readFacts(pid: string): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [userTicks = 0, systemTicks = 0] = fields.slice(11);
    const [pages = 0] = fields.slice(21);
    return { parent, ticks: userTicks + systemTicks, bytes: pages * pageBytes };
  } catch {
    return undefined;
  }
}

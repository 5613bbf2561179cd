/** The processes below this one, as `/proc` tells: what they are called with, and what memory they hold. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Descendant {
  readonly pid: number;
  readonly command: string;
  readonly residentBytes: number;
}

export function descendants(of: number = process.pid): readonly Descendant[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = Number(/\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: Descendant[] = [];
  const queue = [...(children.get(of) ?? [])];
  for (const pid of queue) {
    queue.push(...(children.get(pid) ?? []));
    const resident = Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024;
    found.push({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '), residentBytes: resident });
  }
  return found;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

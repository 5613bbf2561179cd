/**
 * What must not be forgotten of jobs at CloudConvert, whatever happens to this process: a small file for each, written
 * before the job is created and flushed. A later run that is about to ask for the same takes the job over. It knows the
 * fingerprint of a request, not the request.
 */
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { ignoreInGit } from '@pipeline/engine';
import { isThere } from '@pipeline/engine/process-life';
import { isJsonObject, type JsonValue } from '@pipeline/schema';

export interface JournalEntry {
  readonly fingerprint: string;
  /** Unique; the job has it as well. */
  readonly tag: string;
  /** Absent: created or not, nobody knows. */
  readonly id?: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface Journal {
  /** On the disk when it settles. */
  readonly write: (entry: JournalEntry) => Promise<void>;
  readonly remove: (tag: string) => Promise<void>;
  /** The job of a run that is no more, for the same request; it belongs to this run from now on. */
  readonly takeOver: (fingerprint: string) => Promise<JournalEntry | undefined>;
}

/** CloudConvert keeps a job for 24 hours, and an upload may be waited for during 6. */
const lifetimeMs = 24 * 60 * 60 * 1000;

interface Owner {
  readonly host: string;
  readonly pid: number;
}

export function openJournal(dir: string, now: () => number): Journal {
  const own = { host: hostname(), pid: process.pid };
  const taken = new Set<string>();
  const write = async (entry: JournalEntry): Promise<void> => {
    await mkdir(dir, { recursive: true });
    ignoreInGit(path.dirname(dir));
    await writeFlushed(fileOf(dir, entry.tag), JSON.stringify({ ...entry, ...own }));
    taken.add(entry.tag);
  };
  return {
    write,
    remove: (tag) => rm(fileOf(dir, tag), { force: true }),
    takeOver: async (fingerprint) => {
      for (const { entry, owner } of await readAll(dir)) {
        if (taken.has(entry.tag) || isAlive(owner, own)) continue;
        if (now() - entry.createdAt > lifetimeMs) {
          await rm(fileOf(dir, entry.tag), { force: true });
          continue;
        }
        if (entry.fingerprint !== fingerprint) continue;
        // Before anything is awaited: two parts of this run may ask for the same.
        taken.add(entry.tag);
        await write(entry);
        return entry;
      }
      return undefined;
    },
  };
}

const fileOf = (dir: string, tag: string): string => path.join(dir, `${tag}.json`);

async function writeFlushed(target: string, text: string): Promise<void> {
  const temporary = `${target}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, target);
  await flushFolder(path.dirname(target));
}

/** So that the name is there as well after a power cut. Some systems open no folders, and need no such thing. */
async function flushFolder(dir: string): Promise<void> {
  const folder = await open(dir, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

async function readAll(dir: string): Promise<readonly { entry: JournalEntry; owner: Owner }[]> {
  const names = await readdir(dir).catch((): string[] => []);
  const texts = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => readFile(path.join(dir, name), 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => parsed(text) ?? []);
}

function parsed(text: string): { entry: JournalEntry; owner: Owner } | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    if (!isJsonObject(value)) return undefined;
    const { fingerprint, tag, id, createdAt, host, pid } = value;
    if (typeof fingerprint !== 'string' || typeof tag !== 'string' || typeof createdAt !== 'number')
      return undefined;
    if (typeof host !== 'string' || typeof pid !== 'number') return undefined;
    const entry = { fingerprint, tag, createdAt, ...(typeof id === 'string' && { id }) };
    return { entry, owner: { host, pid } };
  } catch {
    return undefined;
  }
}

/** A process number means something on its own machine only: of another one, nothing is known, and nothing taken. */
function isAlive(owner: Owner, own: Owner): boolean {
  if (owner.host !== own.host) return true;
  return owner.pid !== own.pid && isThere(owner.pid);
}

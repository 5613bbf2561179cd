/**
 * The folders that a job works in. Every attempt gets a folder of
 * its own with a short numeric name, so that a file name of 255 bytes still fits below it. Everything is removed at the
 * end of the job, and what a killed job left behind by the next one. It does not know what the files are.
 */
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { err, ok, type Result, type TaskName } from '@pipeline/schema';
import { ignoreInGit } from './ignore-in-git.ts';
import { namesIn } from './names-in.ts';
import { isThere } from './process-life.ts';

export interface Workspace {
  /** Absolute and real. */
  readonly dir: string;
  /** A new, empty folder for an attempt of this task: absolute and real. */
  readonly createDir: (task: TaskName) => Promise<string>;
  /** Best effort: what is left goes with `close`. */
  readonly removeDir: (dir: string) => Promise<void>;
  /** The size of a file that an operation made; with `within`, it must really lie in that folder. */
  readonly inspect: (path: string, within?: string) => Promise<Result<number, FileFault>>;
  /** Removes everything. */
  readonly close: () => Promise<void>;
  /** The same for exit handlers, which cannot wait. */
  readonly closeSync: () => void;
}

export type FileFault = 'missing' | 'not-a-file' | 'outside';

export interface WorkspaceOptions {
  /** `<project root>/.pipeline/work`; the system's folder for temporary files when it cannot be written. */
  readonly dir: string;
  readonly jobId: string;
}

// Asked of the disk at once: seven hand-overs to another thread take longer than all that is asked.
export async function openWorkspace({ dir, jobId }: WorkspaceOptions): Promise<Workspace> {
  const root = createRoot(dir);
  await removeDead(root);
  const own = realpathSync.native(mkdtempSync(join(root, folderPrefix(jobId))));
  let count = 0;
  return {
    dir: own,
    createDir: async () => {
      count += 1;
      const created = join(own, String(count));
      await mkdir(created);
      return created;
    },
    removeDir: (target) => remove(target),
    inspect,
    close: async () => {
      await remove(own);
    },
    closeSync: () => {
      try {
        rmSync(own, { recursive: true, force: true });
      } catch {
        // The process is on its way out: the next job removes what is left.
      }
    },
  };
}

// `<job>-<host>-<pid>-XXXXXX`: a process number means something on its own machine only.
const separator = '-';

function folderPrefix(jobId: string): string {
  return [jobId.replaceAll(/[^\w]/g, '').slice(0, 40), ownHost(), process.pid, ''].join(separator);
}

function ownHost(): string {
  return hostname().replaceAll(/[^\w]/g, '').slice(0, 40) || 'host';
}

function createRoot(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true });
    ignoreInGit(dirname(dir));
    return realpathSync.native(dir);
  } catch {
    // A read-only project can still be read: only the scratch files move.
    // Each user has one: that of another may not be entered.
    const fallback = join(tmpdir(), ['pipeline-work', process.getuid?.()].join('-'));
    mkdirSync(fallback, { recursive: true, mode: 0o700 });
    return realpathSync.native(fallback);
  }
}

/** Folders of processes on this machine that are no more. A folder of another machine, or of another user, stays. */
async function removeDead(root: string): Promise<void> {
  await Promise.all(deadWorkspaces(root).map(remove));
}

/** Absolute. */
export function deadWorkspaces(root: string): readonly string[] {
  const dead = namesIn(root).filter((name) => {
    const [, host, pid] = name.split(separator);
    return host === ownHost() && pid !== undefined && /^\d+$/.test(pid) && !isThere(Number(pid));
  });
  return dead.map((name) => join(root, name));
}

/** What an action leaves behind is mostly a file or two, which are removed before another thread has been asked to. */
async function remove(path: string): Promise<void> {
  if (hasRemovedFew(path)) return;
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch {
    // Something still holds a file open: the next job tries again.
  }
}

const fewFiles = 8;

/** False: there is more than a few files in it, or something holds one of them. */
function hasRemovedFew(folder: string): boolean {
  try {
    const names = readdirSync(folder);
    if (names.length > fewFiles) return false;
    for (const name of names) unlinkSync(join(folder, name));
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

// Asked at once, without another thread: handing a question over takes ten times as long as its answer.
async function inspect(path: string, within?: string): Promise<Result<number, FileFault>> {
  try {
    if (within === undefined) {
      const facts = statSync(path);
      return facts.isFile() ? ok(facts.size) : err('not-a-file');
    }
    const facts = lstatSync(path);
    if (!facts.isFile()) return err('not-a-file');
    // A plain file right inside needs no second look; below that, a folder may be a link that leads out.
    if (dirname(path) === within) return ok(facts.size);
    return (await realpath(path)).startsWith(within + sep) ? ok(facts.size) : err('outside');
  } catch {
    return err('missing');
  }
}

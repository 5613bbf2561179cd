/** A folder with files, and runs of a pipeline in it with a cache on the disk. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pipeline } from '@pipeline/schema';
import {
  type ActionStatus,
  type Caching,
  type JobPlan,
  type LastRun,
  openDiskCache,
  openWorkspace,
  planJob,
  predictJob,
  type Prediction,
  runJob,
} from '../../src/index.ts';
import { fileBackend, type WorkDone } from './file-backend.mjs';

export interface RunFacts {
  readonly exitCode: number;
  readonly counts: { readonly ran: number; readonly cached: number; readonly failed: number };
  /** Of the processing operations. */
  readonly done: readonly WorkDone[];
  /** That results could not be kept. */
  readonly problems: readonly unknown[];
  /** Address → how it ended. */
  readonly statuses: ReadonlyMap<string, ActionStatus>;
  /** Address → key of its fingerprint. */
  readonly keys: ReadonlyMap<string, string>;
}

export class Project {
  readonly dir: string = mkdtempSync(path.join(tmpdir(), 'pipeline-cache-'));

  path(...parts: readonly string[]): string {
    return path.join(this.dir, ...parts);
  }

  write(place: string, content: string): void {
    const file = this.path(place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  remove(place: string): void {
    rmSync(this.path(place), { recursive: true, force: true });
  }

  /** Another time, the same content. */
  touch(place: string): void {
    const time = Date.now() / 1000 + 5;
    utimesSync(this.path(place), time, time);
  }

  /** Name → content, of a folder. */
  read(folder: string): Readonly<Record<string, string>> {
    const dir = this.path(folder);
    if (!existsSync(dir)) return {};
    return Object.fromEntries(
      readdirSync(dir)
        .sort()
        .map((name) => [name, readFileSync(path.join(dir, name), 'utf8')]),
    );
  }

  /** Every file below the cache, with its path. */
  cacheFiles(kind: 'objects' | '' = ''): readonly string[] {
    const dir = this.path('.cache', 'v1', kind);
    const names = existsSync(dir) ? readdirSync(dir, { recursive: true, withFileTypes: true }) : [];
    return names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  }

  /** What a run would do now. */
  async predict(pipeline: Pipeline, last: LastRun): Promise<Prediction> {
    const plan = await this.#plan(pipeline, () => {});
    const cache = openDiskCache({
      dir: this.path('.cache'),
      root: this.dir,
      now: Date.now,
      onProblem: () => {},
    });
    const hashFile = (file: string): Promise<string | undefined> =>
      cache.hashFile(file).catch(() => undefined);
    return predictJob(plan, { cache, last, hashFile, digest: (text) => cache.digest(text) });
  }

  async #plan(pipeline: Pipeline, onRun: (work: WorkDone) => void): Promise<JobPlan> {
    const context = { baseDir: this.dir, allowedDirs: [this.dir], jobId: 'job', startedAt: 0 };
    const values = { params: {}, env: {}, secrets: {} };
    const backends = { local: fileBackend({ onRun }) };
    const plan = await planJob({ pipeline, values, backends, context });
    if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
    return plan.value;
  }

  async run(
    pipeline: Pipeline,
    more: Partial<Omit<Caching, 'cache'>> & { readonly cacheDir?: string } = {},
  ): Promise<RunFacts> {
    const done: WorkDone[] = [];
    const problems: unknown[] = [];
    const statuses = new Map<string, ActionStatus>();
    const keys = new Map<string, string>();
    const plan = await this.#plan(pipeline, (work) => done.push(work));
    const { cacheDir = this.path('.cache'), ...how } = more;
    const cache = openDiskCache({
      dir: cacheDir,
      root: this.dir,
      now: Date.now,
      onProblem: (error) => problems.push(error),
    });
    const workspace = await openWorkspace({ dir: this.path('.work'), jobId: 'job' });
    try {
      const { exitCode, counts } = await runJob(plan, {
        workspace,
        now: () => performance.now(),
        onEvent: (event) => {
          if (event.type !== 'action.finished') return;
          statuses.set(event.action, event.status);
          if (event.fingerprint !== undefined) keys.set(event.action, event.fingerprint);
        },
        signal: new AbortController().signal,
        maxActions: 4,
        caching: { cache, mode: 'read-write', ...how },
      });
      return { exitCode, counts, done, problems, statuses, keys };
    } finally {
      cache.close();
      await workspace.close();
    }
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

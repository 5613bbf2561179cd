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
import { type Caching, openDiskCache, openWorkspace, planJob, runJob } from '../../src/index.ts';
import { fileBackend, type WorkDone } from './file-backend.mjs';

export interface RunFacts {
  readonly exitCode: number;
  readonly counts: { readonly ran: number; readonly cached: number; readonly failed: number };
  /** Of the processing operations. */
  readonly done: readonly WorkDone[];
  /** That results could not be kept. */
  readonly problems: readonly unknown[];
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

  async run(
    pipeline: Pipeline,
    more: Partial<Omit<Caching, 'cache'>> & { readonly cacheDir?: string } = {},
  ): Promise<RunFacts> {
    const done: WorkDone[] = [];
    const problems: unknown[] = [];
    const context = { baseDir: this.dir, allowedDirs: [this.dir], jobId: 'job', startedAt: 0 };
    const backends = { local: fileBackend({ onRun: (work) => done.push(work) }) };
    const values = { params: {}, env: {}, secrets: {} };
    const plan = await planJob({ pipeline, values, backends, context });
    if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
    const { cacheDir = this.path('.cache'), ...how } = more;
    const cache = openDiskCache({
      dir: cacheDir,
      root: this.dir,
      now: Date.now,
      onProblem: (error) => problems.push(error),
    });
    const workspace = await openWorkspace({ dir: this.path('.work'), jobId: 'job' });
    try {
      const { exitCode, counts } = await runJob(plan.value, {
        workspace,
        now: () => performance.now(),
        onEvent: () => {},
        signal: new AbortController().signal,
        maxActions: 4,
        caching: { cache, mode: 'read-write', ...how },
      });
      return { exitCode, counts, done, problems };
    } finally {
      cache.close();
      await workspace.close();
    }
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

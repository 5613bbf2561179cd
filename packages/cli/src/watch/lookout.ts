/**
 * Sees what happens to the files of a pipeline: by the events of folders, and by looking at all of them now and then, as
 * events can be lost and nobody is told. Where there are no events (network drives, a system that watches no more folders)
 * it looks every second. It says of a file that something may have happened; what that means, it does not know.
 */
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { JobEvent, JobPlan, WatchEvent } from '@pipeline/engine';
import type { Signature } from './changes.ts';
import {
  type FolderWatch,
  isOfInterest,
  nearestExisting,
  type WatchedFolders,
  watchFolders,
} from './folders.ts';
import { networkDriveAmong } from './network-drive.ts';
import { type Loop, OwnOutputs } from './own-outputs.ts';
import { presentSignatures } from './signature.ts';
import { type WatchSet, watchSetOf } from './watch-set.ts';

export interface LookoutOptions {
  readonly isPolling: boolean;
  readonly onHint: (file: string) => void;
  readonly onDoubt: () => void;
  /** It is written by the pipeline itself: whatever was hinted at it is void. */
  readonly onOwn: (file: string) => void;
  readonly onNote: (note: Note) => void;
}

export type Note = Pick<
  Extract<WatchEvent, { readonly type: 'watch.noted' }>,
  'severity' | 'message' | 'hint'
>;

const regularLookMs = 60_000;
const pollMs = 1000;
/** Looking takes at most this part of the time. */
const lookShare = 1 / 20;

export class Lookout {
  readonly #options: LookoutOptions;
  #isPolling: boolean;
  #set: WatchSet | undefined;
  #own: OwnOutputs | undefined;
  #baseDir = '';
  #exports: ReadonlySet<string> = new Set();
  #folders: FolderWatch | undefined;
  #watched: WatchedFolders = { roots: [], isExcluded: () => false };
  /** Files that were read beside the inputs, or looked for there in vain. */
  #side: ReadonlySet<string> = new Set();
  /** Real path → links to it that are watched. */
  #links: ReadonlyMap<string, readonly string[]> = new Map();
  #lookedMs = 0;
  #lookTookMs = 0;

  constructor(options: LookoutOptions) {
    this.#options = options;
    this.#isPolling = options.isPolling;
  }

  /** When the next look is due whatever happens, by `performance.now()`. */
  get nextLookMs(): number {
    const everyMs = this.#isPolling ? pollMs : regularLookMs;
    return this.#lookedMs + Math.max(everyMs, this.#lookTookMs / lookShare);
  }

  /** Watches what this plan reads, from now on. False: that is what was watched before. */
  async watch(plan: JobPlan, files: readonly string[]): Promise<boolean> {
    const set = watchSetOf(plan, files);
    const isNew = set.key !== this.#set?.key;
    if (isNew) {
      this.#set = set;
      this.#own = new OwnOutputs(set, this.#options.onOwn);
      this.#baseDir = plan.context.baseDir;
      await this.#follow();
    }
    this.#exports = new Set(
      plan.tasks.flatMap((planned) =>
        planned?.task.operation === 'export/local' ? [planned.task.name] : [],
      ),
    );
    this.#tellLoops(this.#own?.claimPlan(plan) ?? []);
    return isNew;
  }

  get beside(): ReadonlySet<string> {
    return this.#side;
  }

  /** Watches these as well, instead of those of the last run. Gives back the ones that were not watched. */
  async watchBeside(files: ReadonlySet<string>): Promise<readonly string[]> {
    const fresh = [...files].filter((file) => !this.isWatched(file) && this.#own?.has(file) !== true);
    this.#side = files;
    if (fresh.some((file) => !isOfInterest(path.dirname(file), this.#watched))) await this.#follow();
    return fresh;
  }

  /** Every file that is watched and there. */
  async look(): Promise<Map<string, Signature>> {
    const startMs = performance.now();
    const found = this.#set?.look() ?? { files: [], links: [] };
    const own = this.#own;
    const files = new Set([...found.files, ...this.#side]);
    const signatures = await presentSignatures([...files].filter((file) => own?.has(file) !== true));
    this.#lookedMs = performance.now();
    this.#lookTookMs = this.#lookedMs - startMs;
    return signatures;
  }

  /** A look has found what no event told of: the events of some folder have been lost. */
  async mend(): Promise<void> {
    if (!this.#isPolling) await this.#follow();
  }

  isWatched(file: string): boolean {
    return (this.#set?.matches(file) === true || this.#side.has(file)) && this.#own?.has(file) !== true;
  }

  /** Whether no task takes this file while watching, whatever happens to it. */
  isNeverTaken(file: string): boolean {
    return this.#set?.isTemporary(file) === true || this.#own?.has(file) === true;
  }

  isExport(task: string): boolean {
    return this.#exports.has(task);
  }

  takersOf(file: string): readonly string[] {
    return this.#set?.takersOf(file) ?? [];
  }

  hear(event: JobEvent): void {
    if (event.type !== 'action.finished') return;
    this.#tellLoops(this.#own?.claimEvent(event, (task) => this.#exports.has(task)) ?? []);
  }

  shown(file: string): string {
    return path.relative(this.#baseDir, file) || file;
  }

  async close(): Promise<void> {
    await this.#folders?.close();
    this.#folders = undefined;
  }

  async #follow(): Promise<void> {
    await this.close();
    const set = this.#set;
    if (set === undefined) return;
    const { links } = set.look();
    this.#links = linksByTarget(links);
    const targets = [...this.#links.keys(), ...this.#side].map((file) => ({
      folder: path.dirname(file),
      depth: 0,
      isHidden: true,
    }));
    const folders = { roots: [...set.roots, ...targets], isExcluded: set.isExcluded };
    this.#watched = folders;
    if (!this.#isPolling) await this.#noticeNetworkDrive(folders.roots.map(({ folder }) => folder));
    if (this.#isPolling) return;
    this.#folders = await watchFolders(folders, {
      onFile: this.#onFile,
      onFolder: this.#options.onDoubt,
      onError: this.#onError,
    });
  }

  readonly #onFile = (file: string): void => {
    if (this.isWatched(file)) this.#options.onHint(file);
    for (const link of this.#links.get(file) ?? []) this.#options.onHint(link);
  };

  readonly #onError = (error: Error): void => {
    const code = 'code' in error ? error.code : undefined;
    if (code !== 'ENOSPC' && code !== 'EMFILE') return this.#options.onDoubt();
    this.#poll({
      severity: 'warning',
      message: `${limitText(code)}; it is looked for changes every second instead`,
      hint: 'for more: sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024',
    });
  };

  async #noticeNetworkDrive(folders: readonly string[]): Promise<void> {
    const drive = await networkDriveAmong([...new Set(folders.map(nearestExisting))]);
    if (drive === undefined) return;
    this.#poll({
      severity: 'note',
      message: `${this.shown(drive)} lies on a network drive, which tells of no changes: it is looked for them every second`,
    });
  }

  #poll(note: Note): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    void this.close();
    this.#options.onNote(note);
    this.#options.onDoubt();
  }

  #tellLoops(loops: readonly Loop[]): void {
    for (const { writer, taker, file } of loops) {
      this.#options.onNote({
        severity: 'warning',
        message: `${this.shown(file)}, which task "${writer}" writes, is also taken by task "${taker}": a run would follow its own results for ever, so what "${writer}" writes is not taken`,
        hint: `export to a folder that "${taker}" does not take from, or exclude it there`,
      });
    }
  }
}

function linksByTarget(links: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const targets = new Map<string, string[]>();
  for (const link of links) {
    try {
      const real = realpathSync.native(link);
      targets.set(real, [...(targets.get(real) ?? []), link]);
    } catch {
      // It leads nowhere: what comes there is seen by the next look.
    }
  }
  return targets;
}

function limitText(code: string): string {
  const name = code === 'ENOSPC' ? 'max_user_watches' : 'max_user_instances';
  const what = code === 'ENOSPC' ? 'watches no more folders' : 'gives out no more watchers';
  try {
    const limit = readFileSync(`/proc/sys/fs/inotify/${name}`, 'utf8').trim();
    return `this system ${what} (fs.inotify.${name} is ${limit})`;
  } catch {
    return `this system ${what}`;
  }
}

/**
 * The log of jobs, kept small: a segment goes when nothing in it is needed, and when most of the log is of jobs that are
 * gone, those few that hold the oldest segment are written once more. So its size is bounded by what lives, and no step
 * handles more than one segment.
 */
import { IdMap } from './id-map.ts';
import type { JobIndex } from './job-index.ts';
import { type Log, openLog } from './log.ts';
import { applyRecord, readRecord, type StoreRecord, writeRecord } from './store-record.ts';

export interface StoreLogOptions {
  readonly dir: string;
  readonly segmentBytes?: number;
}

export interface StoreLog {
  /** Settles when it is on the disk. */
  readonly append: (record: StoreRecord) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** The index gets everything that the log holds. */
export async function openStoreLog(options: StoreLogOptions, index: JobIndex): Promise<StoreLog> {
  const holdings = new Holdings();
  const log = await openLog({
    ...options,
    name: 'jobs',
    replay: (text, segment) => {
      const record = readRecord(text);
      const owner = ownerOf(record, index);
      applyRecord(index, record);
      holdings.wrote(record, { owner, segment, bytes: text.length });
    },
  });
  const { segmentBytes = 16 * 1024 * 1024 } = options;
  return new CleanedLog({ log, index, holdings, spareBytes: segmentBytes * 4 });
}

/** The job, or the task that stands alone, that a record is about. */
function ownerOf(record: StoreRecord, index: JobIndex): string {
  switch (record.type) {
    case 'job':
      return record.job.id;
    case 'task':
      return record.task.jobId ?? record.task.id;
    default:
      return index.task(record.id)?.jobId ?? record.id;
  }
}

interface Place {
  readonly owner: string;
  readonly segment: number;
  readonly bytes: number;
}

interface Held {
  /** Of the owner. */
  readonly id: string;
  readonly segment: number;
  /** Of all its records. */
  readonly bytes: number;
}

/** Which segment each job, and each task that stands alone, is needed from. */
class Holdings {
  readonly #owners = new IdMap<Held>();
  /** Whoever is or was needed from it, and how many still are. */
  readonly #bySegment = new Map<number, { readonly owners: string[]; live: number }>();
  liveBytes = 0;

  wrote(record: StoreRecord, { owner, segment, bytes }: Place): void {
    const known = this.#owners.get(owner);
    if (record.type === 'gone') {
      if (record.id === owner) this.forget(owner);
    } else if (isWhole(record)) {
      if (known !== undefined) this.forget(owner);
      this.#owners.set({ id: owner, segment, bytes });
      this.liveBytes += bytes;
      const held = this.#bySegment.get(segment) ?? { owners: [], live: 0 };
      held.owners.push(owner);
      held.live += 1;
      this.#bySegment.set(segment, held);
    } else if (known !== undefined) {
      this.#owners.set({ ...known, bytes: known.bytes + bytes });
      this.liveBytes += bytes;
    }
  }

  isNeeded(segment: number): boolean {
    return this.#bySegment.has(segment);
  }

  /** Those that need this segment. */
  of(segment: number): readonly string[] {
    const { owners = [] } = this.#bySegment.get(segment) ?? {};
    return [...new Set(owners)].filter((owner) => this.#owners.get(owner)?.segment === segment);
  }

  forget(owner: string): void {
    const known = this.#owners.get(owner);
    if (known === undefined) return;
    this.#owners.delete(owner);
    this.liveBytes -= known.bytes;
    const held = this.#bySegment.get(known.segment);
    if (held === undefined) return;
    held.live -= 1;
    if (held.live === 0) this.#bySegment.delete(known.segment);
  }
}

/** All that is known of its owner. */
const isWhole = (record: StoreRecord): boolean =>
  record.type === 'job' || (record.type === 'task' && record.task.jobId === null);

interface Parts {
  readonly log: Log;
  readonly index: JobIndex;
  readonly holdings: Holdings;
  /** What the log may hold of jobs that are gone, beyond three times what lives. */
  readonly spareBytes: number;
}

class CleanedLog implements StoreLog {
  readonly #parts: Parts;
  /**
   * Records by owner that are on their way to the disk: what is in memory lacks them. Not those that hold all of their
   * owner: they are its first, or come from the cleaning itself, which waits for them.
   */
  readonly #pending = new Map<string, number>();
  #cleaning: Promise<void> | undefined;
  /** The last one that was written to. */
  #segment: number;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#segment = parts.log.segments().at(-1) ?? 0;
  }

  readonly append = (record: StoreRecord): Promise<unknown> => {
    const { log, index, holdings } = this.#parts;
    const owner = ownerOf(record, index);
    const text = writeRecord(record);
    const isPart = !isWhole(record);
    if (isPart) this.#countPending(owner, 1);
    return log.append(text, (segment) => {
      if (isPart) this.#countPending(owner, -1);
      if (segment === undefined) return;
      holdings.wrote(record, { owner, segment, bytes: text.length });
      const hasGrown = segment > this.#segment;
      this.#segment = segment;
      if (record.type === 'gone' || hasGrown) this.#clean();
    });
  };

  readonly close = async (): Promise<void> => {
    this.#isClosed = true;
    await this.#cleaning;
    await this.#parts.log.close();
  };

  #countPending(owner: string, more: 1 | -1): void {
    const left = (this.#pending.get(owner) ?? 0) + more;
    if (left === 0) this.#pending.delete(owner);
    else this.#pending.set(owner, left);
  }

  #clean(): void {
    // A full disk is told to whoever appends; here it only means that nothing becomes smaller.
    this.#cleaning ??= this.#cleanAll()
      .catch(() => {})
      .finally(() => {
        this.#cleaning = undefined;
      });
  }

  async #cleanAll(): Promise<void> {
    const { log, holdings, spareBytes } = this.#parts;
    for (;;) {
      // What was written just now is in memory by then.
      await nextTurn();
      const [oldest, next] = this.#isClosed ? [] : log.segments();
      if (oldest === undefined || next === undefined) return;
      if (holdings.isNeeded(oldest)) {
        if (log.sizeBytes() <= holdings.liveBytes * 3 + spareBytes) return;
        await this.#rewrite(oldest);
      }
      if (!holdings.isNeeded(oldest)) await log.dropBefore(next);
    }
  }

  /** What has records on their way keeps the segment for another round. */
  async #rewrite(segment: number): Promise<void> {
    const { index, holdings } = this.#parts;
    const written: Promise<unknown>[] = [];
    for (const owner of holdings.of(segment)) {
      if (this.#pending.has(owner)) continue;
      const whole = wholeRecord(owner, index);
      if (whole === undefined) holdings.forget(owner);
      else written.push(this.append(whole));
    }
    await Promise.all(written);
  }
}

function wholeRecord(owner: string, index: JobIndex): StoreRecord | undefined {
  const job = index.job(owner);
  if (job !== undefined) return { type: 'job', job, tasks: index.tasksOf(job) };
  const task = index.task(owner);
  return task === undefined ? undefined : { type: 'task', task };
}

const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

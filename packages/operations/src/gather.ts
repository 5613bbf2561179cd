/**
 * Work that several actions do at once, such as decoding the video that four of them take. An operation whose plan has
 * `shares` calls `join` in its run: when all that the engine started together have come, the work is done once for all
 * of their items, and each gets its own answer. It does not know what the work is.
 *
 * What `work` may rely on: it is given at least one item, all of one `Share` (so the same input files and the same key),
 * or a single one, whenever an action runs alone; it gives one answer for each, in their order, and throws for bugs only.
 * It must have stopped everything that it started when it returns, and should do so soon after its signal.
 *
 * What an operation may rely on: its answer is as if it had worked alone. When one of several is cancelled or times out,
 * the common work is stopped and begun again without it, since its folder is about to go. Where common work fails, each
 * is tried alone, so that nobody fails because of a neighbour and every message speaks of its own action.
 *
 * Nobody waits for those who do not come: an operation that finds, while it runs, that it must work alone calls
 * `standAside` first; the local backend does so for everyone whose run is over.
 */
import type { Failure, OperationContext, Share } from '@pipeline/engine';
import { failure } from '@pipeline/engine';
import type { Result } from '@pipeline/schema';
import { err } from '@pipeline/schema';

export type Member = Pick<OperationContext, 'share' | 'signal' | 'workDir'>;

export interface Gathering<Item, Answer> {
  readonly join: (member: Member, item: Item) => Promise<Result<Answer, Failure>>;
}

export type CommonWork<Item, Answer> = (
  items: readonly Item[],
  signal: AbortSignal,
) => Promise<readonly Result<Answer, Failure>[]>;

/** All come within moments; this is for one that the engine stopped before it was called. */
export const longestWaitMs = 5000;

/** One for each kind of work, made once; `work` is the same for all that join. */
export function createGathering<Item, Answer>(work: CommonWork<Item, Answer>): Gathering<Item, Answer> {
  const meetings = new WeakMap<Share, Meeting<Item, Answer>>();
  return {
    join: ({ share, signal, workDir }, item) =>
      new Promise((resolve, reject) => {
        const guest = { item, signal, resolve, reject };
        const open = share === undefined ? undefined : meetingFor(share, { meetings, work });
        if (share === undefined || open === undefined) void new Meeting(work).begin([guest]);
        else {
          open.add(guest);
          see(share, workDir);
        }
      }),
  };
}

/** Says that this action will not join its neighbours, or not any more. */
export function standAside({ share, workDir }: Pick<Member, 'share' | 'workDir'>): void {
  if (share !== undefined) see(share, workDir);
}

interface Attendance {
  /** Folders, of which each action has its own: of those who came, and of those who will not. */
  readonly seen: Set<string>;
  readonly onComplete: (() => void)[];
}

const attendances = new WeakMap<Share, Attendance>();

function attendanceOf(share: Share): Attendance {
  const known = attendances.get(share);
  if (known !== undefined) return known;
  const attendance: Attendance = { seen: new Set(), onComplete: [] };
  attendances.set(share, attendance);
  return attendance;
}

function see(share: Share, workDir: string): void {
  const { seen, onComplete } = attendanceOf(share);
  seen.add(workDir);
  if (seen.size >= share.size) for (const begin of onComplete.splice(0)) begin();
}

/** Undefined when it has begun: too late to join. */
function meetingFor<Item, Answer>(
  share: Share,
  known: {
    readonly meetings: WeakMap<Share, Meeting<Item, Answer>>;
    readonly work: CommonWork<Item, Answer>;
  },
): Meeting<Item, Answer> | undefined {
  const existing = known.meetings.get(share);
  if (existing !== undefined) return existing.hasBegun ? undefined : existing;
  const meeting = new Meeting(known.work);
  known.meetings.set(share, meeting);
  const timer = setTimeout(() => meeting.beginOnce(), longestWaitMs);
  attendanceOf(share).onComplete.push(() => {
    clearTimeout(timer);
    meeting.beginOnce();
  });
  return meeting;
}

interface Guest<Item, Answer> {
  readonly item: Item;
  readonly signal: AbortSignal;
  readonly resolve: (answer: Result<Answer, Failure>) => void;
  readonly reject: (error: unknown) => void;
}

class Meeting<Item, Answer> {
  readonly #work: CommonWork<Item, Answer>;
  readonly #guests: Guest<Item, Answer>[] = [];
  hasBegun = false;

  constructor(work: CommonWork<Item, Answer>) {
    this.#work = work;
  }

  add(guest: Guest<Item, Answer>): void {
    this.#guests.push(guest);
    // Whoever is told to end while it waits does not wait for the others.
    const leave = (): void => {
      if (!this.hasBegun) guest.resolve(err(cancelled()));
    };
    guest.signal.addEventListener('abort', leave, { once: true });
  }

  beginOnce(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    void this.begin(this.#guests);
  }

  /** Settles all of them; never rejects. */
  async begin(guests: readonly Guest<Item, Answer>[]): Promise<void> {
    this.hasBegun = true;
    try {
      let waiting = guests;
      while (waiting.length > 1) {
        const { isStopped, left } = await this.#together(waiting);
        waiting = left;
        if (!isStopped) break;
      }
      for (const guest of waiting) await this.#alone(guest);
    } catch (error) {
      for (const { reject } of guests) reject(error);
    }
  }

  /** Those who are left have no answer, or a failure that may be a neighbour's. */
  async #together(
    guests: readonly Guest<Item, Answer>[],
  ): Promise<{ readonly isStopped: boolean; readonly left: readonly Guest<Item, Answer>[] }> {
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    for (const { signal } of guests) {
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    }
    const items = guests.map(({ item }) => item);
    const answers = stop.signal.aborted ? [] : await this.#work(items, stop.signal);
    for (const { signal } of guests) signal.removeEventListener('abort', onAbort);
    const left = guests.filter((guest, index) => {
      const answer = answers[index];
      if (answer?.ok === true) guest.resolve(answer);
      else if (guest.signal.aborted) guest.resolve(err(cancelled()));
      else return true;
      return false;
    });
    return { isStopped: stop.signal.aborted, left };
  }

  async #alone({ item, signal, resolve }: Guest<Item, Answer>): Promise<void> {
    if (signal.aborted) return resolve(err(cancelled()));
    const [answer] = await this.#work([item], signal);
    if (answer === undefined) throw new Error('common work gives one answer for each item');
    resolve(answer);
  }
}

const cancelled = (): Failure => failure('cancelled', 'The action was cancelled.');

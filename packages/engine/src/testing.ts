/**
 * What tests of the engine, and of those who use it, need instead of the world: a backend whose operations start,
 * finish and fail when the test says so, a workspace in memory, a clock with hands, and a list of events.
 * Nothing here sleeps.
 */
import { err, ok, type OperationName, type Result } from '@pipeline/schema';
import type { Clock } from './clock.ts';
import type { EventSink, JobEvent } from './event.ts';
import type { Failure } from './failure.ts';
import type {
  ActionPlan,
  ActionRequest,
  Backend,
  Operation,
  OperationContext,
  OperationResult,
} from './operation.ts';
import type { FileFault, Workspace } from './disk/workspace.ts';

export interface MemoryWorkspace extends Workspace {
  readonly write: (path: string, sizeBytes: number) => void;
  readonly unlink: (path: string) => void;
  /** Folders that were made and not removed. */
  readonly dirs: ReadonlySet<string>;
}

export function memoryWorkspace(): MemoryWorkspace {
  const dirs = new Set<string>();
  // By attempt folder: removing one must not look at the files of all the others.
  const files = new Map<string, Map<string, number>>();
  let count = 0;
  const removeDir = (dir: string): void => {
    dirs.delete(dir);
    files.delete(dir);
  };
  const removeAll = (): void => {
    dirs.clear();
    files.clear();
  };
  return {
    dir: '/work',
    dirs,
    write: (path, sizeBytes) => {
      const dir = attemptDir(path);
      const written = files.get(dir) ?? new Map<string, number>();
      files.set(dir, written.set(path, sizeBytes));
    },
    unlink: (path) => void files.get(attemptDir(path))?.delete(path),
    createDir: () => {
      count += 1;
      dirs.add(`/work/${count}`);
      return Promise.resolve(`/work/${count}`);
    },
    removeDir: (dir) => Promise.resolve(removeDir(dir)),
    inspect: (path, within) => {
      const size = files.get(attemptDir(path))?.get(path);
      return Promise.resolve(size === undefined ? err('missing') : inspected(size, path, within));
    },
    close: () => Promise.resolve(removeAll()),
    closeSync: removeAll,
  };
}

/** `/work/7/dir/name` → `/work/7` */
function attemptDir(path: string): string {
  const end = path.indexOf('/', '/work/'.length);
  return end < 0 ? path : path.slice(0, end);
}

function inspected(size: number, path: string, within: string | undefined): Result<number, FileFault> {
  return within === undefined || path.startsWith(`${within}/`) ? ok(size) : err('outside');
}

/** One call of `Operation.run`, waiting for its end. */
export interface Invocation {
  readonly request: ActionRequest;
  readonly context: OperationContext;
  /** Makes these files, `dir/name` each and one byte small; the planned or else the input's when absent. */
  readonly finish: (places?: readonly string[], more?: Omit<OperationResult, 'outputs'>) => void;
  readonly fail: (failure: Failure) => void;
  /** Ends as if the operation had a bug. */
  readonly crash: (error: Error) => void;
}

export interface FakeBackend extends Backend {
  /** The next call for this address that no test has seen yet. */
  readonly started: (address: string) => Promise<Invocation>;
  /** Addresses of the calls that have not ended. */
  readonly running: ReadonlySet<string>;
  /** Addresses of all calls, in order. */
  readonly calls: readonly string[];
}

export interface FakeBackendOptions {
  readonly workspace: MemoryWorkspace;
  /** `fakePlan` when absent. */
  readonly plan?: Operation['plan'];
  /** Ends each call; without it, the test does. */
  readonly run?: (invocation: Invocation) => void;
  readonly verify?: Operation['verify'];
  /** In place of the fake one, where there is one: its calls are not seen here. */
  readonly operationOf?: (name: OperationName) => Operation | undefined;
  /** Operations that it does not have. */
  readonly lacks?: readonly OperationName[];
}

/**
 * Reads the options of the task: `files` are what it yields (its input's places when absent), `is_open: true` keeps that
 * from the plan, `is_shared: true` makes it share its work with others that take the same file, `converter`, `writes` and `reads` are what `ActionPlan` says. So a test writes all it needs into the pipeline.
 */
export function fakePlan({ options, inputs }: ActionRequest): Result<ActionPlan, Failure> {
  const outputs = placesOf({ options, inputs }).map((place) => ({ ...splitPlace(place) }));
  return ok({
    ...(options['is_open'] !== true && { outputs }),
    ...(typeof options['converter'] === 'string' && {
      converter: { name: options['converter'], version: '1.0' },
    }),
    ...(typeof options['writes'] === 'string' && { writes: [options['writes']] }),
    ...(typeof options['reads'] === 'string' && { reads: [options['reads']] }),
    ...(options['is_shared'] === true && { shares: 'work' }),
  });
}

/** Ends every call at once, with what the plan promised. */
export const finishAtOnce = (invocation: Invocation): void => invocation.finish();

export function fakeBackend(options: FakeBackendOptions): FakeBackend {
  const running = new Set<string>();
  const calls: string[] = [];
  const waiting = new Map<string, ((invocation: Invocation) => void)[]>();
  const unseen = new Map<string, Invocation[]>();
  const operation: Operation = {
    plan: options.plan ?? fakePlan,
    ...(options.verify !== undefined && { verify: options.verify }),
    run: (request, context) =>
      new Promise((resolve, reject) => {
        const { address } = request;
        calls.push(address);
        running.add(address);
        const end = (settle: () => void): void => {
          running.delete(address);
          settle();
        };
        const invocation: Invocation = {
          request,
          context,
          finish: (places = placesOf(request), more = {}) =>
            end(() =>
              resolve(ok({ ...more, outputs: places.map((place) => makeFile(place, context, options)) })),
            ),
          fail: (failure) => end(() => resolve(err(failure))),
          crash: (error) => end(() => reject(error)),
        };
        if (options.run !== undefined) options.run(invocation);
        else {
          const seen = waiting.get(address)?.shift();
          if (seen === undefined) push(unseen, address, invocation);
          else seen(invocation);
        }
      }),
  };
  return {
    name: 'local',
    running,
    calls,
    load: (name) =>
      Promise.resolve(
        options.lacks?.includes(name) === true ? undefined : (options.operationOf?.(name) ?? operation),
      ),
    close: () => Promise.resolve(),
    started: (address) => {
      const invocation = unseen.get(address)?.shift();
      if (invocation !== undefined) return Promise.resolve(invocation);
      return new Promise((resolve) => push(waiting, address, resolve));
    },
  };
}

function placesOf({ options, inputs }: Pick<ActionRequest, 'options' | 'inputs'>): readonly string[] {
  const { files } = options;
  if (Array.isArray(files)) return files.map(String);
  return inputs.map(({ dir, name }) => (dir === '' ? name : `${dir}/${name}`));
}

function splitPlace(place: string): { readonly dir: string; readonly name: string } {
  const slash = place.lastIndexOf('/');
  return { dir: place.slice(0, Math.max(slash, 0)), name: place.slice(slash + 1) };
}

function makeFile(
  place: string,
  { workDir }: OperationContext,
  { workspace }: FakeBackendOptions,
): OperationResult['outputs'][number] {
  const path = `${workDir}/${place}`;
  workspace.write(path, 1);
  return { ...splitPlace(place), path };
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

export interface ManualClock extends Clock {
  /** Lets time pass, and everything happen that was waiting for it. */
  readonly advance: (ms: number) => Promise<void>;
}

export function manualClock(): ManualClock {
  let now = 0;
  const timers = new Set<{ readonly due: number; readonly resolve: () => void }>();
  return {
    now: () => now,
    wait: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve();
          return;
        }
        const timer = { due: now + ms, resolve };
        timers.add(timer);
        const stop = (): void => {
          timers.delete(timer);
          resolve();
        };
        signal.addEventListener('abort', stop, { once: true });
      }),
    advance: async (ms) => {
      const end = now + ms;
      for (;;) {
        await quiet();
        const [next] = [...timers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (next === undefined) break;
        now = Math.max(now, next.due);
        timers.delete(next);
        next.resolve();
      }
      now = end;
      await quiet();
    },
  };
}

/** Resolves when everything that can happen without the test has happened: all promises so far have run. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export interface EventList {
  readonly events: readonly JobEvent[];
  readonly onEvent: EventSink;
  /** Events of one type, in order. */
  readonly of: <T extends JobEvent['type']>(type: T) => readonly Extract<JobEvent, { type: T }>[];
}

export function collectEvents(): EventList {
  const events: JobEvent[] = [];
  return {
    events,
    onEvent: (event) => events.push(event),
    of: (type) =>
      events.filter((event): event is Extract<JobEvent, { type: typeof type }> => event.type === type),
  };
}

/**
 * Everything that can happen in a run, as plain JSON: the only thing that views, journals and clients see.
 * `--json` prints these objects as they are, one a line. Words are CloudConvert's where it has one.
 */
import type { JobResource, TaskStatus } from '@pipeline/schema';
import type { Failure } from './failure.ts';

/** Raised when a key changes its meaning or goes; new keys do not raise it. */
export const eventVersion = 1;

interface EventBase {
  /** Milliseconds since the job started. */
  readonly ms: number;
}

export type JobEvent = EventBase &
  (
    | {
        readonly type: 'job.started';
        readonly v: typeof eventVersion;
        readonly job: string;
        readonly name: string;
        readonly pipeline: string;
        /** In the order of the file. */
        readonly tasks: readonly TaskSummary[];
      }
    | { readonly type: 'task.started'; readonly task: string }
    /** More actions of a task are known: the totals of a bar. Counts only grow. */
    | {
        readonly type: 'task.expanded';
        readonly task: string;
        readonly actions: number;
        readonly is_final: boolean;
      }
    /** So many more actions of a task are as they were: nothing was done for them, and nothing has to be. */
    | {
        readonly type: 'task.unchanged';
        readonly task: string;
        readonly actions: number;
        /** That these have made. */
        readonly files?: number;
      }
    | ({
        readonly type: 'action.started';
        readonly backend: 'local' | 'cloudconvert';
        readonly converter?: string | undefined;
        readonly version?: string | undefined;
        readonly attempt: number;
      } & ActionIdentity)
    | {
        readonly type: 'action.progress';
        readonly action: string;
        readonly percent: number | null;
        readonly message?: string;
      }
    | {
        readonly type: 'action.retried';
        readonly action: string;
        readonly attempt: number;
        readonly delay_ms: number;
        readonly error: Failure;
      }
    | ({
        readonly type: 'action.finished';
        readonly status: ActionStatus;
        /** Wall time of the action itself; 0 when it never started. */
        readonly action_ms: number;
        readonly input_bytes: number;
        readonly outputs: readonly {
          /** Absolute; the address of what was exported to a place elsewhere. */
          readonly path: string;
          readonly bytes: number;
          readonly sha256?: string;
        }[];
        /** Why it was skipped, or what the converter says of a success ("File size reduced by 12%"). */
        readonly message?: string | undefined;
        readonly error?: Failure | undefined;
        /** The failure counts for neither the job nor its dependents (`ignore_error`). */
        readonly is_ignored?: boolean | undefined;
        readonly converter?: string | undefined;
        /** The key of what its result depends on: the same key, the same result. */
        readonly fingerprint?: string | undefined;
        /** What a paid service charged for it. */
        readonly credits?: number | undefined;
      } & ActionIdentity)
    | {
        readonly type: 'task.finished';
        readonly task: string;
        readonly status: TaskStatus;
        readonly message?: string;
      }
    | {
        readonly type: 'job.finished';
        readonly job: JobResource;
        readonly counts: Counts;
        readonly exit_code: number;
      }
    | WatchEvent
  );

/** What happens between the jobs of a watched pipeline; `ms` is the time since watching began. */
export type WatchEvent =
  | {
      /** A run follows. */
      readonly type: 'watch.changed';
      /** Milliseconds since the epoch. */
      readonly at: number;
      readonly count: number;
      /** The first of them. */
      readonly changes: readonly WatchedChange[];
    }
  | {
      /** Nothing runs, and whatever changes now is noticed. */
      readonly type: 'watch.waiting';
      readonly at: number;
      /** How many are watched. */
      readonly files: number;
    }
  | {
      /** Something to know about the watching itself. */
      readonly type: 'watch.noted';
      readonly at: number;
      readonly severity: 'note' | 'warning' | 'error';
      readonly message: string;
      readonly hint?: string;
    };

export interface WatchedChange {
  /** Absolute. */
  readonly path: string;
  readonly change: 'added' | 'changed' | 'removed';
}

export type ActionStatus = 'finished' | 'cached' | 'skipped' | 'error' | 'cancelled';

export interface TaskSummary {
  readonly task: string;
  readonly label: string;
  readonly operation: string;
  readonly inputs: readonly string[];
}

export interface ActionIdentity {
  /** `responsive[hero.png;width=480]` */
  readonly action: string;
  readonly task: string;
  /** `dir/name` of the input file, when there is exactly one. */
  readonly file?: string | undefined;
  readonly variant?: Readonly<Record<string, string | number | boolean | null>> | undefined;
}

export interface Counts {
  readonly ran: number;
  readonly cached: number;
  readonly skipped: number;
  readonly failed: number;
  /** Never started because something before them failed or the run was stopped. */
  readonly not_run: number;
}

export type EventSink = (event: JobEvent) => void;

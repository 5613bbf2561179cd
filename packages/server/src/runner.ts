/** Runs what the store holds: see `createRunner`. */
export interface Runner {
  /** The file lies at `place` of the task's folder and is on the disk. Settles when the task has ended with it. */
  readonly uploaded: (taskId: string, file: UploadedFile) => Promise<void>;
  /** Ends a task that has not ended with `CANCELLED`, and what depends on it; false: it had ended. */
  readonly cancel: (taskId: string) => Promise<boolean>;
  /** Nothing of it runs any more, and its files are gone, when this settles. */
  readonly removeJob: (jobId: string) => Promise<void>;
  /** The same for one task; what depends on it fails. */
  readonly removeTask: (taskId: string) => Promise<void>;
  readonly state: () => RunnerState;
  /** Stops what runs without an end: it is run again by the next runner. */
  readonly close: () => Promise<void>;
}

export interface UploadedFile {
  readonly place: string;
  readonly filename: string;
  readonly size: number;
}

export interface RunnerState {
  readonly running: number;
  readonly queued: number;
}

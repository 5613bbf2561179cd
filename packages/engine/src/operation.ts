/**
 * The one plug. An operation says what an action would do (`plan`) and does it (`run`). It is given files, resolved
 * options and a folder of its own; it knows no graph, no scheduler and no terminal. It never throws for what can be
 * expected to go wrong: it returns a `Failure`. A throw is a bug.
 */
import type { JsonObject, OperationName, Result, Task, TaskName, Variant } from '@pipeline/schema';
import type { Failure } from './failure.ts';
import type { JobPlan } from './job-plan.ts';

/** A file that flows along `input`. */
export interface Artifact {
  /** The task that made it. */
  readonly task: TaskName;
  /** Its place: relative to the import's `base`, `/`-separated, empty at the top. */
  readonly dir: string;
  /** `intro.docx` */
  readonly name: string;
  /** Canonical format: `jpg` for `photo.JPEG`; empty when it is not known. */
  readonly format: string;
  /**
   * Absolute; not to be changed by anyone. Empty: while planning, it is not made yet; in a run, it lies only with the
   * backend that made it (`remote`), and no action of another backend takes it.
   */
  readonly path: string;
  readonly sizeBytes: number;
  /** Hex, where somebody computed it on the way. */
  readonly sha256?: string;
  /** Both as in `OutputFile`. */
  readonly mtimeMs?: number | undefined;
  readonly seen?: FileFacts | undefined;
  /**
   * All that its action made, itself included, where it lies in the cache without them and may show them: a page of an
   * archive, with the pictures and style sheets that lie beside it there.
   */
  readonly madeWith?: readonly Artifact[];
  /** Where an export has put it: `file://…`, `s3://bucket/key`. */
  readonly url?: string;
  /** What its backend knows it by, when it is there; it may be here as well. */
  readonly remote?: string;
}

export interface ActionRequest {
  readonly task: Task;
  readonly address: string;
  readonly variant: Variant;
  /** One file, or a group in the order of `input` and then of the files; empty for imports. */
  readonly inputs: readonly Artifact[];
  /** Files of file-valued options: `{ image: [logo] }`. */
  readonly fileInputs: Readonly<Record<string, readonly Artifact[]>>;
  /** Every expression evaluated. */
  readonly options: JsonObject;
  /** What every file that it makes must hold to; every expression evaluated. */
  readonly verify?: JsonObject;
}

/** What an action will do, as far as can be known before it runs. */
export interface ActionPlan {
  /** Who does the work, e.g. `sharp`; its `name` is also the name of its concurrency limit. Absent: no converter. */
  readonly converter?: { readonly name: string; readonly version: string };
  /** Files it will yield; absent when only the run can tell (pages of a PDF, an unnamed download). */
  readonly outputs?: readonly PlannedFile[];
  /**
   * What it will write outside of the workspace: absolute paths, and addresses such as `s3://bucket/key`. Two actions
   * must never share one.
   */
  readonly writes?: readonly string[];
  /** Addresses that it takes files from, as far as they are known: `s3://bucket/key`. Nobody may write to one. */
  readonly reads?: readonly string[];
  /** Said in the closing summary: `no file matches "docs/*.md"`. */
  readonly note?: string;
  /**
   * A key of the costly part of its work, such as decoding its input: actions that take the same files, have the same
   * key and are ready at the same time are started together, in one place of the limits. What they do with that is
   * theirs: see `Share`.
   */
  readonly shares?: string;
  /** What it shares work with changes its bytes, if only a little: those are made anew together. */
  readonly isShapedTogether?: true;
  /**
   * What else its result depends on, by name, in short texts: `{ build: 'libvips 8.15.3', fonts: '5f2a…' }`. A
   * difference here is a reason to do the work again, and is shown as that reason.
   */
  readonly basis?: Readonly<Record<string, string>>;
  /** Absolute paths whose change may change this plan: the file of a program, folders of fonts. */
  readonly watches?: readonly string[];
}

/** By which a file is known again, or seen to have changed. Times in milliseconds since the epoch. */
export interface FileFacts {
  readonly size: number;
  readonly mtimeMs: number;
  /** Changes with every write, whatever is done to `mtimeMs` afterwards. */
  readonly ctimeMs: number;
  readonly ino: number;
}

export interface PlannedFile {
  readonly dir: string;
  readonly name: string;
  /** Set for files that exist already, as those of `import/local`. */
  readonly path?: string;
  readonly sizeBytes?: number;
}

export interface OperationContext extends RunContext {
  /** A new, empty folder of this attempt, for its outputs and for scratch files; removed when nobody needs it. */
  readonly workDir: string;
  /** Aborted on cancel and on timeout; everything started must be gone when `run` returns. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly attempt: number;
  /** 0–100, or null when the converter cannot tell. */
  readonly progress: (percent: number | null, message?: string) => void;
  /** Hex SHA-256 of a file, read only when it may have changed since the last time; absent: nobody remembers any. */
  readonly hashFile?: (path: string) => Promise<string>;
  /** Absent: it runs alone, as every further attempt does. */
  readonly share?: Share;
}

/**
 * Actions that were started together because they take the same files and their plans have the same `shares`: one and
 * the same object for all of them. They have one place in the limits between them, so they should do one piece of work at a time. Each keeps its
 * own folder, signal, timeout and result, and any of them may end before the others.
 */
export interface Share {
  readonly key: string;
  /** How many were started, at least 2. */
  readonly size: number;
}

/** What holds for the whole run. */
export interface RunContext {
  /** Folder of the pipeline file, absolute: relative paths start here. */
  readonly baseDir: string;
  /** Folders that a path may lie in, absolute and real: the project root and `--allow-path`. */
  readonly allowedDirs: readonly string[];
  readonly jobId: string;
  /** Milliseconds since the epoch at which the job began: one clock for every "now" inside outputs. */
  readonly startedAt: number;
  /**
   * Files that a task which takes them from this machine must not take now, as they are still being written, or as
   * taking them would never end. Absent: none.
   */
  readonly isLeftOut?: (task: TaskName, file: string) => boolean;
  /** What the action of that address takes from this machine, when somebody has looked already; `path` is set. */
  readonly foundFiles?: (address: string) => readonly PlannedFile[] | undefined;
}

export interface OperationResult {
  readonly outputs: readonly OutputFile[];
  /** Everything was as it should be, so that nothing was done: an export whose file is there already. */
  readonly isUnchanged?: true;
  /** What was used in the end, when it differs from the plan or was not known then. */
  readonly converter?: { readonly name: string; readonly version: string };
  /** CloudConvert's `message` of a finished task: "File size reduced by 12%". */
  readonly message?: string;
  /** More keys for the task's `result`, e.g. `metadata`. */
  readonly result?: JsonObject;
  /** Addresses that it took files from, and could not name before: see `ActionPlan.reads`. */
  readonly reads?: readonly string[];
  /** Absolute paths of files that it read beside its inputs, as pictures beside a document; those that it looked for in vain, too. */
  readonly dependsOn?: readonly string[];
  /** What a paid service charged for it, in the service's own unit. */
  readonly credits?: number;
}

export interface OutputFile {
  readonly dir: string;
  readonly name: string;
  readonly path: string;
  readonly sha256?: string;
  readonly url?: string;
  /** It lies with its backend, which knows it by this. With an empty `path`, `sizeBytes` must tell how large it is. */
  readonly remote?: string;
  /** From an operation without a folder: it has just looked at the file itself, and nobody does so again. */
  readonly sizeBytes?: number;
  /**
   * The time of its content, in ms since the epoch, that its writer gave it and that no later write can give it: by it the
   * file is known again although it was written a moment ago.
   */
  readonly mtimeMs?: number | undefined;
  /** How it was when it was taken, where it lies where the user keeps it: so nobody has to look once more. */
  readonly seen?: FileFacts | undefined;
}

export interface Operation {
  /**
   * True: it only moves files. It makes none in `workDir`, and is given none (`workDir` is empty); and it takes no place
   * from those who work, see `pools.ts`.
   */
  readonly isFolderless?: true;
  /** Quick and without side effects; reading folders is allowed. A failure here means: nothing runs. */
  readonly plan: (
    request: ActionRequest,
    context: RunContext,
  ) => Result<ActionPlan, Failure> | Promise<Result<ActionPlan, Failure>>;
  readonly run: (
    request: ActionRequest,
    context: OperationContext,
  ) => Promise<Result<OperationResult, Failure>>;
  /** Measures what `run` has made and holds it to `request.verify`; called when there is one. A failure: nobody gets it. */
  readonly verify?: (
    request: ActionRequest,
    made: readonly Artifact[],
    context: OperationContext,
  ) => Promise<Result<undefined, Failure>>;
}

/** Where actions run. Operations load when they are first used, so that a pipeline pays only for what it does. */
export interface Backend {
  readonly name: 'local' | 'cloudconvert';
  /** Undefined: this backend has no such operation (yet). */
  readonly load: (operation: OperationName) => Promise<Operation | undefined>;
  /** Told once what will run, before anything does: for a backend that sends connected actions away together. */
  readonly prepare?: (plan: JobPlan) => void;
  /** Ends every process that was kept warm. */
  readonly close: () => Promise<void>;
}

/**
 * What a valid pipeline file means, after checking: the stage that every other room takes.
 * It knows no YAML and no file system. Values that hold `${{ }}` keep their text in `options`, and the parsed
 * templates stand beside them, so that a task without expressions costs nothing to resolve.
 */
import type { Template } from './expression/template.ts';
import type { JsonObject, JsonPath, JsonScalar } from './json.ts';
import type { OperationName } from './operations/operation-name.ts';
import type { Range, Source } from './source.ts';

/** Letters, digits, `-` and `_`: CloudConvert's rule. */
export type TaskName = string;

export interface Pipeline {
  readonly source: Source;
  readonly name?: string;
  readonly description?: string;
  readonly tag?: string;
  readonly webhookUrl?: string;
  readonly params: ReadonlyMap<string, Param>;
  /** Declared environment variables; `undefined` = no default, so the run's environment must have it. */
  readonly env: ReadonlyMap<string, string | undefined>;
  /** Names of environment variables whose values are masked everywhere. */
  readonly secrets: readonly string[];
  readonly concurrency: Concurrency;
  readonly onError: 'continue' | 'stop';
  readonly watch?: Watch;
  /** In the order of the file. */
  readonly tasks: ReadonlyMap<TaskName, Task>;
}

export interface Task {
  readonly name: TaskName;
  /** Of the task's name in the source: where messages about the whole task point. */
  readonly range: Range;
  readonly label?: string;
  readonly operation: OperationName;
  /** Tasks whose files flow in, in the order of the file. */
  readonly inputs: readonly TaskName[];
  /** Options whose value is another task, as in `watermark`'s `image`: option name → task. */
  readonly fileInputs: Readonly<Record<string, TaskName>>;
  /** Order only, no files. */
  readonly needs: readonly TaskName[];
  /** Every combination of `matrix`, `include` and `exclude` applied; `[{}]` when there is no matrix. */
  readonly variants: readonly Variant[];
  readonly condition?: Template;
  readonly groupBy: 'file' | 'all' | 'dir';
  readonly retry: RetryPolicy;
  /** Per attempt. Absent: no limit but the operation's own. */
  readonly timeoutMs?: number;
  readonly ignoreError: boolean;
  readonly cache: boolean;
  readonly verify?: Verify;
  /** Absent: what `--on` says, else local. */
  readonly runsOn?: BackendName;
  /** Operation options without control keys, `defaults` and `options:` merged in. */
  readonly options: JsonObject;
  /** Names of options that come from `defaults`: where such a one has no meaning for a file, it is left out, no mistake. */
  readonly inherited?: readonly string[];
  /** The expressions inside `options`. */
  readonly templates: readonly OptionTemplate[];
  /** Range of the value of each top-level option, for messages. */
  readonly optionRanges: Readonly<Record<string, Range>>;
}

/** What every file that a task makes must hold to: the keys of `verify-keys.ts`. */
export interface Verify {
  readonly values: JsonObject;
  /** The expressions inside `values`. */
  readonly templates: readonly OptionTemplate[];
  /** Range of each key of it, for messages. */
  readonly ranges: Readonly<Record<string, Range>>;
}

export type BackendName = 'local' | 'cloudconvert';

/** One combination of matrix values, in the order of the matrix keys. */
export type Variant = Readonly<Record<string, JsonScalar>>;

export interface OptionTemplate {
  /** Where it stands inside `options`. */
  readonly path: JsonPath;
  readonly template: Template;
}

export interface Param {
  readonly name: string;
  readonly range: Range;
  readonly type: 'string' | 'integer' | 'number' | 'boolean';
  /** Absent = required. */
  readonly default?: JsonScalar;
  readonly enum?: readonly JsonScalar[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly description?: string;
}

/** How many actions run at once. */
export interface Concurrency {
  /** Absent = one more than there are CPUs. */
  readonly max?: number | { readonly percent: number };
  /** By operation or engine name. */
  readonly limits: ReadonlyMap<string, number>;
}

export interface RetryPolicy {
  /** In all, the first one included; 1 = no retry. */
  readonly attempts: number;
  readonly delayMs: number;
  /** The delay is multiplied by this after each attempt. */
  readonly backoff: number;
  readonly maxDelayMs: number;
  /** Which failures are tried again; `any` still leaves out bad input, which would fail again. */
  readonly on: 'transient' | 'any';
}

export interface Watch {
  readonly paths?: readonly string[];
  readonly ignore: readonly string[];
  readonly settleMs: number;
  readonly debounceMs: number;
  readonly onBusy: 'queue' | 'restart';
  readonly initial: boolean;
}

/**
 * A converter: one program or library that turns files of some formats into others. A value in a table, light to
 * load: the heavy library itself is loaded by its host process, when the first file needs it; a program is looked up on
 * PATH when somebody asks for it.
 */
import type { Failure, OutputFile, Share } from '@pipeline/engine';
import type { JsonObject, Result } from '@pipeline/schema';
import type { MachinePart } from '../basis/machine-parts.ts';
import type { PackName } from '../packs.ts';
import type { ProgramName } from '../programs/program-table.ts';

export interface Converter {
  /** The name that `engine:` takes, that concurrency limits go by, and that views show. */
  readonly name: string;
  /** CloudConvert engine names whose work this converter does: `engine: imagemagick` is honoured by sharp. */
  readonly standsFor: readonly string[];
  /** Of the library, or of the installed program; `unknown` when the program does not tell or is not there. */
  readonly version: () => Promise<string>;
  /** SPDX. */
  readonly license: string;
  /** Comes inside an npm package, or is a program found on PATH. */
  readonly kind: 'embedded' | 'native';
  /** What must be there beside Pipeline itself; empty for what comes along. */
  readonly needs: readonly Need[];
  /** What else of the machine its results depend on, beside what it needs: fonts, programs that it calls when they are there. */
  readonly uses?: Uses;
  /** Input format → output formats, canonical names. */
  readonly pairs: Readonly<Record<string, readonly string[]>>;
  /** Option names of `convert` that it honours for a pair; any other given option is an error before the run. */
  readonly options: (from: string, to: string) => readonly string[];
  /**
   * Higher wins when several converters do a pair: fidelity first, then speed. About 90: made for it, keeps everything;
   * 70: good; 50: keeps what matters; 30: better than nothing.
   */
  readonly rank: (from: string, to: string) => number;
  /** One line for `pipeline formats`, when a user should know what to expect: "text and structure, not Word's layout". */
  readonly note?: (from: string, to: string) => string | undefined;
  /** Set for a chain of two: the format between. */
  readonly via?: string;
  /** Several outputs may come out, and only the run tells how many. Absent: always exactly one. */
  readonly isPlural?: (from: string, to: string, options: JsonObject) => boolean;
  /** `ActionPlan.shares`, for converters that can do several conversions of one input at once: see `gather.ts`. */
  readonly shares?: (from: string, to: string, options: JsonObject) => string | undefined;
  /** `ActionPlan.isShapedTogether` */
  readonly isShapedTogether?: true;
  /** Values of options that contradict each other or the pair; undefined: all is well. Asked before the run. */
  readonly check?: (request: CheckRequest) => Failure | undefined;
  readonly convert: (conversion: Conversion) => Promise<Result<readonly OutputFile[], Failure>>;
}

export type Uses = (request: CheckRequest) => readonly MachinePart[];

export interface CheckRequest {
  readonly from: string;
  readonly to: string;
  readonly options: JsonObject;
}

export type Need =
  | { readonly type: 'program'; readonly name: ProgramName }
  | { readonly type: 'pack'; readonly name: PackName };

export interface Conversion {
  /** Absolute. */
  readonly inputPath: string;
  readonly inputName: string;
  readonly from: string;
  readonly to: string;
  /** Folder that the output belongs to, as in `Artifact.dir`. */
  readonly dir: string;
  /** The name for a single output; several outputs become `name-1.ext`, `name-2.ext`, or fill its `%d`. */
  readonly outputName: string;
  readonly options: JsonObject;
  /** Paths of the files that file-valued options name: `{ subtitles: ['/…/captions.srt'] }`. */
  readonly fileInputs?: Readonly<Record<string, readonly string[]>>;
  /** New, empty; outputs and scratch files go here. */
  readonly workDir: string;
  /** Folders from which a document may pull in images; real paths. */
  readonly allowedDirs: readonly string[];
  /** For dates inside outputs, ms since the epoch: see `output-date.ts`. */
  readonly dateMs: number;
  readonly signal: AbortSignal;
  readonly progress: (percent: number | null) => void;
  /** Conversions of the same input that were started together with this one. */
  readonly share?: Share;
  /** Told every file that was read beside the input, and those that were looked for in vain: absolute paths. */
  readonly alsoRead?: (paths: readonly string[]) => void;
  /** What the user should know of an output that is good: "left out: logo.emf". */
  readonly note?: (text: string) => void;
}

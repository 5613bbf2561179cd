/** What is said of a command and of a flag in the table of `flags.ts`. */

/** What a value is, for completion. */
export type ValueKind = 'file' | 'folder' | 'format' | 'task' | 'text';

export interface FlagSpec {
  /** One letter. */
  readonly short?: string;
  /** Name of the value in help; absent: a switch. */
  readonly value?: string;
  readonly kind?: ValueKind;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  /** Values that are promised but not here yet. */
  readonly laterChoices?: readonly string[];
  /** The command's argument says the same, and wins over the environment twin. */
  readonly isArgumentToo?: true;
  readonly isRepeatable?: true;
  /** Has the environment twin `PIPELINE_<FLAG>`, or one of this name. */
  readonly hasTwin?: true | `PIPELINE_${string}`;
  /** Flags that contradict it. */
  readonly conflicts?: readonly string[];
  readonly help: string;
}

export interface CommandSpec {
  readonly summary: string;
  /** Positional arguments as shown in help: `[file]`. */
  readonly arguments: string;
  readonly maxArguments: number;
  readonly argumentKind: ValueKind;
  readonly argumentChoices?: readonly string[];
  /** What a person must know beyond the flags; each entry is a paragraph. */
  readonly details: readonly string[];
  readonly flags: Readonly<Record<string, FlagSpec>>;
  readonly examples: readonly { readonly command: string; readonly does: string }[];
}

/**
 * What the language knows about an operation: its options, what may flow in, what comes out, one example.
 * From this table come the ajv validators, the JSON Schema for editors, `docs/operations.md` and format flow.
 * It does not know how, or whether, a backend can do it.
 */
import type { JsonObject, JsonValue } from '../json.ts';
import type { FormatKind } from '../formats.ts';
import type { OperationName } from './operation-name.ts';

export interface OperationSpec {
  readonly name: OperationName;
  readonly summary: string;
  /** import: no `input`, yields files. process: files in, files out. export: files in, leaves the job. */
  readonly role: 'import' | 'process' | 'export';
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly required: readonly string[];
  /** Exactly one of each group must be given, e.g. `[['key', 'key_prefix']]`. */
  readonly oneOf?: readonly (readonly string[])[];
  /** What may flow in; absent = any format. */
  readonly accepts?: AcceptedFormats;
  /** What flows out: the value of `output_format`, the same as came in, a fixed format, or not known before the run. */
  readonly gives: 'output_format' | 'same' | 'unknown' | { readonly format: string };
  readonly groupBy: 'file' | 'all';
  /** The body of a task, as it would stand below the task's name. */
  readonly example: JsonObject;
  /** A CloudConvert alias, accepted on input: `import/azure-blob`. */
  readonly alias?: string;
}

export interface AcceptedFormats {
  readonly kinds?: readonly FormatKind[];
  readonly formats?: readonly string[];
}

export interface OptionSpec {
  /** JSON Schema of the value (type, enum, minimum, …); `description` is required, `examples` are shown by editors. */
  readonly schema: JsonObject & { readonly description: string };
  readonly default?: JsonValue;
  /** The value is the name of a task whose file is used. */
  readonly isFileInput?: boolean;
  /** Of a file input: what the file may be; absent = any format. */
  readonly accepts?: AcceptedFormats;
  /** A text is split into a list before its expressions get their values. */
  readonly isCommandLine?: true;
  /** Secrets may be used here. */
  readonly isCredential?: boolean;
  /** A `%d` in it stands for the number of each file, so the files of the task are taken together. */
  readonly isNumbered?: boolean;
  /** Conversions that the option has a meaning for: any one of these; absent = always. */
  readonly appliesTo?: readonly FormatPair[];
}

/** Names of kinds (`image`) or of single formats (`html`). Both given: both must hold; absent: any. */
export interface FormatPair {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
}

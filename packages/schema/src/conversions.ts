/** What a backend can turn into what: handed to `checkFormats`, so that the language itself knows no converter. */
export interface Conversions {
  /** Whether `targets` has it: asked for each conversion, while all targets are asked for only to offer others. */
  has(from: string, to: string): boolean;
  /** Formats that a file of this format can become by `convert`; empty when it is not known. */
  targets(from: string): ReadonlySet<string>;
}

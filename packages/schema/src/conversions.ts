/** What a backend can turn into what: handed to `checkFormats`, so that the language itself knows no converter. */
export interface Conversions {
  /** Formats that a file of this format can become by `convert`; empty when it is not known. */
  targets(from: string): ReadonlySet<string>;
}

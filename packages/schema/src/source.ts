/**
 * The text of a pipeline file and places in it. Offsets are UTF-16 code units from the start of the text,
 * so that they can be handed to `String.prototype.slice` and to editors alike.
 */
export interface Source {
  /** What messages call it: a path relative to the working folder, or `<stdin>`. */
  readonly path: string;
  readonly text: string;
}

export interface Range {
  readonly start: number;
  /** Exclusive. Equal to `start` for a point. */
  readonly end: number;
}

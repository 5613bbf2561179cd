/**
 * From an index in the value of a YAML string to the offset in the file where that character is written, through quotes,
 * escapes, folded lines and block indentation. It aligns the two texts instead of parsing the scalar once more.
 */
export interface WrittenScalar {
  /** As written, quotes or block header included. */
  readonly source: string;
  readonly value: string;
  /** Offset of `source` in the file. */
  readonly start: number;
}

export function scalarOffsets(scalar: WrittenScalar): (index: number) => number {
  const { source, value, start } = scalar;
  if (source === value) return (index) => start + index;
  const quote = source[0];
  const isQuoted = quote === '"' || quote === "'";
  if (isQuoted && source.length === value.length + 2) return (index) => start + 1 + index;
  let table: readonly number[] | undefined;
  return (index) => {
    table ??= align(scalar, isQuoted ? quote : undefined);
    return start + (table[Math.min(index, table.length - 1)] ?? 0);
  };
}

/** For each index of the value, and for its end, the index in the source. */
function align({ source, value }: WrittenScalar, quote: '"' | "'" | undefined): number[] {
  const table: number[] = [];
  let at = contentStart(source, quote);
  for (let index = 0; index < value.length; index += 1) {
    const wanted = value[index];
    // The second half of a character that `\U0001F600` writes as one escape.
    if (/[\uDC00-\uDFFF]/.test(wanted ?? '') && source[at] !== wanted) {
      table.push(at);
      continue;
    }
    if (quote === '"' && source[at] === '\\') at = skipLineContinuation(source, at);
    if (isBlank(wanted) || source[at] !== wanted) at = skipIndentation({ source, at, quote }, wanted);
    table.push(at);
    if (isBlank(wanted) && isBlank(source[at])) at += 1;
    else at += writtenLength({ source, at, quote });
  }
  table.push(Math.min(at, source.length));
  return table;
}

function contentStart(source: string, quote: string | undefined): number {
  if (quote !== undefined) return 1;
  // `|`, `>-` and the rest of the header line, comment included.
  return /^[|>]/.test(source) ? source.indexOf('\n') + 1 : 0;
}

interface Place {
  readonly source: string;
  readonly at: number;
  readonly quote: '"' | "'" | undefined;
}

/** Blanks that are written but are not part of the value: indentation, and the line ends that folding made one space. */
function skipIndentation({ source, at, quote }: Place, wanted: string | undefined): number {
  let end = at;
  while (end < source.length && isBlank(source[end])) end += 1;
  if (!isBlank(wanted) || end === at) return end;
  const blanks = source.slice(at, end);
  const isBlock = quote === undefined && /^[|>]/.test(source);
  // The whole way into the next line is one space.
  if (wanted === ' ' && !isBlock && blanks.includes('\n')) return end - 1;
  const same = blanks.indexOf(wanted ?? ' ');
  if (same >= 0) return at + same;
  return quote === '"' && source[end] === '\\' ? end : end - 1;
}

/** A backslash at the end of a line in double quotes joins the lines. */
function skipLineContinuation(source: string, from: number): number {
  const continuation = /^\\\r?\n[ \t]*/.exec(source.slice(from, from + 1000));
  return continuation === null ? from : from + continuation[0].length;
}

function writtenLength({ source, at, quote }: Place): number {
  if (quote === "'" && source[at] === "'") return 2;
  if (quote !== '"' || source[at] !== '\\') return 1;
  const digits = { x: 2, u: 4, U: 8 }[source[at + 1] ?? ''];
  return 2 + (digits ?? 0);
}

const isBlank = (character: string | undefined): boolean =>
  character === ' ' || character === '\n' || character === '\r' || character === '\t';

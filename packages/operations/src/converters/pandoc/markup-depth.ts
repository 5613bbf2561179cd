/**
 * How deeply the elements of HTML or XML lie inside of each other, before a library runs out of stack, or of time, over
 * them. A count, not a parser: end tags that may be left out open nothing, and one that closes nothing is passed over.
 */

/** Measured: pandoc converts 700 levels, and fails at 1,000. */
export const maxMarkupDepth = 700;

/** They end by themselves, or may. */
const endless: ReadonlySet<string> = new Set(
  (
    'area base br col embed frame hr img input link meta param source track wbr ' +
    'body colgroup dd dt head html li optgroup option p rp rt tbody td tfoot th thead tr'
  ).split(' '),
);

export function markupDepth(markup: string): number {
  const text = markup.toLowerCase();
  let depth = 0;
  let deepest = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (text.startsWith('<!--', at)) {
      at = before(text, '-->', at);
      continue;
    }
    const tag = tagAt(text, at);
    if (tag === undefined || endless.has(tag.name)) continue;
    if (tag.isEnd) depth = Math.max(0, depth - 1);
    else if (!tag.isEmpty) depth += 1;
    deepest = Math.max(deepest, depth);
    // What is in there is no markup.
    if (!tag.isEnd && (tag.name === 'script' || tag.name === 'style')) at = before(text, `</${tag.name}`, at);
  }
  return deepest;
}

interface Tag {
  readonly name: string;
  readonly isEnd: boolean;
  /** `<a/>` */
  readonly isEmpty: boolean;
}

const tagName: RegExp = /\/?([a-z][\w:.-]{0,63})/y;

const maxTagLength = 4096;

function tagAt(text: string, at: number): Tag | undefined {
  tagName.lastIndex = at + 1;
  const found = tagName.exec(text);
  if (found === null) return undefined;
  // Bounded: of many tags that never end, each would be read to the end of the text.
  const end = text.slice(at, at + maxTagLength).indexOf('>');
  return {
    name: found[1] ?? '',
    isEnd: text[at + 1] === '/',
    isEmpty: end > 0 && text[at + end - 1] === '/',
  };
}

/** The place in front of the words; the end of the text when they never come. */
function before(text: string, words: string, from: number): number {
  const found = text.indexOf(words, from);
  return found < 0 ? text.length : found - 1;
}

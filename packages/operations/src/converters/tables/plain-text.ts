/**
 * Plain text → pandoc's document tree. Pandoc has no reader for it: as Markdown, stars and hashes would vanish.
 * Blank lines part paragraphs; line ends and indentation stay as they are.
 */
interface Node {
  readonly t: string;
  readonly c?: string | readonly Node[];
}

/** The JSON of a document in pandoc's form. */
export function plainTextDocument(text: string): string {
  const blocks = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/[\f\v]/g, '\n\n')
    .split(/\n(?:[ \t]*\n)+/)
    .map((block) => block.replaceAll(/^\n+|\s+$/g, ''))
    .filter((block) => block !== '')
    .map((block): Node => ({ t: 'Para', c: block.split('\n').flatMap(line) }));
  return JSON.stringify({ 'pandoc-api-version': [1, 23, 1], meta: {}, blocks });
}

function line(text: string, index: number): readonly Node[] {
  const indent = /^[ \t]*/.exec(text)?.[0] ?? '';
  const words = text
    .slice(indent.length)
    .trimEnd()
    .split(/[ \t]+/);
  const nodes = words.flatMap((word, at): Node[] => (at === 0 ? [str(word)] : [{ t: 'Space' }, str(word)]));
  const shown =
    indent === '' ? nodes : [str('\u00A0'.repeat(indent.replaceAll('\t', '    ').length)), ...nodes];
  return index === 0 ? shown : [{ t: 'LineBreak' }, ...shown];
}

const str = (text: string): Node => ({ t: 'Str', c: text });

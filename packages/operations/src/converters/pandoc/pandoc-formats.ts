/**
 * Which of our formats pandoc reads and writes, under which names of its own. The pairs were measured on real files.
 * Pure and light: also used while a pipeline is checked.
 */

export interface PandocReader {
  /** With extensions. */
  readonly reader: string;
  /** Bytes instead of text. */
  readonly isBinary?: boolean;
  /** A zip, to be looked into first. */
  readonly isZip?: boolean;
}

export interface PandocWriter {
  readonly writer: string;
  /** Images become part of the file, so each of them is read. Elsewhere the reference alone is written. */
  readonly embeds?: boolean;
  readonly isBinary?: boolean;
}

/**
 * Markdown as GitHub and CommonMark read it, with what pandoc adds to it: a list needs no blank line before it,
 * bare URLs are links, front matter, footnotes, attributes and math work. An image's description is no caption.
 */
const markdownReader = 'commonmark_x+autolink_bare_uris+alerts+task_lists';

const text = (reader: string): PandocReader => ({ reader });
const zip = (reader: string): PandocReader => ({ reader, isBinary: true, isZip: true });

export const pandocReaders: Readonly<Record<string, PandocReader>> = {
  asciidoc: text('asciidoc'),
  bib: text('bibtex'),
  biblatex: text('biblatex'),
  commonmark: text('commonmark'),
  creole: text('creole'),
  csljson: text('csljson'),
  csv: text('csv'),
  djot: text('djot'),
  docbook: text('docbook'),
  docx: zip('docx'),
  dokuwiki: text('dokuwiki'),
  epub: zip('epub'),
  fb2: text('fb2'),
  gfm: text('gfm+yaml_metadata_block'),
  haddock: text('haddock'),
  html: text('html'),
  ipynb: text('ipynb'),
  jats: text('jats'),
  jira: text('jira'),
  man: text('man'),
  md: text(markdownReader),
  mediawiki: text('mediawiki'),
  muse: text('muse'),
  native: text('native'),
  odt: zip('odt'),
  opml: text('opml'),
  org: text('org'),
  pptx: zip('pptx'),
  ris: text('ris'),
  rst: text('rst'),
  rtf: text('rtf'),
  t2t: text('t2t'),
  tex: text('latex'),
  textile: text('textile'),
  tikiwiki: text('tikiwiki'),
  tsv: text('tsv'),
  twiki: text('twiki'),
  txt: text('plain'), // no reader of pandoc's: see plain-text.ts
  typst: text('typst'),
  vimwiki: text('vimwiki'),
  xlsx: zip('xlsx'),
};

const embedding = (writer: string): PandocWriter => ({ writer, embeds: true, isBinary: true });

const pandocWriters: Readonly<Record<string, PandocWriter>> = {
  asciidoc: { writer: 'asciidoc' },
  beamer: { writer: 'beamer' },
  commonmark: { writer: 'commonmark' },
  context: { writer: 'context' },
  djot: { writer: 'djot' },
  docbook: { writer: 'docbook5' },
  docx: embedding('docx'),
  dokuwiki: { writer: 'dokuwiki' },
  epub: embedding('epub3'),
  fb2: { writer: 'fb2', embeds: true },
  gfm: { writer: 'gfm+yaml_metadata_block' },
  haddock: { writer: 'haddock' },
  html: { writer: 'html5' },
  icml: { writer: 'icml' },
  ipynb: { writer: 'ipynb', embeds: true },
  jats: { writer: 'jats' },
  jira: { writer: 'jira' },
  man: { writer: 'man' },
  md: { writer: 'gfm+yaml_metadata_block' },
  mediawiki: { writer: 'mediawiki' },
  ms: { writer: 'ms' },
  muse: { writer: 'muse' },
  native: { writer: 'native' },
  odt: embedding('odt'),
  opml: { writer: 'opml' },
  org: { writer: 'org' },
  pptx: embedding('pptx'),
  rst: { writer: 'rst' },
  rtf: { writer: 'rtf', embeds: true },
  tei: { writer: 'tei' },
  tex: { writer: 'latex' },
  texinfo: { writer: 'texinfo' },
  textile: { writer: 'textile' },
  txt: { writer: 'plain' },
  typst: { writer: 'typst' },
  xwiki: { writer: 'xwiki' },
  zimwiki: { writer: 'zimwiki' },
};

const bibliographies = ['bib', 'biblatex', 'csljson', 'ris'];
const bibliographyWriters: Readonly<Record<string, PandocWriter>> = {
  bib: { writer: 'bibtex' },
  biblatex: { writer: 'biblatex' },
  csljson: { writer: 'csljson' },
};

export function pandocWriter(from: string, to: string): PandocWriter | undefined {
  return bibliographies.includes(from) ? (bibliographyWriters[to] ?? pandocWriters[to]) : pandocWriters[to];
}

/** An outline holds headings and what stands below them; these have none. */
const isLostInOutline = (from: string, to: string): boolean =>
  to === 'opml' && [...bibliographies, 'csv', 'tsv', 'txt', 'ipynb'].includes(from);

/** Tables and lists of references come from `tables` or stay among themselves where pandoc would only lose them. */
export const pandocPairs: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.keys(pandocReaders).map((from) => {
    const targets = bibliographies.includes(from)
      ? [...Object.keys(bibliographyWriters), ...Object.keys(pandocWriters)]
      : Object.keys(pandocWriters);
    return [from, targets.filter((to) => to !== from && !isLostInOutline(from, to))];
  }),
);

/** Formats whose media lies inside the file: without embedding, a reference to it would lead nowhere. */
export const containers: ReadonlySet<string> = new Set([
  'docx',
  'odt',
  'epub',
  'pptx',
  'xlsx',
  'fb2',
  'ipynb',
  'rtf',
]);

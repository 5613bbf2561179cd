/** Which formats of tables and data turn into which. Pure and light: also used while a pipeline is checked. */

/** Text files that hold a tree of values. */
const treeFormats: readonly string[] = [
  'json',
  'jsonl',
  'yaml',
  'toml',
  'xml',
  'ini',
  'json5',
  'plist',
  'properties',
  'env',
];
export const delimitedFormats: readonly string[] = ['csv', 'tsv'];
/** One table of typed columns. */
const columnFormats: readonly string[] = ['parquet'];
/** Workbooks and their like, in which sheets can be chosen. */
export const sheetsIn: readonly string[] = [
  'xlsx',
  'xlsm',
  'xlsb',
  'xls',
  'ods',
  'fods',
  'dif',
  'slk',
  'sylk',
  'dbf',
  'eth',
  'numbers',
  'html',
];
const sheetsOut: readonly string[] = [...sheetsIn, 'rtf'];

/** INI holds sections, and these are lists. */
const isListAsIni = (from: string, to: string): boolean =>
  to === 'ini' && (from === 'jsonl' || !treeFormats.includes(from));

/** Pandoc writes better pages of these. */
const leftToPandoc: ReadonlySet<string> = new Set([
  'csv html',
  'tsv html',
  'xlsx html',
  'csv rtf',
  'tsv rtf',
  'xlsx rtf',
  'html rtf',
]);

export const tablePairs: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...treeFormats, ...columnFormats, ...delimitedFormats, ...sheetsIn].map((from) => [
    from,
    [...treeFormats, ...columnFormats, ...delimitedFormats, ...sheetsOut].filter(
      (to) =>
        (to !== from || delimitedFormats.includes(to)) &&
        !leftToPandoc.has(`${from} ${to}`) &&
        !isListAsIni(from, to),
    ),
  ]),
);

/** Formats that hold one table: of several sheets, `pages` chooses, each then a file of its own. */
export const oneTable: ReadonlySet<string> = new Set([
  ...delimitedFormats,
  ...columnFormats,
  'dbf',
  'dif',
  'slk',
  'sylk',
  'eth',
  'prn',
]);

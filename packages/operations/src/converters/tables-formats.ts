/** Which formats of tables and data turn into which. Pure and light: also used while a pipeline is checked. */

/** Text files that hold a tree of values. */
const treeFormats: readonly string[] = ['json', 'jsonl', 'yaml', 'toml', 'xml', 'ini'];
export const delimitedFormats: readonly string[] = ['csv', 'tsv'];
const sheetsIn = [
  'xlsx',
  'xlsm',
  'xlsb',
  'xls',
  'ods',
  'fods',
  'dif',
  'slk',
  'dbf',
  'eth',
  'numbers',
  'html',
];
const sheetsOut = ['xlsx', 'xlsm', 'xlsb', 'xls', 'ods', 'fods', 'dif', 'slk', 'dbf', 'eth', 'prn', 'html'];

/** Pandoc writes better pages of these. */
const leftToPandoc: ReadonlySet<string> = new Set(['csv html', 'tsv html', 'xlsx html']);

export const tablePairs: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  [...treeFormats, ...delimitedFormats, ...sheetsIn].map((from) => [
    from,
    [...treeFormats, ...delimitedFormats, ...sheetsOut].filter(
      (to) => (to !== from || delimitedFormats.includes(to)) && !leftToPandoc.has(`${from} ${to}`),
    ),
  ]),
);

// The text of docs/formats.md, from the committed results of `npm run test:formats` and the reasons beside them.
import { readFileSync } from 'node:fs';
import { countCloudConvert } from './formats/cloudconvert.mjs';
import { schema } from './formats/library.mjs';
import { readResults, workingPairs } from './formats/results.mjs';

const { canonicalFormat, formatKind } = schema;
const reasons = JSON.parse(
  readFileSync(new URL('../packages/operations/test/formats/reasons.json', import.meta.url), 'utf8'),
);

export function formatsDocs() {
  const results = readResults();
  const all = workingPairs(results);
  const counts = { embedded: counted(results, 'embedded'), native: counted(results, 'native') };
  return [
    '<!-- Written by `npm run docs` from packages/operations/test/formats/{results,reasons}.json: run `npm run test:formats -- --write`. -->',
    '# Formats',
    '',
    '`pipeline formats` says what can be converted on your machine, by what, in which version and at which licence. This page',
    'says what was shown to work: each pair was converted once on a real file and the output opened. The files lie in',
    '[samples](../packages/operations/test/formats/samples); all of them were made for this. To run it yourself:',
    '',
    '```sh',
    'npm run test:formats -- --embedded',
    'npm run test:formats',
    '```',
    '',
    '## Counts',
    '',
    ...table(
      ['', 'nothing installed', "Debian's programs"],
      [
        ['pairs of two formats', number(counts.embedded.pairs), number(counts.native.pairs)],
        ["CloudConvert's pairs, of 2,079", number(counts.embedded.cc.pairs), number(counts.native.cc.pairs)],
        [
          "CloudConvert's formats, of 213",
          number(counts.embedded.cc.formats),
          number(counts.native.cc.formats),
        ],
      ],
    ),
    '',
    `Nothing installed means: what \`npm install\` brings (${results.embedded?.installMegabytes ?? '?'} MB), and the packs for media, metadata, office, OCR and the browser. A chain of two`,
    'converters is tried only where CloudConvert has the pair. CloudConvert counts `jpg`, `jpeg` and `jfif` as three formats, and',
    'its table holds pairs of a format with itself: both are counted as it does. Its list of formats is that of its API in 2026,',
    'its pairs those of its format pages in 2021, the last that were complete.',
    '',
    '## Formats',
    '',
    'How many formats each becomes, and of how many it is made; with nothing installed, and with all programs.',
    '',
    ...formatTable(results, all),
    '',
    '## Short of CloudConvert',
    '',
    'Formats that nothing here reads or writes:',
    '',
    ...missingFormats(all),
    '',
    'Pairs between other formats:',
    '',
    ...missingPairs(results, all),
    '',
    ...notes(),
  ].join('\n');
}

function counted(results, mode) {
  const working = workingPairs(results, [mode]);
  return { pairs: working.size, cc: countCloudConvert(working) };
}

const number = (count) => String(count).replaceAll(/(?<=\d)(?=(?:\d{3})+$)/g, ',');

const byName = (left, right) => (left < right ? -1 : 1);

function formatTable(results, all) {
  const embedded = workingPairs(results, ['embedded']);
  const names = [...new Set([...all].flatMap((pair) => pair.split(' ')))].sort(byName);
  const kinds = [...new Set(names.map((name) => formatKind(name) ?? 'other'))].sort(byName);
  const count = (pairs, side, name) => [...pairs].filter((pair) => pair.split(' ')[side] === name).length;
  const both = (side, name) => {
    const few = count(embedded, side, name);
    const many = count(all, side, name);
    if (many === 0) return '';
    return few === many ? String(few) : `${few} / ${many}`;
  };
  return kinds.flatMap((kind) => [
    `### ${kind}`,
    '',
    ...table(
      ['format', 'becomes', 'is made of', 'read by', 'written by'],
      names
        .filter((name) => (formatKind(name) ?? 'other') === kind)
        .map((name) => [
          name,
          both(0, name),
          both(1, name),
          doers(results, (from) => from === name),
          doers(results, (_, to) => to === name),
        ]),
    ),
    '',
  ]);
}

/** Converters that stood at that end of a pair that works, the most used first. */
function doers(results, isIt) {
  const found = new Map();
  for (const mode of ['embedded', 'native']) {
    for (const [from, byConverter] of Object.entries(results[mode]?.pairs ?? {})) {
      for (const [name, targets] of Object.entries(byConverter)) {
        if (name.includes(' via ')) continue;
        const count = targets.split(' ').filter((to) => isIt(from, to)).length;
        if (count > 0) found.set(name, (found.get(name) ?? 0) + count);
      }
    }
  }
  const sorted = [...found].sort(([, left], [, right]) => right - left).map(([name]) => name);
  return sorted.slice(0, 4).join(', ') + (sorted.length > 4 ? ', …' : '');
}

function missingFormats(all) {
  const { missingFormats: names } = countCloudConvert(all);
  return table(
    ['format', 'why'],
    names.map((name) => [
      name,
      reasons.formats[name] ?? reasons.formats[canonicalFormat(name)] ?? reasons.open,
    ]),
  );
}

function missingPairs(results, all) {
  const known = new Set([...all].flatMap((pair) => pair.split(' ')));
  const { missingPairs: pairs } = countCloudConvert(all);
  const rest = pairs.filter(({ ours }) => ours.every((name) => known.has(name)));
  const groups = new Map();
  for (const { from, to, ours } of rest) {
    const why =
      reasons.pairs[`${from} ${to}`] ??
      reasons.pairs[ours.join(' ')] ??
      reasons.targets[to] ??
      reasons.sources[from] ??
      failure(results, ours.join(' ')) ??
      reasons.open;
    const key = `${from}\n${why}`;
    groups.set(key, [...(groups.get(key) ?? []), to]);
  }
  return table(
    ['from', 'to', 'why'],
    [...groups].map(([key, targets]) => [key.split('\n')[0], targets.join(' '), key.split('\n')[1]]),
  );
}

/** What the converter said when the pair was tried. */
function failure(results, pair) {
  const said = results.native?.failed[pair] ?? results.embedded?.failed[pair];
  return said === undefined ? undefined : `tried, and it failed: ${said.replaceAll(/[<>]/g, '')}`;
}

function notes() {
  const rows = Object.entries(reasons.notes).map(([names, text]) => `- ${names}: ${text}`);
  return rows.length === 0 ? [] : ['## To be known of some samples', '', ...rows, ''];
}

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );

/** For `test:formats`: CloudConvert pairs that do not work and have no reason. */
export function unexplained() {
  const all = workingPairs(readResults());
  const known = new Set([...all].flatMap((pair) => pair.split(' ')));
  const { missingPairs: pairs, missingFormats: formats } = countCloudConvert(all);
  return {
    formats: formats.filter(
      (name) => reasons.formats[name] === undefined && reasons.formats[canonicalFormat(name)] === undefined,
    ),
    pairs: pairs
      .filter(
        ({ from, to, ours }) =>
          ours.every((name) => known.has(name)) &&
          reasons.pairs[`${from} ${to}`] === undefined &&
          reasons.targets[to] === undefined &&
          reasons.sources[from] === undefined,
      )
      .map(({ from, to }) => `${from} ${to}`),
  };
}

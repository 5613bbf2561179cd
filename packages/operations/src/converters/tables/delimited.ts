/** CSV and TSV text ↔ tables: the separator is guessed where nobody says it. Pure. */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { Cell, Table } from './table-model.ts';
import { cellText, scalarOf, tableOf } from './table-model.ts';

export function readDelimited(
  text: string,
  about: { readonly format: string; readonly separator: string | undefined; readonly name: string },
): Table {
  const delimiter = about.separator ?? (about.format === 'tsv' ? '\t' : guessSeparator(text));
  const options = {
    delimiter,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    relax_quotes: true,
  };
  const rows: readonly (readonly string[])[] = parse(text, options);
  const [head = [], ...body] = rows;
  return tableOf(about.name, [
    head,
    ...body.map((row) => row.map((field): Cell => (field === '' ? null : scalarOf(field)))),
  ]);
}

/** The one that cuts the first lines into the same number of fields, and into most. */
function guessSeparator(text: string): string {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/"(?:[^"]|"")*"/g, '""')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 20);
  let best = { separator: ',', score: 0 };
  for (const separator of [',', ';', '\t', '|']) {
    const counts = lines.map((line) => line.split(separator).length - 1);
    const [first = 0] = counts;
    const alike = counts.filter((count) => count === first).length / Math.max(1, counts.length);
    const score = first === 0 ? 0 : alike * 100 + Math.min(first, 50);
    if (score > best.score) best = { separator, score };
  }
  return best.separator;
}

export function writeDelimited(
  table: Table,
  about: { readonly format: string; readonly separator: string | undefined },
): string {
  const delimiter = about.separator ?? (about.format === 'tsv' ? '\t' : ',');
  return stringify(
    [table.columns, ...table.rows.map((row) => row.map(cellText))].map((row) => [...row]),
    { delimiter },
  );
}

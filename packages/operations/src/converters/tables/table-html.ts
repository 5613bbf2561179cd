/** Tables as an HTML page: a head row, one heading for each table when there are several. Pure. */
import type { Cell, Table } from './table-model.ts';
import { cellText } from './table-model.ts';

export function tablesHtml(tables: readonly Table[], title: string): string {
  const parts = tables.map(
    (table) => `${tables.length === 1 ? '' : `<h2>${escaped(table.name)}</h2>\n`}${tableHtml(table)}`,
  );
  return `<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>${escaped(title)}</title>
</head>
<body>
${parts.join('\n')}
</body>
</html>
`;
}

function tableHtml(table: Table): string {
  const head = table.columns.map((column) => `<th>${escaped(column)}</th>`).join('');
  const rows = table.rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`);
  return `<table>\n<thead>\n<tr>${head}</tr>\n</thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`;
}

const cellHtml = (cell: Cell): string =>
  `<td${typeof cell === 'number' ? ' align="right"' : ''}>${escaped(cellText(cell)).replaceAll('\n', '<br>')}</td>`;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * Parquet files ↔ rows of plain values. Only the packing that Node itself undoes, and Snappy, is read: that is what
 * nearly all programs write. Loaded only by the host of tables.
 */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { Compressors } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { ConversionError } from '../../host/protocol.ts';
import { maxCells } from './table-model.ts';
import type { Cell, Table } from './table-model.ts';

const maxPageBytes: number = 256 * 2 ** 20;
const compressors: Compressors = {
  GZIP: (input) => gunzipSync(input, { maxOutputLength: maxPageBytes }),
  BROTLI: (input) => brotliDecompressSync(input, { maxOutputLength: maxPageBytes }),
};

/** Rows as objects; values as the library gives them. */
export async function readParquet(bytes: Uint8Array): Promise<unknown> {
  const file = new Uint8Array(bytes).buffer;
  const { num_rows: rows, schema } = parquetMetadata(file);
  if (Number(rows) * schema.length > maxCells) {
    throw new ConversionError('too-large', `The table has more than ${maxCells} cells`);
  }
  return await parquetReadObjects({ file, compressors });
}

export function writeParquet(table: Table): Uint8Array {
  const columnData = table.columns.map((name, index) =>
    columnOf(
      name,
      table.rows.map((row) => row[index] ?? null),
    ),
  );
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

interface Column {
  readonly name: string;
  readonly data: (string | number | boolean | Date | null)[];
  readonly type: 'STRING' | 'DOUBLE' | 'BOOLEAN' | 'TIMESTAMP';
  readonly nullable: true;
}

/** A column has one type: what is mixed becomes text. */
function columnOf(name: string, cells: readonly Cell[]): Column {
  const types = new Set(cells.filter((cell) => cell !== null).map(typeOf));
  const [only, ...others] = types;
  const type = only !== undefined && others.length === 0 ? only : 'STRING';
  const data = type === 'STRING' ? cells.map((cell) => (cell === null ? null : textOf(cell))) : [...cells];
  return { name, data, type, nullable: true };
}

function typeOf(cell: Exclude<Cell, null>): Column['type'] {
  if (typeof cell === 'number') return 'DOUBLE';
  if (typeof cell === 'boolean') return 'BOOLEAN';
  return cell instanceof Date ? 'TIMESTAMP' : 'STRING';
}

const textOf = (cell: Exclude<Cell, null>): string =>
  cell instanceof Date ? cell.toISOString() : String(cell);

/**
 * What tables and data files have in common: plain JSON values, and rows under column names. Turns one into the other.
 * It reads and writes no format. Keys such as `__proto__` stay keys: objects are made with `Object.fromEntries` alone.
 */
import type { JsonObject, JsonScalar, JsonValue } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';

export type Cell = JsonScalar | Date;

export interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export const maxCells = 20_000_000;

/** Texts that are certainly numbers or booleans become such: `12`, `-0.5`, `true`; never `007`, `+1` or 20 digits. */
export function scalarOf(text: string): JsonScalar {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return text;
  const number = Number(text);
  const isExact = /[.eE]/.test(text)
    ? Number.isFinite(number) && text.replaceAll(/\D/g, '').length <= 17
    : Number.isSafeInteger(number);
  return isExact && !Object.is(number, -0) ? number : text;
}

/** The first row names the columns; names that are missing or twice there get a number. */
export function tableOf(name: string, grid: readonly (readonly Cell[])[]): Table {
  const width = grid.reduce((widest, row) => Math.max(widest, row.length), 0);
  if (width * grid.length > maxCells)
    throw new ConversionError('too-large', `The table has more than ${maxCells} cells`);
  const [head = [], ...rows] = grid;
  const seen = new Map<string, number>();
  const columns = Array.from({ length: width }, (_, index) => {
    const given = cellText(head[index] ?? null).trim() || `column_${index + 1}`;
    const times = (seen.get(given) ?? 0) + 1;
    seen.set(given, times);
    return times === 1 ? given : `${given}_${times}`;
  });
  return { name, columns, rows };
}

/** One table: its rows as objects. Several: an object of them by name. */
export function tablesToValue(tables: readonly Table[]): JsonValue {
  const [only, ...others] = tables;
  if (only === undefined) return [];
  return others.length === 0
    ? records(only)
    : Object.fromEntries(tables.map((table) => [table.name, records(table)]));
}

const records = (table: Table): readonly JsonObject[] =>
  table.rows.map((row) =>
    Object.fromEntries(table.columns.map((column, index) => [column, cellValue(row[index] ?? null)])),
  );

const cellValue = (cell: Cell): JsonScalar => (cell instanceof Date ? dateText(cell) : cell);

export function cellText(cell: Cell): string {
  if (cell === null) return '';
  return cell instanceof Date ? dateText(cell) : String(cell);
}

/** Cells know no time zone: dates are kept in UTC. A date without a time is a day. */
function dateText(date: Date): string {
  const text = date.toISOString();
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, 10);
  return text.replace(/(\.000)?Z$/, '');
}

/**
 * Data as tables: a list of objects is one; so is an object with one list in it. An object of lists becomes a table
 * for each. Any other object is a table of one row. Inner objects give columns such as `address.city`.
 */
export function valueToTables(value: JsonValue, name: string): readonly Table[] {
  if (Array.isArray(value)) return [listTable(value, name)];
  if (!isObject(value)) return [{ name, columns: ['value'], rows: [[flatCell(value)]] }];
  const entries = Object.entries(value);
  const isLists =
    entries.length > 0 &&
    entries.every(
      ([, item]) => Array.isArray(item) && item.some((row) => isObject(row) || Array.isArray(row)),
    );
  if (isLists) return entries.flatMap(([key, item]) => (Array.isArray(item) ? [listTable(item, key)] : []));
  // XML has an element around everything: `{ rows: { row: […] } }`.
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && isObject(only[1])) return valueToTables(only[1], only[0]);
  return [listTable([value], name)];
}

function listTable(list: readonly JsonValue[], name: string): Table {
  if (list.length > 0 && list.every((item) => Array.isArray(item))) {
    return tableOf(
      name,
      list.map((row) => (Array.isArray(row) ? row.map((item) => flatCell(item)) : [])),
    );
  }
  const flat = list.map(
    (item) => new Map<string, Cell>(isObject(item) ? flatten(item, '') : [['value', flatCell(item)]]),
  );
  const columns = [...new Set(flat.flatMap((row) => [...row.keys()]))];
  if (columns.length * flat.length > maxCells)
    throw new ConversionError('too-large', `The table would have more than ${maxCells} cells`);
  return { name, columns, rows: flat.map((row) => columns.map((column) => row.get(column) ?? null)) };
}

function flatten(object: JsonObject, prefix: string): readonly [string, Cell][] {
  return Object.entries(object).flatMap(([key, value]): readonly [string, Cell][] =>
    isObject(value) && Object.keys(value).length > 0
      ? flatten(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, flatCell(value)]],
  );
}

const flatCell = (value: JsonValue): Cell =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : value;

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Spreadsheet files ↔ tables, by SheetJS. Loaded only by the host of tables. Links to other files are never followed. */
import { read, set_cptable, utils, write } from '@e965/xlsx';
import type { BookType, WorkBook, WorkSheet } from '@e965/xlsx';
import * as codepages from '@e965/xlsx/dist/cpexcel.full.mjs';
import * as numbersFile from '@e965/xlsx/dist/xlsx.zahl.mjs';
import type { Cell, Table } from './table-model.ts';
import { decodeText } from './decode-text.ts';
import { cellText, maxCells, tableOf } from './table-model.ts';
import { ConversionError } from '../../host/protocol.ts';

set_cptable(codepages);

/** An empty file of Apple's Numbers, which the library fills. */
const template: unknown = Reflect.get(numbersFile, 'default');
const numbersTemplate: string = typeof template === 'string' ? template : '';

/** Our format → SheetJS's name of it, for those that it writes. */
const sheetTypes: Readonly<Record<string, BookType>> = {
  xlsx: 'xlsx',
  xlsm: 'xlsm',
  xlsb: 'xlsb',
  xls: 'biff8',
  ods: 'ods',
  fods: 'fods',
  dif: 'dif',
  slk: 'sylk',
  sylk: 'sylk',
  numbers: 'numbers',
  dbf: 'dbf',
  eth: 'eth',
  rtf: 'rtf',
};

/** Text, in whatever encoding. */
const plainSheets: ReadonlySet<string> = new Set(['dif', 'slk', 'sylk', 'eth']);

export function readWorkbook(
  bytes: Uint8Array,
  about: { readonly format: string; readonly name: string },
): WorkBook {
  const options = {
    type: 'array',
    cellDates: true,
    UTC: true,
    dense: true,
    cellFormula: false,
    cellHTML: false,
    cellNF: true,
  } as const;
  if (about.format === 'html') return read(new TextDecoder().decode(bytes), { ...options, type: 'string' });
  if (!plainSheets.has(about.format)) return read(bytes, options);
  const text = decodeText(bytes, { name: about.name, format: about.format });
  const book = read(text, { ...options, type: 'string' });
  return about.format === 'dif' ? withDecodedTexts(book) : book;
}

/** Of DIF, the library gives the bytes of texts, each as a character. */
function withDecodedTexts(book: WorkBook): WorkBook {
  for (const sheet of Object.values(book.Sheets)) {
    for (const cell of (sheet['!data'] ?? []).flat()) {
      if (typeof cell?.v === 'string') cell.v = Buffer.from(cell.v, 'latin1').toString('utf8');
    }
  }
  return book;
}

export function workbookTables(book: WorkBook): readonly Table[] {
  return book.SheetNames.flatMap((name) => {
    const sheet = book.Sheets[name];
    return sheet === undefined ? [] : [tableOf(name, grid(sheet))];
  }).filter((table) => table.columns.length > 0);
}

function grid(sheet: WorkSheet): readonly (readonly Cell[])[] {
  const range = utils.decode_range(sheet['!ref'] ?? 'A1:A1');
  if ((range.e.r - range.s.r + 1) * (range.e.c - range.s.c + 1) > maxCells) {
    throw new ConversionError('too-large', `A sheet claims more than ${maxCells} cells`);
  }
  const rows: readonly (readonly unknown[])[] = utils.sheet_to_json(sheet, {
    header: 1,
    raw: true,
    UTC: true,
    defval: null,
    blankrows: false,
  });
  return rows.map((row) => row.map(cellOf));
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value instanceof Date
  )
    return value;
  return JSON.stringify(value);
}

/** OpenDocument takes a dash in a date for something else, unless it is escaped. */
const dayFormat = String.raw`yyyy\-mm\-dd`;

/** `format`: what it will be written as. */
export function tablesWorkbook(tables: readonly Table[], format: string): WorkBook {
  const book = utils.book_new();
  const used = new Set<string>();
  for (const table of tables) {
    const rows = [
      [...table.columns],
      ...table.rows.map((row) => row.map(format === 'eth' ? textCell : sheetCell)),
    ];
    const sheet = utils.aoa_to_sheet(rows, { cellDates: true, UTC: true, dateNF: dayFormat });
    utils.book_append_sheet(book, sheet, sheetName(table.name, used));
  }
  return book;
}

/** EtherCalc's format would hold dates as bare numbers. */
const textCell = (cell: Cell): Cell => (cell instanceof Date ? cellText(cell) : cell);

/** ISO dates become dates. */
function sheetCell(cell: Cell): Cell {
  if (typeof cell !== 'string' || !/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?$/.test(cell)) return cell;
  const date = new Date(cell.length === 10 ? `${cell}T00:00:00Z` : `${cell}Z`);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1900 ? cell : date;
}

/** What Excel takes: at most 31 characters, none of `\ / ? * [ ] :`, and no name twice. */
function sheetName(name: string, used: Set<string>): string {
  const clean =
    name
      .replaceAll(/[\\/?*[\]:]/g, ' ')
      .trim()
      .slice(0, 31) || 'Sheet';
  let free = clean;
  for (let number = 2; used.has(free.toLowerCase()); number += 1) free = `${clean.slice(0, 28)} ${number}`;
  used.add(free.toLowerCase());
  return free;
}

export function writeWorkbook(book: WorkBook, format: string): Uint8Array {
  const bytes: unknown = write(book, {
    bookType: sheetTypes[format] ?? 'xlsx',
    type: 'buffer',
    compression: true,
    cellDates: true,
    ...(format === 'numbers' ? { numbers: numbersTemplate } : {}),
  });
  return bytes instanceof Uint8Array ? bytes : new Uint8Array();
}

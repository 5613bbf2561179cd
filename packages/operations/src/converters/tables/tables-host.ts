/**
 * Tables and data files into each other, inside a converter host: text formats by their parsers, spreadsheets by
 * SheetJS. Everything passes through one model: plain values, or rows under column names.
 */
import { readFile, writeFile } from 'node:fs/promises';
import type { JsonObject, JsonValue } from '@pipeline/schema';
import { ConversionError } from '../../host/protocol.ts';
import type { HostModule } from '../../host/protocol.ts';
import { formatLabel, readStart } from '../../files/magic.ts';
import { stemOf } from '../../files/output-name.ts';
import { selectPages } from '../../page-range.ts';
import type { PageRange } from '../../page-range.ts';
import { textOption } from '../../read-options.ts';
import { asJson } from './as-json.ts';
import { dataFormats } from './data-formats.ts';
import { decodeText } from './decode-text.ts';
import { tablesHtml } from './table-html.ts';
import { tablesToValue, valueToTables } from './table-model.ts';
import type { Table } from './table-model.ts';
import { delimitedFormats, oneTable } from './tables-formats.ts';
import { checkZip } from '../archives/zip-check.ts';

interface TablesJob {
  readonly inputPath: string;
  readonly inputName: string;
  readonly from: string;
  readonly to: string;
  readonly outputPath: string;
  readonly separator: string | undefined;
  readonly encoding: string | undefined;
  /** Sheets, counted from 1; undefined: no choice was made. */
  readonly pages: readonly PageRange[] | undefined;
}

/** What was read: a tree of values, or tables; each can become the other. */
type Content =
  | { readonly type: 'value'; readonly value: JsonValue }
  | { readonly type: 'tables'; readonly tables: readonly Table[] };

const maxInputBytes: number = 128 * 2 ** 20;
const zipped = new Set(['xlsx', 'xlsm', 'xlsb', 'ods', 'numbers']);

export const host: HostModule = { run };

/** Answers with the `paths` that it wrote, and a `note` when something of the input had to be left out. */
async function run(job: JsonObject): Promise<JsonObject> {
  const request = readJob(job);
  const { sizeBytes } = await readStart(request.inputPath);
  if (sizeBytes > maxInputBytes) {
    throw new ConversionError(
      'too-large',
      `${JSON.stringify(request.inputName)} is larger than ${maxInputBytes / 2 ** 20} MiB, the limit for tables and data`,
    );
  }
  if (zipped.has(request.from)) await checkZip(request.inputPath, request.inputName);
  const bytes = new Uint8Array(await readFile(request.inputPath));
  const content = await explain(request, 'read', () => readContent(bytes, request));
  const paths: string[] = [];
  const notes: string[] = [];
  for (const part of parts(content, request)) {
    const { output, note } = await explain(request, 'write', () => writeContent(part, request));
    const file = paths.length === 0 ? request.outputPath : `${request.outputPath}-${paths.length + 1}`;
    await writeFile(file, output);
    paths.push(file);
    if (note !== undefined) notes.push(note);
  }
  return { paths, ...(notes.length === 0 ? {} : { note: notes.join('. ') }) };
}

/** The sheets that `pages` chooses: together where the output holds several, else one by one. */
function parts(content: Content, request: TablesJob): readonly Content[] {
  const { pages, to, inputName } = request;
  if (content.type !== 'tables' || pages === undefined) return [content];
  const { tables } = content;
  const numbers = selectPages(pages, tables.length);
  if (numbers.length === 0) {
    const count = tables.length === 1 ? 'one sheet' : `${tables.length} sheets`;
    throw new ConversionError(
      'unsupported',
      `${JSON.stringify(inputName)} has ${count}, and \`pages\` asks for none of them`,
      {
        code: 'INVALID_OPTION',
      },
    );
  }
  const chosen = numbers.flatMap((number) => tables[number - 1] ?? []);
  if (!oneTable.has(to)) return [{ type: 'tables', tables: chosen }];
  return chosen.map((table): Content => ({ type: 'tables', tables: [table] }));
}

function readPages(job: JsonObject): readonly PageRange[] | undefined {
  if (!Array.isArray(job.pages)) return undefined;
  return job.pages.map((pair) => {
    const [first, last] = Array.isArray(pair) ? pair : [];
    return {
      first: typeof first === 'number' ? first : 1,
      last: typeof last === 'number' ? last : Number.POSITIVE_INFINITY,
    };
  });
}

function readJob(job: JsonObject): TablesJob {
  return {
    inputPath: textOption(job, 'inputPath') ?? '',
    inputName: textOption(job, 'inputName') ?? '',
    from: textOption(job, 'from') ?? '',
    to: textOption(job, 'to') ?? '',
    outputPath: textOption(job, 'outputPath') ?? '',
    separator: textOption(job, 'separator'),
    encoding: textOption(job, 'encoding'),
    pages: readPages(job),
  };
}

/** What parsers throw is a reason for the user. */
async function explain<T>(
  request: TablesJob,
  step: 'read' | 'write',
  work: () => Promise<T> | T,
): Promise<T> {
  const name = JSON.stringify(request.inputName);
  try {
    return await work();
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).trim();
    const message =
      step === 'read'
        ? `${name} cannot be read as ${formatLabel(request.from)}: ${why}`
        : `${name} cannot be written as ${formatLabel(request.to)}: ${why}`;
    if (error instanceof ConversionError)
      throw new ConversionError(error.data.type, message, error.data.hint);
    throw new ConversionError(step === 'read' ? 'bad-input' : 'unsupported', message);
  }
}

async function readContent(bytes: Uint8Array, request: TablesJob): Promise<Content> {
  const { from, inputName: name } = request;
  const encoding =
    delimitedFormats.includes(from) && !delimitedFormats.includes(request.to) ? request.encoding : undefined;
  const text = (): string =>
    decodeText(bytes, { name, format: from, ...(encoding === undefined ? {} : { encoding }) });
  const data = await dataFormats[from]?.();
  if (data !== undefined) return { type: 'value', value: data.read(text().replace(/^\uFEFF/, '')) };
  if (delimitedFormats.includes(from)) {
    const { readDelimited } = await import('./delimited.ts');
    const separator = delimitedFormats.includes(request.to) ? undefined : request.separator;
    return {
      type: 'tables',
      tables: [readDelimited(text(), { format: from, separator, name: stemOf(name) })],
    };
  }
  if (from === 'parquet') {
    const { readParquet } = await import('./parquet.ts');
    return { type: 'value', value: asJson(await readParquet(bytes)) };
  }
  const { readWorkbook, workbookTables } = await import('./sheets.ts');
  const tables = workbookTables(readWorkbook(bytes, { format: from, name }));
  if (tables.length === 0) throw new Error('there is no table in it');
  return { type: 'tables', tables };
}

interface Written {
  readonly output: Uint8Array | string;
  readonly note?: string;
}

async function writeContent(content: Content, request: TablesJob): Promise<Written> {
  const { to } = request;
  const data = await dataFormats[to]?.();
  if (data !== undefined) {
    const value = content.type === 'value' ? content.value : tablesToValue(content.tables);
    return { output: data.write(to === 'xml' && Array.isArray(value) ? { rows: { row: value } } : value) };
  }
  const tables =
    content.type === 'tables' ? content.tables : valueToTables(content.value, stemOf(request.inputName));
  if (to === 'html') return { output: tablesHtml(tables, stemOf(request.inputName)) };
  if (!oneTable.has(to)) {
    const { tablesWorkbook, writeWorkbook } = await import('./sheets.ts');
    return { output: writeWorkbook(tablesWorkbook(tables, to), to) };
  }
  const [first, ...others] = tables;
  if (first === undefined) throw new Error('there is no table in it');
  const output = await writeTable(first, request);
  const left = others.map(({ name }) => JSON.stringify(name)).join(', ');
  return others.length === 0
    ? { output }
    : {
        output,
        note: `${formatLabel(to)} holds one table: ${JSON.stringify(first.name)} is in it, left out: ${left}. \`pages\` chooses others`,
      };
}

async function writeTable(table: Table, request: TablesJob): Promise<Uint8Array | string> {
  const { to, separator } = request;
  if (delimitedFormats.includes(to)) {
    const { writeDelimited } = await import('./delimited.ts');
    return encoded(writeDelimited(table, { format: to, separator }), request);
  }
  if (to === 'parquet') {
    const { writeParquet } = await import('./parquet.ts');
    return writeParquet(table);
  }
  const { tablesWorkbook, writeWorkbook } = await import('./sheets.ts');
  return writeWorkbook(tablesWorkbook([table], to), to);
}

function encoded(text: string, request: TablesJob): Uint8Array | string {
  const encoding = (request.encoding ?? 'utf-8').toLowerCase();
  if (encoding === 'utf-8' || encoding === 'utf8') return text;
  if (encoding === 'utf-8-bom' || encoding === 'utf-8-sig') return `\uFEFF${text}`;
  if (encoding === 'utf-16le' || encoding === 'utf-16') return Buffer.from(`\uFEFF${text}`, 'utf16le');
  if (encoding === 'iso-8859-1' || encoding === 'latin1') return latin1(text);
  throw new Error(
    `the encoding ${JSON.stringify(request.encoding)} cannot be written; there are: utf-8, utf-8-bom, utf-16le, iso-8859-1`,
  );
}

function latin1(text: string): Uint8Array {
  const odd = /[^\0-\xff]/u.exec(text)?.[0];
  if (odd !== undefined) throw new Error(`ISO-8859-1 has no ${JSON.stringify(odd)}`);
  return Buffer.from(text, 'latin1');
}

/** Tables and data into each other, on real files, in this process; what was written is read back. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { JsonObject } from '@pipeline/schema';
import { read, utils } from '@e965/xlsx';
import { expect, test } from 'vitest';
import { host } from '../../src/converters/tables/tables-host.ts';
import { tablePairs } from '../../src/converters/tables/tables-formats.ts';
import { refusal } from '../documents/documents.ts';
import { newFolder } from '../places/action.ts';

interface Converted {
  readonly bytes: Buffer;
  readonly text: string;
  readonly answer: JsonObject;
}

async function convert(
  content: string | Buffer,
  ...[from, to, options = {}]: readonly [from: string, to: string, options?: JsonObject]
): Promise<Converted> {
  const dir = newFolder();
  const inputPath = path.join(dir, `in.${from}`);
  writeFileSync(inputPath, content);
  const outputPath = path.join(dir, 'out');
  const answer = await host.run(
    { inputPath, inputName: `prices.${from}`, from, to, outputPath, ...options },
    () => undefined,
  );
  const bytes = readFileSync(outputPath);
  return { bytes, text: bytes.toString(), answer };
}

const csv =
  '\uFEFFname;price;day;ok;zip\r\n"Ann; B";12.5;2026-03-01;true;00123\r\nBöb;9;2026-03-02;false;9007199254740993\r\n';
const rows = [
  { name: 'Ann; B', price: 12.5, day: '2026-03-01', ok: true, zip: '00123' },
  { name: 'Böb', price: 9, day: '2026-03-02', ok: false, zip: '9007199254740993' },
];

test('CSV becomes JSON: separator, mark and line ends are found, types are kept, long numbers are not bent', async () => {
  expect(JSON.parse((await convert(csv, 'csv', 'json')).text)).toEqual(rows);
});

test.each([
  'xlsx',
  'xlsm',
  'xlsb',
  'xls',
  'ods',
  'fods',
  'dif',
  'slk',
  'eth',
  'yaml',
  'toml',
  'xml',
  'jsonl',
  'tsv',
  'html',
])('CSV to %s and back keeps every cell', async (format) => {
  const there = await convert(csv, 'csv', format);
  const back = await convert(there.bytes, format, 'csv');
  const cells = back.text.split('\n').map((line) => line.replaceAll('"', '').trim());
  expect(cells[0]).toBe('name,price,day,ok,zip');
  expect(back.text).toMatch(/Ann; B"?,12\.5,/);
  if (!['html', 'xml', 'tsv', 'dif', 'slk', 'eth'].includes(format))
    expect(JSON.parse((await convert(there.bytes, format, 'json')).text)).toEqual(
      ['toml'].includes(format) ? { rows } : format === 'xml' ? { rows: { row: rows } } : rows,
    );
});

test('a spreadsheet has real numbers, dates and booleans, and is the same every time', async () => {
  const { bytes } = await convert(csv, 'csv', 'xlsx');
  const sheet = read(bytes, { cellDates: true, UTC: true }).Sheets['prices'];
  if (sheet === undefined) throw new Error('no sheet');
  expect([sheet['B2'].t, sheet['C2'].t, sheet['D2'].t, sheet['E2'].t]).toEqual(['n', 'd', 'b', 's']);
  expect(sheet['C2'].v.toISOString()).toBe('2026-03-01T00:00:00.000Z');
  expect((await convert(csv, 'csv', 'xlsx')).bytes.equals(bytes)).toBe(true);
});

test('several sheets: all of them in JSON, the first in CSV, and it is said which are left out', async () => {
  const xlsx = (await convert('{"ships":[{"a":1}],"berths":[{"b":2}]}', 'json', 'xlsx')).bytes;
  expect(utils.sheet_to_json(read(xlsx).Sheets['berths'] ?? {})).toEqual([{ b: 2 }]);
  expect(JSON.parse((await convert(xlsx, 'xlsx', 'json')).text)).toEqual({
    ships: [{ a: 1 }],
    berths: [{ b: 2 }],
  });
  const one = await convert(xlsx, 'xlsx', 'csv');
  expect(one.text).toBe('a\n1\n');
  expect(one.answer['note']).toBe(
    'CSV holds one table: "ships" is in it, left out: "berths". `pages` chooses others',
  );
});

test('inner objects become columns, lists become JSON', async () => {
  const { text } = await convert('[{"a":1,"b":{"c":2}},{"a":null,"d":[1,2]}]', 'json', 'csv');
  expect(text).toBe('a,b.c,d\n1,2,\n,,"[1,2]"\n');
});

test('separator and encoding of the output', async () => {
  const semicolons = await convert('[{"a":1.5,"b":"Größe"}]', 'json', 'csv', {
    separator: ';',
    encoding: 'iso-8859-1',
  });
  expect(semicolons.bytes.toString('latin1')).toBe('a;b\n1.5;Größe\n');
  expect(
    (await refusal(convert('[{"a":"€"}]', 'json', 'csv', { encoding: 'iso-8859-1' }))).message,
  ).toContain('ISO-8859-1 has no "€"');
  const windows = await convert(Buffer.from('a\n\x80\n', 'latin1'), 'csv', 'json', {
    encoding: 'windows-1252',
  });
  expect(JSON.parse(windows.text)).toEqual([{ a: '€' }]);
});

test('XML: attributes, repetition, types, character references', async () => {
  const { text } = await convert(
    '<?xml version="1.0"?><a x="1"><b>1 &amp; &#65;</b><b>007</b><c/></a>',
    'xml',
    'json',
  );
  expect(JSON.parse(text)).toEqual({ a: { '@x': 1, b: ['1 & A', '007'], c: '' } });
});

test('INI and back', async () => {
  const ini = '; comment\na = 1\n[server]\nhost = "x # y"\nports[] = 80\nports[] = 443\n';
  const { text } = await convert(ini, 'ini', 'json');
  expect(JSON.parse(text)).toEqual({ a: 1, server: { host: 'x # y', ports: [80, 443] } });
  expect((await convert(text, 'json', 'ini')).text).toBe(
    'a = 1\n\n[server]\nhost = "x # y"\nports[] = 80\nports[] = 443\n',
  );
});

test('keys such as __proto__ stay keys', async () => {
  const text = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  for (const to of ['yaml', 'toml', 'csv']) {
    const there = await convert(text, 'json', to);
    expect(there.text).toContain('polluted');
    await convert(there.bytes, to, 'json');
  }
  expect('polluted' in {}).toBe(false);
});

test.each([
  [
    'yaml',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefghi')
      .map(
        (key, index) =>
          `${key}: &${key} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[index]}`).join(',')}]`,
      )
      .join('\n')}`,
    'bad-input',
    /alias/,
  ],
  ['xml', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'refused', /declares entities/],
  ['xml', '<a><b></a>', 'bad-input', /line 1/],
  ['xml', `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`, 'bad-input', /nested/i],
  ['json', '{"a": tru}', 'bad-input', /"prices.json" cannot be read as JSON/],
  ['json', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'bad-input', /nested/],
  ['jsonl', '{"a":1}\n{"a":\n', 'bad-input', /line 2/],
  ['toml', 'a = ', 'bad-input', /TOML/],
  ['xlsx', 'no zip', 'bad-input', /"prices.xlsx"/],
])('a broken or hostile %s ends with a reason', async (from, content, ...[type, message]) => {
  const error = await refusal(convert(content, from, 'csv'));
  expect(error.type).toBe(type);
  expect(error.message).toMatch(message);
});

test('every pair of the table is one that the host does', async () => {
  const sources: Record<string, Buffer> = {};
  for (const from of Object.keys(tablePairs))
    sources[from] =
      from === 'ini'
        ? Buffer.from('[one]\nname=x\nn=1\n')
        : (await convert('name,n\nx,1\n', 'csv', from)).bytes;
  for (const [from, bytes] of Object.entries(sources)) {
    for (const to of tablePairs[from] ?? []) {
      // INI holds sections, and these are rows.
      if (to === 'ini') continue;
      expect((await convert(bytes, from, to)).bytes.length, `${from} to ${to}`).toBeGreaterThan(0);
    }
  }
});

const people = [
  { name: 'Änn', age: 31, isHere: true, day: '2026-03-01' },
  { name: 'Böb, B', age: 2.5, isHere: false, day: '2026-03-02' },
];

test.each(['parquet', 'json5', 'plist', 'numbers', 'sylk', 'dif', 'eth'])('%s and back', async (format) => {
  const there = await convert(JSON.stringify(people), 'json', format);
  expect(JSON.parse((await convert(there.bytes, format, 'json')).text)).toEqual(people);
});

test('parquet is read by others: types of columns, gaps, one type for what is mixed', async () => {
  const { bytes } = await convert('[{"a":1,"b":null,"c":1},{"a":2.5,"b":"x","c":"y"}]', 'json', 'parquet');
  const { parquetReadObjects, parquetMetadata } = await import('hyparquet');
  const file = new Uint8Array(bytes).buffer;
  expect(
    parquetMetadata(file)
      .schema.map(({ name, type }) => [name, type])
      .slice(1),
  ).toEqual([
    ['a', 'DOUBLE'],
    ['b', 'BYTE_ARRAY'],
    ['c', 'BYTE_ARRAY'],
  ]);
  expect(await parquetReadObjects({ file })).toEqual([
    { a: 1, b: null, c: '1' },
    { a: 2.5, b: 'x', c: 'y' },
  ]);
  const error = await refusal(convert(bytes.subarray(0, 50), 'parquet', 'json'));
  expect(error).toMatchObject({ type: 'bad-input', message: expect.stringContaining('PARQUET') });
});

test('a property list: every kind of value, and what it does not take', async () => {
  const plist =
    '<?xml version="1.0"?><plist version="1.0"><dict><key>a &amp; b</key><integer>1</integer><key>list</key><array><true/><real>1.5</real><string> x </string></array><key>d</key><date>2026-01-02T00:00:00Z</date><key>e</key><dict/><key>raw</key><data> QUJD\n </data></dict></plist>';
  expect(JSON.parse((await convert(plist, 'plist', 'json')).text)).toEqual({
    'a & b': 1,
    list: [true, 1.5, ' x '],
    d: '2026-01-02T00:00:00Z',
    e: {},
    raw: 'QUJD',
  });
  for (const [text, type] of [
    ['bplist00xyz', 'unsupported'],
    ['<!DOCTYPE a [<!ENTITY x "y">]><plist><string>&x;</string></plist>', 'refused'],
    ['<plist><dict><key>a</key></dict></plist>', 'bad-input'],
    ['<plist></plist>', 'bad-input'],
  ] as const)
    expect((await refusal(convert(text, 'plist', 'json'))).type).toBe(type);
});

test('properties and env, there and back', async () => {
  const properties =
    '# comment\n! another\napp.name = Größe \\\n   continued\napp.port:8080\nempty\nkey\\ with\\=signs = a\\tb \\u00e9\n';
  const json = await convert(properties, 'properties', 'json');
  const value = { app: { name: 'Größe continued', port: 8080 }, empty: '', 'key with=signs': 'a\tb é' };
  expect(JSON.parse(json.text)).toEqual(value);
  const back = await convert(json.bytes, 'json', 'properties');
  expect(JSON.parse((await convert(back.bytes, 'properties', 'json')).text)).toEqual(value);

  const env = 'export A=1\n# comment\nB="two words\\nline" # why\nC=\'$raw\'\nD=\n';
  const parsed = await convert(env, 'env', 'json');
  expect(JSON.parse(parsed.text)).toEqual({ A: 1, B: 'two words\nline', C: '$raw', D: '' });
  expect((await convert(parsed.bytes, 'json', 'env')).text).toBe('A=1\nB="two words\\nline"\nC="$raw"\nD=\n');
  expect((await refusal(convert('no equals', 'env', 'json'))).type).toBe('bad-input');
  expect((await convert('name,n\nx,1\ny,2\n', 'csv', 'properties')).text).toBe(
    '1.name=x\n1.n=1\n2.name=y\n2.n=2\n',
  );
});

test('of a workbook with 20 sheets CSV holds the first, or each that `pages` chooses', async () => {
  const sheets = Object.fromEntries(
    Array.from({ length: 20 }, (_, index) => [`s${index + 1}`, [{ n: index + 1 }]]),
  );
  const { bytes } = await convert(JSON.stringify(sheets), 'json', 'xlsx');
  const first = await convert(bytes, 'xlsx', 'csv');
  expect(first.text).toBe('n\n1\n');
  expect(first.answer['note']).toContain('left out: "s2"');
  const some = await convert(bytes, 'xlsx', 'csv', {
    pages: [
      [2, 3],
      [20, null],
    ],
  });
  const { paths } = some.answer;
  const texts = (Array.isArray(paths) ? paths : []).map((file) => readFileSync(String(file), 'utf8'));
  expect(texts).toEqual(['n\n2\n', 'n\n3\n', 'n\n20\n']);
  expect(some.answer['note']).toBeUndefined();
  const ods = await convert(bytes, 'xlsx', 'ods', { pages: [[19, 20]] });
  expect(read(ods.bytes).SheetNames).toEqual(['s19', 's20']);
  const error = await refusal(convert(bytes, 'xlsx', 'csv', { pages: [[21, 22]] }));
  expect(error).toMatchObject({ type: 'unsupported', message: expect.stringContaining('20 sheets') });
});

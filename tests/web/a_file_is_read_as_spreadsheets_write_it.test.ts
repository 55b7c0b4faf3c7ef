import { expect, test } from 'vitest';
import write from 'write-excel-file/universal';
import {
  type Field,
  knownNames,
  likelierForm,
  matchColumns,
  readRows,
} from '../../web/src/lib/imports/reading.ts';
import { csvText } from '../../web/src/lib/platform/spreadsheet.ts';
import { readSheet } from '../../web/src/lib/table/sheet.ts';

const field = (name: string, kind = 'text', names: string[] = []): Field => ({
  field: name,
  kind,
  is_required: false,
  names,
});
const FIELDS = [
  field('sku', 'code', ['item code']),
  field('name'),
  field('price', 'numeric', ['unit price']),
  field('wanted_on', 'date', ['date']),
  field('method', 'public.payment_method'),
];

const sheetOf = (content: string | Uint8Array) =>
  readSheet(
    typeof content === 'string' ? new TextEncoder().encode(content) : content,
    knownNames(FIELDS),
  );

async function read(content: string | Uint8Array, told = {}) {
  const sheet = await sheetOf(content);
  return {
    sheet,
    ...readRows(sheet, matchColumns(sheet.headers, FIELDS), FIELDS, told),
  };
}

const latin = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

test.each([
  [
    'a byte order mark and commas',
    '\ufeffSKU,Name\nA1,Beer',
    'CSV, UTF-8 with a byte order mark, comma',
  ],
  ['semicolons', 'SKU;Name\nA1;Beer', 'CSV, UTF-8, semicolon'],
  ['tabs', 'SKU\tName\nA1\tBeer', 'CSV, UTF-8, tab'],
  ['bars', 'SKU|Name\nA1|Beer', 'CSV, UTF-8, vertical bar'],
])('a file with %s', async (_, content, format) => {
  const { sheet, rows } = await read(content);
  expect(sheet.format).toBe(format);
  expect(rows).toEqual([{ line: 2, cells: ['A1', 'Beer'], values: { sku: 'A1', name: 'Beer' } }]);
});

test('Windows-1252, with a title above the header and line breaks in quotes', async () => {
  const { sheet, rows } = await read(
    latin(
      'Our prices;;\r\n\r\nItem code;NAME;Price\r\nA1;"Caf\xe9\nau lait";1,50\r\n\r\nA2;Th\xe9;2,00',
    ),
  );
  expect(sheet).toMatchObject({ format: 'CSV, Windows-1252, semicolon', headerLine: 3 });
  expect(rows.map(({ line, values }) => [line, values])).toEqual([
    [4, { sku: 'A1', name: 'Café\nau lait', price: '1.50' }],
    [7, { sku: 'A2', name: 'Thé', price: '2.00' }],
  ]);
});

test('a code that a spreadsheet has made a number is read back, or its digits are lost', async () => {
  const { rows } = await read('sku,name\n13047.0,Whole\n5.0E+12,Lost\n="0012",Kept');
  expect(rows.map(({ values, unreadable }) => [values.sku, Object.keys(unreadable ?? {})])).toEqual(
    [
      ['13047', []],
      ['5.0E+12', ['sku']],
      ['0012', []],
    ],
  );
});

test('what can be read in two ways is asked, and read as it was told', async () => {
  const file = 'sku;price;date\nA1;1.200;03/04/2026';
  const { doubts, rows } = await read(file);
  expect(doubts).toEqual({
    decimal: '1.200 may have thousands or decimals',
    dates: '03/04/2026 may have the day or the month first',
  });
  expect(rows[0]?.values).toEqual({ sku: 'A1', price: '1.200', wanted_on: '2026-04-03' });
  const told = await read(file, { decimal: 'comma', dates: 'm/d/y' });
  expect(told.doubts).toEqual({ decimal: null, dates: null });
  expect(told.rows[0]?.values).toEqual({ sku: 'A1', price: '1200', wanted_on: '2026-03-04' });
});

test('what is no number or date is handed on for the check to refuse', async () => {
  const { rows } = await read('sku,price,date,method\nA1,twelve,soon,Bank transfer');
  expect(rows[0]).toEqual({
    line: 2,
    cells: ['A1', 'twelve', 'soon', 'Bank transfer'],
    values: { sku: 'A1', price: 'twelve', wanted_on: 'soon', method: 'bank_transfer' },
  });
});

test('a row with too many or too few fields is told', async () => {
  const { rows } = await read('sku,name,price\nA1,"Beer",1,2\nA2');
  expect(rows.map(({ unreadable }) => unreadable)).toEqual([
    { row: 'It has 4 fields instead of 3; perhaps one needs quotes.' },
    { row: 'It ends after 1 of 3 fields.' },
  ]);
});

test('columns are matched by their own name first, and as they were last time before that', async () => {
  const { headers } = await sheetOf('Item code,SKU,Unit price,Colour\nx,y,1,z');
  expect(matchColumns(headers, FIELDS)).toEqual({ sku: 'SKU', price: 'Unit price' });
  expect(matchColumns(headers, FIELDS, { sku: 'Item code' })).toEqual({ sku: 'Item code' });
});

test('columns without a name, or with the name of another, can still be told apart', async () => {
  const { headers } = await sheetOf('sku,,name,name,,\nA1,x,Beer,Ale,,');
  expect(headers).toEqual(['sku', 'Column 2', 'name', 'name (2)']);
});

test.each([
  ['', 'The file is empty.'],
  ['\n\n', 'The file is empty.'],
  [',,,\n,,', 'The file has no columns.'],
  [
    latin('\x00\x01\x00\x02\x03\x00'),
    'The file is not text. Save the sheet as CSV (UTF-8) and try again.',
  ],
  [
    latin('PK\x03\x04 is no workbook'),
    'The workbook cannot be read. Save the sheet as XLSX or CSV and try again.',
  ],
])('%j is refused in words', async (content, words) => {
  await expect(sheetOf(content)).rejects.toThrow(words);
});

test('a workbook is read cell by cell', async () => {
  const file = await write([
    [
      { value: 'Item code', type: String },
      { value: 'Price', type: String },
      { value: 'Date', type: String },
    ],
    [
      { value: 5_000_000_000_000, type: Number },
      { value: 1200.5, type: Number },
      { value: new Date('2026-04-03T00:00:00Z'), type: Date, format: 'dd/mm/yyyy' },
    ],
  ]).toBlob();
  const { sheet, rows, doubts } = await read(new Uint8Array(await file.arrayBuffer()));
  expect(sheet.format).toBe('XLSX');
  expect(doubts).toEqual({ decimal: null, dates: null });
  expect(rows[0]?.values).toEqual({
    sku: '5000000000000',
    price: '1200.5',
    wanted_on: '2026-04-03',
  });
});

test('what we export to be corrected is read back as it was', async () => {
  const cells = ['-A1', '=Beer', '+254711000111'];
  const text = await csvText({
    head: ['sku', 'name', 'method', 'What is wrong'],
    rows: [[...cells, 'x']],
  });
  const { sheet, rows } = await read(text);
  expect(sheet.headers.at(-1)).toBe('What is wrong');
  expect(rows[0]?.values).toMatchObject({ sku: '-A1', name: '=Beer' });
});

test('a file of customers that is sent as prices is told to be one of customers', () => {
  const needed = (name: string, names: string[] = []) => ({
    ...field(name, 'text', names),
    is_required: true,
  });
  const prices = { target: 'price_list', fields: [needed('price_list'), needed('sku')] };
  const customers = {
    target: 'customer',
    fields: [needed('name', ['customer name']), field('phone'), field('email')],
  };
  const contacts = { target: 'contact', fields: [needed('name', ['customer name'])] };
  const forms = [prices, contacts, customers];
  const headers = ['Customer name', 'Phone', 'Town'];
  expect(likelierForm(headers, prices, forms)?.target).toBe('customer');
  expect(likelierForm(headers, customers, forms)).toBeNull();
  expect(likelierForm(['Weather', 'Town'], prices, forms)).toBeNull();
});

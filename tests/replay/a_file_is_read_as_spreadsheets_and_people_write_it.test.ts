import { expect, test } from 'vitest';
import { readOrders, rejectedAsCsv, type FileOptions } from '../../scripts/replay/file.ts';

const NAMES = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const SEMICOLONS = NAMES.replaceAll(',', ';');

const utf8 = (text: string) => new TextEncoder().encode(text);
/** Every character of these tests has the same number in Latin-1 as in Windows-1252. */
const windows = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

function utf16(text: string, isBig: boolean, hasMark: boolean): Uint8Array {
  const letters = [...(hasMark ? '\uFEFF' : ''), ...text];
  return Uint8Array.from(
    letters.flatMap((letter) => {
      const pair = [letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8];
      return isBig ? pair.toReversed() : pair;
    }),
  );
}

async function read(text: string | Uint8Array, options?: FileOptions) {
  const file = await readOrders(typeof text === 'string' ? utf8(text) : text, options);
  return {
    ...file,
    lines: file.invoices.flatMap((invoice) => invoice.lines),
    refused: file.rejected.map(({ row, reason, detail }) => [row, reason, detail]),
  };
}

/** One line with one thing in it that is peculiar, beside one that makes the rest of the file plain. */
async function withCells(cells: Partial<Record<string, string>>, options?: FileOptions) {
  const usual: Record<string, string> = {
    InvoiceNo: '1',
    StockCode: '10001',
    Description: 'MUG',
    Quantity: '2',
    InvoiceDate: '13/12/2025',
    UnitPrice: '2.55',
    CustomerID: '50001',
    Country: 'Kenya',
  };
  const line = (row: Record<string, string | undefined>) =>
    NAMES.split(',')
      .map((name) => `"${(row[name] ?? '').replaceAll('"', '""')}"`)
      .join(',');
  return read(`${NAMES}\n${line(usual)}\n${line({ ...usual, ...cells })}\n`, options);
}

const CAFE = `${NAMES}\r\n1,10001,CAFÉ TASSE,6,13/12/2025,2.55,50001,Österreich\r\n`;

test.each<[string, Uint8Array]>([
  ['UTF-8', utf8(CAFE)],
  ['UTF-8 with a byte order mark', utf8(`\uFEFF${CAFE}`)],
  ['Windows-1252', windows(CAFE)],
  ['UTF-16', utf16(CAFE, false, true)],
  ['UTF-16', utf16(CAFE, false, false)],
  ['UTF-16 (big endian)', utf16(CAFE, true, true)],
  ['UTF-16 (big endian)', utf16(CAFE, true, false)],
])('%s is told from its bytes, and no letter is lost', async (encoding, bytes) => {
  const { found, invoices, lines } = await read(bytes);
  expect(found).toContain(`${encoding}, comma`);
  expect([invoices[0]?.country, lines[0]?.name]).toEqual(['Österreich', 'CAFÉ TASSE']);
});

test('letters that cannot be told are refused, not guessed', async () => {
  const bytes = Uint8Array.from([...utf8(`${NAMES}\n1,10001,CAF`), 0x8d, 0xe9, 10]);
  await expect(readOrders(bytes)).rejects.toThrow('cannot be read as Windows-1252');
  await expect(readOrders(Uint8Array.from([80, 75, 3, 4, 0, 0, 0, 8]))).rejects.toThrow(
    'The workbook cannot be read.',
  );
});

test('semicolons and a decimal comma, with a title above and a total below', async () => {
  const { found, lines, refused } = await read(
    windows(
      `Verkäufe;;;;;;;\r\n\r\n${SEMICOLONS}\r\n1;10001;TASSE;6;13/12/2025;2,55;50001;Kenya\r\n` +
        `1;10002;UHR;1.200;14/12/2025;1.085,00;50001;Kenya\r\n;;;;;Summe;;1.302,00\r\n`,
    ),
  );
  expect(found).toBe(
    'CSV, Windows-1252, semicolon, decimal comma, d/m/y, header on line 3, 8 columns matched',
  );
  expect(lines.map(({ row, quantity, pennies }) => [row, quantity, pennies])).toEqual([
    [4, 6, 255],
    [5, 1200, 108_500],
  ]);
  expect(refused).toEqual([[6, 'total', 'A line with totals.']]);
});

test.each([
  ['tab', '\t'],
  ['vertical bar', '|'],
  ['semicolon', ';'],
])('columns may have a %s between them', async (name, sign) => {
  const { found, lines } = await read(
    `${NAMES}\n1,10001,MUG,6,13/12/2025,2.55,50001,Kenya\n`.replaceAll(',', sign),
  );
  expect(found).toContain(`, ${name}, `);
  expect(lines).toHaveLength(1);
});

test('a first line that names the separator is not the header', async () => {
  const { found, lines } = await read(
    `sep=;\r\n${SEMICOLONS}\r\n1;10001;"A, B";6;13/12/2025;2.55;50001;Kenya\r\n`,
  );
  expect(found).toContain('semicolon');
  expect(found).toContain('header on line 2');
  expect(lines).toMatchObject([{ row: 3, name: 'A, B' }]);
});

test('line numbers are those of the file, over blank lines and quoted line breaks', async () => {
  const { lines, refused, lineCount } = await read(
    `${NAMES}\n\n\n1,10001,"MUG\nBLUE",6,13/12/2025,2.55,50001,Kenya\n\n` +
      `1,10002,MUG,-1,13/12/2025,2.55,50001,Kenya\n,,,,,,,\n1,10003,"A\r\nB",x,13/12/2025,1,50001,Kenya\n`,
  );
  expect(lines).toMatchObject([{ row: 4, name: 'MUG BLUE' }]);
  expect(refused.map(([row, reason]) => [row, reason])).toEqual([
    [7, 'quantity_not_positive'],
    [9, 'malformed'],
  ]);
  expect(lineCount).toBe(3);
});

test('trailing commas, other columns and another order of columns do not matter', async () => {
  const { found, lines } = await read(
    'Customer ID,Country,Note,Invoice No,stockcode,Description,Quantity,Invoice Date,UNITPRICE,\n' +
      '50001,Kenya,hello,1,10001,MUG,6,13/12/2025,2.55,\n',
  );
  expect(found).toContain('8 columns matched, not used: Note');
  expect(lines).toMatchObject([{ sku: '10001', quantity: 6, pennies: 255 }]);
});

test('a header that lacks a column is refused with the name of it', async () => {
  await expect(read(NAMES.replace('UnitPrice', 'Preis'))).rejects.toThrow(
    'it does not have UnitPrice.',
  );
});

test.each(['', '\uFEFF', '\n\n  \n'])('a file of %j is empty', async (text) => {
  await expect(read(text)).rejects.toThrow('The file is empty.');
});

test.each<[string, string, number]>([
  ['Quantity', '1,000', 1000],
  ['Quantity', '12.0', 12],
  ['Quantity', ' 12 ', 12],
  ['Quantity', '1 200', 1200],
  ['UnitPrice', '£1.85', 185],
  ['UnitPrice', 'KES 1,085.50', 108_550],
  ['UnitPrice', '1.8500', 185],
  ['UnitPrice', '3', 300],
])('%s %s is the number %i', async (name, text, expected) => {
  const { lines } = await withCells({ [name]: text });
  expect(name === 'Quantity' ? lines[1]?.quantity : lines[1]?.pennies).toBe(expected);
});

test.each<[string, string, string]>([
  ['Quantity', 'one', 'Quantity "one" is not a number with a decimal point.'],
  ['Quantity', '', 'Quantity is empty.'],
  ['Quantity', '1.5', 'Quantity "1.5" is not a whole number.'],
  ['Quantity', '1,00', 'Quantity "1,00" is not a number with a decimal point.'],
  ['UnitPrice', '1.2.3', 'UnitPrice "1.2.3" is not a number with a decimal point.'],
  ['UnitPrice', '1E+3', 'UnitPrice "1E+3" is not a number with a decimal point.'],
  ['InvoiceDate', '31/2/2025', 'InvoiceDate "31/2/2025" is not a day as d/m/y.'],
  ['InvoiceDate', '', 'InvoiceDate is empty.'],
  ['InvoiceNo', '', 'InvoiceNo is empty.'],
])('%s %j is malformed, and it is said which field and why', async (name, text, detail) => {
  // Said by the operator, so that the peculiar cell is not taken for another form of the whole column.
  const file = await withCells({ [name]: text }, { decimal: 'point' });
  expect(file.refused).toEqual([[3, 'malformed', detail]]);
  expect(rejectedAsCsv(file.rejected)).toContain(detail.replaceAll('"', '""'));
});

test('too many fields and too few are malformed', async () => {
  const { refused } = await read(
    `${NAMES}\n1,10001,MUG, BLUE,2,13/12/2025,2.55,50001,Kenya\n1,10001,MUG,2,13/12/2025\n`,
  );
  expect(refused).toEqual([
    [2, 'malformed', 'It has 9 fields instead of 8; perhaps one needs quotes.'],
    [3, 'malformed', 'It ends after 5 of 8 fields; UnitPrice is missing.'],
  ]);
});

test('an EAN, a short code and one with leading zeros are products; postage is none', async () => {
  const { lines } = await withCells({ StockCode: '5012345678900' });
  expect(lines[1]?.sku).toBe('5012345678900');
  expect((await withCells({ StockCode: '1234' })).lines[1]?.sku).toBe('1234');
  expect((await withCells({ StockCode: '="01234"' })).lines[1]?.sku).toBe('01234');
  expect((await withCells({ StockCode: 'POST' })).refused[0]?.[1]).toBe('not_a_product');
});

test('a customer that a spreadsheet made a number is the same customer', async () => {
  const { invoices, notes } = await withCells({ CustomerID: '50001.0' });
  expect(invoices).toMatchObject([{ customer: '50001' }]);
  expect(invoices[0]?.lines).toHaveLength(2);
  expect(notes).toContain(
    '1 has a code that a spreadsheet made a number (13047.0 is 13047): line 3',
  );
});

test.each(['5.0E+12', '5,01235E+12', '1E+5'])(
  '%s is a code whose digits are lost',
  async (code) => {
    const { refused } = await withCells({ StockCode: code });
    expect(refused).toMatchObject([[3, 'changed_by_spreadsheet', expect.stringContaining(code)]]);
  },
);

test('a code with and without its leading zeros is pointed out', async () => {
  const line = (code: string) => `1,${code},MUG,2,13/12/2025,2.55,50001,Kenya\n`;
  const { notes } = await read(`${NAMES}\n${line('01234')}${line('1234')}`);
  expect(notes).toEqual(['codes with and without leading zeros are two products: 01234']);
});

test('lines that say the same are carried and pointed out', async () => {
  const { lines, notes } = await withCells({});
  expect(lines).toHaveLength(2);
  expect(notes).toEqual(['1 says what an earlier line says, and is carried as well: line 3']);
});

function dated(...dates: string[]) {
  const line = (date: string, index: number) =>
    `${index + 1},10001,MUG,1,${date},2.55,50001,Kenya\n`;
  return `${NAMES}\n${dates.map(line).join('')}`;
}

test.each<[string, string[], string, string[]]>([
  ['a day above 12', ['2/3/2025', '13/3/2025'], 'd/m/y', ['2025-03-02', '2025-03-13']],
  ['a day above 12', ['2/3/2025', '3/13/2025'], 'm/d/y', ['2025-02-03', '2025-03-13']],
  [
    'the days of one month',
    ['1/3/2025', '2/3/2025', '5/3/2025'],
    'd/m/y',
    ['2025-03-01', '2025-03-02', '2025-03-05'],
  ],
  [
    'the days of one month',
    ['3/1/2025', '3/2/2025', '3/5/2025'],
    'm/d/y',
    ['2025-03-01', '2025-03-02', '2025-03-05'],
  ],
  ['points', ['2.3.2025'], 'd/m/y', ['2025-03-02']],
  ['the year in front', ['2025-03-02', '2025/3/4'], 'y-m-d', ['2025-03-02', '2025-03-04']],
  [
    'times and short years',
    ['13/3/25', '14/03/2025 08:26:00', '15/3/2025 8:26'],
    'd/m/y',
    ['2025-03-13', '2025-03-14', '2025-03-15'],
  ],
])('%s in a column of dates: %j is %s', async (_, dates, order, expected) => {
  const { found, invoices } = await read(dated(...dates));
  expect(found).toContain(`, ${order}, `);
  expect(invoices.map((invoice) => invoice.date)).toEqual(expected);
});

test('dates that can be read in two ways are asked for', async () => {
  await expect(read(dated('2/3/2025', '3/2/2025'))).rejects.toThrow(
    'The dates of the file can be read in two ways: 2/3/2025 may have the day or the month first. Say --dates d/m/y or --dates m/d/y.',
  );
  await expect(read(dated('13/3/2025', '3/13/2025'))).rejects.toThrow(
    'there are both 13/3/2025 and 3/13/2025',
  );
  const { invoices, refused } = await read(dated('2/3/2025', '3/13/2025'), { dates: 'd/m/y' });
  expect(invoices.map((invoice) => invoice.date)).toEqual(['2025-03-02']);
  expect(refused).toEqual([[3, 'malformed', 'InvoiceDate "3/13/2025" is not a day as d/m/y.']]);
});

test('numbers that can be read in two ways are asked for', async () => {
  const file = (quantity: string, price: string) =>
    `${SEMICOLONS}\n1;10001;MUG;${quantity};13/12/2025;${price};50001;Kenya\n`;
  await expect(read(file('1,000', '3'))).rejects.toThrow(
    '1,000 may have thousands or decimals. Say --decimal point',
  );
  await expect(read(file('2,5', '3.5'))).rejects.toThrow('there are both 3.5 and 2,5');
  expect((await read(file('1,000', '3'), { decimal: 'point' })).lines[0]?.quantity).toBe(1000);
  expect((await read(file('1,000', '3'), { decimal: 'comma' })).lines[0]?.quantity).toBe(1);
});

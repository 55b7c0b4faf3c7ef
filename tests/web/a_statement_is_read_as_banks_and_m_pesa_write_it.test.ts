import { expect, test } from 'vitest';
import { readStatement, STATEMENT_NAMES } from '../../web/src/lib/billing/statement_file.ts';
import { readSheet } from '../../web/src/lib/table/sheet.ts';

const inNairobi = (day: string, time: string) => `${day}T${time}+03:00`;
const read = async (text: string, told = {}) =>
  readStatement(await readSheet(new TextEncoder().encode(text), STATEMENT_NAMES), inNairobi, told);

const M_PESA = `Organization Name: ACME DISTRIBUTORS LTD
Short Code:,600638
Report Date:,27/11/2026

Receipt No.,Completion Time,Initiation Time,Details,Transaction Status,Paid In,Withdrawn,Balance,Balance Confirmed,Reason Type,Other Party Info,Linked Transaction ID,A/C No.
SKL1AB2CD3,25-11-2026 21:45:13,25-11-2026 21:45:10,Pay Bill from 2547*****102,Completed,"1,250.00",,"51,450.00",true,Pay Utility,254711000102 - JANE WANJIRU,,INV-000012
SKL2AB2CD3,24-11-2026 08:05:00,24-11-2026 08:04:59,Pay Bill Charge,Completed,,-23.00,"51,427.00",true,Charge,,SKL1AB2CD3,
SKL3AB2CD3,24-11-2026 09:00:00,24-11-2026 09:00:00,Pay Bill from 2547*****999,Failed,70.00,,"51,427.00",true,Pay Utility,2547*****999 - JOHN O. - OTIENO,,kili
SKL4AB2CD3,23-11-2026 09:00:00,23-11-2026 09:00:00,Pay Bill from 2547*****999,Completed,70.50,,"51,427.00",true,Pay Utility,2547*****999 - JOHN O. - OTIENO,,kili
`;

test('what came in by M-Pesa is read, charges and what failed are left out', async () => {
  expect(await read(M_PESA)).toEqual({
    lines: [
      {
        reference: 'SKL1AB2CD3',
        amount: '1250.00',
        posted_at: '2026-11-25T21:45:13+03:00',
        paid_by: 'JANE WANJIRU',
        paid_from: '254711000102',
        bill_reference: 'INV-000012',
      },
      {
        reference: 'SKL4AB2CD3',
        amount: '70.50',
        posted_at: '2026-11-23T09:00:00+03:00',
        paid_by: 'JOHN O. - OTIENO',
        paid_from: '2547*****999',
        bill_reference: 'kili',
      },
    ],
    skipped: 2,
    rejected: [],
    found: 'M-Pesa, CSV, UTF-8, comma, decimal point, d/m/y',
    doubts: { dates: null, decimal: null },
  });
});

test('a table made out of the PDF tells payer and account in its details, over several rows', async () => {
  const { lines, skipped, rejected } = await read(
    `Receipt No.,Completion Time,Details,Transaction Status,Paid In,Withdrawn,Balance
SKL1AB2CD3,2026-11-25 21:45:13,Pay Bill from 2547*****102 - JANE,Completed,"1,250.00",,"51,450.00"
,,WANJIRU Acc. INV-,,,,
,,000012,,,,
SKL5AB2CD3,2026-11-25 20:00:00,"Funds received from -
0711000102 PETER KAMAU",Completed,300.00,,"50,200.00"
SKL2AB2CD3,2026-11-24 08:05:00,Pay Bill Charge,Completed,,-23.00,"51,427.00"
`,
  );
  expect(lines).toMatchObject([
    {
      reference: 'SKL1AB2CD3',
      paid_by: 'JANE WANJIRU',
      paid_from: '2547*****102',
      bill_reference: 'INV-000012',
    },
    {
      reference: 'SKL5AB2CD3',
      paid_by: 'PETER KAMAU',
      paid_from: '0711000102',
      bill_reference: null,
    },
  ]);
  expect({ skipped, rejected }).toEqual({ skipped: 1, rejected: [] });
});

test('a bank writes semicolons, commas and dates of its own', async () => {
  const { lines, found } = await read(
    'Value Date;Transaction Reference;Credit;Debit;Name\n13.11.2026;FT 12/3;1.200,50;;Kilimani\n14.11.2026;FT 12/4;;40,00;Fees\n',
  );
  expect(lines).toMatchObject([
    {
      reference: 'FT 12/3',
      amount: '1200.50',
      posted_at: '2026-11-13T00:00:00+03:00',
      paid_by: 'Kilimani',
    },
  ]);
  expect(found).toBe('Bank, CSV, UTF-8, semicolon, decimal comma, d/m/y');
});

test('the afternoon is the afternoon, and noon is noon', async () => {
  const at = async (time: string) =>
    (await read(`Reference,Date,Amount\nA1,2026-11-13 ${time},5.25\n`)).lines[0]?.posted_at.slice(
      11,
      16,
    );
  expect(await Promise.all(['1:05 PM', '12:00 PM', '12:30 AM', '11:59 AM'].map(at))).toEqual([
    '13:05',
    '12:00',
    '00:30',
    '11:59',
  ]);
});

test('what can be read in two ways is asked, and read as it was answered', async () => {
  const text = 'Reference,Date,Amount\nA1,03/04/2026,"1,200"\n';
  expect((await read(text)).doubts).toEqual({
    dates: '03/04/2026 may have the day or the month first',
    decimal: '1,200 may have thousands or decimals',
  });
  const answered = await read(text, { dates: 'm/d/y', decimal: 'point' });
  expect(answered.doubts).toEqual({ dates: null, decimal: null });
  expect(answered.lines).toMatchObject([
    { amount: '1200', posted_at: '2026-03-04T00:00:00+03:00' },
  ]);
});

test('a line that cannot be read is named with its line in the file', async () => {
  const { lines, rejected } = await read(
    'Reference,Date,Amount\n\n,2026-11-13,5\nA2,2026-13-45,5\nA3,2026-11-13,5.005\nA4,2026-11-13,5x1\nA5,2026-11-13,5\n',
  );
  expect(lines.map(({ reference }) => reference)).toEqual(['A5']);
  expect(rejected).toEqual([
    { line: 3, why: 'Reference is missing.' },
    { line: 4, why: 'Date 2026-13-45 is no date.' },
    { line: 5, why: 'Amount 5.005 is no amount.' },
    { line: 6, why: 'Amount 5x1 is no amount.' },
  ]);
});

test('a file that is no statement says what one needs', async () => {
  await expect(read('Name,Age\nJane,5\n')).rejects.toThrow(
    /Receipt No\., Completion Time, Paid In/,
  );
});

test('a statement that a bank sends as a workbook is read as well, with its times', async () => {
  const { default: write } = await import('write-excel-file/universal');
  const cell = (value: string) => ({ value, type: String });
  const workbook = await write([
    ['Transaction Date', 'Reference', 'Money In', 'Name'].map(cell),
    [
      { value: new Date('2026-11-25T21:45:13Z'), type: Date, format: 'yyyy-mm-dd hh:mm:ss' },
      cell('FT 12/3'),
      { value: 1200.5, type: Number },
      cell('Kilimani'),
    ],
  ]).toBlob();
  const sheet = await readSheet(new Uint8Array(await workbook.arrayBuffer()), STATEMENT_NAMES);
  const { lines, found, doubts } = readStatement(sheet, inNairobi);
  expect(lines).toMatchObject([
    { reference: 'FT 12/3', amount: '1200.5', posted_at: '2026-11-25T21:45:13+03:00' },
  ]);
  expect(found).toBe('Bank, XLSX, decimal point, d/m/y');
  expect(doubts).toEqual({ dates: null, decimal: null });
});

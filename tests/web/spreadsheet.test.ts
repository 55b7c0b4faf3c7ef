import { afterEach, expect, test } from 'vitest';
import { session } from '../../web/src/lib/platform/session.svelte.ts';
import { csvText, FORMATS } from '../../web/src/lib/platform/spreadsheet.ts';

function inLocale(locale: string): void {
  session.me = { tenant: { locale } } as unknown as typeof session.me;
}

afterEach(() => {
  session.me = null;
});

const lines = async (...cells: (string | number | null)[]) =>
  (await csvText({ head: ['Head'], rows: cells.map((cell) => [cell]) })).split('\r\n').slice(1);

test('a text that a spreadsheet would calculate is written as a text', async () => {
  expect(
    await lines('=1+1', '+A1', '-A1', '@SUM(A1)', '\t=1', "=cmd|' /C calc'!A0", '-1+1', '+', '-'),
  ).toEqual(
    [
      ...["'=1+1", "'+A1", "'-A1", "'@SUM(A1)", "'\t=1", "'=cmd|' /C calc'!A0"],
      ...["'-1+1", "'+", "'-"],
    ].map((text) => `"${text}"`),
  );
});

test('names, amounts and telephone numbers stay what they are', async () => {
  expect(await lines('Duka la Mama', '+254711000111', '-5.20', -5.2, 1200, null, '')).toEqual([
    'Duka la Mama',
    '+254711000111',
    '-5.20',
    '-5.2',
    '1200',
    '',
    '',
  ]);
});

test('separators, quotes and line breaks stay in their field', async () => {
  expect(await csvText({ head: ['A', 'B'], rows: [['x,y', 'say "no"\nand go']] })).toBe(
    'A,B\r\n"x,y","say ""no""\nand go"',
  );
});

test('numbers have the decimal sign of the company, and fields are parted accordingly', async () => {
  inLocale('de-DE');
  expect(await csvText({ head: ['A', 'B'], rows: [['x', 1234.5]] })).toBe('A;B\r\nx;1234,5');
  inLocale('en-KE');
  expect(await csvText({ head: ['A', 'B'], rows: [['x', 1234.5]] })).toBe('A,B\r\nx,1234.5');
});

test('an Excel file is a workbook, with texts that are never formulas', async () => {
  const file = await FORMATS.xlsx.write({ head: ['A', 'B'], rows: [['=1+1', 5]] });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { strFromU8, unzipSync } = await import('fflate');
  const sheet = strFromU8(unzipSync(bytes)['xl/worksheets/sheet1.xml'] ?? new Uint8Array());
  expect(sheet).toContain('<v>5</v>');
  expect(sheet).not.toContain('<f>');
});

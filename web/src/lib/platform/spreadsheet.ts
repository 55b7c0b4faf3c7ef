import { locale } from './format.ts';
import { m } from '#lib/words.ts';

export type Cell = string | number | null;

/** Heads and rows of what is exported. */
export interface Sheet {
  head: string[];
  rows: Cell[][];
}

export const FORMATS = {
  csv: { label: m.csv_file(), write: toCsv },
  xlsx: { label: m.excel_file_xlsx(), write: toXlsx },
} as const satisfies Record<string, { label: string; write: (sheet: Sheet) => Promise<Blob> }>;

/** Texts that a spreadsheet would take for a formula; a number with a sign is none. */
const FORMULA = /^[=@\t\r]|^[+-](?![\d.,]+$)/;

/**
 * Text as the company's spreadsheets read it: numbers with its decimal sign, and a semicolon between the
 * fields where that sign is a comma. What would be taken for a formula gets an apostrophe in front.
 */
export async function csvText({ head, rows }: Sheet): Promise<string> {
  const { default: papa } = await import('papaparse');
  const numbers = new Intl.NumberFormat(locale(), {
    useGrouping: false,
    maximumFractionDigits: 10,
  });
  const hasComma = numbers.format(0.5).includes(',');
  const text = (cell: Cell) => (typeof cell === 'number' ? numbers.format(cell) : (cell ?? ''));
  return papa.unparse([head, ...rows.map((row) => row.map(text))], {
    delimiter: hasComma ? ';' : ',',
    newline: '\r\n',
    escapeFormulae: FORMULA,
  });
}

async function toCsv(sheet: Sheet): Promise<Blob> {
  // The mark tells a spreadsheet that this is UTF-8.
  return new Blob(['\ufeff', await csvText(sheet)], { type: 'text/csv;charset=utf-8' });
}

/** Every text is written as a text, which no spreadsheet calculates. */
async function toXlsx({ head, rows }: Sheet): Promise<Blob> {
  const { default: write } = await import('write-excel-file/universal');
  const cells = rows.map((row) =>
    row.map((value) =>
      typeof value === 'number' ? { value, type: Number } : value ? { value, type: String } : null,
    ),
  );
  const heads = head.map((value) => ({ value, type: String, fontWeight: 'bold' as const }));
  return write([heads, ...cells], { stickyRowsCount: 1 }).toBlob();
}

/** Hands a file to whoever sits at the browser. */
export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has to begin reading first.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

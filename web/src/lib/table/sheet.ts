import { decode } from './encoding.ts';
import { DELIMITERS, misfitOf, type Parsed, parse, plain, textOf } from './table.ts';

/** A table of which nobody knows beforehand what its columns are called. */
export interface Sheet {
  /** What the columns are called, each otherwise; one without a name is called by its place. */
  headers: string[];
  /** The line of the header; the first is 1. */
  headerLine: number;
  /** Without blank lines and without what stands before the header. */
  rows: SheetRow[];
  /** How the file is written: `CSV, Windows-1252, semicolon`. */
  format: string;
  /** Whether numbers and dates were cells of that kind, so that nothing has to be guessed. */
  isTyped: boolean;
}

export interface SheetRow {
  line: number;
  cells: string[];
  /** Why its cells do not fit the header; null when they do. */
  misfit: string | null;
}

/** A title, a remark or two, or a spreadsheet's `sep=;` may stand above the header. */
const HEADER_WITHIN = 20;
/** How every XLSX file begins: it is a ZIP archive. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/**
 * Reads the table of a CSV or XLSX file. Its header is the line with the most of the known names, or, where there
 * is none, the first of those with the most cells.
 *
 * @param known names that columns may have; case, spaces and signs do not count
 * @throws {Error} with a sentence for whoever made the file
 */
export async function readSheet(bytes: Uint8Array, known: string[]): Promise<Sheet> {
  const names = new Set(known.map(plain));
  if (ZIP.every((byte, index) => bytes[index] === byte)) {
    return { ...underHeader(await readWorkbook(bytes), names), format: 'XLSX', isTyped: true };
  }
  const { text, encoding } = decode(bytes);
  const lines = textOf(text);
  const [best = ','] = Object.keys(DELIMITERS).sort(
    (one, other) => scoreOf(lines, other, names) - scoreOf(lines, one, names),
  );
  const format = ['CSV', encoding, DELIMITERS[best]].join(', ');
  return { ...underHeader(parse(lines, best), names), format, isTyped: false };
}

/** How well a delimiter fits: known names count most, then columns. */
function scoreOf(lines: string, delimiter: string, names: Set<string>): number {
  return Math.max(...parse(lines, delimiter, HEADER_WITHIN).map((row) => headerScore(row, names)));
}

function headerScore({ cells }: Parsed, names: Set<string>): number {
  const filled = cells.filter((cell) => plain(cell) !== '');
  return filled.filter((cell) => names.has(plain(cell))).length * 1000 + filled.length;
}

function underHeader(all: Parsed[], names: Set<string>) {
  const scores = all.slice(0, HEADER_WITHIN).map((row) => headerScore(row, names));
  const index = scores.indexOf(Math.max(0, ...scores));
  const header = all[index];
  if (header === undefined || scores[index] === 0) throw new Error('The file has no columns.');
  const headers = namesOf(header.cells);
  const rows = all
    .slice(index + 1)
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .map(({ line, cells }) => ({ line, cells, misfit: misfitOf(cells, headers) }));
  return { headers, headerLine: header.line, rows };
}

/** Without empty cells at its end; what has the name of an earlier one gets its number. */
function namesOf(cells: string[]): string[] {
  const last = cells.findLastIndex((cell) => cell.trim() !== '');
  const taken = new Set<string>();
  return cells.slice(0, last + 1).map((cell, index) => {
    const wanted = cell.trim() || `Column ${index + 1}`;
    let name = wanted;
    for (let copy = 2; taken.has(name); copy += 1) name = `${wanted} (${copy})`;
    taken.add(name);
    return name;
  });
}

/** The first sheet of a workbook, every cell as the text that a CSV file with points would have. */
async function readWorkbook(bytes: Uint8Array): Promise<Parsed[]> {
  const { readSheet: readCells } = await import('read-excel-file/universal');
  let data;
  try {
    data = await readCells(bytes.slice().buffer);
  } catch {
    throw new Error('The workbook cannot be read. Save the sheet as XLSX or CSV and try again.');
  }
  if (data.length === 0) throw new Error('The file is empty.');
  return data.map((row, index) => ({ line: index + 1, cells: row.map(cellText) }));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) {
    const [day = '', time = ''] = value.toISOString().slice(0, 19).split('T');
    return time === '00:00:00' ? day : `${day} ${time}`;
  }
  return String(value);
}

import Papa from 'papaparse';
import { decode } from './encoding.ts';

export interface Row {
  /** The line of the file that it begins on; the first is 1. */
  line: number;
  /** By the name of the wanted column, trimmed. */
  values: Record<string, string>;
  /** As it stands in the file. */
  cells: string[];
  /** Why its cells do not fit the header; null when they do. */
  misfit: string | null;
}

export interface Table {
  /** Without blank lines and without what stands before the header. */
  rows: Row[];
  encoding: string;
  delimiter: string;
  headerLine: number;
  /** Columns of the file that nobody asked for. */
  unused: string[];
}

export const DELIMITERS: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};
/** A title, a remark or two, or a spreadsheet's `sep=;` may stand above the header. */
const HEADER_WITHIN = 20;

/**
 * Reads a table out of a text file as spreadsheets and people make them: finds out how it is encoded, what
 * separates its columns and where its header is, and keeps the line numbers right whatever lies between.
 *
 * @param columns the names that the header has to have, in any order; case and spaces do not count
 * @param optional names that it may have
 * @throws {Error} with a sentence for whoever made the file
 */
export function readTable(bytes: Uint8Array, columns: string[], optional: string[] = []): Table {
  const { text, encoding } = decode(bytes);
  const lines = textOf(text);
  const headers = Object.keys(DELIMITERS).map((sign) => findHeader(lines, sign, columns, optional));
  const best = headers.reduce((one, other) => (other.matched > one.matched ? other : one));
  if (best.matched < columns.length) throw noHeader(best, columns);
  const { delimiter, index, names } = best;
  const all = parse(lines, delimiter);
  const header = all[index];
  return {
    rows: all.slice(index + 1).flatMap(({ line, cells }) => {
      if (cells.every((cell) => cell.trim() === '')) return [];
      return [{ line, cells, ...fit(cells, header?.cells ?? [], names) }];
    }),
    encoding,
    delimiter,
    headerLine: header?.line ?? 1,
    unused: (header?.cells ?? []).filter(
      (name, at) => name.trim() !== '' && names[at] === undefined,
    ),
  };
}

export interface Parsed {
  line: number;
  cells: string[];
}

/** The lines of a file as one text, whatever ends them. @throws {Error} when there is nothing in it */
export function textOf(text: string): string {
  if (text.trim() === '') throw new Error('The file is empty.');
  return text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
}

export function parse(text: string, delimiter: string, preview = 0): Parsed[] {
  const { data } = Papa.parse<string[]>(text, { delimiter, newline: '\n', preview });
  let line = 1;
  return data.map((cells) => {
    const parsed = { line, cells };
    line += 1 + cells.join('').split('\n').length - 1;
    return parsed;
  });
}

interface Header {
  delimiter: string;
  index: number;
  cells: string[];
  /** The wanted name of each cell; undefined where it is none. */
  names: (string | undefined)[];
  matched: number;
}

/** What counts of the name of a column. */
export const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

function findHeader(
  text: string,
  delimiter: string,
  columns: string[],
  optional: string[],
): Header {
  const wanted = new Map([...columns, ...optional].map((name) => [plain(name), name]));
  const rows = parse(text, delimiter, HEADER_WITHIN);
  const headers = rows.map(({ cells }, index): Header => {
    const free = new Map(wanted);
    const names = cells.map((cell) => {
      const name = free.get(plain(cell));
      free.delete(plain(cell));
      return name;
    });
    const missing = columns.filter((name) => free.has(plain(name)));
    return { delimiter, index, cells, names, matched: columns.length - missing.length };
  });
  return headers.reduce((one, other) => (other.matched > one.matched ? other : one));
}

function noHeader({ cells, names, matched }: Header, columns: string[]): Error {
  const needed = `The header has to name ${columns.join(', ')}`;
  if (matched === 0) {
    return new Error(
      `${needed}; none of them is in the first lines, which begin ${cells.join(',').slice(0, 200)}.`,
    );
  }
  const missing = columns.filter((name) => !names.includes(name));
  return new Error(`${needed}; it does not have ${missing.join(', ')}.`);
}

function fit(cells: string[], header: string[], names: (string | undefined)[]) {
  const values: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    // `="0123"` is how a code is kept from being taken for a number.
    if (name !== undefined) values[name] = (cells[index] ?? '').trim().replace(/^="(.*)"$/s, '$1');
  }
  const last = header.findLastIndex((_, index) => names[index] !== undefined);
  return { values, misfit: misfitOf(cells, header, last) };
}

/** Why cells do not fit a header, of which the columns up to the last are wanted; null when they do. */
export function misfitOf(cells: string[], header: string[], last = -1): string | null {
  if (cells.slice(header.length).some((cell) => cell.trim() !== '')) {
    return `It has ${cells.length} fields instead of ${header.length}; perhaps one needs quotes.`;
  }
  if (cells.length <= last) {
    return `It ends after ${cells.length} of ${header.length} fields; ${header[cells.length]} is missing.`;
  }
  return null;
}

import Papa from 'papaparse';

export const DELIMITERS: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};
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

/** What counts of the name of a column. */
export const plain = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

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

import type { Sheet } from './sheet.ts';
import { misfitOf, plain } from './table.ts';

/** A row of a sheet by the names of its wanted columns. */
export interface Row {
  /** The line of the file that it begins on; the first is 1. */
  line: number;
  /** By the name of the wanted column, trimmed. */
  values: Record<string, string>;
  /** Why its cells do not fit the header; null when they do. */
  misfit: string | null;
}

export interface Table {
  rows: Row[];
  /** Columns of the file that nobody asked for. */
  unused: string[];
}

/**
 * The rows of a sheet by the names that its columns have to have, in any order; case, spaces and signs do not count.
 *
 * @param optional names that it may have
 * @throws {Error} with a sentence for whoever made the file, when a column is not there
 */
export function tableOf(sheet: Sheet, columns: string[], optional: string[] = []): Table {
  const free = new Map([...columns, ...optional].map((name) => [plain(name), name]));
  const names = sheet.headers.map((header) => {
    const name = free.get(plain(header));
    free.delete(plain(header));
    return name;
  });
  const missing = columns.filter((name) => free.has(plain(name)));
  if (missing.length > 0) throw notThere(sheet.headers, columns, missing);
  const last = names.findLastIndex((name) => name !== undefined);
  return {
    rows: sheet.rows.map(({ line, cells, misfit }) => ({
      line,
      values: valuesOf(cells, names),
      misfit: misfit ?? misfitOf(cells, sheet.headers, last),
    })),
    unused: sheet.headers.filter((_, at) => names[at] === undefined),
  };
}

function notThere(headers: string[], columns: string[], missing: string[]): Error {
  const needed = `The header has to name ${columns.join(', ')}`;
  return new Error(
    missing.length === columns.length
      ? `${needed}; none of them is in the first lines, which begin ${headers.join(',').slice(0, 200)}.`
      : `${needed}; it does not have ${missing.join(', ')}.`,
  );
}

function valuesOf(cells: string[], names: (string | undefined)[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    // `="0123"` is how a code is kept from being taken for a number.
    if (name !== undefined) values[name] = (cells[index] ?? '').trim().replace(/^="(.*)"$/s, '$1');
  }
  return values;
}

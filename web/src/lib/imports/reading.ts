import { readCode } from '#lib/table/codes.ts';
import { type DateOrder, findDateOrder, readDate } from '#lib/table/dates.ts';
import { type Decimal, findDecimal, readNumber } from '#lib/table/numbers.ts';
import type { Sheet, SheetRow } from '#lib/table/sheet.ts';
import { plain } from '#lib/table/table.ts';
import { m } from '#lib/words.ts';

/** A column that a file may have, as `import_forms` describes it. */
export interface Field {
  field: string;
  /** Type of the database, `code`, or `text`. */
  kind: string;
  is_required: boolean;
  names: string[];
}

/** Which column fills which field: {field: header}. */
export type Mapping = Record<string, string>;

/** A row as `stage_import_rows` takes it. */
export interface StagedRow {
  line: number;
  cells: string[];
  values: Record<string, string>;
  /** What could not be read, and why; not there when everything could. */
  unreadable?: Record<string, string>;
}

export interface ReadFile {
  rows: StagedRow[];
  decimal: Decimal;
  dates: DateOrder;
  /** What has to be said by somebody, because the file can be read in two ways. */
  doubts: { decimal: string | null; dates: string | null };
}

export interface Told {
  decimal?: Decimal;
  dates?: DateOrder;
}

/** Every name that a column may have, for finding the header. */
export function knownNames(fields: Field[]): string[] {
  return fields.flatMap(({ field, names }) => [field, ...names]);
}

/**
 * Matches columns with fields: as the company matched them last time, else by name.
 *
 * @param remembered how a file with these headers was matched before; null: never
 */
export function matchColumns(
  headers: string[],
  fields: Field[],
  remembered: Mapping | null = null,
): Mapping {
  if (remembered !== null) return remembered;
  const free = new Map(headers.map((header) => [plain(header), header]));
  const mapping: Mapping = {};
  // What a column is called here counts before what it is called elsewhere.
  for (const nameOf of [({ field }: Field) => [field], ({ names }: Field) => names]) {
    for (const field of fields) {
      const found = nameOf(field).find((name) => free.has(plain(name)));
      if (mapping[field.field] !== undefined || found === undefined) continue;
      mapping[field.field] = free.get(plain(found)) ?? '';
      free.delete(plain(found));
    }
  }
  return mapping;
}

/**
 * The kind that a file is rather of: where its columns do not have all that the chosen one needs, the one that fits
 * the most of them and has all. Null where the file fits, or fits nothing.
 */
export function likelierForm<Form extends { fields: Field[] }>(
  headers: string[],
  chosen: Form,
  forms: Form[],
): Form | null {
  const matchedBy = ({ fields }: Form) => Object.keys(matchColumns(headers, fields));
  const fits = (form: Form) => {
    const matched = matchedBy(form);
    return form.fields.every(({ field, is_required }) => !is_required || matched.includes(field));
  };
  if (fits(chosen)) return null;
  const others = forms.filter((form) => form !== chosen && fits(form));
  return others.sort((one, other) => matchedBy(other).length - matchedBy(one).length)[0] ?? null;
}

const isNumber = (kind: string) => ['numeric', 'integer'].includes(kind);

/** Reads the matched columns of a sheet as what they are to be; what is empty is not there. */
export function readRows(
  sheet: Sheet,
  mapping: Mapping,
  fields: Field[],
  told: Told = {},
): ReadFile {
  const columns = fields.flatMap((field) => {
    const at = sheet.headers.indexOf(mapping[field.field] ?? '');
    return at < 0 ? [] : [{ ...field, at }];
  });
  const last = Math.max(-1, ...columns.map(({ at }) => at));
  const texts = (wanted: (kind: string) => boolean) =>
    columns
      .filter(({ kind }) => wanted(kind))
      .flatMap(({ at }) => sheet.rows.map((row) => textAt(row, at)).filter(Boolean));
  const decimal = sheet.isTyped
    ? { value: 'point' as const, doubt: null }
    : findDecimal(texts(isNumber));
  const dates = findDateOrder(texts((kind) => kind === 'date'));
  const how = {
    decimal: told.decimal ?? decimal.value ?? 'point',
    dates: told.dates ?? dates.value ?? 'd/m/y',
  };
  return {
    ...how,
    doubts: {
      decimal: told.decimal === undefined ? decimal.doubt : null,
      dates: told.dates === undefined ? dates.doubt : null,
    },
    rows: sheet.rows.map((row) => readRow(row, columns, last, sheet.headers, how)),
  };
}

/**
 * `="0123"` is how a code is kept from being taken for a number, and an apostrophe how what we export is kept from
 * being calculated.
 */
function textAt(row: SheetRow, at: number): string {
  return (row.cells[at] ?? '')
    .trim()
    .replace(/^="(.*)"$/s, '$1')
    .replace(/^'(?=[=@+-])/, '');
}

function readRow(
  row: SheetRow,
  columns: (Field & { at: number })[],
  last: number,
  headers: string[],
  how: { decimal: Decimal; dates: DateOrder },
): StagedRow {
  const values: Record<string, string> = {};
  const unreadable: Record<string, string> = {};
  for (const { field, kind, at } of columns) {
    const text = textAt(row, at);
    if (text === '') continue;
    const { value, problem } = readValue(text, kind, how);
    values[field] = value;
    if (problem !== null) unreadable[field] = problem;
  }
  if (row.misfit !== null) unreadable.row = row.misfit;
  else if (row.cells.length <= last && row.cells.length < headers.length) {
    unreadable.row = m.it_ends_after_cells_of_headers_fields({
      cells: row.cells.length,
      headers: headers.length,
    });
  }
  const isRead = Object.keys(unreadable).length === 0;
  return { line: row.line, cells: row.cells, values, ...(isRead ? {} : { unreadable }) };
}

/** What cannot be read is handed on as it stands: the check refuses it by its type. */
function readValue(
  text: string,
  kind: string,
  { decimal, dates }: { decimal: Decimal; dates: DateOrder },
): { value: string; problem: string | null } {
  if (kind === 'code') {
    const { code, lost } = readCode(text);
    return { value: code, problem: lost };
  }
  if (isNumber(kind)) return { value: readNumber(text, decimal) ?? text, problem: null };
  if (kind === 'date') return { value: readDate(text, dates) ?? text, problem: null };
  // Choices of the database are lower snake case.
  if (kind.startsWith('public.')) {
    return { value: text.toLowerCase().replaceAll(/[\s-]+/g, '_'), problem: null };
  }
  return { value: text, problem: null };
}

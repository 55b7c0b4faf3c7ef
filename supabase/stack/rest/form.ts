import { createHash } from 'node:crypto';
import { Refused } from './refusals.ts';

/** In which form rows are answered: an array, the only row, lines, or not at all. */
export interface Form {
  shape: 'rows' | 'row' | 'csv' | 'none';
  /** Columns that are null are left out. */
  isStripped: boolean;
  type: string;
}

/** For answers that have no body. */
export const NO_BODY: Form = { shape: 'none', isStripped: false, type: '' };

const JSON_ROWS: Form = { shape: 'rows', isStripped: false, type: 'application/json' };
const FORMS: Record<string, Form> = {
  '*/*': JSON_ROWS,
  'application/*': JSON_ROWS,
  'application/json': JSON_ROWS,
  'application/vnd.pgrst.array': {
    shape: 'rows',
    isStripped: true,
    type: 'application/vnd.pgrst.array+json;nulls=stripped',
  },
  'application/vnd.pgrst.object': {
    shape: 'row',
    isStripped: false,
    type: 'application/vnd.pgrst.object+json',
  },
  'text/csv': { shape: 'csv', isStripped: false, type: 'text/csv' },
};

/**
 * What `Accept` asks for: the best of what there is.
 *
 * @throws {Refused} PGRST107 when there is nothing of that
 */
export function readForm(accept = '*/*'): Form {
  const wanted = accept.split(',').map((entry) => {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((it) => it.startsWith('q='))?.slice(2);
    const isStripped = parameters.includes('nulls=stripped');
    return { type: type.replace(/\+json$/, ''), isStripped, weight: Number(weight ?? 1) };
  });
  for (const { type, isStripped } of wanted.toSorted((a, b) => b.weight - a.weight)) {
    const form = FORMS[type];
    if (!form) continue;
    if (type === 'application/vnd.pgrst.array' && !isStripped) return JSON_ROWS;
    if (form.shape !== 'row' || !isStripped) return form;
    return { ...form, isStripped, type: `${form.type};nulls=stripped` };
  }
  const message = `None of these media types are available: ${accept}`;
  throw new Refused(406, { code: 'PGRST107', details: null, hint: null, message });
}

/** The body as SQL over rows that are called `result`, or a value of theirs. */
export function bodyOf({ shape, isStripped }: Form, row = 'result'): string {
  const rows = isStripped ? `json_strip_nulls(json_agg(${row}))` : `json_agg(${row})`;
  if (shape === 'rows') return `coalesce(${rows}, '[]')::text`;
  if (shape === 'row') return `coalesce(${rows} -> 0, 'null')::text`;
  if (shape === 'none') return 'null';
  // A row as text is a line of CSV in brackets.
  return `(select coalesce(string_agg(name, ','), '') from json_object_keys(json_agg(result) -> 0) as name)
    || E'\\n' || coalesce(string_agg(substring(result::text, 2, length(result::text) - 2), E'\\n'), '')`;
}

/** The name a statement is prepared under; PostgreSQL tells them apart by 63 characters only. */
export function named(text: string): { name: string; text: string } {
  return { name: createHash('sha256').update(text).digest('hex').slice(0, 32), text };
}

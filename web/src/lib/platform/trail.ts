/** What a list showed when somebody left it for one of its records. */
interface Trail {
  /** Its address, with filters and order. */
  list: string;
  /** The pages of its records, in its order. */
  records: string[];
}

const KEY = 'mzigo.trail';

/** Remembers, for this tab, which records a list shows. */
export function leaveTrail(list: string, records: string[]): void {
  sessionStorage.setItem(KEY, JSON.stringify({ list, records } satisfies Trail));
}

/** A record in the list that it was opened from: the way back, and to those beside it. */
export interface Way {
  list: string;
  previous: string | undefined;
  next: string | undefined;
}

/** Null where the record was not opened from a list. */
export function wayThrough(record: string): Way | null {
  const left = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Trail | null;
  const at = left?.records.indexOf(record) ?? -1;
  if (!left || at < 0) return null;
  return { list: left.list, previous: left.records[at - 1], next: left.records[at + 1] };
}

import type { Tables } from '#lib/database.types.ts';
import type { DocumentName } from '#lib/documents.ts';
import { askJson, command } from '#lib/platform/command.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

export type Month = Tables<'months'>;
export type LatePosting = Tables<'late_postings'>;

/** Where the books stand, as `books` tells it. Days are `YYYY-MM-DD`. */
export interface Books {
  /** The first day that may be posted on; null when no month is closed. */
  open_from: string | null;
  /** The first day of the month that was closed last: it alone can be opened again. */
  last_closed: string | null;
  /** The first day of the month to close; null when none is over. */
  next: string | null;
  documents: OpenDocument[];
}

/** Something that was begun in the month to close, or before, and is not finished. */
export interface OpenDocument {
  document: DocumentName;
  document_id: string;
  number: string | null;
  state: string;
  happened_at: string;
  /** The month is not closed before this is decided. */
  blocks: boolean;
}

export const MONTHS: ListShape = {
  table: 'months',
  sort: '-starts_on',
  sortable: ['starts_on', 'updated_at'],
  filters: [
    {
      name: 'closed',
      label: m.state(),
      kind: 'flag',
      column: 'is_closed',
      yes: m.month_closed(),
      no: m.month_opened_again(),
    },
  ],
};

export const LATE_POSTINGS: ListShape = {
  table: 'late_postings',
  sort: '-created_at',
  sortable: ['created_at', 'happened_at', 'posted_at'],
  filters: [
    { name: 'happened', label: m.happened(), kind: 'moment', column: 'happened_at' },
    { name: 'posted', label: m.counts_from(), kind: 'moment', column: 'posted_at' },
  ],
};

export function listMonths(list: ListQuery) {
  return readPage(MONTHS, list, () => supabase.from('months').select('*'));
}

export function listLatePostings(list: ListQuery) {
  return readPage(LATE_POSTINGS, list, () => supabase.from('late_postings').select('*'));
}

export function readBooks(): Promise<Books> {
  return askJson<Books, 'books'>('books', {});
}

export function closeMonth(startsOn: string) {
  return command('close_month', { starts_on: startsOn });
}

export function reopenMonth(startsOn: string, reason: string) {
  return command('reopen_month', { starts_on: startsOn, reason });
}

import type { Tables } from '#lib/database.types.ts';
import { type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase, untyped } from '#lib/platform/supabase.ts';
import { openStatesOf } from '#lib/workflow/documents.ts';

const SHOWN = 20;

export function readPlace(id: string): Promise<Tables<'warehouses'> | null> {
  return answerOf(supabase.from('warehouses').select('*').eq('id', id).maybeSingle());
}

/** Whether a place is opened and closed with a count. */
export function setShifts(place: { id: string; version: number }, isOn: boolean) {
  return answerOf(
    supabase
      .from('warehouses')
      .update({ works_in_shifts: isOn })
      .eq('id', place.id)
      .eq('version', place.version),
  );
}

/** The largest balances of a place. */
export function stockAt(placeId: string) {
  return rows(
    supabase
      .from('inventory')
      .select('*,products(name,unit)')
      .eq('warehouse_id', placeId)
      .gt('on_hand', 0)
      .order('on_hand', { ascending: false })
      .order('id')
      .limit(SHOWN),
  );
}

/** What has moved there last. */
export function movementsAt(placeId: string) {
  return rows(
    supabase
      .from('inventory_transactions')
      .select('*,products(name)')
      .eq('warehouse_id', placeId)
      .order('occurred_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(SHOWN),
  );
}

/** Kinds of documents of a stock, with the columns that name its place. */
const OF_PLACE = {
  adjustment: ['warehouse_id'],
  transfer: ['from_warehouse_id', 'to_warehouse_id'],
  stock_count: ['warehouse_id'],
  refill: ['warehouse_id'],
  depot_shift: ['warehouse_id'],
} as const satisfies Partial<Record<DocumentName, readonly string[]>>;

export interface OpenDocument {
  kind: DocumentName;
  id: string;
  number: string;
  status: string;
  created_at: string;
}

/** Documents of its stock with which something is still to be done, newest first. */
export async function openDocumentsAt(placeId: string): Promise<OpenDocument[]> {
  const found = await Promise.all(
    Object.entries(OF_PLACE).map(async ([name, columns]) => {
      const kind = name as keyof typeof OF_PLACE;
      const documents = await rows(
        untyped
          .from(DOCUMENTS[kind].table)
          .select('id,number,status,created_at')
          .or(columns.map((column) => `${column}.eq.${placeId}`).join(','))
          .in('status', ['draft', ...openStatesOf(kind)])
          .order('created_at', { ascending: false })
          .limit(SHOWN)
          .overrideTypes<Omit<OpenDocument, 'kind'>[], { merge: false }>(),
      );
      return documents.map((document) => ({ ...document, kind }));
    }),
  );
  return found.flat().sort((a, b) => b.created_at.localeCompare(a.created_at));
}

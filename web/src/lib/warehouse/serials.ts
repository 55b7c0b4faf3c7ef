import { STOCK_CONDITION } from '#lib/choices.ts';
import type { Database, Enums } from '#lib/database.types.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { askJson, commandNamed } from '#lib/platform/command.ts';
import { anyLike, narrow } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { placeFilter } from './places_filter.ts';
import { m, terms } from '#lib/words.ts';

export type Serial = Awaited<ReturnType<typeof listSerials>>['rows'][number];
export type SerialMovement = Awaited<ReturnType<typeof historyOf>>[number];

/** Documents for which serial numbers are scanned, as `private.ask_for_serials` names them. */
export type Scanned =
  | 'adjustment'
  | 'transfer'
  | 'refill'
  | 'stock_count'
  | 'trip'
  | 'order'
  | 'return'
  | 'purchase_order';

/** What a document wants of one product in one condition, and what was scanned of it. */
export interface WantedSerials {
  product_id: string;
  sku: string;
  name: string;
  condition: Enums<'stock_condition'>;
  /** Pieces may come from outside, and be new. */
  comes_in: boolean;
  /** Null where it is not told, or as many as are found. */
  quantity: number | null;
  codes: string[];
}

export const SERIALS: ListShape = {
  table: 'serials',
  sort: 'code',
  sortable: ['code', 'moved_at', 'created_at'],
  search: {
    label: m.number_or_product(terms),
    means: async (typed) => {
      const named = narrow(supabase.from('products').select('id'), [anyLike(typed, 'name', 'sku')]);
      const products = await rows(named.order('name').limit(100));
      return [
        {
          any: [
            anyLike(typed.replaceAll(/\s/g, ''), 'code'),
            { column: 'product_id', in: products.map((product) => product.id) },
          ],
        },
      ];
    },
  },
  filters: [
    { ...placeFilter(m.location(), ['depot', 'shop', 'van']), optional: true },
    { ...customerFilter, optional: true },
    { name: 'condition', label: m.condition(), kind: 'choice', options: choices(STOCK_CONDITION) },
    { name: 'moved', label: m.when(), kind: 'moment', column: 'moved_at', more: true },
  ],
};

const WITH_PLACE = '*,products(name,sku,unit),warehouses(name),customers(name)';

export function listSerials(list: ListQuery) {
  return readPage(SERIALS, list, () => supabase.from('serials').select(WITH_PLACE));
}

export function readSerial(id: string) {
  return answerOf(supabase.from('serials').select(WITH_PLACE).eq('id', id).maybeSingle());
}

/** Who had it when, the latest first. */
export async function historyOf(id: string) {
  const movements = await rows(
    supabase
      .from('serial_movements')
      .select('*,products(name),warehouses(name)')
      .eq('serial_id', id)
      .order('occurred_at', { ascending: false })
      .order('quantity', { ascending: false })
      .order('id', { ascending: false })
      .limit(100),
  );
  const documents = [...new Set(movements.map((row) => row.reference_id))];
  const [orders, returns] = await Promise.all(
    (['orders', 'returns'] as const).map((table) =>
      rows(supabase.from(table).select('id,customer_id,customers(name)').in('id', documents)),
    ),
  );
  const dealings = new Map([...(orders ?? []), ...(returns ?? [])].map((row) => [row.id, row]));
  return movements.map((row) => ({ ...row, dealing: dealings.get(row.reference_id) }));
}

export function scannedSerials(document: Scanned, id: string): Promise<WantedSerials[]> {
  return askJson<WantedSerials[], 'scanned_serials'>('scanned_serials', {
    document_type: document,
    document_id: id,
  });
}

type ScanArgs = Database['public']['Functions']['scan_serials']['Args'];

/** @throws PortalError `serials_invalid`, whose details name every number and its problem. */
export function scanSerials(
  document: Scanned,
  id: string,
  codes: string[],
  as: Pick<WantedSerials, 'product_id' | 'condition'>,
): Promise<WantedSerials[]> {
  return commandNamed<WantedSerials[]>('scan_serials', {
    document_type: document,
    document_id: id,
    codes,
    product_id: as.product_id,
    condition: as.condition,
  } satisfies ScanArgs);
}

export function unscanSerials(
  document: Scanned,
  id: string,
  codes: string[],
): Promise<WantedSerials[]> {
  return commandNamed<WantedSerials[]>('unscan_serials', {
    document_type: document,
    document_id: id,
    codes,
  });
}

/** What is wrong with a number that was scanned, by what the database calls it. */
export const PROBLEMS: Record<string, (code: { code: string }) => string> = {
  not_readable: m.serial_is_not_readable,
  unknown: m.serial_is_unknown,
  elsewhere: m.serial_is_elsewhere,
  not_wanted: m.serial_is_not_wanted,
  scanned_for_another: m.serial_is_scanned_for_another,
  enough: m.all_of_them_are_scanned,
};

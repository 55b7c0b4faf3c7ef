import { MOVEMENT_KIND, STOCK_CONDITION } from '#lib/choices.ts';
import type { Product } from '#lib/catalogue/catalogue.ts';
import type { Enums, Tables, Views } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { anyLike, type Condition as Asked, narrow } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import {
  having,
  type ListPage,
  type ListQuery,
  type ListShape,
  readPage,
} from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import { placeFilter } from './places_filter.ts';
import { m, terms } from '#lib/words.ts';

const ON_STOCK = '*,warehouses(name,kind),products(name,sku,unit)';

export type Warehouse = Pick<Tables<'warehouses'>, 'id' | 'code' | 'name' | 'kind'>;
export type StockRow = Awaited<ReturnType<typeof listStock>>['rows'][number];
export type Movement = Awaited<ReturnType<typeof listMovements>>['rows'][number];
/** A view does not say that its columns are always there. */
export type Suggestion = { [Column in keyof Low]: NonNullable<Low[Column]> };
type Low = Views<'reorder_suggestions'>;
export type Adjustment = Awaited<ReturnType<typeof listAdjustments>>['rows'][number];
export type Condition = Enums<'stock_condition'>;

/**
 * Stock of the products that a search text may mean: it is found by their ids, because a balance has no
 * name of its own.
 */
async function ofProducts(typed: string): Promise<Asked[]> {
  const named = narrow(supabase.from('products').select('id'), [anyLike(typed, 'name', 'sku')]);
  const found = await rows(named.order('name').limit(100));
  return [{ column: 'product_id', in: found.map((product) => product.id) }];
}

export const STOCK_SEARCH = { label: m.product_or_sku(terms), means: ofProducts };
const stockPlaces = placeFilter(m.location(), ['depot', 'shop', 'van']);

export function warehouses(
  kinds: Enums<'warehouse_kind'>[] = ['depot', 'shop'],
): Promise<Warehouse[]> {
  return rows(
    supabase
      .from('warehouses')
      .select('id,code,name,kind')
      .eq('is_active', true)
      .in('kind', kinds)
      .order('kind')
      .order('name')
      .limit(500),
  );
}

export const STOCK: ListShape = {
  table: 'inventory',
  sort: '-on_hand',
  sortable: ['on_hand', 'reserved', 'available', 'updated_at'],
  search: STOCK_SEARCH,
  filters: [
    stockPlaces,
    { name: 'condition', label: m.condition(), kind: 'choice', options: choices(STOCK_CONDITION) },
    {
      name: 'level',
      label: m.level(),
      kind: 'flag',
      column: 'is_below',
      yes: m.below_reorder_point(),
      no: m.enough(),
    },
    { name: 'available', label: m.available(), kind: 'number', unit: 'quantity', more: true },
    { name: 'on_hand', label: m.on_hand(), kind: 'number', unit: 'quantity', more: true },
  ],
};

export function listStock(list: ListQuery) {
  return readPage(STOCK, list, () => supabase.from('inventory').select(ON_STOCK));
}

export const SUGGESTIONS: ListShape = {
  table: 'reorder_suggestions',
  sort: '-suggested',
  sortable: ['available', 'reorder_point', 'suggested'],
  search: STOCK_SEARCH,
  filters: [
    placeFilter(),
    { name: 'suggested', label: m.suggested(), kind: 'number', unit: 'quantity' },
  ],
};

/** What has fallen below its reorder point. */
export async function listSuggestions(list: ListQuery) {
  const shown = await readPage(SUGGESTIONS, list, () =>
    supabase.from('reorder_suggestions').select('*'),
  );
  return shown as ListPage<Suggestion>;
}

/** @param level in base units. */
export function setReorderPoint(inventoryId: string, level: number) {
  return answerOf(
    supabase.from('inventory').update({ reorder_point: level }).eq('id', inventoryId),
  );
}

/** Balances of one product at every location. */
export function stockOf(productId: string): Promise<StockRow[]> {
  return rows(
    supabase
      .from('inventory')
      .select(ON_STOCK)
      .eq('product_id', productId)
      .order('on_hand', { ascending: false })
      .limit(200),
  );
}

export const MOVEMENTS: ListShape = {
  table: 'inventory_transactions',
  sort: '-occurred_at',
  sortable: ['occurred_at'],
  search: STOCK_SEARCH,
  filters: [
    stockPlaces,
    { name: 'kind', label: m.why(), kind: 'choice', options: choices(MOVEMENT_KIND) },
    { name: 'when', label: m.when(), kind: 'moment', column: 'occurred_at' },
    {
      name: 'condition',
      label: m.condition(),
      kind: 'choice',
      options: choices(STOCK_CONDITION),
      more: true,
    },
    { name: 'quantity', label: m.quantity(), kind: 'number', unit: 'quantity', more: true },
  ],
};

export function listMovements(list: ListQuery) {
  return readPage(MOVEMENTS, list, () =>
    supabase.from('inventory_transactions').select(`${ON_STOCK},adjustment_reasons(name)`),
  );
}

export const ADJUSTMENTS = documentList('adjustment', {
  filters: [
    placeFilter(),
    enteredFilter(),
    { name: 'reason', label: m.reason(), kind: 'text', more: true },
  ],
});

export function listAdjustments(list: ListQuery) {
  return readPage(ADJUSTMENTS, list, (relations) =>
    supabase.from('manual_adjustments').select(having('*,warehouses(name)', relations)),
  );
}

/** An adjustment with its lines. */
export function readAdjustment(id: string) {
  return answerOf(
    supabase
      .from('manual_adjustments')
      .select(
        '*,allowed_commands,warehouses(name),manual_adjustment_items(id,product_id,condition,quantity,products(name,sku,unit)),adjustment_costs(product_id,condition,unit_cost)',
      )
      .eq('id', id)
      .order('id', { referencedTable: 'manual_adjustment_items' })
      .maybeSingle(),
  );
}

/** A line as it is entered. */
export interface StockLine {
  product: Product;
  /** In base units; null until something is typed. */
  quantity: number | null;
  condition: Condition;
  /** Of a product that is tracked by batch, where it is entered. */
  batch?: string;
  /** The last day of a batch that comes in; empty where it does not expire. */
  expiresOn?: string | null;
  /** What one base unit that comes in costs before tax; null for what the product costs. */
  unitCost?: number | null;
}

/** The lines of a stock document as its command takes them. */
export function itemsOf(lines: StockLine[]) {
  return lines.map(({ product, quantity, condition, batch, expiresOn, unitCost }) => ({
    product_id: product.id,
    quantity: Number(quantity),
    condition,
    ...(typeof unitCost === 'number' ? { unit_cost: unitCost } : {}),
    ...(batch?.trim()
      ? {
          batches: [
            {
              code: batch.trim(),
              quantity: Math.abs(Number(quantity)),
              ...(expiresOn ? { expires_on: expiresOn } : {}),
            },
          ],
        }
      : {}),
  }));
}

type Items = ReturnType<typeof itemsOf>;

/** @param occurredAt null for the moment in which it is applied. */
export function createAdjustment(
  warehouseId: string,
  reasonId: string,
  items: Items,
  note: string,
  occurredAt: string | null,
) {
  return command('create_adjustment', {
    warehouse_id: warehouseId,
    reason_id: reasonId,
    items,
    note,
    ...(occurredAt ? { occurred_at: occurredAt } : {}),
  });
}

/** Adds good ones, one pack after the other; the condition of a line is chosen on it. */
export function scanInto(lines: StockLine[], product: Product, units: number): undefined {
  const line = lines.find((it) => it.product.id === product.id && it.condition === 'good');
  if (line) line.quantity = Number(line.quantity ?? 0) + units;
  else lines.push({ product, quantity: units, condition: 'good', batch: '', expiresOn: '' });
}

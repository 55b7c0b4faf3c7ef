import type { Product } from '#lib/catalogue/catalogue.ts';
import type { Enums, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { type ListQuery, oneOf, page, pattern } from '#lib/platform/list.ts';
import {
  answerOf,
  attach,
  link,
  oneWith,
  rows,
  type Offered,
  type With,
} from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { statesOf } from '#lib/workflow/documents.ts';

const WAREHOUSE = link('warehouse_id', 'warehouses', 'name', 'kind');
const PRODUCT = link('product_id', 'products', 'name', 'sku', 'unit');

const ON_STOCK = { warehouses: WAREHOUSE, products: PRODUCT };
const ON_ADJUSTMENT = { warehouses: WAREHOUSE };

export type Warehouse = Pick<Tables<'warehouses'>, 'id' | 'code' | 'name' | 'kind'>;
export type StockRow = With<Tables<'inventory'>, typeof ON_STOCK>;
export type Movement = With<Tables<'inventory_transactions'>, typeof ON_STOCK>;
export type Adjustment = With<Tables<'manual_adjustments'>, typeof ON_ADJUSTMENT>;

export const CONDITIONS = [
  'good',
  'suspect',
  'defective',
] as const satisfies Enums<'stock_condition'>[];
export type Condition = Enums<'stock_condition'>;

export const MOVEMENT_KINDS = [
  'opening',
  'adjustment',
  'load',
  'delivery',
  'empties',
  'offload',
  'offload_variance',
  'transfer',
  'return',
  'transfer_loss',
  'count',
] as const satisfies Enums<'movement_kind'>[];

/**
 * Products that a search text may mean. Stock is then filtered by their ids, because a balance has
 * no name of its own.
 */
async function productIds(search: string): Promise<string[]> {
  const like = pattern(search);
  const found = await rows<{ id: string }>(
    supabase
      .from('products')
      .select('id')
      .or(`name.ilike.${like},sku.ilike.${like}`)
      .order('name')
      .limit(100),
  );
  return found.map((product) => product.id);
}

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

export async function listStock(list: ListQuery) {
  const { warehouse } = list.filters;
  const condition = oneOf(CONDITIONS, list.filters.condition);
  let query = supabase.from('inventory').select('*');
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (condition) query = query.eq('condition', condition);
  if (list.filters.level === 'below') query = query.is('is_below', true);
  if (list.search) query = query.in('product_id', await productIds(list.search));
  return page(query.order(list.sort, { ascending: list.ascending }).order('id'), list, ON_STOCK);
}

/** A view does not say that its columns are always there. */
type Low = Pick<
  Tables<'inventory'>,
  'id' | 'warehouse_id' | 'product_id' | 'available' | 'reorder_point'
> & { coming: number; suggested: number };
export type Suggestion = With<Low, typeof ON_STOCK>;

/** What has fallen below its reorder point. */
export function listSuggestions(list: ListQuery) {
  let query = supabase.from('reorder_suggestions').select('*');
  const { warehouse } = list.filters;
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  const ordered = query.order(list.sort, { ascending: list.ascending }).order('id');
  return page(
    ordered as unknown as Parameters<typeof page<Low, typeof ON_STOCK>>[0],
    list,
    ON_STOCK,
  );
}

/** @param level in base units. */
export function setReorderPoint(inventoryId: string, level: number) {
  return answerOf(
    supabase.from('inventory').update({ reorder_point: level }).eq('id', inventoryId),
  );
}

/** Balances of one product at every location. */
export async function stockOf(productId: string): Promise<StockRow[]> {
  const found = await rows(
    supabase
      .from('inventory')
      .select('*')
      .eq('product_id', productId)
      .order('on_hand', { ascending: false })
      .limit(200),
  );
  return attach(found, ON_STOCK);
}

export async function listMovements(list: ListQuery) {
  const { warehouse } = list.filters;
  const kind = oneOf(MOVEMENT_KINDS, list.filters.kind);
  let query = supabase.from('inventory_transactions').select('*');
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (kind) query = query.eq('kind', kind);
  if (list.search) query = query.in('product_id', await productIds(list.search));
  return page(
    query
      .order('occurred_at', { ascending: list.ascending })
      .order('id', { ascending: list.ascending }),
    list,
    ON_STOCK,
  );
}

export function listAdjustments(list: ListQuery) {
  let query = supabase.from('manual_adjustments').select('*');
  const status = oneOf(statesOf('adjustment'), list.filters.status);
  if (status) query = query.eq('status', status);
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_ADJUSTMENT,
  );
}

export function readAdjustment(id: string): Promise<Offered<Adjustment> | null> {
  return oneWith(
    supabase.from('manual_adjustments').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_ADJUSTMENT,
  );
}

export async function adjustmentItems(id: string) {
  const found = await rows(
    supabase
      .from('manual_adjustment_items')
      .select('id,condition,quantity,product_id')
      .eq('adjustment_id', id)
      .order('id')
      .limit(1000),
  );
  return attach(found, { products: PRODUCT });
}

/** A line as it is entered. */
export interface StockLine {
  product: Product;
  /** In base units; null until something is typed. */
  quantity: number | null;
  condition: Condition;
}

/** The lines of a stock document as its command takes them. */
export function itemsOf(lines: StockLine[]) {
  return lines.map(({ product, quantity, condition }) => ({
    product_id: product.id,
    quantity: Number(quantity),
    condition,
  }));
}

type Items = ReturnType<typeof itemsOf>;

export function createAdjustment(warehouseId: string, reason: string, items: Items) {
  return command('create_adjustment', { warehouse_id: warehouseId, reason, items });
}

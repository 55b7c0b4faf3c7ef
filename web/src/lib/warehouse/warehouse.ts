import { command } from '#lib/platform/command.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { attach, oneWith, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export interface Warehouse {
  id: string;
  code: string;
  name: string;
  kind: string;
}

export interface StockRow {
  id: string;
  warehouse_id: string;
  product_id: string;
  condition: string;
  on_hand: number;
  reserved: number;
  available: number;
  reorder_point: number;
  warehouses: { name: string; kind: string } | null;
  products: { name: string; sku: string; unit: string } | null;
}

export interface Movement {
  id: string;
  quantity: number;
  kind: string;
  condition: string;
  reference_type: string;
  reference_id: string;
  occurred_at: string;
  warehouses: { name: string } | null;
  products: { name: string; sku: string; unit: string } | null;
}

export interface Adjustment {
  id: string;
  number: string;
  status: string;
  reason: string;
  rejected_reason: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  warehouses: { name: string } | null;
  allowed_commands?: string[];
}

export interface AdjustmentItem {
  id: string;
  condition: string;
  quantity: number;
  products: { id: string; name: string; sku: string; unit: string } | null;
}

const WAREHOUSE = { column: 'warehouse_id', table: 'warehouses', select: 'name,kind' };
const PRODUCT = { column: 'product_id', table: 'products', select: 'name,sku,unit' };

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

export function warehouses(kinds: string[] = ['depot', 'shop']): Promise<Warehouse[]> {
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
  const { warehouse, condition } = list.filters;
  let query = supabase.from('inventory').select('*');
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (condition) query = query.eq('condition', condition);
  if (list.search) query = query.in('product_id', await productIds(list.search));
  return page<StockRow>(query.order(list.sort, { ascending: list.ascending }).order('id'), list, {
    warehouses: WAREHOUSE,
    products: PRODUCT,
  });
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
  return attach(found, { warehouses: WAREHOUSE, products: PRODUCT });
}

export async function listMovements(list: ListQuery) {
  const { warehouse, kind } = list.filters;
  let query = supabase.from('inventory_transactions').select('*');
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (kind) query = query.eq('kind', kind);
  if (list.search) query = query.in('product_id', await productIds(list.search));
  return page<Movement>(
    query
      .order('occurred_at', { ascending: list.ascending })
      .order('id', { ascending: list.ascending }),
    list,
    { warehouses: WAREHOUSE, products: PRODUCT },
  );
}

export function listAdjustments(list: ListQuery) {
  let query = supabase.from('manual_adjustments').select('*');
  if (list.filters.status) query = query.eq('status', list.filters.status);
  return page<Adjustment>(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    { warehouses: WAREHOUSE },
  );
}

export function readAdjustment(id: string): Promise<Adjustment | null> {
  return oneWith(
    supabase.from('manual_adjustments').select('*,allowed_commands').eq('id', id).maybeSingle(),
    { warehouses: WAREHOUSE },
  );
}

export async function adjustmentItems(id: string): Promise<AdjustmentItem[]> {
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

export interface AdjustmentLine {
  product_id: string;
  /** Signed: positive adds, negative takes. */
  quantity: number;
  condition: string;
}

export function createAdjustment(
  warehouseId: string,
  reason: string,
  items: AdjustmentLine[],
): Promise<Adjustment> {
  return command('create_adjustment', { warehouse_id: warehouseId, reason, items });
}

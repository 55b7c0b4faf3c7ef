import { command } from '#lib/platform/command.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { one, rows } from '#lib/platform/read.ts';
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

const STOCK = '*,warehouses!inner(name,kind),products!inner(name,sku,unit)';

export function warehouses(kinds: string[] = ['depot', 'shop']): Promise<Warehouse[]> {
  return rows(
    supabase
      .from('warehouses')
      .select('id,code,name,kind')
      .eq('is_active', true)
      .in('kind', kinds)
      .order('name')
      .limit(500),
  );
}

export function listStock(list: ListQuery) {
  const { warehouse, condition } = list.filters;
  let query = supabase.from('inventory').select(STOCK);
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (condition) query = query.eq('condition', condition);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`name.ilike.${like},sku.ilike.${like}`, { referencedTable: 'products' });
  }
  return page<StockRow>(query.order(list.sort, { ascending: list.ascending }).order('id'), list);
}

/** Balances of one product at every location. */
export function stockOf(productId: string): Promise<StockRow[]> {
  return rows(
    supabase
      .from('inventory')
      .select(STOCK)
      .eq('product_id', productId)
      .order('on_hand', { ascending: false })
      .limit(200),
  );
}

export function listMovements(list: ListQuery) {
  const { warehouse, kind } = list.filters;
  let query = supabase
    .from('inventory_transactions')
    .select('*,warehouses(name),products!inner(name,sku,unit)');
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (kind) query = query.eq('kind', kind);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`name.ilike.${like},sku.ilike.${like}`, { referencedTable: 'products' });
  }
  return page<Movement>(
    query
      .order('occurred_at', { ascending: list.sort === 'occurred_at' && list.ascending })
      .order('id', { ascending: false }),
    list,
  );
}

export function listAdjustments(list: ListQuery) {
  let query = supabase.from('manual_adjustments').select('*,warehouses(name)');
  if (list.filters.status) query = query.eq('status', list.filters.status);
  return page<Adjustment>(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
  );
}

export function readAdjustment(id: string): Promise<Adjustment | null> {
  return one(
    supabase
      .from('manual_adjustments')
      .select('*,warehouses(name),allowed_commands')
      .eq('id', id)
      .maybeSingle(),
  );
}

export function adjustmentItems(id: string): Promise<AdjustmentItem[]> {
  return rows(
    supabase
      .from('manual_adjustment_items')
      .select('id,condition,quantity,products(id,name,sku,unit)')
      .eq('adjustment_id', id)
      .order('id')
      .limit(1000),
  );
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

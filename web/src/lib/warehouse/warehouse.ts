import { MOVEMENT_KIND, STOCK_CONDITION } from '#lib/choices.ts';
import type { Product } from '#lib/catalogue/catalogue.ts';
import type { Enums, Tables, Views } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { type ListPage, type ListQuery, oneOf, page, pattern } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { listDocuments } from '#lib/workflow/list.ts';

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
  const condition = oneOf(STOCK_CONDITION, list.filters.condition);
  let query = supabase.from('inventory').select(ON_STOCK);
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (condition) query = query.eq('condition', condition);
  if (list.filters.level === 'below') query = query.is('is_below', true);
  if (list.search) query = query.in('product_id', await productIds(list.search));
  return page(query.order(list.sort, { ascending: list.ascending }).order('id'), list);
}

/** What has fallen below its reorder point. */
export async function listSuggestions(list: ListQuery) {
  let query = supabase.from('reorder_suggestions').select('*');
  const { warehouse } = list.filters;
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  const shown = await page(query.order(list.sort, { ascending: list.ascending }).order('id'), list);
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

export async function listMovements(list: ListQuery) {
  const { warehouse } = list.filters;
  const kind = oneOf(MOVEMENT_KIND, list.filters.kind);
  let query = supabase
    .from('inventory_transactions')
    .select(`${ON_STOCK},adjustment_reasons(name)`);
  if (warehouse) query = query.eq('warehouse_id', warehouse);
  if (kind) query = query.eq('kind', kind);
  if (list.search) query = query.in('product_id', await productIds(list.search));
  return page(
    query
      .order('occurred_at', { ascending: list.ascending })
      .order('id', { ascending: list.ascending }),
    list,
  );
}

export function listAdjustments(list: ListQuery) {
  const query = supabase.from('manual_adjustments').select('*,warehouses(name)');
  return listDocuments('adjustment', list, query);
}

/** An adjustment with its lines. */
export function readAdjustment(id: string) {
  return answerOf(
    supabase
      .from('manual_adjustments')
      .select(
        '*,allowed_commands,warehouses(name),manual_adjustment_items(id,condition,quantity,products(name,sku,unit))',
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
}

/** The lines of a stock document as its command takes them. */
export function itemsOf(lines: StockLine[]) {
  return lines.map(({ product, quantity, condition, batch, expiresOn }) => ({
    product_id: product.id,
    quantity: Number(quantity),
    condition,
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

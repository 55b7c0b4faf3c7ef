import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

/** What a place had of a product at a moment, beside what it has now. */
export interface Compared {
  id: string;
  product: { name: string; sku: string; unit: string } | null;
  condition: string;
  past: number;
  present: number;
}

/** Stock of a place at a moment, in base units, beside what it is now; what differs stands first. @throws PortalError */
export async function stockCompared(placeId: string, moment: string): Promise<Compared[]> {
  const [told, balances] = await Promise.all([
    rows(supabase.rpc('stock_as_of', { moment, place_id: placeId })),
    // Whatever was ever there has a balance, be it 0.
    rows(
      supabase
        .from('inventory')
        .select('id,product_id,condition,on_hand,products(name,sku,unit)')
        .eq('warehouse_id', placeId)
        .order('product_id')
        .limit(20_000),
    ),
  ]);
  const keyOf = (row: { product_id: string; condition: string }) =>
    `${row.product_id} ${row.condition}`;
  const past = new Map(told.map((row) => [keyOf(row), Number(row.on_hand)]));
  return balances
    .map((row) => ({
      id: row.id,
      product: row.products,
      condition: row.condition,
      past: past.get(keyOf(row)) ?? 0,
      present: Number(row.on_hand),
    }))
    .filter((row) => row.past !== 0 || row.present !== 0)
    .sort(
      (one, other) =>
        Number(other.past !== other.present) - Number(one.past !== one.present) ||
        (one.product?.name ?? '').localeCompare(other.product?.name ?? ''),
    );
}

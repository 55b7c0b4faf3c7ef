import { askJson, command } from '#lib/platform/command.ts';
import type { Due } from './drive.ts';

/** What a phone needs to sell from a van without network, as `van_for_sale` answers it. */
export interface VanForSale {
  products: {
    id: string;
    sku: string;
    name: string;
    unit: string;
    tracking: string;
    on_van: number;
    /** Beyond what open stops need, in base units. */
    free: number;
    container_product_id: string | null;
  }[];
  /** Prices: one unit with tax, by product. */
  customers: {
    id: string;
    code: string;
    name: string;
    pays_later: boolean;
    prices: Record<string, number>;
  }[];
  new_prices: Record<string, number>;
}

export function vanForSale(tripId: string): Promise<VanForSale> {
  return askJson<VanForSale, 'van_for_sale'>('van_for_sale', { trip_id: tripId });
}

export interface Wanted {
  product_id: string;
  quantity: number;
}

/** What a sale would come to, worked out by the database. */
export function quoteSale(
  tripId: string,
  customerId: string | null,
  lines: Wanted[],
  empties: Wanted[],
): Promise<Due> {
  return askJson<Due, 'quote_sale'>('quote_sale', {
    trip_id: tripId,
    lines: lines as never,
    empties: empties as never,
    ...(customerId ? { customer_id: customerId } : {}),
  });
}

/** What a trip takes along to sell, all of it. */
export function takeGoods(trip: { id: string; version: number }, goods: Wanted[]) {
  return command('take_goods', {
    trip_id: trip.id,
    goods: goods as never,
    expected_version: trip.version,
  });
}

/** A number for a receipt that no other phone gives: letters and digits that are read out easily. */
export function receiptNumber(): string {
  const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return `VS-${Array.from(bytes, (byte) => letters[byte % letters.length]).join('')}`;
}

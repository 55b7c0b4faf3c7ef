import type { Tables } from '#lib/database.types.ts';
import { askJson, command } from '#lib/platform/command.ts';
import { attach, childrenOf, link, rows, type With } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import {
  type Load,
  loadOf,
  offloadsOf,
  ownTrips,
  type Stop,
  stopsOf,
  type Trip,
} from './delivery.ts';

const ON_LINE = {
  products: link('product_id', 'products', 'name', 'sku', 'unit', 'container_product_id'),
};

export type DriveLine = With<
  Pick<
    Tables<'order_items'>,
    | 'id'
    | 'order_id'
    | 'line_number'
    | 'quantity'
    | 'unit_price'
    | 'tax_rate'
    | 'price_includes_tax'
    | 'product_id'
  >,
  typeof ON_LINE
>;
export type Container = Pick<Tables<'products'>, 'id' | 'name' | 'sku' | 'deposit_amount'>;

/** Everything a driver needs for one trip, small enough to keep on the phone. */
export interface TripPack {
  trips: Trip[];
  trip: Trip | null;
  stops: Stop[];
  lines: DriveLine[];
  containers: Container[];
  load: Load | null;
  offloads: Tables<'offload_documents'>[];
}

/** The driver's trip with everything on it. */
export async function readDrive(
  userId: string,
  role: string | null,
  wanted?: string,
): Promise<TripPack> {
  const trips = await ownTrips(userId, role);
  const trip =
    trips.find((item) => item.id === wanted) ??
    trips.find((item) => item.status === 'in_progress') ??
    trips[0] ??
    null;
  if (!trip) {
    return { trips, trip, stops: [], lines: [], containers: [], load: null, offloads: [] };
  }
  const [stops, load, offloads] = await Promise.all([
    stopsOf(trip.id),
    loadOf(trip.id),
    offloadsOf(trip.id),
  ]);
  const items = await childrenOf(
    'order_items',
    'order_id',
    stops.map((stop) => stop.order_id),
    'id',
    'order_id',
    'line_number',
    'quantity',
    'unit_price',
    'tax_rate',
    'price_includes_tax',
    'product_id',
  );
  const lines = await attach(items, ON_LINE);
  lines.sort((a, b) => a.line_number - b.line_number);
  const ids = [...new Set(lines.map((line) => line.products?.container_product_id))].filter(
    (id): id is string => typeof id === 'string',
  );
  const containers = ids.length
    ? await rows(
        supabase.from('products').select('id,name,sku,deposit_amount').in('id', ids).order('name'),
      )
    : [];
  return { trips, trip, stops, lines, containers, load, offloads };
}

export function startTrip(trip: Trip) {
  return command('start_trip', { trip_id: trip.id, expected_version: trip.version });
}

/** What to collect at a stop, worked out by the database from what is typed. */
export interface Due {
  /** With tax. */
  goods: number;
  /** Below zero when more comes back than goes out. */
  deposits: number;
  total: number;
  /** Money that was recorded for this order already. */
  prepaid: number;
  /** 0 for customers with days to pay. */
  to_collect: number;
}

export function quoteDelivery(
  orderId: string,
  items: { order_item_id: string; delivered: number }[],
  empties: { product_id: string; quantity: number }[],
): Promise<Due> {
  return askJson<Due, 'quote_delivery'>('quote_delivery', { order_id: orderId, items, empties });
}

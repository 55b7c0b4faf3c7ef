import type { Tables } from '#lib/database.types.ts';
import { toPortalError } from '#lib/errors.ts';
import { command } from '#lib/platform/command.ts';
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
import { phone } from './phone.ts';

const ON_LINE = {
  products: link('product_id', 'products', 'name', 'sku', 'unit', 'container_product_id'),
};

export type DriveLine = With<
  Pick<
    Tables<'order_items'>,
    'id' | 'order_id' | 'line_number' | 'quantity' | 'unit_price' | 'tax_rate' | 'product_id'
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

export interface DriveData {
  pack: TripPack;
  /** When the phone read it, null when it is fresh. */
  rememberedAt: string | null;
}

async function fetchPack(userId: string, role: string | null, wanted?: string): Promise<TripPack> {
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

/** The driver's trip: from the server, or without network as the phone last saw it. */
export async function readDrive(
  userId: string,
  role: string | null,
  wanted?: string,
): Promise<DriveData> {
  try {
    const pack = await fetchPack(userId, role, wanted);
    await phone.trips.put({ user_id: userId, read_at: new Date().toISOString(), pack });
    return { pack, rememberedAt: null };
  } catch (cause) {
    const failure = toPortalError(cause);
    const known = await phone.trips.get(userId);
    if (!failure.retryable || !known) throw failure;
    return { pack: known.pack as TripPack, rememberedAt: known.read_at };
  }
}

export function startTrip(trip: Trip) {
  return command('start_trip', { trip_id: trip.id, expected_version: trip.version });
}

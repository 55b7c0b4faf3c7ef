import { askJson, assign } from '#lib/platform/command.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { asStop } from './delivery.ts';

/** Where a phone was, as the database keeps it: metres, km/h, degrees from north, percent. */
export interface Position {
  happened_at: string;
  latitude: number;
  longitude: number;
  accuracy: number | null;
  speed: number | null;
  heading: number | null;
  battery: number | null;
}

/** A driver says whether his phone may tell where he is. */
export function sharePosition(isShared: boolean) {
  return assign('share_position', { is_shared: isShared });
}

/** @throws PortalError `positions_outside_trip`, `position_not_shared`, `not_the_driver` */
export function recordPositions(tripId: string, positions: Position[]) {
  // Without a key: each moment is kept once however often it is sent.
  return askJson<{ kept: number; left_out: number }, 'record_positions'>('record_positions', {
    trip_id: tripId,
    positions: positions.map((position) => ({ ...position })),
  });
}

/** When a van is at an open stop, as of now. */
interface Arrival {
  trip_id: string;
  order_id: string;
  arrives_at: string;
  /** After the plan or the hours of the customer. */
  late_minutes: number;
}

export type LiveTrip = Awaited<ReturnType<typeof readLive>>[number];
export type LiveStop = LiveTrip['trip_stops'][number];

const LAST = 'vehicle_positions(happened_at,latitude,longitude,accuracy,speed,battery)';

/** The vans on the road with where they are, their stops, and when they come to those that are open. */
export async function readLive() {
  const [trips, arrivals] = await Promise.all([
    rows(
      supabase
        .from('trips')
        .select(
          `id,number,status,planned_start_at,started_at,vehicles(name,registration),drivers(name,phone),warehouses(name,latitude,longitude),
          trip_stops(id,order_id,sequence,status,planned_arrival_at,arrived_at,left_at,near_at,printed,orders(number,status_reason),
          customer_addresses(label,street,city,latitude,longitude,customers(name,phone))),${LAST}`,
        )
        .is('is_on_the_road', true)
        .order('planned_start_at')
        .order('id')
        .order('sequence', { referencedTable: 'trip_stops' })
        .order('happened_at', { referencedTable: 'vehicle_positions', ascending: false })
        .limit(1, { referencedTable: 'vehicle_positions' })
        .limit(200),
    ),
    askJson<Arrival[], 'live_arrivals'>('live_arrivals', {}),
  ]);
  const due = new Map(arrivals.map((arrival) => [arrival.order_id, arrival]));
  return trips.map(({ vehicle_positions: [last], trip_stops: stops, ...trip }) => ({
    ...trip,
    last: last ?? null,
    trip_stops: stops.map((stop) => ({ ...asStop(stop), due: due.get(stop.order_id) ?? null })),
  }));
}

/** The vans on the road whose phones have told where they are. */
export async function vanPlaces() {
  const found = await rows(
    supabase
      .from('trips')
      .select(`id,number,vehicles(registration),${LAST}`)
      .is('is_on_the_road', true)
      .order('happened_at', { referencedTable: 'vehicle_positions', ascending: false })
      .limit(1, { referencedTable: 'vehicle_positions' })
      .limit(200),
  );
  return found.flatMap(({ id, number, vehicles, vehicle_positions: [last] }) =>
    last
      ? [
          {
            name: vehicles?.registration ?? number,
            href: `/trips/${id}`,
            position: [last.longitude, last.latitude] as [number, number],
          },
        ]
      : [],
  );
}

/** A day of a phone that tells every fifteen seconds has no more. */
const MOST_POSITIONS = 6000;
const PER_REQUEST = 1000;

/** The way of a trip, in the order of time. */
export async function wayOf(tripId: string) {
  const way: Awaited<ReturnType<typeof page>> = [];
  const page = (from: number) =>
    rows(
      supabase
        .from('vehicle_positions')
        .select('happened_at,latitude,longitude,accuracy,speed,battery')
        .eq('trip_id', tripId)
        .order('happened_at')
        .range(from, from + PER_REQUEST - 1),
    );
  while (way.length < MOST_POSITIONS) {
    const more = await page(way.length);
    way.push(...more);
    if (more.length < PER_REQUEST) break;
  }
  return way;
}

export type WayPoint = Awaited<ReturnType<typeof wayOf>>[number];

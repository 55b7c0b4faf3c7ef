import type { Enums, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { type ListQuery, oneOf, page, pattern, wholeRows } from '#lib/platform/list.ts';
import { asPrinted } from '#lib/platform/printed.ts';
import {
  attach,
  childrenOf,
  link,
  answerOf,
  oneWith,
  rows,
  type Offered,
  type With,
} from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { inStates, openStatesOf, statesOf } from '#lib/workflow/documents.ts';

const WAREHOUSE = link('warehouse_id', 'warehouses', 'name');
const VEHICLE = link(
  'vehicle_id',
  'vehicles',
  'name',
  'registration',
  'location_id',
  'capacity_kg',
  'capacity_l',
  'capacity_units',
);
const DRIVER = link('driver_id', 'drivers', 'name', 'phone', 'membership_id');
const CUSTOMER = link('customer_id', 'customers', 'name', 'phone');
const ADDRESS = link(
  'address_id',
  'customer_addresses',
  'label',
  'street',
  'city',
  'instructions',
  'latitude',
  'longitude',
  'window_start',
  'window_end',
);
const ORDER = link('order_id', 'orders', 'number', 'total', 'currency', 'status', 'notes');
const PRODUCT = link('product_id', 'products', 'name', 'sku', 'unit');
const TRIP = link('trip_id', 'trips', 'number');

const ON_TRIP = { warehouses: WAREHOUSE, vehicles: VEHICLE, drivers: DRIVER };
const ON_VARIANCE = { products: PRODUCT, trips: TRIP, orders: ORDER };
const ON_OFFLOAD = { trips: TRIP, warehouses: WAREHOUSE };
const ON_STOP = { orders: ORDER, customers: CUSTOMER, customer_addresses: ADDRESS };
const ON_ITEM = { products: PRODUCT };

export type Trip = With<Tables<'trips'>, typeof ON_TRIP>;
export type Vehicle = NonNullable<Trip['vehicles']>;
export type Driver = Pick<Tables<'drivers'>, 'id' | 'name' | 'phone'>;
export type Stop = With<Tables<'trip_stops'>, typeof ON_STOP>;
export type LoadItem = With<Tables<'load_items'>, typeof ON_ITEM>;
export type Load = Tables<'loads'> & { load_items: LoadItem[] };
export type Offload = With<Tables<'offload_documents'>, typeof ON_OFFLOAD>;
export type Variance = With<Tables<'variances'>, typeof ON_VARIANCE>;

export const VARIANCE_KINDS = [
  'delivery',
  'offload',
  'cash',
  'reported',
] as const satisfies Enums<'variance_kind'>[];

export async function listTrips(list: ListQuery) {
  const { vehicle, driver, customer } = list.filters;
  const status = oneOf(statesOf('trip'), list.filters.status);
  let query = supabase.from('trips').select(wholeRows(customer && 'trip_stops!inner()'));
  if (customer) query = query.eq('trip_stops.customer_id', customer);
  if (status) query = inStates(query, 'trip', [status]);
  if (vehicle) query = query.eq('vehicle_id', vehicle);
  if (driver) query = query.eq('driver_id', driver);
  if (list.search) query = query.in('number', await findNumbers('trip', list.search));
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_TRIP,
  );
}

/** Trips from a place that are not over yet, the next one first. */
export function openTripsFrom(placeId: string) {
  const open = ['draft', ...openStatesOf('trip')];
  return rows(
    inStates(supabase.from('trips').select('*').eq('warehouse_id', placeId), 'trip', open)
      .order('planned_start_at')
      .order('id')
      .limit(20),
  );
}

export function readTrip(id: string): Promise<Offered<Trip> | null> {
  return oneWith(
    supabase.from('trips').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_TRIP,
  );
}

export async function stopsOf(tripId: string): Promise<Stop[]> {
  const found = await rows(
    supabase.from('trip_stops').select('*').eq('trip_id', tripId).order('sequence').limit(500),
  );
  return (await attach(found, ON_STOP)).map(asPrinted);
}

export async function loadOf(tripId: string): Promise<Load | null> {
  const load = await answerOf(
    supabase.from('loads').select('*').eq('trip_id', tripId).maybeSingle(),
  );
  if (!load) return null;
  const items = await rows(
    supabase.from('load_items').select('*').eq('load_id', load.id).order('id').limit(1000),
  );
  return { ...load, load_items: await attach(items, ON_ITEM) };
}

export function vehicles(): Promise<Vehicle[]> {
  return rows(
    supabase
      .from('vehicles')
      .select('id,name,registration,location_id,capacity_kg,capacity_l,capacity_units')
      .eq('is_active', true)
      .order('name')
      .limit(500),
  );
}

export function drivers(): Promise<Driver[]> {
  return rows(
    supabase.from('drivers').select('id,name,phone').eq('is_active', true).order('name').limit(500),
  );
}

/** Trips that the caller drives and that are not over yet, next one first. */
export async function ownTrips(userId: string, role: string | null): Promise<Offered<Trip>[]> {
  let query = supabase
    .from('trips')
    .select('*,allowed_commands')
    .in('status', openStatesOf('trip'))
    .is('is_done', false);
  // Drivers see their own trips only; others who also drive have to be told apart.
  if (role !== 'driver') {
    const own = await rows(
      supabase
        .from('drivers')
        .select('id,memberships!inner(user_id)')
        .eq('memberships.user_id', userId),
    );
    if (own.length === 0) return [];
    query = query.in(
      'driver_id',
      own.map((driver) => driver.id),
    );
  }
  return attach(await rows(query.order('planned_start_at').limit(20)), ON_TRIP);
}

/** The depot where most allocated orders wait for a van; null when none does. */
export async function depotInNeed(): Promise<string | null> {
  const waiting = await rows(
    supabase
      .from('orders')
      .select('warehouse_id')
      .eq('status', 'allocated')
      .eq('is_on_hold', false)
      .order('created_at')
      .limit(500),
  );
  const counts = new Map<string, number>();
  for (const { warehouse_id: id } of waiting) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

const ON_ASSIGNABLE = { customers: CUSTOMER, customer_addresses: ADDRESS };
const MEASURED = { products: link('product_id', 'products', 'weight_kg', 'volume_l') };

/** Allocated orders of a depot that ride on no other trip than the given one. */
export async function assignableOrders(warehouseId: string, tripId?: string) {
  const found = await rows(
    supabase
      .from('orders')
      .select('id,number,total,requested_on,customer_id,address_id')
      .eq('status', 'allocated')
      .is('is_done', false)
      .eq('warehouse_id', warehouseId)
      .eq('is_on_hold', false)
      .order('created_at')
      .limit(500),
  );
  const ids = found.map((order) => order.id);
  const [stops, items] = await Promise.all([
    childrenOf('trip_stops', 'order_id', ids, 'order_id', 'trip_id'),
    childrenOf('order_items', 'order_id', ids, 'order_id', 'product_id', 'quantity'),
  ]);
  const taken = new Set(
    stops.filter((stop) => stop.trip_id !== tripId).map((stop) => stop.order_id),
  );
  const [orders, lines] = await Promise.all([
    attach(
      found.filter((order) => !taken.has(order.id)),
      ON_ASSIGNABLE,
    ),
    attach(items, MEASURED),
  ]);
  return orders.map((order) => ({
    ...order,
    order_items: lines.filter((line) => line.order_id === order.id),
  }));
}

export type AssignableOrder = Awaited<ReturnType<typeof assignableOrders>>[number];

export interface TripInput {
  warehouse_id: string;
  planned_start_at: string;
  planned_end_at: string;
  vehicle_id: string | null;
  driver_id: string | null;
  order_ids: string[];
  notes: string | null;
}

export function createTrip(input: TripInput, key: string) {
  return command('create_trip', input, key);
}

export function changeTrip(trip: Trip, input: TripInput, key: string) {
  return command(
    'change_trip',
    {
      trip_id: trip.id,
      vehicle_id: input.vehicle_id,
      driver_id: input.driver_id,
      planned_start_at: input.planned_start_at,
      planned_end_at: input.planned_end_at,
      notes: input.notes,
      expected_version: trip.version,
    },
    key,
  );
}

/** Replaces the orders of a trip, in the order of delivery. */
export function assignOrders(tripId: string, orderIds: string[], key: string) {
  return command('assign_orders', { trip_id: tripId, order_ids: orderIds }, key);
}

export function confirmLoad(tripId: string, counts: { product_id: string; count: number }[]) {
  return command('confirm_load', { trip_id: tripId, counts });
}

export async function listOffloads(list: ListQuery) {
  const { customer } = list.filters;
  let query = supabase
    .from('offload_documents')
    .select(wholeRows(customer && 'trips!inner(trip_stops!inner())'));
  if (customer) query = query.eq('trips.trip_stops.customer_id', customer);
  const status = oneOf(statesOf('offload'), list.filters.status);
  if (status) query = query.eq('status', status);
  if (list.search) query = query.in('number', await findNumbers('offload', list.search));
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_OFFLOAD,
  );
}

export function readOffload(id: string): Promise<Offered<Offload> | null> {
  return oneWith(
    supabase.from('offload_documents').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_OFFLOAD,
  );
}

export function offloadsOf(tripId: string) {
  return rows(
    supabase
      .from('offload_documents')
      .select('*')
      .eq('trip_id', tripId)
      .order('created_at', { ascending: false })
      .limit(20),
  );
}

export async function offloadItems(offloadId: string) {
  const found = await rows(
    supabase.from('offload_items').select('*').eq('offload_id', offloadId).order('id').limit(1000),
  );
  return attach(found, ON_ITEM);
}

export async function listVariances(list: ListQuery) {
  const { customer } = list.filters;
  const status = oneOf(statesOf('variance'), list.filters.status);
  const kind = oneOf(VARIANCE_KINDS, list.filters.kind);
  let query = supabase.from('variances').select(wholeRows(customer && 'orders!inner()'));
  if (customer) query = query.eq('orders.customer_id', customer);
  if (status) query = query.eq('status', status);
  if (kind) query = query.eq('kind', kind);
  if (list.search) {
    const numbers = await findNumbers('variance', list.search);
    query = query.or(
      [
        `explanation.ilike.${pattern(list.search)}`,
        ...(numbers.length > 0 ? [`number.in.(${numbers.join(',')})`] : []),
      ].join(','),
    );
  }
  return page(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_VARIANCE,
  );
}

export function readVariance(id: string): Promise<Offered<Variance> | null> {
  return oneWith(
    supabase.from('variances').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_VARIANCE,
  );
}

export async function variancesOf(
  column: 'trip_id' | 'order_id' | 'offload_id',
  id: string,
): Promise<Offered<Variance>[]> {
  const found = await rows(
    supabase
      .from('variances')
      .select('*,allowed_commands')
      .eq(column, id)
      .order('created_at')
      .limit(200),
  );
  return attach(found, ON_VARIANCE);
}

export type CountedItem = {
  product_id: string;
  condition: Enums<'stock_condition'>;
  counted: number;
};

export function submitOffload(tripId: string, items: CountedItem[]) {
  return command('submit_offload', { trip_id: tripId, items });
}

export type Countable = Pick<Tables<'products'>, 'id' | 'name' | 'sku' | 'unit'>;

/** What may come back on a van: the goods it was loaded with and the empties they leave behind. */
export async function countablesOf(tripId: string): Promise<Countable[]> {
  const load = await loadOf(tripId);
  const ids = (load?.load_items ?? []).map((item) => item.product_id);
  if (ids.length === 0) return [];
  const goods = await rows(
    supabase.from('products').select('id,name,sku,unit,container_product_id').in('id', ids),
  );
  const containers = [...new Set(goods.map((item) => item.container_product_id))].filter(
    (id): id is string => id !== null && !ids.includes(id),
  );
  const empties = containers.length
    ? await rows(supabase.from('products').select('id,name,sku,unit').in('id', containers))
    : [];
  const byName = (a: Countable, b: Countable) => a.name.localeCompare(b.name);
  return [...goods.sort(byName), ...empties.sort(byName)];
}

export type VarianceCode = Enums<'variance_code'>;
export const VARIANCE_CODES: VarianceCode[] = [
  'customer_refused',
  'damaged',
  'lost',
  'stolen',
  'counting_error',
  'short_loaded',
  'other',
];

export function approveVariance(
  variance: Variance,
  code: VarianceCode,
  responsibleId: string | null,
  note: string | null,
) {
  return command('approve_variance', {
    variance_id: variance.id,
    code,
    responsible_id: responsibleId,
    note,
    expected_version: variance.version,
  });
}

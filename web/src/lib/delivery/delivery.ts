import { command } from '#lib/platform/command.ts';
import { type ListQuery, page, pattern } from '#lib/platform/list.ts';
import { attach, childrenOf, one, oneWith, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export const TRIP_STATES = [
  'draft',
  'planned',
  'dispatched',
  'in_progress',
  'completed',
  'cancelled',
] as const;
export const TRIP_ROAD = TRIP_STATES.slice(0, 5);

export interface Trip {
  id: string;
  number: string;
  warehouse_id: string;
  vehicle_id: string | null;
  driver_id: string | null;
  status: string;
  planned_start_at: string;
  planned_end_at: string;
  dispatched_at: string | null;
  started_at: string | null;
  completed_at: string | null;
  status_reason: string | null;
  notes: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  warehouses: { name: string } | null;
  vehicles: Vehicle | null;
  drivers: { id: string; name: string; phone: string | null; membership_id: string | null } | null;
  allowed_commands?: string[];
}

export interface Vehicle {
  id: string;
  name: string;
  registration: string;
  location_id: string;
  capacity_kg: number;
  capacity_l: number;
  capacity_units: number;
}

export interface Driver {
  id: string;
  name: string;
  phone: string | null;
}

export interface Stop {
  id: string;
  sequence: number;
  order_id: string;
  status: string;
  planned_arrival_at: string | null;
  arrived_at: string | null;
  left_at: string | null;
  orders: {
    number: string;
    total: number;
    currency: string;
    status: string;
    notes: string | null;
  } | null;
  customers: { id: string; name: string; phone: string | null } | null;
  customer_addresses: {
    label: string;
    street: string;
    city: string;
    instructions: string | null;
    latitude: number | null;
    longitude: number | null;
    window_start: string | null;
    window_end: string | null;
  } | null;
}

export interface Load {
  id: string;
  depot_confirmed_by: string | null;
  depot_confirmed_at: string | null;
  driver_confirmed_by: string | null;
  driver_confirmed_at: string | null;
  load_items: LoadItem[];
}

export interface LoadItem {
  id: string;
  product_id: string;
  expected: number;
  depot_count: number | null;
  driver_count: number | null;
  products: { name: string; sku: string; unit: string } | null;
}

export interface Offload {
  id: string;
  number: string;
  trip_id: string;
  status: string;
  status_reason: string | null;
  submitted_at: string | null;
  reviewed_at: string | null;
  approved_at: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  trips: { id: string; number: string } | null;
  warehouses: { name: string } | null;
  allowed_commands?: string[];
}

export interface OffloadItem {
  id: string;
  product_id: string;
  condition: string;
  expected: number;
  counted: number;
  difference: number;
  products: { name: string; sku: string; unit: string } | null;
}

export interface Variance {
  id: string;
  number: string;
  kind: string;
  status: string;
  trip_id: string | null;
  order_id: string | null;
  condition: string | null;
  expected: number;
  actual: number;
  difference: number;
  value: number;
  explanation: string | null;
  code: string | null;
  responsible_id: string | null;
  resolution_note: string | null;
  resolved_at: string | null;
  created_at: string;
  created_by: string | null;
  version: number;
  products: { name: string; sku: string; unit: string } | null;
  trips: { id: string; number: string } | null;
  orders: { id: string; number: string } | null;
  allowed_commands?: string[];
}

const WAREHOUSE = { column: 'warehouse_id', table: 'warehouses', select: 'name' };
const VEHICLE = {
  column: 'vehicle_id',
  table: 'vehicles',
  select: 'name,registration,location_id,capacity_kg,capacity_l,capacity_units',
};
const DRIVER = { column: 'driver_id', table: 'drivers', select: 'name,phone,membership_id' };
const CUSTOMER = { column: 'customer_id', table: 'customers', select: 'name,phone' };
const ADDRESS = {
  column: 'address_id',
  table: 'customer_addresses',
  select: 'label,street,city,instructions,latitude,longitude,window_start,window_end',
};
const ORDER = { column: 'order_id', table: 'orders', select: 'number,total,currency,status,notes' };
const PRODUCT = { column: 'product_id', table: 'products', select: 'name,sku,unit' };
const TRIP = { column: 'trip_id', table: 'trips', select: 'number' };

const ON_TRIP = { warehouses: WAREHOUSE, vehicles: VEHICLE, drivers: DRIVER };
const ON_VARIANCE = { products: PRODUCT, trips: TRIP, orders: ORDER };
const ON_OFFLOAD = { trips: TRIP, warehouses: WAREHOUSE };

export function listTrips(list: ListQuery) {
  const { status, vehicle, driver } = list.filters;
  let query = supabase.from('trips').select('*');
  if (status) query = query.eq('status', status);
  if (vehicle) query = query.eq('vehicle_id', vehicle);
  if (driver) query = query.eq('driver_id', driver);
  if (list.search) query = query.ilike('number', `%${list.search}%`);
  return page<Trip>(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_TRIP,
  );
}

export function readTrip(id: string): Promise<Trip | null> {
  return oneWith(
    supabase.from('trips').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_TRIP,
  );
}

export async function stopsOf(tripId: string): Promise<Stop[]> {
  const found = await rows(
    supabase.from('trip_stops').select('*').eq('trip_id', tripId).order('sequence').limit(500),
  );
  return attach(found, { orders: ORDER, customers: CUSTOMER, customer_addresses: ADDRESS });
}

export async function loadOf(tripId: string): Promise<Load | null> {
  const load = await one<Load>(
    supabase.from('loads').select('*').eq('trip_id', tripId).maybeSingle(),
  );
  if (!load) return null;
  const items = await rows(
    supabase.from('load_items').select('*').eq('load_id', load.id).order('id').limit(1000),
  );
  return { ...load, load_items: await attach<LoadItem>(items, { products: PRODUCT }) };
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
export async function ownTrips(userId: string, role: string | null): Promise<Trip[]> {
  let query = supabase
    .from('trips')
    .select('*,allowed_commands')
    .in('status', ['planned', 'dispatched', 'in_progress']);
  // Drivers see their own trips only; others who also drive have to be told apart.
  if (role !== 'driver') {
    const own = await rows<{ id: string }>(
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

export interface AssignableOrder {
  id: string;
  number: string;
  total: number;
  requested_on: string | null;
  customers: { name: string } | null;
  customer_addresses: { label: string; street: string; city: string } | null;
  order_items: { quantity: number; products: { weight_kg: number; volume_l: number } | null }[];
}

/** Allocated orders of a depot that ride on no other trip than the given one. */
export async function assignableOrders(
  warehouseId: string,
  tripId?: string,
): Promise<AssignableOrder[]> {
  const found = await rows<{ id: string }>(
    supabase
      .from('orders')
      .select('id,number,total,requested_on,customer_id,address_id')
      .eq('status', 'allocated')
      .eq('warehouse_id', warehouseId)
      .eq('is_on_hold', false)
      .order('created_at')
      .limit(500),
  );
  const ids = found.map((order) => order.id);
  const [stops, items] = await Promise.all([
    childrenOf<{ order_id: string; trip_id: string }>(
      'trip_stops',
      'order_id,trip_id',
      'order_id',
      ids,
    ),
    childrenOf<{ order_id: string }>(
      'order_items',
      'order_id,product_id,quantity',
      'order_id',
      ids,
    ),
  ]);
  const taken = new Set(
    stops.filter((stop) => stop.trip_id !== tripId).map((stop) => stop.order_id),
  );
  const [orders, lines] = await Promise.all([
    attach<AssignableOrder>(
      found.filter((order) => !taken.has(order.id)),
      { customers: CUSTOMER, customer_addresses: ADDRESS },
    ),
    attach<AssignableOrder['order_items'][number] & { order_id: string }>(items, {
      products: { column: 'product_id', table: 'products', select: 'weight_kg,volume_l' },
    }),
  ]);
  return orders.map((order) => ({
    ...order,
    order_items: lines.filter((line) => line.order_id === order.id),
  }));
}

export interface TripInput {
  warehouse_id: string;
  planned_start_at: string;
  planned_end_at: string;
  vehicle_id: string | null;
  driver_id: string | null;
  order_ids: string[];
  notes: string | null;
}

export function createTrip(input: TripInput, key: string): Promise<Trip> {
  return command('create_trip', { ...input }, key);
}

export function changeTrip(trip: Trip, input: TripInput, key: string): Promise<Trip> {
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
export function assignOrders(tripId: string, orderIds: string[], key: string): Promise<Trip> {
  return command('assign_orders', { trip_id: tripId, order_ids: orderIds }, key);
}

export function confirmLoad(
  tripId: string,
  counts: { product_id: string; count: number }[],
): Promise<Load> {
  return command('confirm_load', { trip_id: tripId, counts });
}

export function listOffloads(list: ListQuery) {
  let query = supabase.from('offload_documents').select('*');
  if (list.filters.status) query = query.eq('status', list.filters.status);
  if (list.search) query = query.ilike('number', `%${list.search}%`);
  return page<Offload>(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_OFFLOAD,
  );
}

export function readOffload(id: string): Promise<Offload | null> {
  return oneWith(
    supabase.from('offload_documents').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_OFFLOAD,
  );
}

export function offloadsOf(tripId: string): Promise<Offload[]> {
  return rows(
    supabase
      .from('offload_documents')
      .select('*')
      .eq('trip_id', tripId)
      .order('created_at', { ascending: false })
      .limit(20),
  );
}

export async function offloadItems(offloadId: string): Promise<OffloadItem[]> {
  const found = await rows(
    supabase.from('offload_items').select('*').eq('offload_id', offloadId).order('id').limit(1000),
  );
  return attach(found, { products: PRODUCT });
}

export function listVariances(list: ListQuery) {
  const { status, kind } = list.filters;
  let query = supabase.from('variances').select('*');
  if (status) query = query.eq('status', status);
  if (kind) query = query.eq('kind', kind);
  if (list.search) {
    const like = pattern(list.search);
    query = query.or(`number.ilike.${like},explanation.ilike.${like}`);
  }
  return page<Variance>(
    query.order(list.sort, { ascending: list.ascending }).order('id', { ascending: false }),
    list,
    ON_VARIANCE,
  );
}

export function readVariance(id: string): Promise<Variance | null> {
  return oneWith(
    supabase.from('variances').select('*,allowed_commands').eq('id', id).maybeSingle(),
    ON_VARIANCE,
  );
}

export async function variancesOf(
  column: 'trip_id' | 'order_id' | 'offload_id',
  id: string,
): Promise<Variance[]> {
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

export interface CountedItem {
  product_id: string;
  condition: string;
  counted: number;
}

export function submitOffload(tripId: string, items: CountedItem[]): Promise<Offload> {
  return command('submit_offload', { trip_id: tripId, items });
}

export interface Countable {
  id: string;
  name: string;
  sku: string;
  unit: string;
}

/** What may come back on a van: the goods it was loaded with and the empties they leave behind. */
export async function countablesOf(tripId: string): Promise<Countable[]> {
  const load = await loadOf(tripId);
  const ids = (load?.load_items ?? []).map((item) => item.product_id);
  if (ids.length === 0) return [];
  const goods = await rows<Countable & { container_product_id: string | null }>(
    supabase.from('products').select('id,name,sku,unit,container_product_id').in('id', ids),
  );
  const containers = [...new Set(goods.map((item) => item.container_product_id))].filter(
    (id): id is string => id !== null && !ids.includes(id),
  );
  const empties = containers.length
    ? await rows<Countable>(
        supabase.from('products').select('id,name,sku,unit').in('id', containers),
      )
    : [];
  const byName = (a: Countable, b: Countable) => a.name.localeCompare(b.name);
  return [...goods.sort(byName), ...empties.sort(byName)];
}

export const VARIANCE_CODES = [
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
  code: string,
  responsibleId: string | null,
  note: string | null,
): Promise<Variance> {
  return command('approve_variance', {
    variance_id: variance.id,
    code,
    responsible_id: responsibleId,
    note,
    expected_version: variance.version,
  });
}

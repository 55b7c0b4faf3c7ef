import { VARIANCE_KIND } from '#lib/choices.ts';
import type { Enums, Json, Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { findNumbers } from '#lib/platform/find.ts';
import { pattern } from '#lib/platform/filters.ts';
import { choices } from '#lib/platform/label.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { asPrinted } from '#lib/platform/printed.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { inStates, openStatesOf } from '#lib/workflow/documents.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { documentList, enteredFilter, searchedBy } from '#lib/workflow/list.ts';
import { driverFilter, vehicleFilter } from './filters.ts';
import { m, terms } from '#lib/words.ts';

const VEHICLE = 'id,name,registration,location_id,capacity_kg,capacity_l,capacity_units';
const ON_TRIP = `*,warehouses(name),vehicles(${VEHICLE}),drivers(id,name,phone)` as const;
const PRODUCT = 'products(name,sku,unit)';
const ON_VARIANCE = `*,${PRODUCT},trips(id,number),orders(id,number)` as const;
const RESPONSIBLE = 'responsible:memberships(users(full_name))' as const;
const ON_OFFLOAD = '*,trips(id,number),warehouses(name)';
/** What a driver and a dispatcher need of a trip on the way. */
const ON_THE_WAY =
  `trip_stops(*,orders(number,total,notes,status,order_type,special_instructions,payment_method,delivery_fee,delivery_fee_tax_rate,delivery_fee_includes_tax),
  customer_addresses(label,street,line_2,city,contact_name,phone,instructions,latitude,longitude,window_start,window_end,customers(name,phone))),
  loads(*,load_items(*,${PRODUCT})),offload_documents(*)` as const;

export type Trip = Awaited<ReturnType<typeof listTrips>>['rows'][number];
export type TripRecord = NonNullable<Awaited<ReturnType<typeof readTrip>>>;
export type Stop = TripRecord['trip_stops'][number];
export type Load = NonNullable<TripRecord['loads']>;
export type Vehicle = NonNullable<Trip['vehicles']>;
export type Driver = Pick<Tables<'drivers'>, 'id' | 'name' | 'phone'>;
export type Offload = Awaited<ReturnType<typeof listOffloads>>['rows'][number];
export type ListedVariance = Awaited<ReturnType<typeof listVariances>>['rows'][number];
/** As it also stands on its offload and its trip. */
export type Variance = Omit<ListedVariance, 'responsible'>;

export const TRIPS = documentList('trip', {
  sort: '-planned_start_at',
  sortable: ['planned_start_at'],
  search: searchedBy('trip', m.number_vehicle_or_customer(terms)),
  filters: [
    { ...customerFilter, through: { has: 'trip_stops', own: 'id', their: 'trip_id' } },
    driverFilter,
    vehicleFilter,
    { name: 'starts', label: m.starts(), kind: 'moment', column: 'planned_start_at' },
    { ...placeFilter(m.depot(terms)), more: true },
  ],
});

export function listTrips(list: ListQuery) {
  return readPage(TRIPS, list, (relations) =>
    supabase.from('trips').select(having(ON_TRIP, relations)),
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

/** A trip with its stops, its load, the counts of its van, its cash and what differed. */
export async function readTrip(id: string) {
  // One request embeds 20 tables at most; the goods to sell are asked for beside it.
  const goods = rows(
    supabase
      .from('trip_goods')
      .select(`product_id,quantity,${PRODUCT}`)
      .eq('trip_id', id)
      .limit(500),
  );
  goods.catch(() => undefined);
  const found = await answerOf(
    supabase
      .from('trips')
      .select(
        `${ON_TRIP},own:drivers(memberships(user_id)),allowed_commands,${ON_THE_WAY},variances(${ON_VARIANCE},allowed_commands),settlements(id,number,status,handed_in),planning_sessions(id,number,status,planned_on)`,
      )
      .eq('id', id)
      .order('sequence', { referencedTable: 'trip_stops' })
      .order('created_at', { referencedTable: 'offload_documents', ascending: false })
      .order('created_at', { referencedTable: 'variances' })
      .maybeSingle(),
  );
  if (!found) return null;
  return { ...found, trip_goods: await goods, trip_stops: found.trip_stops.map(asStop) };
}

interface Addressed {
  printed: Json;
  customer_addresses: {
    label: string;
    street: string;
    city: string;
    customers: { name: string; phone: string | null } | null;
  } | null;
}

/** A stop with its customer, who is found by his address; once it is done, in the words that it keeps. */
export function asStop<Of extends Addressed>(stop: Of) {
  return asPrinted({ ...stop, customers: stop.customer_addresses?.customers ?? null });
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

/** Who and what is taken between two moments, with the trip that takes it and until when. */
export async function takenBetween(from: string, until: string, exceptTrip?: string) {
  let query = supabase
    .from('trips')
    .select('id,number,vehicle_id,driver_id,planned_start_at,planned_end_at,is_on_the_road')
    .or(
      `is_on_the_road.is.true,and(is_booked.is.true,planned_start_at.lt.${from < until ? until : from},planned_end_at.gt.${from})`,
    )
    .is('is_done', false);
  if (exceptTrip) query = query.neq('id', exceptTrip);
  return rows(query.order('planned_start_at').limit(500));
}

export type Taking = Awaited<ReturnType<typeof takenBetween>>[number];

/** Trips that the caller drives and whose van is not back yet, next one first, with what he does on them. */
export async function ownTrips(userId: string, role: string | null) {
  let query = supabase
    .from('trips')
    .select(
      `${ON_TRIP},allowed_commands,${ON_THE_WAY},own:drivers!inner(shares_position_since,memberships(user_id))`,
    )
    // One that was cancelled on the road is his until its van is counted.
    .or(`status.in.(${openStatesOf('trip').join(',')}),is_on_the_road.is.true`)
    .is('is_done', false);
  // Drivers see their own trips only; others who also drive have to be told apart.
  if (role !== 'driver') query = query.eq('own.memberships.user_id', userId);
  const found = await rows(
    query.order('planned_start_at').order('sequence', { referencedTable: 'trip_stops' }).limit(20),
  );
  return found.map((trip) => ({ ...trip, trip_stops: trip.trip_stops.map(asStop) }));
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

/** Allocated orders of a depot that ride on no other trip than the given one. */
export async function assignableOrders(warehouseId: string, tripId?: string) {
  const found = await rows(
    supabase
      .from('orders')
      .select(
        `id,number,total,requested_on,customers(name),customer_addresses(label,street,city,latitude),trip_stops(trip_id),
        order_items(quantity,products(weight_kg,volume_l))`,
      )
      .eq('status', 'allocated')
      .is('is_done', false)
      .eq('warehouse_id', warehouseId)
      .eq('is_on_hold', false)
      .order('created_at')
      .limit(500),
  );
  return found.filter(({ trip_stops: stop }) => stop === null || stop.trip_id === tripId);
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

export const OFFLOADS = documentList('offload', {
  search: searchedBy('offload', m.number_or_customer(terms)),
  filters: [
    {
      ...customerFilter,
      through: { has: 'trip_stops', own: 'trip_id', their: 'trip_id', path: 'trips(trip_stops)' },
    },
    placeFilter(m.into()),
    enteredFilter(m.counted()),
  ],
});

export function listOffloads(list: ListQuery) {
  return readPage(OFFLOADS, list, (relations) =>
    supabase.from('offload_documents').select(having(ON_OFFLOAD, relations)),
  );
}

/** A count of a van with its lines and the differences that it found. */
export function readOffload(id: string) {
  return answerOf(
    supabase
      .from('offload_documents')
      .select(
        `${ON_OFFLOAD},allowed_commands,offload_items(*,${PRODUCT}),variances(${ON_VARIANCE},allowed_commands)`,
      )
      .eq('id', id)
      .order('id', { referencedTable: 'offload_items' })
      .order('created_at', { referencedTable: 'variances' })
      .maybeSingle(),
  );
}

export const VARIANCES = documentList('variance', {
  sortable: ['value'],
  search: {
    label: m.number_customer_or_explanation(terms),
    means: async (typed) => [
      {
        any: [
          { column: 'explanation', like: pattern(typed) },
          { column: 'number', in: await findNumbers('variance', typed) },
        ],
      },
    ],
  },
  filters: [
    { ...customerFilter, through: { has: 'orders', own: 'order_id', their: 'id' } },
    { name: 'kind', label: m.found_at(), kind: 'choice', options: choices(VARIANCE_KIND) },
    enteredFilter(m.when()),
    // Empty for what the loss account bears, or nobody has decided yet.
    { ...personFilter('responsible', m.answers_for_it(), 'responsible_id'), optional: true },
    { name: 'value', label: m.value(), kind: 'number', unit: 'money', more: true },
  ],
});

export function listVariances(list: ListQuery) {
  return readPage(VARIANCES, list, (relations) =>
    supabase.from('variances').select(having(`${ON_VARIANCE},${RESPONSIBLE}`, relations)),
  );
}

export function readVariance(id: string) {
  return answerOf(
    supabase
      .from('variances')
      .select(`${ON_VARIANCE},allowed_commands,variance_codes(name),${RESPONSIBLE}`)
      .eq('id', id)
      .maybeSingle(),
  );
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
  const found = await rows(
    supabase
      .from('load_items')
      .select('products(id,name,sku,unit,container_product_id),loads!inner()')
      .eq('loads.trip_id', tripId)
      .limit(1000),
  );
  const goods = found.flatMap(({ products }) => products ?? []);
  const known = new Set(goods.map((item) => item.id));
  const empties = await containersOf(goods);
  const byName = (a: Countable, b: Countable) => a.name.localeCompare(b.name);
  return [...goods.sort(byName), ...empties.filter((item) => !known.has(item.id))];
}

export type Container = Countable & Pick<Tables<'products'>, 'deposit_amount' | 'tracking'>;

/** The containers that goods are sold in, by name. A key of a table to itself cannot be embedded upwards. */
export async function containersOf(
  goods: readonly ({ container_product_id: string | null } | null)[],
): Promise<Container[]> {
  const ids = [...new Set(goods.flatMap((item) => item?.container_product_id ?? []))];
  if (ids.length === 0) return [];
  return rows(
    supabase
      .from('products')
      .select('id,name,sku,unit,tracking,deposit_amount')
      .in('id', ids)
      .order('name'),
  );
}

export type VarianceCode = Tables<'variance_codes'>;

/** The causes that can be chosen. */
export function varianceCodes(): Promise<VarianceCode[]> {
  return rows(
    supabase.from('variance_codes').select('*').eq('is_active', true).order('name').limit(500),
  );
}

export function approveVariance(
  variance: Variance,
  code: string,
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

import type { Database } from '#lib/database.types.ts';
import { changedMeanwhile } from '#lib/errors.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m, terms } from '#lib/words.ts';

type Written = Database['public']['Tables'];
export type VehicleInput = Written['vehicles']['Insert'];
export type DriverInput = Written['drivers']['Insert'];
export type PlaceInput = Written['warehouses']['Insert'];

export function fleetVehicles() {
  return rows(
    supabase
      .from('vehicles')
      .select(
        'id,registration,name,capacity_kg,capacity_l,capacity_units,is_active,warehouses!vehicles_tenant_id_home_warehouse_id_fkey(name)',
      )
      .order('name')
      .limit(500),
  );
}

export function fleetDrivers() {
  return rows(
    supabase
      .from('drivers')
      .select('id,name,phone,licence_number,membership_id,is_active')
      .order('name')
      .limit(500),
  );
}

/** Depots and shops; the vans among the warehouses belong to their vehicles. */
export function places() {
  return rows(
    supabase
      .from('warehouses')
      .select('id,code,name,kind,address,is_active')
      .in('kind', ['depot', 'shop'])
      .order('name')
      .limit(500),
  );
}

export type Vehicle = NonNullable<Awaited<ReturnType<typeof readVehicle>>>;
export type Driver = NonNullable<Awaited<ReturnType<typeof readDriver>>>;

/** A vehicle with its home. */
export function readVehicle(id: string) {
  return answerOf(
    supabase
      .from('vehicles')
      .select('*,warehouses!vehicles_tenant_id_home_warehouse_id_fkey(id,name)')
      .eq('id', id)
      .maybeSingle(),
  );
}

/** A driver with his account. */
export function readDriver(id: string) {
  return answerOf(
    supabase
      .from('drivers')
      .select('*,memberships(id,role,users(id,full_name,email))')
      .eq('id', id)
      .maybeSingle(),
  );
}

/** The latest trips of a vehicle or a driver. */
export function tripsWith(column: 'vehicle_id' | 'driver_id', id: string) {
  return rows(
    supabase
      .from('trips')
      .select('id,number,status,planned_start_at')
      .eq(column, id)
      .order('planned_start_at', { ascending: false })
      .limit(20),
  );
}

/** @throws {PortalError} version_conflict */
export async function updateVehicle(vehicle: { id: string; version: number }, input: VehicleInput) {
  const row = await answerOf(
    supabase
      .from('vehicles')
      .update(input)
      .eq('id', vehicle.id)
      .eq('version', vehicle.version)
      .select('id')
      .maybeSingle(),
  );
  if (!row) throw changedMeanwhile(m.somebody_else_changed_this_vehicle());
  return row;
}

/** @throws {PortalError} version_conflict */
export async function updateDriver(driver: { id: string; version: number }, input: DriverInput) {
  const row = await answerOf(
    supabase
      .from('drivers')
      .update(input)
      .eq('id', driver.id)
      .eq('version', driver.version)
      .select('id')
      .maybeSingle(),
  );
  if (!row) throw changedMeanwhile(m.somebody_else_changed_this_driver(terms));
  return row;
}

export function addVehicle(input: VehicleInput) {
  return answerOf(supabase.from('vehicles').insert(input).select('id').single());
}

export function addDriver(input: DriverInput) {
  return answerOf(supabase.from('drivers').insert(input).select('id').single());
}

export function addPlace(input: PlaceInput) {
  return answerOf(supabase.from('warehouses').insert(input).select('id').single());
}

/** Takes something out of use, or back into it; it is never deleted, for documents refer to it. */
export function setInUse(
  table: 'vehicles' | 'drivers' | 'warehouses',
  id: string,
  isActive: boolean,
) {
  return answerOf(supabase.from(table).update({ is_active: isActive }).eq('id', id));
}

import type { Database } from '#lib/database.types.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

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

export function addVehicle(input: VehicleInput) {
  return answerOf(supabase.from('vehicles').insert(input));
}

export function addDriver(input: DriverInput) {
  return answerOf(supabase.from('drivers').insert(input));
}

export function addPlace(input: PlaceInput) {
  return answerOf(supabase.from('warehouses').insert(input));
}

/** Takes something out of use, or back into it; it is never deleted, for documents refer to it. */
export function setInUse(
  table: 'vehicles' | 'drivers' | 'warehouses',
  id: string,
  isActive: boolean,
) {
  return answerOf(supabase.from(table).update({ is_active: isActive }).eq('id', id));
}

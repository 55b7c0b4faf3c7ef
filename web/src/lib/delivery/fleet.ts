import { write } from '#lib/platform/command.ts';
import { attach, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export interface FleetVehicle {
  id: string;
  registration: string;
  name: string;
  home_warehouse_id: string;
  capacity_kg: number;
  capacity_l: number;
  capacity_units: number;
  is_active: boolean;
  warehouses: { name: string } | null;
}

export interface FleetDriver {
  id: string;
  name: string;
  phone: string | null;
  licence_number: string | null;
  membership_id: string | null;
  is_active: boolean;
}

export interface Place {
  id: string;
  code: string;
  name: string;
  kind: string;
  address: string | null;
  is_active: boolean;
}

export async function fleetVehicles(): Promise<FleetVehicle[]> {
  const found = await rows(
    supabase
      .from('vehicles')
      .select(
        'id,registration,name,home_warehouse_id,capacity_kg,capacity_l,capacity_units,is_active',
      )
      .order('name')
      .limit(500),
  );
  return attach(found, {
    warehouses: { column: 'home_warehouse_id', table: 'warehouses', select: 'name' },
  });
}

export function fleetDrivers(): Promise<FleetDriver[]> {
  return rows(
    supabase
      .from('drivers')
      .select('id,name,phone,licence_number,membership_id,is_active')
      .order('name')
      .limit(500),
  );
}

/** Depots and shops; the vans among the warehouses belong to their vehicles. */
export function places(): Promise<Place[]> {
  return rows(
    supabase
      .from('warehouses')
      .select('id,code,name,kind,address,is_active')
      .in('kind', ['depot', 'shop'])
      .order('name')
      .limit(500),
  );
}

export interface VehicleInput {
  registration: string;
  name: string;
  home_warehouse_id: string;
  capacity_kg: number;
  capacity_l: number;
  capacity_units: number;
}

export function addVehicle(input: VehicleInput): Promise<unknown> {
  return write(supabase.from('vehicles').insert(input));
}

export interface DriverInput {
  name: string;
  phone: string | null;
  licence_number: string | null;
  membership_id: string | null;
}

export function addDriver(input: DriverInput): Promise<unknown> {
  return write(supabase.from('drivers').insert(input));
}

export interface PlaceInput {
  code: string;
  name: string;
  kind: string;
  address: string | null;
}

export function addPlace(input: PlaceInput): Promise<unknown> {
  return write(supabase.from('warehouses').insert(input));
}

/** Takes something out of use, or back into it; it is never deleted, for documents refer to it. */
export function setInUse(
  table: 'vehicles' | 'drivers' | 'warehouses',
  id: string,
  isActive: boolean,
): Promise<unknown> {
  return write(supabase.from(table).update({ is_active: isActive }).eq('id', id));
}

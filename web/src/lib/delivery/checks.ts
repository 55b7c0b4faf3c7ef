import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';

export type ChecklistItem = Tables<'vehicle_check_items'>;
export type VehicleCheck = Awaited<ReturnType<typeof checksOf>>[number];

/** The checklist as it stands in the settings, what is no longer used included. */
export function wholeChecklist(): Promise<ChecklistItem[]> {
  return rows(
    supabase.from('vehicle_check_items').select('*').order('place').order('name').limit(200),
  );
}

/** What a driver looks at now. */
export function checklist(): Promise<ChecklistItem[]> {
  return rows(
    supabase
      .from('vehicle_check_items')
      .select('*')
      .eq('is_active', true)
      .order('place')
      .order('name')
      .limit(200),
  );
}

/** What was found for a trip or on a vehicle, defects first; of a vehicle its defects alone. */
export function checksOf(column: 'trip_id' | 'vehicle_id', id: string, defects = false) {
  let query = supabase.from('vehicle_checks').select('*,trips(id,number)').eq(column, id);
  if (defects) query = query.eq('is_in_order', false);
  return rows(
    query
      .order('is_open', { ascending: false })
      .order('is_in_order')
      .order('checked_at', { ascending: false })
      .order('item_name')
      .limit(100),
  );
}

/** The asset that a vehicle is, for who looks after assets; null: it is none, or the reader sees none. */
export function assetOfVehicle(vehicleId: string) {
  return answerOf(
    supabase
      .from('assets')
      .select('id,version,allowed_commands')
      .eq('vehicle_id', vehicleId)
      .maybeSingle(),
  );
}

export function clearDefect(id: string, note: string) {
  return command('clear_defect', { defect_id: id, note });
}

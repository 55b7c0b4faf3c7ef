import type { Filter } from '#lib/platform/filters.ts';
import { anyLike, narrow } from '#lib/platform/filters.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m, terms } from '#lib/words.ts';

/** The filter by the one who drives; he need not be active any more. */
export const driverFilter: Filter = {
  name: 'driver',
  label: m.driver(terms),
  kind: 'record',
  column: 'driver_id',
  optional: true,
  search: (text) =>
    rows(
      narrow(supabase.from('drivers').select('id,name,code:phone'), [anyLike(text, 'name')])
        .order('name')
        .limit(20),
    ).then((found) => found.map((driver) => ({ ...driver, code: driver.code ?? '' }))),
  find: async (id) => {
    const found = await answerOf(
      supabase.from('drivers').select('id,name,code:phone').eq('id', id).maybeSingle(),
    );
    return found && { ...found, code: found.code ?? '' };
  },
};

export const vehicleFilter: Filter = {
  name: 'vehicle',
  label: m.vehicle(),
  kind: 'record',
  column: 'vehicle_id',
  optional: true,
  search: (text) =>
    rows(
      narrow(supabase.from('vehicles').select('id,name,code:registration'), [
        anyLike(text, 'name', 'registration'),
      ])
        .order('name')
        .limit(20),
    ),
  find: (id) =>
    answerOf(
      supabase.from('vehicles').select('id,name,code:registration').eq('id', id).maybeSingle(),
    ),
};

import { load as reading, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { listAgents, listHolidays, listHours, listPromises } from '#lib/messaging/hours.ts';

export function load({ depends }) {
  depends('entity:working_hour', 'entity:holiday', 'entity:service_level', 'entity:inbox_agent');
  return reading(async () => {
    const [hours, holidays, promises, agents, people] = await Promise.all([
      listHours(),
      listHolidays(),
      listPromises(),
      listAgents(),
      rows(
        supabase
          .from('memberships')
          .select('id,users!inner(full_name)')
          .eq('status', 'active')
          .neq('role', 'customer')
          .limit(500),
      ),
    ]);
    return { hours, holidays, promises, agents, people };
  });
}

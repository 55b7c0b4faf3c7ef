import { load as reading, rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';

export function load({ depends, parent }) {
  depends(
    'entity:appointment_type',
    'entity:availability',
    'entity:availability_exception',
    'entity:team',
  );
  return reading(async () => {
    await parent();
    const [types, hours, exceptions, teams, people] = await Promise.all([
      rows(supabase.from('appointment_types').select('*').order('name').limit(200)),
      rows(
        supabase
          .from('availability')
          .select('*,users(full_name)')
          .order('agent_id')
          .order('weekday')
          .order('opens')
          .limit(2000),
      ),
      rows(
        supabase
          .from('availability_exceptions')
          .select('*,users(full_name)')
          .order('day', { ascending: false })
          .limit(500),
      ),
      session.can('leads.view')
        ? rows(supabase.from('teams').select('id,name').order('name').limit(500))
        : [],
      session.can('appointments.view_all') && session.can('users.view')
        ? rows(
            supabase
              .from('memberships')
              .select('user_id,users!inner(full_name)')
              .eq('status', 'active')
              .neq('role', 'customer')
              .limit(500),
          )
        : [],
    ]);
    return { types, hours, exceptions, teams, people };
  });
}

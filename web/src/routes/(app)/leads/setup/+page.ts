import { everyTerritory } from '#lib/parties/parties.ts';
import { load as reading, rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { pipelines } from '#lib/sales/deals.ts';

const all = <Table extends 'lead_sources' | 'lead_vendors' | 'lead_score_rules'>(table: Table) =>
  rows(supabase.from(table).select('*').order('name').limit(500));

export function load({ depends, parent }) {
  depends(
    'entity:team',
    'entity:team_member',
    'entity:lead_source',
    'entity:lead_vendor',
    'entity:lead_score_rule',
    'entity:lead_route',
    'entity:pipeline',
    'entity:pipeline_stage',
    'entity:lost_reason',
  );
  return reading(async () => {
    await parent();
    const [
      teams,
      members,
      sources,
      vendors,
      results,
      rules,
      routes,
      lost,
      ways,
      territories,
      people,
    ] = await Promise.all([
      rows(supabase.from('teams').select('*').order('name').limit(500)),
      rows(
        supabase
          .from('team_members')
          .select('*,teams(name),memberships(users(full_name))')
          .order('created_at')
          .limit(2000),
      ),
      all('lead_sources'),
      all('lead_vendors'),
      rows(supabase.from('lead_vendor_results').select('*').order('month').limit(500)),
      all('lead_score_rules'),
      rows(
        supabase
          .from('lead_routes')
          .select('*,teams(name),lead_sources(name),lead_vendors(name),territories(name)')
          .order('place')
          .limit(500),
      ),
      rows(supabase.from('lost_reasons').select('*').order('name').limit(500)),
      session.can('deals.view') ? pipelines() : [],
      everyTerritory(),
      session.can('users.view')
        ? rows(
            supabase
              .from('memberships')
              .select('id,users!inner(full_name)')
              .eq('status', 'active')
              .neq('role', 'customer')
              .limit(500),
          )
        : [],
    ]);
    return {
      teams,
      members,
      sources,
      vendors,
      results,
      rules,
      routes,
      lost,
      ways,
      territories,
      people,
    };
  });
}

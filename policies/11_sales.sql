-- Family 11, sales.

grant execute on function private.my_line, private.my_teams to authenticated;

select private.let_edit('public.teams', 'leads.view', 'sales.manage', '{}', 'name', 'parent_id', 'is_active');
select private.let_edit('public.team_members', 'leads.view', 'sales.manage', '{team_id,membership_id}', 'is_lead', 'takes_leads');
grant delete on public.team_members to authenticated;
create policy delete_editors on public.team_members for delete to authenticated
using (tenant_id = (select private.tenant_id('sales.manage')));

select private.let_edit('public.lead_sources', 'leads.view', 'sales.manage', '{}', 'name', 'is_active');
select private.let_edit('public.lead_vendors', 'leads.view', 'sales.manage', '{}', 'name', 'price_per_lead', 'monthly_quota', 'contract_from', 'contract_until', 'complaint_days', 'is_active');
select private.let_edit('public.lead_score_rules', 'leads.view', 'sales.manage', '{}', 'name', 'condition', 'points', 'is_active');
select private.let_edit('public.lead_routes', 'leads.view', 'sales.manage', '{}', 'place', 'source_id', 'vendor_id', 'territory_id', 'team_id', 'is_active');
grant delete on public.lead_routes to authenticated;
create policy delete_editors on public.lead_routes for delete to authenticated
using (tenant_id = (select private.tenant_id('sales.manage')));

grant select on public.leads, public.lead_captures to authenticated;
create policy select_readers on public.leads for select to authenticated
using (
  tenant_id = (select private.tenant_id('leads.view'))
  and (owner_id is null or owner_id = any ((select private.my_line())::uuid[]) or (select private.tenant_id('leads.view_all')) is not null)
);
create policy select_readers on public.lead_captures for select to authenticated
using (tenant_id = (select private.tenant_id('leads.view_all')));

-- A team's own pipeline is for that team, and whoever sees every deal.
grant select on public.pipelines, public.pipeline_stages to authenticated;
select private.let_write('public.pipelines', '{}', 'name', 'place', 'team_id', 'rots_after_days', 'needs_forecast', 'is_active');
select private.let_write('public.pipeline_stages', '{pipeline_id,kind}', 'name', 'place', 'probability', 'is_active');
create policy select_readers on public.pipelines for select to authenticated
using (
  tenant_id = (select private.tenant_id('deals.view'))
  and (team_id is null or team_id = any ((select private.my_teams())::uuid[]) or (select private.tenant_id('deals.view_all')) is not null)
);
create policy select_readers on public.pipeline_stages for select to authenticated
using (
  tenant_id = (select private.tenant_id('deals.view'))
  and exists (select from public.pipelines p where p.tenant_id = pipeline_stages.tenant_id and p.id = pipeline_id)
);
create policy insert_editors on public.pipelines for insert to authenticated with check (tenant_id = (select private.tenant_id('sales.manage')));
create policy update_editors on public.pipelines for update to authenticated
using (tenant_id = (select private.tenant_id('sales.manage'))) with check (tenant_id = (select private.tenant_id('sales.manage')));
create policy insert_editors on public.pipeline_stages for insert to authenticated with check (tenant_id = (select private.tenant_id('sales.manage')));
create policy update_editors on public.pipeline_stages for update to authenticated
using (tenant_id = (select private.tenant_id('sales.manage'))) with check (tenant_id = (select private.tenant_id('sales.manage')));
select private.let_edit('public.lost_reasons', 'deals.view', 'sales.manage', '{}', 'name', 'needs_note', 'is_active');

grant select on public.deals, public.deal_items to authenticated;
create policy select_readers on public.deals for select to authenticated
using (
  tenant_id = (select private.tenant_id('deals.view'))
  and (owner_id = any ((select private.my_line())::uuid[]) or (select private.tenant_id('deals.view_all')) is not null)
);
create policy select_readers on public.deal_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('deals.view'))
  and exists (select from public.deals d where d.tenant_id = deal_items.tenant_id and d.id = deal_id)
);

grant select on public.similar_leads, public.deal_forecast, public.lead_vendor_results to authenticated;

-- Family 16, targets.

grant execute on function private.commission_month_is_over to authenticated;

-- By which plan somebody earns is between him and those who see what everybody earns.
select private.let_write('public.commission_plans', '{basis,rate,person_id,team_id,valid_from}', 'name', 'valid_until');
grant select on public.commission_plans, public.commission_statements, public.commission_entries to authenticated;
create policy select_readers on public.commission_plans for select to authenticated
using (
  tenant_id = (select private.tenant_id('commissions.view'))
  and (earner = (select auth.uid()) or earner = tenant_id or team_id = any ((select private.my_teams())::uuid[]) or (select private.tenant_id('commissions.view_all')) is not null)
);
create policy insert_editors on public.commission_plans for insert to authenticated with check (tenant_id = (select private.tenant_id('commissions.manage')));
create policy update_editors on public.commission_plans for update to authenticated
using (tenant_id = (select private.tenant_id('commissions.manage'))) with check (tenant_id = (select private.tenant_id('commissions.manage')));

create policy select_readers on public.commission_statements for select to authenticated
using (
  tenant_id = (select private.tenant_id('commissions.view'))
  and (user_id = (select auth.uid()) or (select private.tenant_id('commissions.view_all')) is not null)
);
create policy select_readers on public.commission_entries for select to authenticated
using (
  tenant_id = (select private.tenant_id('commissions.view'))
  and exists (select from public.commission_statements s where s.tenant_id = commission_entries.tenant_id and s.id = statement_id)
);

-- Indicators and targets.
select private.let_edit('public.kpi_definitions', 'kpis.view', 'kpis.manage', '{measure}', 'name', 'place', 'is_active');
select private.let_write('public.kpi_targets', '{kpi_id,person_id,team_id,month}', 'target');
grant select, delete on public.kpi_targets to authenticated;
create policy select_readers on public.kpi_targets for select to authenticated
using (
  tenant_id = (select private.tenant_id('kpis.view'))
  and (person_id = any ((select private.my_line())::uuid[]) or team_id = any ((select private.my_teams())::uuid[]) or (select private.tenant_id('kpis.view_all')) is not null)
);
create policy insert_editors on public.kpi_targets for insert to authenticated with check (tenant_id = (select private.tenant_id('kpis.manage')));
create policy update_editors on public.kpi_targets for update to authenticated
using (tenant_id = (select private.tenant_id('kpis.manage'))) with check (tenant_id = (select private.tenant_id('kpis.manage')));
create policy delete_editors on public.kpi_targets for delete to authenticated
using (tenant_id = (select private.tenant_id('kpis.manage')));

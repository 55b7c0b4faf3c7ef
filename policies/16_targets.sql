-- Family 16, targets.

grant execute on function private.commission_month_is_over to authenticated;

-- By which plan somebody earns is between him and those who see what everybody earns.
select private.let_write('public.commission_plans', '{basis,rate,user_id,team_id,valid_from}', 'name', 'valid_until');
grant select on public.commission_plans, public.commission_statements, public.commission_entries to authenticated;
create policy select_readers on public.commission_plans for select to authenticated
using (
  tenant_id = (select private.tenant_id('commissions.view'))
  and (earner_id = (select auth.uid()) or earner_id = tenant_id or team_id = any ((select private.my_teams())::uuid[]) or (select private.tenant_id('commissions.view_all')) is not null)
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

-- Family 12, records: doors.

select private.let_edit('public.door_outcomes', 'doors.view', 'sales.manage', '{kind}', 'name', 'place', 'again_after_days', 'is_active');
select private.let_edit('public.doors', 'doors.view', 'sales.manage', '{}', 'address', 'unit', 'territory_id', 'latitude', 'longitude', 'note', 'is_active');
grant select on public.door_claims, public.door_visits, public.door_areas to authenticated;
create policy select_readers on public.door_claims for select to authenticated using (tenant_id = (select private.tenant_id('doors.view')));
create policy select_readers on public.door_visits for select to authenticated using (tenant_id = (select private.tenant_id('doors.view')));

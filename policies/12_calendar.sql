-- Family 12, records: appointments and who can be booked when.

grant execute on function private.calendar to authenticated;

select private.let_edit('public.appointment_types', 'appointments.view', 'appointments.manage', '{}', 'name', 'place', 'minutes', 'every_minutes', 'buffer_before', 'buffer_after',
  'notice_hours', 'horizon_days', 'per_day', 'per_booker', 'needs_approval', 'team_id', 'is_active');

-- Everybody keeps his own hours; who manages appointments everybody's.
grant select on public.availability, public.availability_exceptions to authenticated;
select private.let_write('public.availability', '{user_id}', 'weekday', 'opens', 'closes');
select private.let_write('public.availability_exceptions', '{user_id}', 'day', 'opens', 'closes');
grant delete on public.availability, public.availability_exceptions to authenticated;
create policy select_readers on public.availability for select to authenticated using (tenant_id = (select private.tenant_id('appointments.view')));
create policy insert_editors on public.availability for insert to authenticated
with check (tenant_id = (select private.tenant_id('appointments.edit')) and (user_id = (select auth.uid()) or (select private.tenant_id('appointments.manage')) is not null));
create policy update_editors on public.availability for update to authenticated
using (tenant_id = (select private.tenant_id('appointments.edit')) and (user_id = (select auth.uid()) or (select private.tenant_id('appointments.manage')) is not null))
with check (tenant_id = (select private.tenant_id('appointments.edit')));
create policy delete_editors on public.availability for delete to authenticated
using (tenant_id = (select private.tenant_id('appointments.edit')) and (user_id = (select auth.uid()) or (select private.tenant_id('appointments.manage')) is not null));
create policy select_readers on public.availability_exceptions for select to authenticated using (tenant_id = (select private.tenant_id('appointments.view')));
create policy insert_editors on public.availability_exceptions for insert to authenticated
with check (tenant_id = (select private.tenant_id('appointments.edit')) and (user_id = (select auth.uid()) or (select private.tenant_id('appointments.manage')) is not null));
create policy update_editors on public.availability_exceptions for update to authenticated
using (tenant_id = (select private.tenant_id('appointments.edit')) and (user_id = (select auth.uid()) or (select private.tenant_id('appointments.manage')) is not null))
with check (tenant_id = (select private.tenant_id('appointments.edit')));
create policy delete_editors on public.availability_exceptions for delete to authenticated
using (tenant_id = (select private.tenant_id('appointments.edit')) and (user_id = (select auth.uid()) or (select private.tenant_id('appointments.manage')) is not null));

grant select on public.appointments to authenticated;
create policy select_readers on public.appointments for select to authenticated
using (
  tenant_id = (select private.tenant_id('appointments.view'))
  and (agent_id = any ((select private.my_line())::uuid[]) or (select private.tenant_id('appointments.view_all')) is not null)
);

-- Family 12, records: appointments and who can be booked when.

grant execute on function private.calendar to authenticated;

select private.let_edit('public.appointment_types', 'appointments.view', 'appointments.manage', '{}', 'name', 'place', 'minutes', 'every_minutes', 'buffer_before', 'buffer_after',
  'notice_hours', 'horizon_days', 'per_day', 'per_booker', 'needs_approval', 'team_id', 'is_active');

-- Everybody keeps his own hours and those of whom he leads; who sees all appointments, everybody's.
grant select on public.availability, public.availability_exceptions to authenticated;
select private.let_write('public.availability', '{agent_id}', 'weekday', 'opens', 'closes');
select private.let_write('public.availability_exceptions', '{agent_id}', 'day', 'opens', 'closes');
grant delete on public.availability, public.availability_exceptions to authenticated;
do $$
declare
  hours text;
  reach constant text := $reach$and (agent_id = any ((select private.my_line())::uuid[]) or (select private.tenant_id('appointments.view_all')) is not null)$reach$;
  readers constant text := pg_catalog.format($as$tenant_id = (select private.tenant_id('appointments.view')) %s$as$, reach);
  editors constant text := pg_catalog.format($as$tenant_id = (select private.tenant_id('appointments.edit')) %s$as$, reach);
begin
  foreach hours in array array['availability', 'availability_exceptions'] loop
    execute pg_catalog.format('create policy select_readers on public.%I for select to authenticated using (%s)', hours, readers);
    execute pg_catalog.format('create policy insert_editors on public.%I for insert to authenticated with check (%s)', hours, editors);
    execute pg_catalog.format('create policy update_editors on public.%I for update to authenticated using (%s) with check (%2$s)', hours, editors);
    execute pg_catalog.format('create policy delete_editors on public.%I for delete to authenticated using (%s)', hours, editors);
  end loop;
end
$$;

grant select on public.appointments to authenticated;
create policy select_readers on public.appointments for select to authenticated
using (
  tenant_id = (select private.tenant_id('appointments.view'))
  and (agent_id = any ((select private.my_line())::uuid[]) or (select private.tenant_id('appointments.view_all')) is not null)
);

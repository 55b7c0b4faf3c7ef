-- Family 12, records: what stands in the calendar.

create function private.away(first_day date, last_day date, person uuid) returns table (id uuid, number text, kind text, day date, user_id uuid, version integer)
language plpgsql stable set search_path = ''
as $$
begin
  return;
end
$$;
comment on function private.away(date, date, uuid) is
  'Whole days on which people are away, or one person is; none as long as no family knows of leave. Every one by its own policy.';

create function private.calendar(from_at timestamptz, until_at timestamptz, everybody boolean default false) returns jsonb
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('appointments.view');
  me constant uuid := auth.uid();
  zone text;
  first_day date;
  last_day date;
begin
  if (from_at < until_at and until_at <= from_at + interval '62 days') is not true then
    perform private.fail('input_invalid', '{"until_at": "later than from_at, by two months at most"}');
  end if;
  select s.timezone into zone from public.tenant_settings s where s.tenant_id = tenant;
  first_day := (from_at at time zone zone)::date;
  last_day := ((until_at - interval '1 second') at time zone zone)::date;
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) order by e.starts_at, e.number) from (
      select 'appointment' as kind, a.id, a.number, coalesce(l.first_name || coalesce(' ' || l.last_name, ''), d.title, c.name, y.name) as title, a.status::text as status,
        a.starts_at, a.ends_at, null::date as day, a.agent_id as user_id, u.full_name as person, y.name as note, a.version, a.is_open as can_move
      from public.appointments a
      join public.appointment_types y on y.tenant_id = a.tenant_id and y.id = a.type_id
      left join public.users u on u.id = a.agent_id
      left join public.leads l on l.tenant_id = a.tenant_id and l.id = a.lead_id
      left join public.deals d on d.tenant_id = a.tenant_id and d.id = a.deal_id
      left join public.customers c on c.tenant_id = a.tenant_id and c.id = a.customer_id
      where a.tenant_id = tenant and a.starts_at < until_at and a.starts_at > from_at - interval '12 hours' and a.ends_at > from_at and a.status <> 'cancelled' and (everybody or a.agent_id = me)
      union all
      select 'trip', t.id, t.number, coalesce(v.name, t.number), t.status::text, t.planned_start_at, t.planned_end_at, null, m.user_id, r.name, r.name, t.version, false
      from public.trips t
      left join public.drivers r on r.tenant_id = t.tenant_id and r.id = t.driver_id
      left join public.memberships m on m.tenant_id = r.tenant_id and m.id = r.membership_id
      left join public.vehicles v on v.tenant_id = t.tenant_id and v.id = t.vehicle_id
      where t.tenant_id = tenant and t.planned_start_at < until_at and t.planned_start_at > from_at - interval '7 days' and t.planned_end_at > from_at and t.status <> 'cancelled' and (everybody or m.user_id = me)
      union all
      select 'task', k.id, k.number, k.title, k.status::text, null, null, k.due_on, k.assignee_id, u.full_name, null, k.version, false
      from public.tasks k left join public.users u on u.id = k.assignee_id
      where k.tenant_id = tenant and k.is_open and k.due_on between first_day and last_day and (everybody or k.assignee_id = me)
      union all
      select 'leave_request', w.id, w.number, coalesce(u.full_name, w.number), null, null, null, w.day, w.user_id, u.full_name, w.kind, w.version, false
      from private.away(first_day, last_day, case when not everybody then me end) w left join public.users u on u.id = w.user_id
      union all
      select 'holiday', h.id, null, h.name, null, null, null, h.day, null, null, null, h.version, false
      from public.holidays h where h.tenant_id = tenant and h.day between first_day and last_day
    ) e
  ), '[]');
end
$$;
comment on function private.calendar(timestamptz, timestamptz, boolean) is
  'What stands in the calendar of the caller, or of everybody whose records he sees: [{kind: appointment, trip, task, leave_request or holiday, id, number, title, status, starts_at, ends_at, day (of what takes the whole day), user_id, person, note, version, can_move}]. Every record by its own policy. Raises input_invalid, permission_denied.';
select private.expose('calendar');

-- Family 12, records: when somebody is free for an appointment, and which time fits best.

create type private.free_slot as (
  starts_at timestamptz, ends_at timestamptz, user_id uuid, person text, added_seconds integer, open_appointments integer, is_as_wished boolean, reason text
);

create function private.open_hours(tenant uuid, type_team uuid, from_day date, until_day date, zone text)
returns table (user_id uuid, day date, hours tstzmultirange)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  with people as (
    select m.user_id from public.memberships m
    where m.tenant_id = tenant and m.status = 'active' and (type_team is null or exists (
      select from public.team_members t join public.teams g on g.tenant_id = t.tenant_id and g.id = t.team_id and g.is_active
      where t.tenant_id = tenant and t.team_id = type_team and t.membership_id = m.id))
  ), days as (
    select d::date as day from pg_catalog.generate_series(from_day, until_day, interval '1 day') d
    where not exists (select from public.holidays h where h.tenant_id = tenant and h.day = d::date)
  ), ranges as (
    select a.agent_id as user_id, d.day, a.opens, a.closes from days d
    join public.availability a on a.tenant_id = tenant and a.weekday = extract(isodow from d.day)
    where not exists (select from public.availability_exceptions e where e.tenant_id = tenant and e.agent_id = a.agent_id and e.day = d.day)
    union all
    select e.agent_id, d.day, e.opens, e.closes from days d
    join public.availability_exceptions e on e.tenant_id = tenant and e.day = d.day and e.opens is not null
  )
  select r.user_id, r.day, pg_catalog.range_agg(pg_catalog.tstzrange(least(m.opens_at, m.closes_at), greatest(m.opens_at, m.closes_at)))
  from ranges r join people p on p.user_id = r.user_id
  cross join lateral (select (r.day + r.opens) at time zone zone as opens_at, (r.day + r.closes) at time zone zone as closes_at) m
  group by r.user_id, r.day;
end
$$;
comment on function private.open_hours(uuid, uuid, date, date, text) is
  'The hours in which people can be booked, per day of the company''s time zone: those of the week, those of the day where it has its own, none on holidays. Ranges that overlap are one.';

create function private.seconds_to(tenant uuid, latitude numeric, longitude numeric, other_latitude numeric, other_longitude numeric) returns integer
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.is_position(latitude, longitude) or not private.is_position(other_latitude, other_longitude) then
    return null;
  end if;
  return (private.way_between(tenant, private.usual_speed(12), latitude, longitude, other_latitude, other_longitude)).seconds;
end
$$;
comment on function private.seconds_to(uuid, numeric, numeric, numeric, numeric) is 'How long the way takes, measured or estimated; null where a place is not known.';

create function private.free_slots_of(
  type public.appointment_types, from_at timestamptz, until_at timestamptz, latitude numeric, longitude numeric, wished_from time, wished_until time, except_id uuid
) returns setof private.free_slot
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = type.tenant_id);
  first_at constant timestamptz := greatest(from_at, pg_catalog.now() + pg_catalog.make_interval(hours => type.notice_hours));
  last_at constant timestamptz := least(until_at, pg_catalog.now() + pg_catalog.make_interval(days => type.horizon_days));
  lasts constant interval := pg_catalog.make_interval(mins => type.minutes);
  before constant interval := pg_catalog.make_interval(mins => type.buffer_before);
  behind constant interval := pg_catalog.make_interval(mins => type.buffer_after);
  has_place constant boolean := type.place = 'visit' and private.is_position(latitude, longitude);
begin
  if not type.is_active or first_at >= last_at then
    return;
  end if;
  return query
  with open as (
    select h.user_id, h.day, h.hours
    from private.open_hours(type.tenant_id, type.team_id, (first_at at time zone zone)::date, (last_at at time zone zone)::date, zone) h
  ), starts as (
    select o.user_id, o.day, s.at
    from open o
    cross join lateral pg_catalog.generate_series(o.day::timestamp at time zone zone, (o.day + 1)::timestamp at time zone zone - lasts, pg_catalog.make_interval(mins => type.every_minutes)) s (at)
    where s.at >= first_at and s.at < last_at and o.hours @> pg_catalog.tstzrange(s.at, s.at + lasts)
  ), untaken as (
    select s.* from starts s
    where not exists (
      select from private.person_timeline t
      where t.tenant_id = type.tenant_id and t.user_id = s.user_id and t.layer = 'busy' and t.appointment_id is distinct from except_id
        and t.during && pg_catalog.tstzrange(s.at - before, s.at + lasts + behind))
      and (type.per_day is null or type.per_day > (
        select count(*) from public.appointments a
        where a.tenant_id = type.tenant_id and a.agent_id = s.user_id and a.type_id = type.id and a.is_open and a.id is distinct from except_id
          and a.starts_at >= s.day::timestamp at time zone zone and a.starts_at < (s.day + 1)::timestamp at time zone zone))
  ), loads as (
    select u.user_id, (
      select count(*)::integer from public.appointments a
      where a.tenant_id = type.tenant_id and a.agent_id = u.user_id and a.is_booked and a.starts_at > pg_catalog.now() and a.id is distinct from except_id
    ) as open_appointments
    from (select distinct u.user_id from untaken u) u
  ), ways as (
    select u.*, earlier.ends_at as left_at, later.starts_at as due_at,
      coalesce(private.seconds_to(type.tenant_id, earlier.latitude, earlier.longitude, latitude, longitude), 0) as there,
      coalesce(private.seconds_to(type.tenant_id, latitude, longitude, later.latitude, later.longitude), 0) as onwards,
      coalesce(private.seconds_to(type.tenant_id, earlier.latitude, earlier.longitude, later.latitude, later.longitude), 0) as direct
    from untaken u
    left join lateral (
      select a.ends_at, a.latitude, a.longitude from public.appointments a
      where has_place and a.tenant_id = type.tenant_id and a.agent_id = u.user_id and a.is_booked and a.id is distinct from except_id and private.is_position(a.latitude, a.longitude)
        and a.starts_at >= u.day::timestamp at time zone zone and a.starts_at < u.at
      order by a.starts_at desc limit 1) earlier on true
    left join lateral (
      select a.starts_at, a.latitude, a.longitude from public.appointments a
      where has_place and a.tenant_id = type.tenant_id and a.agent_id = u.user_id and a.is_booked and a.id is distinct from except_id and private.is_position(a.latitude, a.longitude)
        and a.starts_at > u.at and a.starts_at < (u.day + 1)::timestamp at time zone zone
      order by a.starts_at limit 1) later on true
  ), fitting as (
    select w.at, w.user_id, n.full_name, greatest(w.there + w.onwards - w.direct, 0) as added, l.open_appointments,
      coalesce((w.at at time zone zone)::time >= wished_from, true) and coalesce((w.at at time zone zone)::time < wished_until, true) as is_as_wished,
      w.left_at is not null or w.due_at is not null as has_neighbour
    from ways w
    join loads l on l.user_id = w.user_id
    join public.users n on n.id = w.user_id
    where (w.left_at is null or w.left_at + pg_catalog.make_interval(secs => w.there) <= w.at)
      and (w.due_at is null or w.at + lasts + pg_catalog.make_interval(secs => w.onwards) <= w.due_at)
  )
  select f.at, f.at + lasts, f.user_id, f.full_name, f.added, f.open_appointments, f.is_as_wished,
    case
      when f.has_neighbour and f.added <= 900 then 'on_the_way'
      when f.has_neighbour and f.added > 900 then 'longer_way'
      when coalesce(wished_from, wished_until) is not null and f.is_as_wished then 'as_wished'
      when f.open_appointments = min(f.open_appointments) over () and f.open_appointments < max(f.open_appointments) over () then 'fewest_appointments'
      else 'earliest' end
  from fitting f
  -- The wish first; then what a quarter of an hour of driving more or less says, whose turn it is, and what is soonest.
  order by f.is_as_wished desc, f.added / 900, f.open_appointments, f.at, f.user_id
  limit 500;
end
$$;
comment on function private.free_slots_of(public.appointment_types, timestamptz, timestamptz, numeric, numeric, time, time, uuid) is
  'Free times for an appointment of a type, the best first: within hours, notice and horizon, nobody taken twice, no day above its limit, and time to drive from and to the appointments before and after. except_id: an appointment that is about to move.';

create function private.free_slots(
  type_id uuid, from_at timestamptz, until_at timestamptz, latitude numeric default null, longitude numeric default null, wished_from time default null, wished_until time default null, appointment_id uuid default null
) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('appointments.view');
  type public.appointment_types;
begin
  select * into type from public.appointment_types t where t.tenant_id = tenant and t.id = type_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('type_id', type_id));
  end if;
  if appointment_id is not null and not exists (
    select from public.appointments a where a.tenant_id = tenant and a.id = appointment_id and private.sees_agent(tenant, a.agent_id)
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('appointment_id', appointment_id));
  end if;
  if (from_at < until_at and until_at <= from_at + interval '62 days') is not true then
    perform private.fail('input_invalid', '{"until_at": "later than from_at, by two months at most"}');
  end if;
  return coalesce((select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s)) from private.free_slots_of(type, from_at, until_at, latitude, longitude, wished_from, wished_until, appointment_id) s), '[]');
end
$$;
comment on function private.free_slots(uuid, timestamptz, timestamptz, numeric, numeric, time, time, uuid) is
  'Free times for an appointment of this type, the best first and 500 at most: [{starts_at, ends_at, user_id, person, added_seconds (of driving, to this place), open_appointments, is_as_wished, reason: on_the_way, longer_way, as_wished, fewest_appointments or earliest}]. Raises record_not_found, input_invalid, permission_denied.';
select private.expose('free_slots');

-- Family 10, messaging: when a company works. Promises to customers are counted in these hours alone.

create type public.weekday as enum ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday');

create table public.working_hours (
  like private.record including defaults including indexes,
  weekday public.weekday not null,
  opens_at time not null,
  closes_at time not null,
  minutes int4range not null generated always as (int4range(
    (extract(epoch from opens_at) / 60)::integer, case closes_at when '00:00' then 1440 else (extract(epoch from closes_at) / 60)::integer end)) stored,
  foreign key (tenant_id) references public.tenants (id),
  constraint closing_is_after_opening check (closes_at = '00:00' or closes_at > opens_at),
  constraint working_hours_apart exclude using gist (tenant_id with =, weekday with =, minutes with &&)
);
comment on table public.working_hours is 'The hours of a week in which a company works, on its own clock; several a day for one with a break. A company without any works at all hours.';
comment on column public.working_hours.closes_at is '00:00 is the end of that day.';
select private.manage_table('public.working_hours', 'working_hour');
select private.register_error('closing_is_after_opening', 422, 'The hours end before they begin.', 'Enter an end after the beginning; 00:00 is the end of the day.');
select private.register_error('working_hours_taken', 409, 'There are hours at this time of this day already.', 'Change those, or choose hours beside them.');
select private.refuse_taken('public.working_hours', 'working_hours_apart', 'working_hours_taken');
comment on table public.holidays is 'Days on which a company does not work, whatever its hours say: nothing promised is counted in them, and no standing orders are made.';

create function private.working_spans(tenant uuid, from_time timestamptz, until_time timestamptz) returns setof tstzrange
language sql stable security definer set search_path = ''
as $$
  -- One span, as it is asked for, where no hours are kept: such a company works at all hours but on holidays.
  select s.span * pg_catalog.tstzrange(from_time, until_time)
  from public.tenant_settings t
  cross join lateral pg_catalog.generate_series(
    (from_time at time zone t.timezone)::date::timestamp, (until_time at time zone t.timezone)::date::timestamp, interval '1 day') d (day)
  cross join lateral (
    select pg_catalog.tstzrange((d.day + pg_catalog.make_interval(mins => pg_catalog.lower(h.minutes))) at time zone t.timezone,
      (d.day + pg_catalog.make_interval(mins => pg_catalog.upper(h.minutes))) at time zone t.timezone) as span
    from public.working_hours h
    where h.tenant_id = t.tenant_id and h.weekday = (pg_catalog.enum_range(null::public.weekday))[extract(isodow from d.day)::integer]
    union all
    select pg_catalog.tstzrange(d.day at time zone t.timezone, (d.day + interval '1 day') at time zone t.timezone)
    where not exists (select from public.working_hours h where h.tenant_id = t.tenant_id)
  ) s
  where t.tenant_id = tenant and s.span && pg_catalog.tstzrange(from_time, until_time)
    and not exists (select from public.holidays h where h.tenant_id = tenant and h.day = d.day::date)
$$;
comment on function private.working_spans(uuid, timestamptz, timestamptz) is 'When a company works between two moments: its hours without its holidays, a span at a time.';

create function private.working_time(tenant uuid, from_time timestamptz, until_time timestamptz) returns interval
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.sum(pg_catalog.upper(s) - pg_catalog.lower(s)), interval '0') from private.working_spans(tenant, from_time, until_time) s
$$;
comment on function private.working_time(uuid, timestamptz, timestamptz) is 'How long a company worked between two moments.';

create function private.due_at(tenant uuid, from_time timestamptz, needed interval) returns timestamptz
language sql stable strict security definer set search_path = ''
as $$
  select pg_catalog.min(t.closes - (t.worked - needed))
  from (
    select pg_catalog.upper(s) as closes, pg_catalog.sum(pg_catalog.upper(s) - pg_catalog.lower(s)) over (order by pg_catalog.lower(s)) as worked
    from private.working_spans(tenant, from_time, from_time + interval '400 days') s
  ) t
  where t.worked >= needed
$$;
comment on function private.due_at(uuid, timestamptz, interval) is 'When a company will have worked for so long since then; null where it does not within 400 days.';

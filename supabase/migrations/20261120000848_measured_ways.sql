-- Family 08, delivery: ways as a routing engine measured them, and as the company's own trips taught them.

create function private.planning_ways_missing(tenant_id uuid, run_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with places as materialized (
    select p.* from public.planning_runs r
    join public.planning_sessions s on s.tenant_id = r.tenant_id and s.id = r.planning_session_id and s.run_id = r.id and s.status = 'optimizing'
    cross join lateral private.planning_places(s) p
    where r.tenant_id = planning_ways_missing.tenant_id and r.id = planning_ways_missing.run_id and r.ended_at is null
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(p.longitude, p.latitude) order by p.n) from places p
  where exists (
    select from places a join places b on a.n <> b.n
    where not exists (
      select from private.travel_times t
      where t.tenant_id = planning_ways_missing.tenant_id and t.origin = a.key and t.destination = b.key and t.measured_at > pg_catalog.now() - interval '30 days'
    )
  )
$$;
comment on function private.planning_ways_missing(uuid, uuid) is
  'The places of a run, [[longitude, latitude], …], the depot first, when a way between two of them was not measured in the last 30 days; null when all are known or nobody waits for the run. For the function optimize-routes (service role).';
select private.expose('planning_ways_missing', 'service_role');

create function private.record_travel_times(tenant_id uuid, run_id uuid, origins jsonb, destinations jsonb, seconds jsonb, metres jsonb) returns integer
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  kept integer;
begin
  insert into private.travel_times as t (tenant_id, origin, destination, seconds, metres)
  select distinct on (w.origin, w.destination) tenant_id, w.origin, w.destination, w.seconds, w.metres
  from (
    select private.position_key((o.value ->> 1)::numeric, (o.value ->> 0)::numeric) as origin, private.position_key((d.value ->> 1)::numeric, (d.value ->> 0)::numeric) as destination,
      round((seconds -> (o.n - 1)::integer ->> (d.n - 1)::integer)::numeric)::integer as seconds,
      round((metres -> (o.n - 1)::integer ->> (d.n - 1)::integer)::numeric)::integer as metres
    from pg_catalog.jsonb_array_elements(origins) with ordinality o (value, n) cross join pg_catalog.jsonb_array_elements(destinations) with ordinality d (value, n)
  ) w
  -- Two places between which there is no road stay an estimate: the sea is the exception, a wrong pin the rule.
  where w.seconds between 0 and 1000000 and w.metres between 0 and 100000000
  order by w.origin, w.destination
  on conflict on constraint travel_times_pkey do update set seconds = excluded.seconds, metres = excluded.metres, measured_at = pg_catalog.now();
  get diagnostics kept = row_count;
  -- The run asks with what is known now.
  update public.planning_runs r set input = r.input || pg_catalog.jsonb_build_object('matrices', private.planning_matrices(s))
  from public.planning_sessions s
  where r.tenant_id = record_travel_times.tenant_id and r.id = record_travel_times.run_id and r.ended_at is null and s.tenant_id = r.tenant_id and s.id = r.planning_session_id;
  return kept;
end
$$;
comment on function private.record_travel_times(uuid, uuid, jsonb, jsonb, jsonb, jsonb) is
  'Keeps what a routing engine said of the ways from origins to destinations ([[longitude, latitude], …]): seconds and metres as rows per origin, null where there is no way. Answers how many were kept; the input of the run has them from then on. For the function optimize-routes (service role).';
select private.expose('record_travel_times', 'service_role');

create table private.speed_lessons (
  learnt_at timestamptz not null,
  is_only boolean primary key default true,
  constraint there_is_one_lesson check (is_only)
);
select private.force_policies('private.speed_lessons');
comment on table private.speed_lessons is 'When speeds were learnt last: one row.';
insert into private.speed_lessons (learnt_at) values ('2000-01-01');

create function private.learn_speeds() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  learnt bigint;
begin
  -- Once a night is enough, and the ways of a month are forgotten then.
  update private.speed_lessons l set learnt_at = pg_catalog.now() where l.learnt_at < pg_catalog.now() - interval '20 hours';
  if not found then
    return 0;
  end if;
  delete from private.travel_times t where t.measured_at < pg_catalog.now() - interval '30 days';
  insert into private.travel_speeds as s (tenant_id, hour, kilometres_per_hour, legs)
  select l.tenant_id, l.hour,
    -- Twenty legs of the usual speed stand beside those that were driven, so that a few odd ones teach little.
    greatest(8, least(80, round((sum(l.metres) * 3.6 + 20 * 3000 * 3.6) / (sum(l.seconds) + 20 * 3000 * 3.6 / private.usual_speed(l.hour)), 2))), count(*)
  from (
    select f.tenant_id, extract(hour from f.left_at at time zone z.timezone)::integer as hour,
      private.metres_by_road(a.latitude, a.longitude, b.latitude, b.longitude)::numeric as metres, extract(epoch from n.arrived_at - f.left_at) as seconds
    from public.trips t
    join public.tenant_settings z on z.tenant_id = t.tenant_id
    join public.trip_stops f on f.tenant_id = t.tenant_id and f.trip_id = t.id and f.left_at is not null
    join lateral (
      select s.arrived_at, s.address_id from public.trip_stops s
      where s.tenant_id = f.tenant_id and s.trip_id = f.trip_id and s.arrived_at > f.left_at order by s.arrived_at limit 1
    ) n on true
    join public.customer_addresses a on a.tenant_id = f.tenant_id and a.id = f.address_id and private.is_position(a.latitude, a.longitude)
    join public.customer_addresses b on b.tenant_id = t.tenant_id and b.id = n.address_id and private.is_position(b.latitude, b.longitude)
    where t.is_done and t.completed_at > pg_catalog.now() - interval '90 days'
  ) l
  -- A way round the corner tells nothing of speed, and nobody drives at 120 or walks.
  where l.metres > 500 and l.seconds > 60 and l.metres * 3.6 / l.seconds between 4 and 110
  group by l.tenant_id, l.hour
  on conflict on constraint travel_speeds_pkey do update set kilometres_per_hour = excluded.kilometres_per_hour, legs = excluded.legs, learnt_at = pg_catalog.now();
  get diagnostics learnt = row_count;
  return learnt;
end
$$;
comment on function private.learn_speeds() is
  'Learns per company and hour of day how fast its vans really got from stop to stop in the last 90 days, within 8 and 80 km/h, and forgets ways that were measured more than a month ago. Once a night, called by maintenance.';
select private.maintain('learn_speeds', 'learnt_speeds');

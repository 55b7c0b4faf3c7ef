-- Family 08, delivery: what the solver is asked for a planning session, and what it answers.

select private.register_error('locked_stops_do_not_fit', 409, 'A van cannot do what is locked on it.', 'Unlock some of its stops, or put the van back into service.');

------------------------------------------------------------------------------------------------
-- What the solver is asked
------------------------------------------------------------------------------------------------

create function private.planning_places(session public.planning_sessions) returns table (n integer, key bigint, latitude numeric, longitude numeric)
language sql stable security definer set search_path = ''
as $$
  select (pg_catalog.row_number() over (order by p.is_depot desc, p.key) - 1)::integer, p.key, p.latitude, p.longitude
  from (
    select distinct on (l.key) l.* from (
      select private.position_key(w.latitude, w.longitude) as key, w.latitude, w.longitude, true as is_depot
      from public.warehouses w where w.tenant_id = session.tenant_id and w.id = session.warehouse_id and w.latitude is not null
      union all
      select private.position_key(a.latitude, a.longitude), a.latitude, a.longitude, false
      from public.planning_orders p
      join public.orders o on o.tenant_id = p.tenant_id and o.id = p.order_id
      join public.customer_addresses a on a.tenant_id = o.tenant_id and a.id = o.address_id and private.is_position(a.latitude, a.longitude)
      where p.tenant_id = session.tenant_id and p.planning_session_id = session.id
    ) l order by l.key, l.is_depot desc
  ) p
$$;
comment on function private.planning_places(public.planning_sessions) is 'The depot (0) and every other place of a session once: rows and columns of its matrices.';

create function private.planning_jobs(session public.planning_sessions, keeps_locks boolean) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'id', p.place,
    'description', o.number,
    'location', pg_catalog.jsonb_build_array(a.longitude, a.latitude),
    'location_index', l.n,
    'service', session.service_minutes * 60,
    'delivery', pg_catalog.jsonb_build_array(pg_catalog.ceil(c.weight * 1000)::bigint, pg_catalog.ceil(c.volume * 1000)::bigint, pg_catalog.ceil(c.units * 1000)::bigint),
    'priority', case when k.is_kept then 100 when o.requested_on <= session.planned_on then 5 else 1 end,
    'skills', case when k.is_kept then pg_catalog.jsonb_build_array(v.place) end,
    'time_windows', case
      -- Within half a service both ways, so that two locked stops never change places.
      when k.is_kept then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(k.arrival - k.play, k.arrival + k.play))
      when a.window_start is not null or a.window_end is not null then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(
        private.planning_moment(session, coalesce(a.window_start::interval, '0'::interval)),
        private.planning_moment(session, coalesce(a.window_end::interval, '24 hours'::interval))))
    end
  )) order by p.place), '[]')
  from public.planning_orders p
  join public.orders o on o.tenant_id = p.tenant_id and o.id = p.order_id
  join public.customer_addresses a on a.tenant_id = o.tenant_id and a.id = o.address_id and private.is_position(a.latitude, a.longitude)
  join private.planning_places(session) l on l.key = private.position_key(a.latitude, a.longitude)
  left join public.planning_vehicles v on v.tenant_id = p.tenant_id and v.planning_session_id = p.planning_session_id and v.vehicle_id = p.vehicle_id
  cross join lateral private.amounts_of(o.tenant_id, o.id) c
  cross join lateral (select keeps_locks and p.is_locked as is_kept, extract(epoch from p.arrival_at)::bigint as arrival, least(300, session.service_minutes * 30) as play) k
  where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and not (keeps_locks and coalesce(v.is_locked, false))
$$;
comment on function private.planning_jobs(public.planning_sessions, boolean) is
  'VROOM''s jobs: the orders whose address has a position. Amounts are thousandths of kilograms, litres and units; what was asked for by that day goes first. With locks, a locked stop has the place of its van as a skill and its time as its window, and stops of locked routes are left out.';

create function private.planning_fleet(session public.planning_sessions, keeps_locks boolean) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'id', p.place,
    'description', v.registration,
    'start', pg_catalog.jsonb_build_array(w.longitude, w.latitude),
    'end', pg_catalog.jsonb_build_array(w.longitude, w.latitude),
    'start_index', 0,
    'end_index', 0,
    'capacity', pg_catalog.jsonb_build_array(pg_catalog.floor(v.capacity_kg * 1000)::bigint, pg_catalog.floor(v.capacity_l * 1000)::bigint, pg_catalog.floor(v.capacity_units * 1000)::bigint),
    'time_window', pg_catalog.jsonb_build_array(r.shift_start, r.shift_end),
    'max_tasks', session.max_stops,
    'skills', case when keeps_locks then pg_catalog.jsonb_build_array(p.place) end,
    'steps', case when keeps_locks then k.steps end,
    'costs', case when v.cost_per_hour + v.cost_per_km > 0 then pg_catalog.jsonb_build_object(
      'fixed', round(v.cost_fixed)::bigint, 'per_hour', round(v.cost_per_hour)::bigint, 'per_km', round(v.cost_per_km)::bigint) end,
    'breaks', case when r.rest > 0 then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'id', 1, 'service', r.rest, 'time_windows', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(r.rest_opens, r.rest_closes)))) end
  )) order by p.place), '[]')
  from public.planning_vehicles p
  join public.vehicles v on v.tenant_id = p.tenant_id and v.id = p.vehicle_id and v.is_active
  join public.warehouses w on w.tenant_id = p.tenant_id and w.id = session.warehouse_id
  cross join lateral private.rules_of(session, v.id) r
  cross join lateral (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('type', 'job', 'id', o.place) order by o.sequence) as steps
    from public.planning_orders o
    where o.tenant_id = p.tenant_id and o.planning_session_id = p.planning_session_id and o.vehicle_id = p.vehicle_id and o.is_locked
  ) k
  where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and not (keeps_locks and p.is_locked)
$$;
comment on function private.planning_fleet(public.planning_sessions, boolean) is
  'VROOM''s vehicles: the vans in service, from and to the depot within their shift. With locks, each begins with its locked stops, and vans of locked routes are left out.';

create function private.planning_matrices(session public.planning_sessions) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with places as materialized (select * from private.planning_places(session)),
  ways as (
    select p.n, q.n as m, coalesce(t.metres, e.metres) as metres, coalesce(t.seconds, round(e.metres * 3.6 / session.kilometres_per_hour)::integer) as seconds
    from places p cross join places q
    left join private.travel_times t on t.tenant_id = session.tenant_id and t.origin = p.key and t.destination = q.key
    cross join lateral (select private.metres_by_road(p.latitude, p.longitude, q.latitude, q.longitude) as metres) e
  ),
  lines as (
    select w.n, pg_catalog.to_jsonb(pg_catalog.array_agg(w.seconds order by w.m)) as durations, pg_catalog.to_jsonb(pg_catalog.array_agg(w.metres order by w.m)) as distances
    from ways w group by w.n
  )
  select pg_catalog.jsonb_build_object('car', pg_catalog.jsonb_build_object(
    'durations', pg_catalog.jsonb_agg(l.durations order by l.n), 'distances', pg_catalog.jsonb_agg(l.distances order by l.n)))
  from lines l
$$;
comment on function private.planning_matrices(public.planning_sessions) is 'VROOM''s matrices over the places of a session: what private.way_between says of each pair, in seconds and metres.';

create function private.build_planning_problem(session public.planning_sessions, keeps_locks boolean) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object(
    'jobs', private.planning_jobs(session, keeps_locks), 'vehicles', private.planning_fleet(session, keeps_locks), 'matrices', private.planning_matrices(session)
  );
end
$$;
comment on function private.build_planning_problem(public.planning_sessions, boolean) is 'What a solver is asked for a session: VROOM''s JSON.';

create function private.planning_problem(planning_session_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('trips.view');
  session public.planning_sessions;
begin
  select * into session from public.planning_sessions s
  where s.tenant_id = tenant and s.id = planning_problem.planning_session_id and (private.is_unscoped() or private.sees_trip(null, null, s.warehouse_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('planning_session_id', planning_problem.planning_session_id));
  end if;
  return private.build_planning_problem(session, false);
end
$$;
comment on function private.planning_problem(uuid) is 'VROOM''s JSON of a session without its locks: what a solver in the browser asks itself while a stop is moved. Raises record_not_found.';
select private.expose('planning_problem');

------------------------------------------------------------------------------------------------
-- Runs
------------------------------------------------------------------------------------------------

create function private.reason_in_words(run public.planning_runs, place integer, told text) returns public.unassigned_reason
language sql stable security definer set search_path = ''
as $$
  select case
    when job.value is null then 'no_position'
    when run.input -> 'vehicles' = '[]' then 'no_available_vehicle'
    when told = 'no room left' then 'no_room'
    when told = 'no vehicle' then 'no_available_vehicle'
    when told = 'skills' then 'missing_required_skills'
    when told = 'max_tasks' then 'too_many_stops'
    when told = 'unreachable' then 'unreachable'
    when told in ('max_distance', 'max_travel_time') then 'too_far'
    when told = 'time window' then 'time_window'
    when told = 'shift' then 'shift'
    -- VROOM gives no reason, so what can be seen without it is looked at here.
    when told = 'capacity' or not exists (
      select from pg_catalog.jsonb_array_elements(run.input -> 'vehicles') v
      where not exists (
        select from pg_catalog.jsonb_array_elements_text(job.value -> 'delivery') with ordinality d (amount, n)
        where d.amount::bigint > (v.value -> 'capacity' ->> (d.n - 1)::integer)::bigint
      )
    ) then 'capacity_exceeded'
    else 'no_room'
  end::public.unassigned_reason
  from (values (1)) one
  left join lateral (
    select j.value from pg_catalog.jsonb_array_elements(run.input -> 'jobs') j where (j.value ->> 'id')::integer = place
  ) job on true
$$;
comment on function private.reason_in_words(public.planning_runs, integer, text) is 'Why no van takes an order of a run: what the solver told, or what can be seen in what it was asked.';

create function private.keep_plan(run public.planning_runs) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  session public.planning_sessions;
  van uuid;
begin
  select * into session from public.planning_sessions s where s.tenant_id = run.tenant_id and s.id = run.planning_session_id;
  update public.planning_orders o
  set vehicle_id = s.vehicle_id, sequence = s.sequence, arrival_at = s.arrival_at, late_seconds = 0, is_locked = o.is_locked and s.vehicle_id is not null,
    reason = case when s.vehicle_id is null then private.reason_in_words(run, o.place, s.told) end
  from (
    select p.id, v.vehicle_id, stop.sequence, stop.arrival_at, (
      select u.value ->> 'reason' from pg_catalog.jsonb_array_elements(run.output -> 'unassigned') u where (u.value ->> 'id')::integer = p.place limit 1
    ) as told
    from public.planning_orders p
    left join lateral (
      select (r.value ->> 'vehicle')::integer as van, (s.value ->> 'id')::integer as job,
        (pg_catalog.row_number() over (partition by r.value ->> 'vehicle' order by s.n))::integer as sequence,
        pg_catalog.to_timestamp((s.value ->> 'arrival')::bigint) as arrival_at
      from pg_catalog.jsonb_array_elements(run.output -> 'routes') r
      cross join lateral pg_catalog.jsonb_array_elements(r.value -> 'steps') with ordinality s (value, n)
      where s.value ->> 'type' = 'job'
    ) stop on stop.job = p.place
    left join public.planning_vehicles v on v.tenant_id = p.tenant_id and v.planning_session_id = p.planning_session_id and v.place = stop.van
    where p.tenant_id = run.tenant_id and p.planning_session_id = run.planning_session_id
      -- What rides on a locked route was not asked about.
      and not exists (select from public.planning_vehicles k where k.tenant_id = p.tenant_id and k.planning_session_id = p.planning_session_id and k.vehicle_id = p.vehicle_id and k.is_locked)
  ) s
  where o.tenant_id = run.tenant_id and o.id = s.id;
  for van in select v.vehicle_id from public.planning_vehicles v where v.tenant_id = run.tenant_id and v.planning_session_id = run.planning_session_id order by v.place loop
    perform private.time_route(session, van);
  end loop;
  update public.planning_runs r set plan = private.plan_as_it_stands(session) where r.tenant_id = run.tenant_id and r.id = run.id;
  update public.planning_sessions s set status = 'optimized' where s.tenant_id = run.tenant_id and s.id = run.planning_session_id;
end
$$;
comment on function private.keep_plan(public.planning_runs) is
  'Puts what a run found into its locked session: a van and a place on its way for every order, or a reason; the times are worked out as for every other plan.';

create function private.check_locks(session public.planning_sessions) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  misfits jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('registration', v.registration, 'name', v.name) order by p.place) into misfits
  from public.planning_vehicles p
  join public.vehicles v on v.tenant_id = p.tenant_id and v.id = p.vehicle_id
  cross join lateral (
    select count(*) as stops, sum(a.weight) as weight, sum(a.volume) as volume, sum(a.units) as units
    from public.planning_orders o cross join lateral private.amounts_of(o.tenant_id, o.order_id) a
    where o.tenant_id = p.tenant_id and o.planning_session_id = p.planning_session_id and o.vehicle_id = p.vehicle_id and o.is_locked
  ) k
  where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and not p.is_locked and k.stops > 0
    and (not v.is_active or k.stops > session.max_stops or k.weight > v.capacity_kg or k.volume > v.capacity_l or k.units > v.capacity_units or 'late_return' = any (p.violations));
  if misfits is not null then
    perform private.fail('locked_stops_do_not_fit', pg_catalog.jsonb_build_object('vehicles', misfits));
  end if;
end
$$;
comment on function private.check_locks(public.planning_sessions) is 'Raises locked_stops_do_not_fit with the vans that cannot do what is locked on them within their shift and capacity.';

create function private.start_run(session public.planning_sessions) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
declare
  run public.planning_runs;
  earlier text;
begin
  if not exists (select from public.warehouses w where w.tenant_id = session.tenant_id and w.id = session.warehouse_id and w.latitude is not null) then
    perform private.fail('depot_without_position', pg_catalog.jsonb_build_object('warehouse_id', session.warehouse_id));
  end if;
  perform private.check_locks(session);
  insert into public.planning_runs (tenant_id, planning_session_id, input, before, unassigned)
  values (session.tenant_id, session.id, private.build_planning_problem(session, true), private.plan_as_it_stands(session), (
    select count(*) from public.planning_orders p
    join public.orders o on o.tenant_id = p.tenant_id and o.id = p.order_id
    join public.customer_addresses a on a.tenant_id = o.tenant_id and a.id = o.address_id
    where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and not private.is_position(a.latitude, a.longitude)
  ))
  returning * into run;
  update public.planning_sessions s set status = 'optimizing', run_id = run.id, failure = null
  where s.tenant_id = session.tenant_id and s.id = session.id returning * into session;
  if run.input -> 'jobs' = '[]' or run.input -> 'vehicles' = '[]' then
    -- Nobody needs to be asked: each order has its reason.
    earlier := private.run_as_rule('planning_session.start_optimization');
    update public.planning_runs r
    set output = '{"code": 0, "routes": [], "unassigned": []}', cost = 0, duration_ms = 0, ended_at = pg_catalog.now(),
      unassigned = r.unassigned + pg_catalog.jsonb_array_length(r.input -> 'jobs')
    where r.tenant_id = run.tenant_id and r.id = run.id returning * into run;
    perform private.keep_plan(run);
    perform private.run_as_rule(earlier);
    select * into session from public.planning_sessions s where s.tenant_id = session.tenant_id and s.id = session.id;
  else
    perform pgmq.send('optimize_routes', pg_catalog.jsonb_build_object('tenant_id', run.tenant_id, 'run_id', run.id));
  end if;
  return session;
end
$$;
comment on function private.start_run(public.planning_sessions) is 'Writes down what the solver is asked and has optimize-routes ask it; where no order or no van is left to ask about, the run ends at once. Raises depot_without_position, locked_stops_do_not_fit.';

create function private.start_optimization_planning_session(planning_session_id uuid, expected_version integer default null) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_planning_session(tenant, planning_session_id, expected_version);
begin
  perform private.next_state('planning_session', target.id, target.status::text, 'start_optimization');
  return private.start_run(target);
end
$$;
comment on function private.start_optimization_planning_session(uuid, integer) is
  'Has the solver share out the orders of a session, also anew; what is locked stays. Orders without a position never reach it. Raises depot_without_position, locked_stops_do_not_fit, planning_session_transition_illegal.';
select private.expose_command('start_optimization_planning_session');

create function private.retry_planning_session(planning_session_id uuid, expected_version integer default null) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_planning_session(tenant, planning_session_id, expected_version);
begin
  perform private.next_state('planning_session', target.id, target.status::text, 'retry');
  return private.start_run(target);
end
$$;
comment on function private.retry_planning_session(uuid, integer) is 'Asks the solver again after a run that failed. Raises depot_without_position, locked_stops_do_not_fit, planning_session_transition_illegal.';
select private.expose_command('retry_planning_session');

create function private.planning_run_input(tenant_id uuid, run_id uuid) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select r.input
  from public.planning_runs r
  join public.planning_sessions s on s.tenant_id = r.tenant_id and s.id = r.planning_session_id and s.run_id = r.id and s.status = 'optimizing'
  where r.tenant_id = planning_run_input.tenant_id and r.id = planning_run_input.run_id and r.ended_at is null
$$;
comment on function private.planning_run_input(uuid, uuid) is 'What the solver is asked; null when nobody waits for this run any more. For the function optimize-routes (service role).';
select private.expose('planning_run_input', 'service_role');

create function private.record_planning_progress(tenant_id uuid, run_id uuid, progress jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  update public.planning_runs r set progress = record_planning_progress.progress
  where r.tenant_id = record_planning_progress.tenant_id and r.id = record_planning_progress.run_id and r.ended_at is null
    and pg_catalog.jsonb_typeof(record_planning_progress.progress) = 'array' and pg_catalog.jsonb_array_length(record_planning_progress.progress) <= 1000;
  if found then
    perform private.publish_event(tenant_id, 'planning_session.progressed', 'planning_session', (
      select r.planning_session_id from public.planning_runs r where r.tenant_id = record_planning_progress.tenant_id and r.id = record_planning_progress.run_id), null);
  end if;
  return found;
end
$$;
comment on function private.record_planning_progress(uuid, uuid, jsonb) is
  'What the solver has found so far: [[milliseconds, cost, unassigned], …]. False when the run is over. For the function optimize-routes (service role).';
select private.expose('record_planning_progress', 'service_role');

create function private.lock_run(tenant uuid, run uuid) returns public.planning_runs
language plpgsql security definer set search_path = ''
as $$
declare
  locked public.planning_runs;
begin
  -- The session first, as whoever works with it does.
  perform from public.planning_sessions s
  where s.tenant_id = tenant and s.id = (select r.planning_session_id from public.planning_runs r where r.tenant_id = tenant and r.id = run) for no key update;
  select * into locked from public.planning_runs r where r.tenant_id = tenant and r.id = run for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('run_id', run));
  end if;
  return locked;
end
$$;
comment on function private.lock_run(uuid, uuid) is 'A run under its lock and that of its session. Raises record_not_found.';

create function private.is_waited_for(run public.planning_runs) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select from public.planning_sessions s where s.tenant_id = run.tenant_id and s.id = run.planning_session_id and s.run_id = run.id and s.status = 'optimizing')
$$;
comment on function private.is_waited_for(public.planning_runs) is 'Whether its session still waits for this run and no newer one.';

create function private.record_planning_result(tenant_id uuid, run_id uuid, output jsonb, engine text, duration_ms integer) returns boolean
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  run public.planning_runs := private.lock_run(tenant_id, run_id);
begin
  if run.ended_at is not null then
    return false;
  end if;
  -- Every job comes back once: on the way of a van that was offered, or left over.
  if (output -> 'code' = '0' and pg_catalog.jsonb_typeof(output -> 'routes') = 'array' and pg_catalog.jsonb_typeof(output -> 'unassigned') = 'array') is not true
    or exists (
      select from (
        select (s.value ->> 'id')::bigint as job, (r.value ->> 'vehicle')::bigint as van
        from pg_catalog.jsonb_array_elements(output -> 'routes') r cross join lateral pg_catalog.jsonb_array_elements(r.value -> 'steps') s
        where s.value ->> 'type' = 'job'
        union all
        select (u.value ->> 'id')::bigint, null from pg_catalog.jsonb_array_elements(output -> 'unassigned') u
      ) a
      full join (select (j.value ->> 'id')::bigint as id from pg_catalog.jsonb_array_elements(run.input -> 'jobs') j) asked on asked.id = a.job
      group by asked.id
      having count(a.job) <> 1 or asked.id is null or pg_catalog.bool_or(a.van is not null and not exists (
        select from pg_catalog.jsonb_array_elements(run.input -> 'vehicles') v where (v.value ->> 'id')::bigint = a.van
      ))
    )
    -- What is locked is on its van.
    or exists (
      select from pg_catalog.jsonb_array_elements(run.input -> 'jobs') j
      where j.value ? 'skills' and not exists (
        select from pg_catalog.jsonb_array_elements(output -> 'routes') r cross join lateral pg_catalog.jsonb_array_elements(r.value -> 'steps') s
        where s.value ->> 'type' = 'job' and s.value -> 'id' = j.value -> 'id' and r.value -> 'vehicle' = j.value -> 'skills' -> 0
      )
    ) then
    perform private.fail('planner_answer_invalid', pg_catalog.jsonb_build_object('run_id', run_id));
  end if;
  update public.planning_runs r
  set output = record_planning_result.output, engine = pg_catalog.left(record_planning_result.engine, 40), duration_ms = record_planning_result.duration_ms,
    cost = (record_planning_result.output -> 'summary' ->> 'cost')::numeric::bigint, ended_at = pg_catalog.now(),
    unassigned = r.unassigned + pg_catalog.jsonb_array_length(record_planning_result.output -> 'unassigned')
  where r.tenant_id = run.tenant_id and r.id = run.id returning * into run;
  if not private.is_waited_for(run) then
    return false;
  end if;
  perform private.keep_plan(run);
  return true;
end
$$;
comment on function private.record_planning_result(uuid, uuid, jsonb, text, integer) is
  'Keeps the answer of the solver (VROOM''s JSON) with its run and, unless the session waits for a newer one or for none, in the session; true then. A second answer changes nothing. Raises planner_answer_invalid, record_not_found. For the function optimize-routes (service role).';
select private.expose('record_planning_result', 'service_role');

create function private.record_planning_failure(tenant_id uuid, run_id uuid, failure public.planning_failure, detail text default null) returns boolean
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  run public.planning_runs := private.lock_run(tenant_id, run_id);
begin
  if run.ended_at is not null then
    return false;
  end if;
  update public.planning_runs r
  set failure = record_planning_failure.failure, detail = pg_catalog.left(record_planning_failure.detail, 500), ended_at = pg_catalog.now()
  where r.tenant_id = run.tenant_id and r.id = run.id returning * into run;
  if not private.is_waited_for(run) then
    return false;
  end if;
  update public.planning_sessions s set status = 'optimization_failed', failure = run.failure where s.tenant_id = run.tenant_id and s.id = run.planning_session_id;
  return true;
end
$$;
comment on function private.record_planning_failure(uuid, uuid, public.planning_failure, text) is
  'Ends a run without a plan and says why; the session can be tried again. A second report changes nothing. Raises record_not_found. For the function optimize-routes (service role).';
select private.expose('record_planning_failure', 'service_role');


-- Family 08, delivery: planning sessions, in which the solver shares a day's orders out among vans.

create type public.planning_status as enum ('draft', 'optimizing', 'optimized', 'optimization_failed', 'applied', 'cancelled');
create type public.planning_failure as enum ('input_refused', 'routing_down', 'too_large', 'solver_broken', 'solver_unreachable', 'answer_invalid');
create type public.unassigned_reason as enum (
  'no_position', 'no_available_vehicle', 'capacity_exceeded', 'missing_required_skills', 'too_many_stops', 'unreachable', 'too_far', 'time_window', 'shift', 'no_room'
);

create table public.planning_sessions (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  planned_on date not null,
  status public.planning_status not null default 'draft',
  service_minutes integer not null default 10,
  max_stops integer,
  break_minutes integer not null default 0,
  notes text,
  run_id uuid,
  failure public.planning_failure,
  applied_at timestamptz,
  status_reason text,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint planned_day_is_near check (planned_on > '2000-01-01' and planned_on < '2200-01-01'),
  constraint planning_figures_are_bounded check (service_minutes between 1 and 240 and max_stops between 1 and 200 and break_minutes between 0 and 240),
  constraint notes_are_bounded check (length(notes) <= 2000),
  constraint a_plan_comes_from_a_run check (status in ('draft', 'cancelled') or run_id is not null),
  constraint failure_matches_status check ((status = 'optimization_failed') = (failure is not null)),
  constraint applied_at_matches_status check ((status = 'applied') = (applied_at is not null)),
  constraint cancelled_reason_matches_status check ((status = 'cancelled') = (status_reason is not null))
);
create index planning_sessions_recent on public.planning_sessions (tenant_id, planned_on desc, id desc);
create index planning_sessions_warehouse on public.planning_sessions (tenant_id, warehouse_id);
comment on table public.planning_sessions is
  'A day''s orders and vans of one depot, shared out by the solver. What it found becomes trips when the session is applied, all of them or none.';
comment on column public.planning_sessions.service_minutes is 'How long a stop takes, in minutes; break_minutes how long each driver rests between 12:00 and 14:00; max_stops how many orders a van takes at most, null for as many as fit.';
comment on column public.planning_sessions.run_id is 'The newest run. What comes from an older one is kept with that run and changes nothing here.';
select private.register_error('planned_day_is_near', 422, 'The day of the plan is not a real working day.', 'Choose a day from today on.');
select private.register_error('planning_figures_are_bounded', 422, 'A figure of the plan is too small or too large.', 'Enter 1 to 240 minutes for a stop, 1 to 200 stops and at most 240 minutes of rest.');
select private.register_document('public.planning_sessions', 'planning_session', 'draft', 'trips.view', '/planning', prefix => 'PLN');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('planning_session', 'draft', 'start_optimization', 'optimizing', 'trips.edit', null, 'planning_session.started'),
  ('planning_session', 'optimized', 'start_optimization', 'optimizing', 'trips.edit', null, 'planning_session.started'),
  ('planning_session', 'optimizing', 'complete', 'optimized', 'trips.edit', null, 'planning_session.optimized'),
  ('planning_session', 'optimizing', 'fail', 'optimization_failed', 'trips.edit', null, 'planning_session.failed'),
  ('planning_session', 'optimization_failed', 'retry', 'optimizing', 'trips.edit', null, 'planning_session.started'),
  ('planning_session', 'optimized', 'apply', 'applied', 'trips.edit', null, 'planning_session.applied'),
  ('planning_session', 'draft', 'cancel', 'cancelled', 'trips.edit', null, 'planning_session.cancelled'),
  ('planning_session', 'optimizing', 'cancel', 'cancelled', 'trips.edit', null, 'planning_session.cancelled'),
  ('planning_session', 'optimized', 'cancel', 'cancelled', 'trips.edit', null, 'planning_session.cancelled'),
  ('planning_session', 'optimization_failed', 'cancel', 'cancelled', 'trips.edit', null, 'planning_session.cancelled');
select private.also_call('planning_session.started', 'planning.optimization_started');
select private.also_call('planning_session.optimized', 'planning.optimized');
select private.also_call('planning_session.failed', 'planning.optimization_failed');
select private.also_call('planning_session.applied', 'planning.applied');
select private.also_call('planning_session.cancelled', 'planning.cancelled');
-- Without a van on the road there is nothing to apply.
select private.offer_if('planning_session', 'private.has_routes(planning_sessions)', 'apply');

create table public.planning_vehicles (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  planning_session_id uuid not null,
  vehicle_id uuid not null,
  place integer not null,
  primary key (tenant_id, id),
  unique (tenant_id, planning_session_id, vehicle_id),
  unique (tenant_id, planning_session_id, place),
  foreign key (tenant_id, planning_session_id) references public.planning_sessions (tenant_id, id),
  foreign key (tenant_id, vehicle_id) references public.vehicles (tenant_id, id)
);
create index planning_vehicles_vehicle on public.planning_vehicles (tenant_id, vehicle_id);
comment on table public.planning_vehicles is 'The vans of a planning session.';
comment on column public.planning_vehicles.place is 'Counts them from 1: the id of the van in the solver''s JSON.';
select private.manage_part('public.planning_vehicles', 'planning_session_id', 'vehicle_id');

create table public.planning_orders (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  planning_session_id uuid not null,
  order_id uuid not null,
  place integer not null,
  vehicle_id uuid,
  sequence integer,
  arrival_at timestamptz,
  reason public.unassigned_reason,
  primary key (tenant_id, id),
  unique (tenant_id, planning_session_id, order_id),
  unique (tenant_id, planning_session_id, place),
  constraint sequence_is_unique_on_the_route unique (tenant_id, planning_session_id, vehicle_id, sequence) deferrable initially deferred,
  foreign key (tenant_id, planning_session_id) references public.planning_sessions (tenant_id, id),
  foreign key (tenant_id, planning_session_id, vehicle_id) references public.planning_vehicles (tenant_id, planning_session_id, vehicle_id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  constraint a_stop_is_complete check ((vehicle_id is null) = (sequence is null) and (vehicle_id is null) = (arrival_at is null)),
  constraint a_stop_needs_no_reason check (vehicle_id is null or reason is null)
);
create index planning_orders_order on public.planning_orders (tenant_id, order_id);
comment on table public.planning_orders is 'The orders of a planning session: the van, the place on its way and the time it arrives, or the reason why no van takes it. All empty before the first run.';
comment on column public.planning_orders.place is 'Counts them from 1: the id of the job in the solver''s JSON.';
select private.manage_part('public.planning_orders', 'planning_session_id', 'order_id');

create table public.planning_runs (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  planning_session_id uuid not null,
  input jsonb not null,
  output jsonb,
  engine text,
  cost bigint,
  duration_ms integer,
  unassigned integer,
  failure public.planning_failure,
  detail text,
  started_at timestamptz not null default now(),
  started_by uuid default auth.uid(),
  ended_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, planning_session_id) references public.planning_sessions (tenant_id, id),
  constraint a_run_ends_with_a_plan_or_a_reason check ((ended_at is null) = (output is null and failure is null) and (output is null or failure is null))
);
create index planning_runs_session on public.planning_runs (tenant_id, planning_session_id, started_at desc);
alter table public.planning_sessions add foreign key (tenant_id, run_id) references public.planning_runs (tenant_id, id);
create index planning_sessions_run on public.planning_sessions (tenant_id, run_id);
comment on table public.planning_runs is 'Every run of the solver for a session: what it was asked, what it answered, how long it took and at what cost, or why it failed. VROOM''s JSON both ways.';
comment on column public.planning_runs.cost is 'As the solver counts it: seconds of travel, or money where the vans have costs.';
comment on column public.planning_runs.unassigned is 'Orders that no van takes, with those that never reached the solver.';
select private.manage_part('public.planning_runs', 'planning_session_id', 'failure', 'engine');

alter table public.trips add column planning_session_id uuid;
alter table public.trips add foreign key (tenant_id, planning_session_id) references public.planning_sessions (tenant_id, id);
create index trips_planning_session on public.trips (tenant_id, planning_session_id);
comment on column public.trips.planning_session_id is 'The planning session that made the trip; null when somebody built it by hand.';

select private.create_queue('optimize_routes', 'optimize-routes');

select private.register_error('planning_orders_missing', 422, 'The plan has no orders.', 'Choose the orders that shall be delivered.');
select private.register_error('planning_too_large', 422, 'The plan has too many orders or vans.', 'Choose at most 1000 orders and 200 vans, or plan in two parts.');
select private.register_error('depot_without_position', 409, 'The depot has no position, so no way from it can be planned.', 'Set its position on the map of the place.');
select private.register_error('planner_answer_invalid', 422, 'The answer of the route solver does not fit what it was asked.', 'Start the run again.');
select private.register_error('plan_without_routes', 409, 'No van takes an order in this plan.', 'Look at the reasons, correct what keeps the orders back, and start again.');

create function private.has_routes(target public.planning_sessions) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from public.planning_orders o where o.tenant_id = target.tenant_id and o.planning_session_id = target.id and o.vehicle_id is not null);
end
$$;
comment on function private.has_routes(public.planning_sessions) is 'Whether any order of the session is on a van.';

create function private.lock_planning_session(tenant uuid, session uuid, expected_version integer) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
declare
  target public.planning_sessions;
begin
  select * into target from public.planning_sessions s where s.tenant_id = tenant and s.id = session and (private.is_unscoped() or private.sees_trip(null, null, s.warehouse_id)) for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('planning_session_id', session));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_planning_session(uuid, uuid, integer) is 'A planning session that the caller sees, under its lock. Sessions are locked before trips. Raises record_not_found, version_conflict.';

create function private.create_planning_session(
  warehouse_id uuid, planned_on date, order_ids uuid[], vehicle_ids uuid[], service_minutes integer default 10, max_stops integer default null,
  break_minutes integer default 0, notes text default null
) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  orders constant uuid[] := array(select distinct o from pg_catalog.unnest(order_ids) o order by o);
  vans constant uuid[] := array(select distinct v from pg_catalog.unnest(vehicle_ids) v order by v);
  problems jsonb;
  unknown uuid[];
  created public.planning_sessions;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  if planned_on is null or planned_on < private.tenant_today(tenant) or planned_on >= '2200-01-01' then
    perform private.fail('planned_day_is_near', pg_catalog.jsonb_build_object('planned_on', planned_on));
  end if;
  if (service_minutes between 1 and 240 and coalesce(max_stops, 1) between 1 and 200 and break_minutes between 0 and 240) is not true then
    perform private.fail('planning_figures_are_bounded', pg_catalog.jsonb_build_object('service_minutes', service_minutes, 'max_stops', max_stops, 'break_minutes', break_minutes));
  end if;
  perform private.check_text('notes', notes, 2000);
  if pg_catalog.cardinality(orders) = 0 then
    perform private.fail('planning_orders_missing', '{"order_ids": "required"}');
  end if;
  if pg_catalog.cardinality(orders) > 1000 or pg_catalog.cardinality(vans) > 200 then
    perform private.fail('planning_too_large', pg_catalog.jsonb_build_object('orders', pg_catalog.cardinality(orders), 'vehicles', pg_catalog.cardinality(vans)));
  end if;
  problems := private.unassignable_orders(tenant, warehouse_id, null, orders, '{approved,allocated}');
  if problems is not null then
    perform private.fail('orders_not_assignable', pg_catalog.jsonb_build_object('orders', problems));
  end if;
  unknown := array(select v from pg_catalog.unnest(vans) v where not exists (select from public.vehicles k where k.tenant_id = tenant and k.id = v));
  if unknown <> '{}' then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('vehicle_ids', unknown));
  end if;
  insert into public.planning_sessions (tenant_id, warehouse_id, planned_on, service_minutes, max_stops, break_minutes, notes)
  values (tenant, warehouse_id, planned_on, service_minutes, max_stops, break_minutes, nullif(pg_catalog.btrim(notes), ''))
  returning * into created;
  insert into public.planning_orders (tenant_id, planning_session_id, order_id, place)
  select tenant, created.id, o, n from pg_catalog.unnest(orders) with ordinality as w (o, n);
  insert into public.planning_vehicles (tenant_id, planning_session_id, vehicle_id, place)
  select tenant, created.id, v, n from pg_catalog.unnest(vans) with ordinality as w (v, n);
  return created;
end
$$;
comment on function private.create_planning_session(uuid, date, uuid[], uuid[], integer, integer, integer, text) is
  'Drafts a plan for approved or allocated orders of a depot that ride on no trip, and its vans. Raises warehouse_not_available, planned_day_is_near, planning_figures_are_bounded, planning_orders_missing, planning_too_large, orders_not_assignable, record_not_found.';
select private.expose_command('create_planning_session');

------------------------------------------------------------------------------------------------
-- What the solver is asked
------------------------------------------------------------------------------------------------

create function private.planning_moment(session public.planning_sessions, at_time interval) returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
  return extract(epoch from (session.planned_on + at_time) at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = session.tenant_id))::bigint;
end
$$;
comment on function private.planning_moment(public.planning_sessions, interval) is 'A time of the planned day, local to the company, in seconds since 1970.';

create function private.planning_jobs(session public.planning_sessions) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'id', p.place,
    'description', o.number,
    'location', pg_catalog.jsonb_build_array(a.longitude, a.latitude),
    'service', session.service_minutes * 60,
    'delivery', pg_catalog.jsonb_build_array(pg_catalog.ceil(l.weight * 1000)::bigint, pg_catalog.ceil(l.volume * 1000)::bigint, pg_catalog.ceil(l.units * 1000)::bigint),
    'priority', case when o.requested_on <= session.planned_on then 50 else 10 end,
    'time_windows', case when a.window_start is not null or a.window_end is not null then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(
      private.planning_moment(session, coalesce(a.window_start::interval, '0'::interval)),
      private.planning_moment(session, coalesce(a.window_end::interval, '24 hours'::interval))))
    end
  )) order by p.place), '[]')
  from public.planning_orders p
  join public.orders o on o.tenant_id = p.tenant_id and o.id = p.order_id
  join public.customer_addresses a on a.tenant_id = o.tenant_id and a.id = o.address_id and a.latitude is not null
  cross join lateral (
    select coalesce(sum(i.quantity * g.weight_kg), 0) as weight, coalesce(sum(i.quantity * g.volume_l), 0) as volume, coalesce(sum(i.quantity), 0) as units
    from public.order_items i join public.products g on g.tenant_id = i.tenant_id and g.id = i.product_id
    where i.tenant_id = o.tenant_id and i.order_id = o.id
  ) l
  where p.tenant_id = session.tenant_id and p.planning_session_id = session.id
$$;
comment on function private.planning_jobs(public.planning_sessions) is
  'VROOM''s jobs: the orders whose address has a position. Amounts are thousandths of kilograms, litres and units; what was asked for by that day goes first.';

create function private.planning_fleet(session public.planning_sessions) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'id', p.place,
    'description', v.registration,
    'start', pg_catalog.jsonb_build_array(w.longitude, w.latitude),
    'end', pg_catalog.jsonb_build_array(w.longitude, w.latitude),
    'capacity', pg_catalog.jsonb_build_array(pg_catalog.floor(v.capacity_kg * 1000)::bigint, pg_catalog.floor(v.capacity_l * 1000)::bigint, pg_catalog.floor(v.capacity_units * 1000)::bigint),
    'time_window', pg_catalog.jsonb_build_array(private.planning_moment(session, v.shift_start::interval), private.planning_moment(session, v.shift_end::interval)),
    'max_tasks', session.max_stops,
    -- A van without running costs is judged by the time it needs, as VROOM does when nothing is said.
    'costs', case when v.cost_per_hour + v.cost_per_km > 0 then pg_catalog.jsonb_build_object(
      'fixed', round(v.cost_fixed)::bigint, 'per_hour', round(v.cost_per_hour)::bigint, 'per_km', round(v.cost_per_km)::bigint) end,
    'breaks', case when session.break_minutes > 0 and v.shift_start <= '12:00' and v.shift_end >= '14:00' then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'id', 1, 'service', session.break_minutes * 60,
      'time_windows', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_array(private.planning_moment(session, '12 hours'), private.planning_moment(session, '14 hours'))))) end
  )) order by p.place), '[]')
  from public.planning_vehicles p
  join public.vehicles v on v.tenant_id = p.tenant_id and v.id = p.vehicle_id and v.is_active
  join public.warehouses w on w.tenant_id = p.tenant_id and w.id = session.warehouse_id
  where p.tenant_id = session.tenant_id and p.planning_session_id = session.id
$$;
comment on function private.planning_fleet(public.planning_sessions) is 'VROOM''s vehicles: the vans in service, from and to the depot within their shift. Drivers rest between 12:00 and 14:00 where the shift covers it.';

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
begin
  update public.planning_orders o
  set vehicle_id = s.vehicle_id, sequence = s.sequence, arrival_at = s.arrival_at,
    reason = case when s.vehicle_id is null then private.reason_in_words(run, o.place, s.told) end
  from (
    select p.id, v.vehicle_id, stop.sequence, stop.arrival_at, (
      select u.value ->> 'reason' from pg_catalog.jsonb_array_elements(run.output -> 'unassigned') u where (u.value ->> 'id')::integer = p.place limit 1
    ) as told
    from public.planning_orders p
    left join lateral (
      select (r.value ->> 'vehicle')::integer as van, (s.value ->> 'id')::integer as job,
        (pg_catalog.row_number() over (partition by r.value ->> 'vehicle' order by s.n))::integer as sequence,
        pg_catalog.to_timestamp((s.value ->> 'arrival')::bigint + (s.value ->> 'waiting_time')::bigint) as arrival_at
      from pg_catalog.jsonb_array_elements(run.output -> 'routes') r
      cross join lateral pg_catalog.jsonb_array_elements(r.value -> 'steps') with ordinality s (value, n)
      where s.value ->> 'type' = 'job'
    ) stop on stop.job = p.place
    left join public.planning_vehicles v on v.tenant_id = p.tenant_id and v.planning_session_id = p.planning_session_id and v.place = stop.van
    where p.tenant_id = run.tenant_id and p.planning_session_id = run.planning_session_id
  ) s
  where o.tenant_id = run.tenant_id and o.id = s.id;
  update public.planning_sessions s set status = 'optimized' where s.tenant_id = run.tenant_id and s.id = run.planning_session_id;
end
$$;
comment on function private.keep_plan(public.planning_runs) is 'Puts what a run found into its locked session: a van and a time for every order, or a reason.';

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
  insert into public.planning_runs (tenant_id, planning_session_id, input)
  values (session.tenant_id, session.id, pg_catalog.jsonb_build_object('jobs', private.planning_jobs(session), 'vehicles', private.planning_fleet(session)))
  returning * into run;
  update public.planning_sessions s set status = 'optimizing', run_id = run.id, failure = null
  where s.tenant_id = session.tenant_id and s.id = session.id returning * into session;
  if run.input -> 'jobs' = '[]' or run.input -> 'vehicles' = '[]' then
    -- Nobody needs to be asked: each order has its reason.
    earlier := private.run_as_rule('planning_session.start_optimization');
    update public.planning_runs r
    set output = '{"code": 0, "routes": [], "unassigned": []}', cost = 0, duration_ms = 0, ended_at = pg_catalog.now(),
      unassigned = (select count(*) from public.planning_orders o where o.tenant_id = r.tenant_id and o.planning_session_id = r.planning_session_id)
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
comment on function private.start_run(public.planning_sessions) is 'Writes down what the solver is asked and has optimize-routes ask it; where no order or no van is left to ask about, the run ends at once. Raises depot_without_position.';

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
  'Has the solver share out the orders of a session, also anew. Orders without a position never reach it. Raises depot_without_position, planning_session_transition_illegal.';
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
comment on function private.retry_planning_session(uuid, integer) is 'Asks the solver again after a run that failed. Raises depot_without_position, planning_session_transition_illegal.';
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
    ) then
    perform private.fail('planner_answer_invalid', pg_catalog.jsonb_build_object('run_id', run_id));
  end if;
  update public.planning_runs r
  set output = record_planning_result.output, engine = pg_catalog.left(record_planning_result.engine, 40), duration_ms = record_planning_result.duration_ms,
    cost = (record_planning_result.output -> 'summary' ->> 'cost')::numeric::bigint, ended_at = pg_catalog.now(),
    unassigned = (select count(*) from public.planning_orders o where o.tenant_id = r.tenant_id and o.planning_session_id = r.planning_session_id)
      - pg_catalog.jsonb_array_length(r.input -> 'jobs') + pg_catalog.jsonb_array_length(record_planning_result.output -> 'unassigned')
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

------------------------------------------------------------------------------------------------
-- What becomes of it
------------------------------------------------------------------------------------------------

create function private.apply_planning_session(planning_session_id uuid, expected_version integer default null) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_planning_session(tenant, planning_session_id, expected_version);
  planned constant uuid[] := array(
    select o.order_id from public.planning_orders o where o.tenant_id = tenant and o.planning_session_id = target.id and o.vehicle_id is not null order by o.order_id
  );
  problems jsonb;
  route record;
  trip public.trips;
begin
  perform private.next_state('planning_session', target.id, target.status::text, 'apply');
  if planned = '{}' then
    perform private.fail('plan_without_routes', pg_catalog.jsonb_build_object('planning_session_id', target.id));
  end if;
  -- All orders of all trips at once, so that everything that changed meanwhile is named at once.
  perform from public.orders o where o.tenant_id = tenant and o.id = any (planned) order by o.id for no key update;
  problems := private.unassignable_orders(tenant, target.warehouse_id, null, planned, '{allocated}');
  if problems is not null then
    perform private.fail('orders_not_assignable', pg_catalog.jsonb_build_object('orders', problems));
  end if;
  for route in
    select v.vehicle_id, pg_catalog.array_agg(o.order_id order by o.sequence) as order_ids,
      min(pg_catalog.to_timestamp((r.value -> 'steps' -> 0 ->> 'arrival')::bigint)) as starts_at,
      min(pg_catalog.to_timestamp((r.value -> 'steps' -> -1 ->> 'arrival')::bigint)) as ends_at
    from public.planning_vehicles v
    join public.planning_orders o on o.tenant_id = v.tenant_id and o.planning_session_id = v.planning_session_id and o.vehicle_id = v.vehicle_id
    join public.planning_runs n on n.tenant_id = v.tenant_id and n.id = target.run_id
    cross join lateral pg_catalog.jsonb_array_elements(n.output -> 'routes') r
    where v.tenant_id = tenant and v.planning_session_id = target.id and (r.value ->> 'vehicle')::integer = v.place
    group by v.vehicle_id, v.place order by v.place
  loop
    trip := private.create_trip(target.warehouse_id, route.starts_at, route.ends_at, route.vehicle_id, null, route.order_ids, target.notes);
    update public.trips t set planning_session_id = target.id where t.tenant_id = tenant and t.id = trip.id;
    update public.trip_stops s set planned_arrival_at = o.arrival_at
    from public.planning_orders o
    where s.tenant_id = tenant and s.trip_id = trip.id and o.tenant_id = tenant and o.planning_session_id = target.id and o.order_id = s.order_id;
  end loop;
  update public.planning_sessions s set status = 'applied', applied_at = pg_catalog.now()
  where s.tenant_id = target.tenant_id and s.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.apply_planning_session(uuid, integer) is
  'Makes a draft trip of every route of the plan, all of them or none; what no van takes stays where it is. Raises orders_not_assignable with every order that changed meanwhile, plan_without_routes, vehicle_not_active, planning_session_transition_illegal.';
select private.expose_command('apply_planning_session');

create function private.cancel_planning_session(planning_session_id uuid, reason text, expected_version integer default null) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_planning_session(tenant, planning_session_id, expected_version);
begin
  perform private.next_state('planning_session', target.id, target.status::text, 'cancel');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.planning_sessions s set status = 'cancelled', failure = null, status_reason = pg_catalog.btrim(reason)
  where s.tenant_id = target.tenant_id and s.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.cancel_planning_session(uuid, text, integer) is
  'Gives up a plan that was not applied; an answer that comes later is kept with its run alone. Raises reason_required, planning_session_transition_illegal.';
select private.expose_command('cancel_planning_session');

-- Family 08, delivery: planning sessions, in which the solver shares a day's orders out among vans.

create type public.planning_status as enum ('draft', 'optimizing', 'optimized', 'optimization_failed', 'applied', 'cancelled');
create type public.planning_failure as enum ('input_refused', 'routing_down', 'too_large', 'solver_broken', 'solver_unreachable', 'answer_invalid');
create type public.unassigned_reason as enum (
  'no_position', 'no_available_vehicle', 'capacity_exceeded', 'missing_required_skills', 'too_many_stops', 'unreachable', 'too_far', 'time_window', 'shift', 'no_room', 'taken_off'
);
create type public.plan_violation as enum ('overloaded', 'too_many_stops', 'late_stops', 'late_return');

create table public.planning_sessions (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  planned_on date not null,
  status public.planning_status not null default 'draft',
  service_minutes integer not null default 10,
  max_stops integer,
  break_minutes integer not null default 0,
  kilometres_per_hour numeric(5,2) not null default 30,
  hand_changes integer not null default 0,
  notes text,
  run_id uuid,
  failure public.planning_failure,
  applied_at timestamptz,
  status_reason text,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint planned_day_is_near check (planned_on > '2000-01-01' and planned_on < '2200-01-01'),
  constraint planning_figures_are_bounded check (service_minutes between 1 and 240 and max_stops between 1 and 200 and break_minutes between 0 and 240),
  constraint speed_is_bounded check (kilometres_per_hour between 5 and 120),
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
comment on column public.planning_sessions.kilometres_per_hour is
  'How fast vans get on where nobody measured the way; learnt when the session is made and kept, so that all its plans are judged alike.';
comment on column public.planning_sessions.hand_changes is 'How often somebody moved or locked stops: whoever looks at the plan is told that it is another one.';
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
insert into private.in_place_commands (machine, state, command, permission)
select 'planning_session', s, c, 'trips.edit'
from pg_catalog.unnest('{draft,optimized,optimization_failed}'::text[]) s cross join pg_catalog.unnest('{move_stops,lock_stops,lock_route}'::text[]) c;

create table public.planning_vehicles (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  planning_session_id uuid not null,
  vehicle_id uuid not null,
  place integer not null,
  is_locked boolean not null default false,
  starts_at timestamptz,
  ends_at timestamptz,
  travel_seconds integer not null default 0,
  metres integer not null default 0,
  cost bigint not null default 0,
  violations public.plan_violation[] not null default '{}',
  primary key (tenant_id, id),
  unique (tenant_id, planning_session_id, vehicle_id),
  unique (tenant_id, planning_session_id, place),
  foreign key (tenant_id, planning_session_id) references public.planning_sessions (tenant_id, id),
  foreign key (tenant_id, vehicle_id) references public.vehicles (tenant_id, id)
);
create index planning_vehicles_vehicle on public.planning_vehicles (tenant_id, vehicle_id);
comment on table public.planning_vehicles is 'The vans of a planning session.';
comment on column public.planning_vehicles.place is 'Counts them from 1: the id of the van in the solver''s JSON.';
comment on column public.planning_vehicles.is_locked is 'The route stays as it is: the solver gets neither the van nor its stops.';
comment on column public.planning_vehicles.starts_at is 'When the van leaves the depot, ends_at when it is back; null without stops. travel_seconds and metres are the way alone.';
comment on column public.planning_vehicles.cost is 'Of the route, as the solver counts it: seconds of travel, or money where the van has costs.';
comment on column public.planning_vehicles.violations is 'What is wrong with the route: more load or stops than the van takes, a customer after his hours, the depot after the shift.';
select private.manage_part('public.planning_vehicles', 'planning_session_id', 'vehicle_id', 'is_locked');

create table public.planning_orders (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  planning_session_id uuid not null,
  order_id uuid not null,
  place integer not null,
  vehicle_id uuid,
  sequence integer,
  arrival_at timestamptz,
  late_seconds integer not null default 0,
  is_locked boolean not null default false,
  reason public.unassigned_reason,
  primary key (tenant_id, id),
  unique (tenant_id, planning_session_id, order_id),
  unique (tenant_id, planning_session_id, place),
  constraint sequence_is_unique_on_the_route unique (tenant_id, planning_session_id, vehicle_id, sequence) deferrable initially deferred,
  foreign key (tenant_id, planning_session_id) references public.planning_sessions (tenant_id, id),
  foreign key (tenant_id, planning_session_id, vehicle_id) references public.planning_vehicles (tenant_id, planning_session_id, vehicle_id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  constraint a_stop_is_complete check ((vehicle_id is null) = (sequence is null) and (vehicle_id is null) = (arrival_at is null)),
  constraint a_stop_needs_no_reason check (vehicle_id is null or reason is null),
  constraint only_a_stop_is_locked check (vehicle_id is not null or not is_locked)
);
create index planning_orders_order on public.planning_orders (tenant_id, order_id);
comment on table public.planning_orders is 'The orders of a planning session: the van, the place on its way and the time it arrives, or the reason why no van takes it. All empty before the first run.';
comment on column public.planning_orders.place is 'Counts them from 1: the id of the job in the solver''s JSON.';
comment on column public.planning_orders.arrival_at is 'When the stop begins: not before the customer''s hours. late_seconds is how long after them.';
comment on column public.planning_orders.is_locked is 'The solver leaves the stop on its van and at its time.';
select private.manage_part('public.planning_orders', 'planning_session_id', 'order_id', 'is_locked');

create table public.planning_runs (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  planning_session_id uuid not null,
  input jsonb not null,
  output jsonb,
  engine text,
  before jsonb not null,
  plan jsonb,
  progress jsonb not null default '[]',
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
comment on column public.planning_runs.before is 'The plan as it stood when the run began, and plan as the run left it: {cost, seconds, metres, late, vans, unassigned, stops: [{order_id, vehicle_id, sequence}]}.';
comment on column public.planning_runs.progress is 'The best plan so far while the solver works: [[milliseconds, cost, unassigned], …].';
comment on column public.planning_runs.cost is 'As the solver counts it: seconds of travel, or money where the vans have costs.';
comment on column public.planning_runs.unassigned is 'Orders that no van takes, with those that never reached the solver.';
select private.manage_part('public.planning_runs', 'planning_session_id', 'failure', 'engine');

create table public.planning_changes (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  planning_session_id uuid not null,
  run_id uuid,
  order_id uuid not null,
  from_vehicle_id uuid,
  from_sequence integer,
  to_vehicle_id uuid,
  to_sequence integer,
  cost_difference bigint not null,
  changed_at timestamptz not null default pg_catalog.clock_timestamp(),
  changed_by uuid default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, planning_session_id) references public.planning_sessions (tenant_id, id),
  foreign key (tenant_id, run_id) references public.planning_runs (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, from_vehicle_id) references public.vehicles (tenant_id, id),
  foreign key (tenant_id, to_vehicle_id) references public.vehicles (tenant_id, id),
  constraint a_change_has_both_ends check ((from_vehicle_id is null) = (from_sequence is null) and (to_vehicle_id is null) = (to_sequence is null))
);
create index planning_changes_session on public.planning_changes (tenant_id, planning_session_id, id);
create index planning_changes_run on public.planning_changes (tenant_id, run_id);
create index planning_changes_order on public.planning_changes (tenant_id, order_id);
create index planning_changes_from on public.planning_changes (tenant_id, from_vehicle_id);
create index planning_changes_to on public.planning_changes (tenant_id, to_vehicle_id);
comment on table public.planning_changes is 'Every stop that a dispatcher moved by hand: from where to where, and what it cost. Written with the move, never changed.';
comment on column public.planning_changes.run_id is 'The run whose plan was changed; null before the first one.';
comment on column public.planning_changes.cost_difference is 'How much more the plan cost afterwards, in the unit of planning_vehicles.cost; negative where it saved something.';
select private.manage_part('public.planning_changes', 'planning_session_id', 'order_id');

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

create function private.planning_moment(session public.planning_sessions, at_time interval) returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
  return extract(epoch from (session.planned_on + at_time) at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = session.tenant_id))::bigint;
end
$$;
comment on function private.planning_moment(public.planning_sessions, interval) is 'A time of the planned day, local to the company, in seconds since 1970.';

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
  insert into public.planning_sessions (tenant_id, warehouse_id, planned_on, service_minutes, max_stops, break_minutes, kilometres_per_hour, notes)
  values (tenant, warehouse_id, planned_on, service_minutes, max_stops, break_minutes, private.speed_of_vans(tenant, vans), nullif(pg_catalog.btrim(notes), ''))
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
    select v.vehicle_id, v.starts_at, v.ends_at, pg_catalog.array_agg(o.order_id order by o.sequence) as order_ids
    from public.planning_vehicles v
    join public.planning_orders o on o.tenant_id = v.tenant_id and o.planning_session_id = v.planning_session_id and o.vehicle_id = v.vehicle_id
    where v.tenant_id = tenant and v.planning_session_id = target.id
    group by v.vehicle_id, v.starts_at, v.ends_at, v.place order by v.place
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

-- Family 08, delivery: stops of a plan moved and locked by hand.

select private.register_error('plan_fixed', 409, 'The plan cannot be changed now.', 'Wait until the solver has answered; a plan that was applied or given up stays as it is.');
select private.register_error('stop_without_position', 409, 'The address of an order has no position, so no van can be sent there.', 'Set its position on the map first.');
select private.register_error('stop_is_locked', 409, 'A stop or its route is locked.', 'Unlock it first.');
select private.register_error('stops_not_on_a_van', 409, 'Only stops on a van can be locked.', 'Put the orders on a van first.');
select private.register_error('sequence_is_bounded_by_the_route', 422, 'The place on the route is not a whole number from 1 on.', 'Choose a place between the stops.');

create function private.lock_plan(tenant uuid, session uuid, command text, expected_version integer) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
declare
  target constant public.planning_sessions := private.lock_planning_session(tenant, session, expected_version);
begin
  if not private.takes_in_place('planning_session', tenant, target.status::text, command) then
    perform private.fail('plan_fixed', pg_catalog.jsonb_build_object('planning_session_id', target.id, 'status', target.status));
  end if;
  return target;
end
$$;
comment on function private.lock_plan(uuid, uuid, text, integer) is 'A planning session under its lock, in a state in which its plan may be changed. Raises record_not_found, version_conflict, plan_fixed.';

create function private.planned_orders(session public.planning_sessions, order_ids uuid[]) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  wanted constant uuid[] := array(select w.id from pg_catalog.unnest(order_ids) with ordinality w (id, n) group by w.id order by min(w.n));
  unknown constant uuid[] := array(
    select w from pg_catalog.unnest(wanted) w
    where not exists (select from public.planning_orders p where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and p.order_id = w)
  );
begin
  if wanted = '{}' then
    perform private.fail('planning_orders_missing', '{"order_ids": "required"}');
  end if;
  if unknown <> '{}' then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_ids', unknown));
  end if;
  return wanted;
end
$$;
comment on function private.planned_orders(public.planning_sessions, uuid[]) is 'Each of these orders once, as they came. Raises planning_orders_missing, or record_not_found with those that are not part of the session.';

create function private.require_planned_van(session public.planning_sessions, vehicle_id uuid) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (select from public.planning_vehicles p where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and p.vehicle_id = require_planned_van.vehicle_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('vehicle_id', vehicle_id));
  end if;
end
$$;
comment on function private.require_planned_van(public.planning_sessions, uuid) is 'Raises record_not_found for a van that is not part of the session.';

create function private.best_place(session public.planning_sessions, of_vehicle uuid, moved uuid) returns integer
language plpgsql stable security definer set search_path = ''
as $$
declare
  stops constant uuid[] := private.stops_of(session, of_vehicle);
  rules constant private.route_rules := private.rules_of(session, of_vehicle);
  way private.route_way;
  timed private.timed_route;
  best integer;
  best_lateness bigint;
  best_seconds bigint;
  seconds bigint;
begin
  for place in 1 .. pg_catalog.cardinality(stops) + 1 loop
    way := private.way_along(session, stops[: place - 1] || moved || stops[place :]);
    timed := private.time_stops(way.seconds, way.opens, way.closes, rules);
    seconds := (select sum(s) from pg_catalog.unnest(way.seconds) s);
    if best is null or (timed.lateness, seconds) < (best_lateness, best_seconds) then
      best := place;
      best_lateness := timed.lateness;
      best_seconds := seconds;
    end if;
  end loop;
  return best;
end
$$;
comment on function private.best_place(public.planning_sessions, uuid, uuid) is 'Where on the route of a van a stop fits best: with the least lateness, then the shortest way.';

create function private.cost_of_vans(session public.planning_sessions, vehicle_ids uuid[]) returns bigint
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select coalesce(sum(v.cost), 0) from public.planning_vehicles v where v.tenant_id = session.tenant_id and v.planning_session_id = session.id and v.vehicle_id = any (vehicle_ids));
end
$$;
comment on function private.cost_of_vans(public.planning_sessions, uuid[]) is 'What the routes of these vans cost together.';

create function private.move_stop(session public.planning_sessions, moved uuid, to_vehicle uuid, wanted integer) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  stop public.planning_orders;
  cost_before bigint;
  at_place integer;
begin
  select * into stop from public.planning_orders p where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and p.order_id = moved;
  cost_before := private.cost_of_vans(session, array[stop.vehicle_id, to_vehicle]);
  if stop.vehicle_id is not null then
    update public.planning_orders p set vehicle_id = null, sequence = null, arrival_at = null, late_seconds = 0, reason = 'taken_off'
    where p.tenant_id = stop.tenant_id and p.id = stop.id;
    update public.planning_orders p set sequence = p.sequence - 1
    where p.tenant_id = stop.tenant_id and p.planning_session_id = session.id and p.vehicle_id = stop.vehicle_id and p.sequence > stop.sequence;
  end if;
  if to_vehicle is not null then
    at_place := least(coalesce(wanted, private.best_place(session, to_vehicle, moved)), pg_catalog.cardinality(private.stops_of(session, to_vehicle)) + 1);
    update public.planning_orders p set sequence = p.sequence + 1
    where p.tenant_id = stop.tenant_id and p.planning_session_id = session.id and p.vehicle_id = to_vehicle and p.sequence >= at_place;
    -- The time is worked out with those of the route.
    update public.planning_orders p set vehicle_id = to_vehicle, sequence = at_place, arrival_at = pg_catalog.now(), reason = null
    where p.tenant_id = stop.tenant_id and p.id = stop.id;
    perform private.time_route(session, to_vehicle);
  end if;
  if stop.vehicle_id is distinct from to_vehicle and stop.vehicle_id is not null then
    perform private.time_route(session, stop.vehicle_id);
  end if;
  if (stop.vehicle_id, stop.sequence) is distinct from (to_vehicle, at_place) then
    insert into public.planning_changes (tenant_id, planning_session_id, run_id, order_id, from_vehicle_id, from_sequence, to_vehicle_id, to_sequence, cost_difference)
    values (session.tenant_id, session.id, session.run_id, moved, stop.vehicle_id, stop.sequence, to_vehicle, at_place,
      private.cost_of_vans(session, array[stop.vehicle_id, to_vehicle]) - cost_before);
  end if;
end
$$;
comment on function private.move_stop(public.planning_sessions, uuid, uuid, integer) is 'Takes an order of a locked session off its van and puts it on another, or nowhere, and writes down what that cost.';

create function private.move_stops(
  planning_session_id uuid, order_ids uuid[], vehicle_id uuid default null, sequence integer default null, expected_version integer default null
) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_plan(tenant, planning_session_id, 'move_stops', expected_version);
  moved constant uuid[] := private.planned_orders(target, order_ids);
  kept jsonb;
begin
  if sequence < 1 or sequence > 1000 then
    perform private.fail('sequence_is_bounded_by_the_route', pg_catalog.jsonb_build_object('sequence', sequence));
  end if;
  if vehicle_id is not null then
    perform private.require_planned_van(target, vehicle_id);
    if not exists (select from public.warehouses w where w.tenant_id = tenant and w.id = target.warehouse_id and w.latitude is not null) then
      perform private.fail('depot_without_position', pg_catalog.jsonb_build_object('warehouse_id', target.warehouse_id));
    end if;
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_id', o.id, 'number', o.number)) into kept
    from public.orders o join public.customer_addresses a on a.tenant_id = o.tenant_id and a.id = o.address_id
    where o.tenant_id = tenant and o.id = any (moved) and not private.is_position(a.latitude, a.longitude);
    if kept is not null then
      perform private.fail('stop_without_position', pg_catalog.jsonb_build_object('orders', kept));
    end if;
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_id', p.order_id)) into kept
  from public.planning_orders p
  left join public.planning_vehicles v on v.tenant_id = p.tenant_id and v.planning_session_id = p.planning_session_id and v.vehicle_id = p.vehicle_id
  where p.tenant_id = tenant and p.planning_session_id = target.id and p.order_id = any (moved) and (p.is_locked or v.is_locked);
  if kept is not null or exists (
    select from public.planning_vehicles v where v.tenant_id = tenant and v.planning_session_id = target.id and v.vehicle_id = move_stops.vehicle_id and v.is_locked
  ) then
    perform private.fail('stop_is_locked', pg_catalog.jsonb_build_object('orders', coalesce(kept, '[]')));
  end if;
  for at in 1 .. pg_catalog.cardinality(moved) loop
    perform private.move_stop(target, moved[at], vehicle_id, sequence + at - 1);
  end loop;
  update public.planning_sessions s set hand_changes = s.hand_changes + 1 where s.tenant_id = tenant and s.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.move_stops(uuid, uuid[], uuid, integer, integer) is
  'Puts orders of a plan on a van, one after the other from a place (sequence) on, or each where it fits best (null); without a van takes them off. Times, cost and what is wrong are worked out anew, and planning_changes says what each move cost. Raises plan_fixed, planning_orders_missing, record_not_found, stop_without_position, stop_is_locked, depot_without_position, sequence_is_bounded_by_the_route.';
select private.expose_command('move_stops');

create function private.lock_stops(planning_session_id uuid, order_ids uuid[], is_locked boolean default true, expected_version integer default null) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_plan(tenant, planning_session_id, 'lock_stops', expected_version);
  chosen constant uuid[] := private.planned_orders(target, order_ids);
begin
  if exists (select from public.planning_orders p where p.tenant_id = tenant and p.planning_session_id = target.id and p.order_id = any (chosen) and p.vehicle_id is null) then
    perform private.fail('stops_not_on_a_van');
  end if;
  update public.planning_orders p set is_locked = coalesce(lock_stops.is_locked, true)
  where p.tenant_id = tenant and p.planning_session_id = target.id and p.order_id = any (chosen);
  update public.planning_sessions s set hand_changes = s.hand_changes + 1 where s.tenant_id = tenant and s.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.lock_stops(uuid, uuid[], boolean, integer) is
  'Has the solver leave stops on their van at their time, in their order; unlocks them with is_locked false. Raises plan_fixed, planning_orders_missing, record_not_found, stops_not_on_a_van.';
select private.expose_command('lock_stops');

create function private.lock_route(planning_session_id uuid, vehicle_id uuid, is_locked boolean default true, expected_version integer default null) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_plan(tenant, planning_session_id, 'lock_route', expected_version);
begin
  perform private.require_planned_van(target, vehicle_id);
  if private.stops_of(target, vehicle_id) = '{}' then
    perform private.fail('stops_not_on_a_van');
  end if;
  update public.planning_vehicles v set is_locked = coalesce(lock_route.is_locked, true)
  where v.tenant_id = tenant and v.planning_session_id = target.id and v.vehicle_id = lock_route.vehicle_id;
  update public.planning_sessions s set hand_changes = s.hand_changes + 1 where s.tenant_id = tenant and s.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.lock_route(uuid, uuid, boolean, integer) is
  'Keeps the whole route of a van as it is: the solver gets neither it nor its stops. Unlocks it with is_locked false. Raises plan_fixed, record_not_found, stops_not_on_a_van.';
select private.expose_command('lock_route');

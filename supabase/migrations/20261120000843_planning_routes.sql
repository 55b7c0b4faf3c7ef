-- Family 08, delivery: what a route of a planning session comes to, whoever made it.

create function private.amounts_of(tenant uuid, of_order uuid, out weight numeric, out volume numeric, out units numeric)
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(i.quantity * g.weight_kg), 0), coalesce(sum(i.quantity * g.volume_l), 0), coalesce(sum(i.quantity), 0)
  from public.order_items i join public.products g on g.tenant_id = i.tenant_id and g.id = i.product_id
  where i.tenant_id = tenant and i.order_id = of_order
$$;
comment on function private.amounts_of(uuid, uuid) is 'What an order weighs (kg), how much room it takes (l), and how many base units it is.';

create type private.timed_route as (starts_at bigint, ends_at bigint, begins bigint[], lateness bigint);
create type private.route_rules as (service integer, shift_start bigint, shift_end bigint, rest integer, rest_opens bigint, rest_closes bigint);

create function private.drive(ways integer[], opens bigint[], closes bigint[], rules private.route_rules, starts_at bigint, rest_on integer) returns private.timed_route
language plpgsql immutable set search_path = ''
as $$
declare
  stops constant integer := pg_catalog.cardinality(opens);
  moment bigint := starts_at;
  rests_at bigint;
  driven private.timed_route := row(starts_at, null, '{}', 0);
begin
  for leg in 1 .. stops + 1 loop
    if leg = rest_on then
      -- On the way, as soon as it may be: what was driven before need not be driven after.
      rests_at := greatest(moment, rules.rest_opens);
      driven.lateness := driven.lateness + greatest(0, rests_at - rules.rest_closes);
      moment := rests_at + rules.rest + greatest(0, ways[leg] - (rests_at - moment));
    else
      moment := moment + ways[leg];
    end if;
    exit when leg > stops;
    moment := greatest(moment, opens[leg]);
    driven.begins[leg] := moment;
    driven.lateness := driven.lateness + greatest(0, moment - closes[leg]);
    moment := moment + rules.service;
  end loop;
  driven.ends_at := moment;
  driven.lateness := driven.lateness + greatest(0, moment - rules.shift_end);
  return driven;
end
$$;
comment on function private.drive(integer[], bigint[], bigint[], private.route_rules, bigint, integer) is
  'A route from its departure on, everything as soon as it can be done. ways: seconds of each leg, one more than stops; rest_on: the leg on which the driver rests, 0 for none. Moments are seconds since 1970.';

create function private.latest_departure(ways integer[], closes bigint[], rules private.route_rules, driven private.timed_route, rest_on integer) returns bigint
language plpgsql immutable set search_path = ''
as $$
declare
  moment bigint := driven.ends_at;
begin
  for leg in reverse pg_catalog.cardinality(ways) .. 1 loop
    moment := moment - ways[leg];
    if leg = rest_on then
      moment := least(moment - rules.rest, greatest(rules.rest_closes, coalesce(driven.begins[leg - 1] + rules.service, driven.starts_at)));
    end if;
    exit when leg = 1;
    -- What comes late anyway comes no later.
    moment := least(moment - rules.service, greatest(closes[leg - 1], driven.begins[leg - 1]));
  end loop;
  return moment;
end
$$;
comment on function private.latest_departure(integer[], bigint[], private.route_rules, private.timed_route, integer) is 'How late the van may leave and still be back as early, with nobody served later than his hours who would not be anyway.';

create function private.time_stops(ways integer[], opens bigint[], closes bigint[], rules private.route_rules) returns private.timed_route
language plpgsql immutable set search_path = ''
as $$
declare
  best private.timed_route;
  tried private.timed_route;
  rest_on integer := 0;
begin
  if rules.rest = 0 then
    best := private.drive(ways, opens, closes, rules, rules.shift_start, 0);
  else
    for leg in 1 .. pg_catalog.cardinality(ways) loop
      tried := private.drive(ways, opens, closes, rules, rules.shift_start, leg);
      if best is null or (tried.lateness, tried.ends_at) < (best.lateness, best.ends_at) then
        best := tried;
        rest_on := leg;
      end if;
    end loop;
  end if;
  return private.drive(ways, opens, closes, rules, private.latest_departure(ways, closes, rules, best, rest_on), rest_on);
end
$$;
comment on function private.time_stops(integer[], bigint[], bigint[], private.route_rules) is
  'When a route is where, as VROOM''s plan mode chooses: as little after anybody''s hours as can be, back as early as that allows, and left as late.';

create function private.rules_of(session public.planning_sessions, of_vehicle uuid) returns private.route_rules
language sql stable security definer set search_path = ''
as $$
  select row(
    session.service_minutes * 60, private.planning_moment(session, v.shift_start::interval), private.planning_moment(session, v.shift_end::interval),
    case when v.shift_start <= '12:00' and v.shift_end >= '14:00' then session.break_minutes * 60 else 0 end,
    private.planning_moment(session, '12 hours'), private.planning_moment(session, '14 hours')
  )::private.route_rules
  from public.vehicles v where v.tenant_id = session.tenant_id and v.id = of_vehicle
$$;
comment on function private.rules_of(public.planning_sessions, uuid) is 'The hours that a van of a session keeps. Drivers rest between 12:00 and 14:00 where the shift covers it.';

create type private.route_way as (seconds integer[], metres integer[], opens bigint[], closes bigint[]);

create function private.way_along(session public.planning_sessions, order_ids uuid[]) returns private.route_way
language sql stable security definer set search_path = ''
as $$
  with places as (
    select e.n, w.latitude, w.longitude, null::bigint as opens, null::bigint as closes
    from public.warehouses w cross join (values (0::bigint), (pg_catalog.cardinality(order_ids) + 1)) e (n)
    where w.tenant_id = session.tenant_id and w.id = session.warehouse_id
    union all
    select s.n, a.latitude, a.longitude, private.planning_moment(session, coalesce(a.window_start::interval, '0'::interval)),
      private.planning_moment(session, coalesce(a.window_end::interval, '24 hours'::interval))
    from pg_catalog.unnest(order_ids) with ordinality s (id, n)
    join public.orders o on o.tenant_id = session.tenant_id and o.id = s.id
    join public.customer_addresses a on a.tenant_id = o.tenant_id and a.id = o.address_id
  )
  select row(
    pg_catalog.array_agg(w.seconds order by p.n), pg_catalog.array_agg(w.metres order by p.n),
    coalesce(pg_catalog.array_agg(p.opens order by p.n) filter (where p.opens is not null), '{}'),
    coalesce(pg_catalog.array_agg(p.closes order by p.n) filter (where p.opens is not null), '{}')
  )::private.route_way
  from places p join places q on q.n = p.n + 1
  cross join lateral private.way_between(session.tenant_id, session.kilometres_per_hour, p.latitude, p.longitude, q.latitude, q.longitude) w
$$;
comment on function private.way_along(public.planning_sessions, uuid[]) is 'The legs from the depot along the orders and back, and the hours of the stops.';

create function private.route_cost(vehicle public.vehicles, seconds bigint, metres bigint) returns bigint
language sql immutable set search_path = ''
as $$
  -- A van without running costs is judged by the time it needs, as VROOM does when nothing is said.
  select case when vehicle.cost_per_hour + vehicle.cost_per_km > 0
    then round(round(vehicle.cost_fixed) + round(vehicle.cost_per_hour) * seconds / 3600 + round(vehicle.cost_per_km) * metres / 1000)
    else seconds end::bigint
$$;
comment on function private.route_cost(public.vehicles, bigint, bigint) is 'What a route costs as the solver counts it: money where the van has running costs, else seconds of travel.';

create function private.stops_of(session public.planning_sessions, of_vehicle uuid) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  return array(
    select o.order_id from public.planning_orders o
    where o.tenant_id = session.tenant_id and o.planning_session_id = session.id and o.vehicle_id = of_vehicle order by o.sequence
  );
end
$$;
comment on function private.stops_of(public.planning_sessions, uuid) is 'The orders of a van in the order of its way.';

create function private.time_route(session public.planning_sessions, of_vehicle uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  stops constant uuid[] := private.stops_of(session, of_vehicle);
  rules constant private.route_rules := private.rules_of(session, of_vehicle);
  way private.route_way;
  timed private.timed_route;
begin
  if stops = '{}' then
    update public.planning_vehicles v set starts_at = null, ends_at = null, travel_seconds = 0, metres = 0, cost = 0, violations = '{}', is_locked = false
    where v.tenant_id = session.tenant_id and v.planning_session_id = session.id and v.vehicle_id = of_vehicle;
    return;
  end if;
  way := private.way_along(session, stops);
  timed := private.time_stops(way.seconds, way.opens, way.closes, rules);
  update public.planning_orders o
  set arrival_at = pg_catalog.to_timestamp(timed.begins[o.sequence]), late_seconds = greatest(0, timed.begins[o.sequence] - way.closes[o.sequence])
  where o.tenant_id = session.tenant_id and o.planning_session_id = session.id and o.vehicle_id = of_vehicle;
  update public.planning_vehicles p
  set starts_at = pg_catalog.to_timestamp(timed.starts_at), ends_at = pg_catalog.to_timestamp(timed.ends_at), travel_seconds = l.seconds, metres = l.metres,
    cost = private.route_cost(v, l.seconds, l.metres),
    violations = pg_catalog.array_remove(array[
      case when c.weight > v.capacity_kg or c.volume > v.capacity_l or c.units > v.capacity_units then 'overloaded' end,
      case when pg_catalog.cardinality(stops) > session.max_stops then 'too_many_stops' end,
      case when exists (select from rows from (pg_catalog.unnest(timed.begins), pg_catalog.unnest(way.closes)) b (began, closed) where b.began > b.closed) then 'late_stops' end,
      case when timed.ends_at > rules.shift_end then 'late_return' end
    ]::public.plan_violation[], null)
  from public.vehicles v
  cross join (select sum(s) as seconds, sum(m) as metres from rows from (pg_catalog.unnest(way.seconds), pg_catalog.unnest(way.metres)) w (s, m)) l
  cross join (select sum(a.weight) as weight, sum(a.volume) as volume, sum(a.units) as units from pg_catalog.unnest(stops) s cross join private.amounts_of(session.tenant_id, s) a) c
  where p.tenant_id = session.tenant_id and p.planning_session_id = session.id and p.vehicle_id = of_vehicle and v.tenant_id = p.tenant_id and v.id = p.vehicle_id;
end
$$;
comment on function private.time_route(public.planning_sessions, uuid) is 'Works out anew when a van of a locked session is where, what its route costs and what is wrong with it.';

create function private.plan_as_it_stands(session public.planning_sessions) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object(
    'cost', v.cost, 'seconds', v.seconds, 'metres', v.metres, 'vans', v.vans, 'late', o.late, 'unassigned', o.unassigned, 'stops', o.stops
  )
  from (
    select coalesce(sum(p.cost), 0) as cost, coalesce(sum(p.travel_seconds), 0) as seconds, coalesce(sum(p.metres), 0) as metres,
      count(p.starts_at) as vans
    from public.planning_vehicles p where p.tenant_id = session.tenant_id and p.planning_session_id = session.id
  ) v
  cross join (
    select count(*) filter (where p.late_seconds > 0) as late, count(*) filter (where p.vehicle_id is null) as unassigned,
      pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_id', p.order_id, 'vehicle_id', p.vehicle_id, 'sequence', p.sequence) order by p.place) as stops
    from public.planning_orders p where p.tenant_id = session.tenant_id and p.planning_session_id = session.id
  ) o
$$;
comment on function private.plan_as_it_stands(public.planning_sessions) is 'Who takes what in which order, and what that comes to: as planning_runs.before and plan keep it.';

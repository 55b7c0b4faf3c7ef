-- Family 08, delivery: where the vans are, and when they come.

alter table public.drivers add column shares_position_since timestamptz;
comment on column public.drivers.shares_position_since is 'Since when the driver lets his phone tell where he is while a trip of his is on the way; null: he does not. He alone changes it (share_position).';

alter table public.trip_stops add column near_at timestamptz;
comment on column public.trip_stops.near_at is 'When the van was first seen near the address while this was its next stop. It changes no state.';

create table public.vehicle_positions (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  trip_id uuid not null,
  happened_at timestamptz not null,
  latitude numeric(9,6) not null,
  longitude numeric(9,6) not null,
  accuracy integer,
  speed integer,
  heading integer,
  battery integer,
  told_at timestamptz not null default pg_catalog.now(),
  primary key (tenant_id, id),
  -- What is asked is the way of a trip, and its end.
  constraint a_trip_is_at_one_place_at_a_moment unique (tenant_id, trip_id, happened_at),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint readings_are_bounded check (accuracy between 0 and 100000 and speed between 0 and 300 and heading between 0 and 360 and battery between 0 and 100)
);
create index vehicle_positions_old on public.vehicle_positions (tenant_id, happened_at);
comment on table public.vehicle_positions is 'Where the phone of a driver was while his trip was on the way, once per moment. Written by record_positions, removed after business_rules."positions.kept_days".';
comment on column public.vehicle_positions.accuracy is 'In metres; speed in km/h; heading in degrees from north; battery in percent. Null where the phone did not know.';
select private.force_policies('public.vehicle_positions');

select private.register_error('position_not_shared', 403, 'The driver has not agreed that his position is shared.', 'Say yes on the page of the trip first.');
select private.register_error('positions_outside_trip', 409, 'None of these positions lies within the trip.', 'Positions are kept from the start of a trip to its end; these can be thrown away.');

create function private.share_position(is_shared boolean) returns public.drivers
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('trips.drive');
  own public.drivers;
begin
  if is_shared is null then
    perform private.fail('input_invalid', '{"is_shared": "required"}');
  end if;
  update public.drivers d
  set shares_position_since = case when is_shared then pg_catalog.now() end
  from public.memberships m
  where d.tenant_id = tenant and m.tenant_id = d.tenant_id and m.id = d.membership_id and m.user_id = auth.uid()
    and (d.shares_position_since is not null) <> is_shared;
  select d.* into own
  from public.memberships m join public.drivers d on d.tenant_id = m.tenant_id and d.membership_id = m.id
  where m.tenant_id = tenant and m.user_id = auth.uid();
  if not found then
    perform private.fail('record_not_found', '{"record": "driver"}');
  end if;
  return own;
end
$$;
comment on function private.share_position(boolean) is
  'A driver says whether his phone may tell where he is while a trip of his is on the way. What he said before stays as it was. Raises record_not_found where the caller is no driver.';
select private.expose_command('share_position');

create function private.record_positions(trip_id uuid, positions jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.drive');
  target public.trips;
  shared_since timestamptz;
  within integer;
begin
  select * into target from public.trips t where t.tenant_id = tenant and t.id = trip_id;
  if not found or not (private.is_unscoped() or private.sees_trip(target.id, target.driver_id, target.warehouse_id)) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('trip_id', trip_id));
  end if;
  if not private.drives_trip(target) then
    perform private.fail('not_the_driver', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  select d.shares_position_since into shared_since from public.drivers d where d.tenant_id = tenant and d.id = target.driver_id;
  if shared_since is null then
    perform private.fail('position_not_shared', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  perform private.require_records('positions', positions, '{"happened_at": "timestamptz", "latitude": "numeric", "longitude": "numeric", "accuracy": "integer", "speed": "integer", "heading": "integer", "battery": "integer"}');
  if pg_catalog.jsonb_array_length(positions) not between 1 and 500 or exists (
    select from pg_catalog.jsonb_to_recordset(positions) as p (happened_at timestamptz, latitude numeric, longitude numeric, accuracy integer, speed integer, heading integer, battery integer)
    where (p.happened_at is not null and p.latitude between -90 and 90 and p.longitude between -180 and 180
      and coalesce(p.accuracy, 0) between 0 and 100000 and coalesce(p.speed, 0) between 0 and 300
      and coalesce(p.heading, 0) between 0 and 360 and coalesce(p.battery, 0) between 0 and 100) is not true
  ) then
    perform private.fail('input_invalid', '{"positions": "1 to 500 with a moment, a place on earth and possible readings are needed"}');
  end if;
  insert into public.vehicle_positions (tenant_id, trip_id, happened_at, latitude, longitude, accuracy, speed, heading, battery)
  select tenant, target.id, p.happened_at, p.latitude, p.longitude, p.accuracy, p.speed, p.heading, p.battery
  from pg_catalog.jsonb_to_recordset(positions) as p (happened_at timestamptz, latitude numeric, longitude numeric, accuracy integer, speed integer, heading integer, battery integer)
  -- What happened on the way counts, however late it is told; a phone's clock may be off by five minutes.
  where p.happened_at >= greatest(target.started_at, shared_since) - interval '5 minutes' and target.started_at is not null
    and p.happened_at <= least(coalesce(target.completed_at, target.cancelled_at), pg_catalog.clock_timestamp()) + interval '5 minutes'
  -- In one order, so that two sendings of the same moments do not wait for each other.
  order by p.happened_at
  on conflict on constraint a_trip_is_at_one_place_at_a_moment do nothing;
  select count(*) into within
  from pg_catalog.jsonb_to_recordset(positions) as p (happened_at timestamptz)
  where exists (select from public.vehicle_positions v where v.tenant_id = tenant and v.trip_id = target.id and v.happened_at = p.happened_at);
  if within = 0 then
    perform private.fail('positions_outside_trip', pg_catalog.jsonb_build_object('trip_id', target.id, 'started_at', target.started_at, 'ended_at', coalesce(target.completed_at, target.cancelled_at)));
  end if;
  perform private.note_nearness(target);
  return pg_catalog.jsonb_build_object('kept', within, 'left_out', pg_catalog.jsonb_array_length(positions) - within);
end
$$;
comment on function private.record_positions(uuid, jsonb) is
  'Keeps where the phone of the driver was on his trip: up to 500 of {happened_at, latitude, longitude, accuracy, speed, heading, battery}, each moment once however often it is sent. Those before the trip (or before he agreed) and after its end are left out. Answers {kept, left_out}. Raises not_the_driver, position_not_shared, positions_outside_trip (none lies within), input_invalid, record_not_found.';

create function private.near_metres(tenant uuid) returns integer
language sql stable security definer set search_path = ''
as $$ select coalesce((private.tenant_rule(tenant, 'trips.near_metres') #>> '{}')::integer, 500) $$;
comment on function private.near_metres(uuid) is 'How near a van is to its next stop when it is near, in metres as the crow flies.';

create function private.note_nearness(target public.trips) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  next_stop record;
  seen record;
begin
  if target.status <> 'in_progress' then
    return;
  end if;
  select s.id, s.order_id, s.status, s.near_at, a.latitude, a.longitude into next_stop
  from public.trip_stops s
  join public.customer_addresses a on a.tenant_id = s.tenant_id and a.customer_id = s.customer_id and a.id = s.address_id
  where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.left_at is null order by s.sequence limit 1;
  if not found or next_stop.status <> 'pending' or next_stop.near_at is not null or not private.is_position(next_stop.latitude, next_stop.longitude) then
    return;
  end if;
  -- Told late it is true no more, and what was before the last stop was left is not the way to this one.
  select p.happened_at, private.metres_between(p.latitude, p.longitude, next_stop.latitude, next_stop.longitude) as metres into seen
  from public.vehicle_positions p
  where p.tenant_id = target.tenant_id and p.trip_id = target.id and p.happened_at > pg_catalog.now() - interval '10 minutes'
    and p.happened_at >= (select coalesce(max(s.left_at), target.started_at) from public.trip_stops s where s.tenant_id = target.tenant_id and s.trip_id = target.id) - interval '5 minutes'
    and coalesce(p.accuracy, 0) <= 200
  order by p.happened_at desc limit 1;
  if seen.metres <= private.near_metres(target.tenant_id) then
    update public.trip_stops s set near_at = seen.happened_at
    where s.tenant_id = target.tenant_id and s.id = next_stop.id and s.status = 'pending' and s.near_at is null;
    -- Of two sendings the second one finds it done.
    if found then
      perform private.publish_event(target.tenant_id, 'delivery.near', 'order', next_stop.order_id,
        (select o.version from public.orders o where o.tenant_id = target.tenant_id and o.id = next_stop.order_id), pg_catalog.jsonb_build_object('trip_id', target.id, 'metres', seen.metres));
    end if;
  end if;
end
$$;
comment on function private.note_nearness(public.trips) is
  'Notes, once per stop, that the van is near the next one (event delivery.near), by the newest position of the last ten minutes. It is a fact about the van, not a step of the delivery.';
select private.expose_command('record_positions');

------------------------------------------------------------------------------------------------
-- When it comes
------------------------------------------------------------------------------------------------

create function private.arrivals_of(target public.trips) returns table (order_id uuid, arrives_at timestamptz, late_minutes integer)
language plpgsql stable security definer set search_path = ''
as $$
declare
  minutes constant integer := coalesce((select p.service_minutes from public.planning_sessions p where p.tenant_id = target.tenant_id and p.id = target.planning_session_id), 10);
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = target.tenant_id);
  speed constant numeric := private.speed_of_vans(target.tenant_id, array[target.vehicle_id]);
  standing_until timestamptz;
  origin record;
  orders uuid[];
  planned timestamptz[];
  ways integer[];
  opens bigint[];
  closes bigint[];
  leaves bigint;
  driven private.timed_route;
begin
  if target.status <> 'in_progress' then
    return;
  end if;
  select greatest(pg_catalog.now(), max(s.arrived_at) + pg_catalog.make_interval(mins => minutes)) into standing_until
  from public.trip_stops s where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status = 'arrived'
  having count(*) > 0;
  -- The newest that is known of where the van was: its phone, the stop at which it stands or that it left, the depot.
  select c.* into origin from (
    (select p.happened_at as seen_at, p.latitude, p.longitude from public.vehicle_positions p
     where p.tenant_id = target.tenant_id and p.trip_id = target.id order by p.happened_at desc limit 1)
    union all
    select case when s.status = 'arrived' then standing_until else s.left_at end, a.latitude, a.longitude
    from public.trip_stops s
    join public.customer_addresses a on a.tenant_id = s.tenant_id and a.customer_id = s.customer_id and a.id = s.address_id
    where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status <> 'pending'
    union all
    select target.started_at, w.latitude, w.longitude from public.warehouses w where w.tenant_id = target.tenant_id and w.id = target.warehouse_id
  ) c
  where private.is_position(c.latitude, c.longitude) order by c.seen_at desc limit 1;
  if not found then
    return;
  end if;
  with places as (
    select s.order_id, s.sequence, s.planned_arrival_at, a.latitude, a.longitude, a.window_start, a.window_end,
      lag(a.latitude, 1, origin.latitude) over w as from_latitude, lag(a.longitude, 1, origin.longitude) over w as from_longitude
    from public.trip_stops s
    join public.customer_addresses a on a.tenant_id = s.tenant_id and a.customer_id = s.customer_id and a.id = s.address_id
    -- Nobody knows the way to an address without a position.
    where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status = 'pending' and private.is_position(a.latitude, a.longitude)
    window w as (order by s.sequence)
  )
  select pg_catalog.array_agg(p.order_id order by p.sequence), pg_catalog.array_agg(p.planned_arrival_at order by p.sequence),
    pg_catalog.array_agg(w.seconds order by p.sequence),
    pg_catalog.array_agg(coalesce(extract(epoch from (d.today + p.window_start) at time zone zone)::bigint, 0) order by p.sequence),
    pg_catalog.array_agg(extract(epoch from (d.today + p.window_end) at time zone zone)::bigint order by p.sequence)
  into orders, planned, ways, opens, closes
  from places p
  cross join lateral private.way_between(target.tenant_id, speed, p.from_latitude, p.from_longitude, p.latitude, p.longitude) w
  cross join (select (pg_catalog.now() at time zone zone)::date as today) d;
  if orders is null then
    return;
  end if;
  leaves := extract(epoch from greatest(origin.seen_at, standing_until))::bigint;
  -- A van that has not been heard of for longer than its way takes comes now at the earliest.
  leaves := leaves + greatest(0, extract(epoch from pg_catalog.now())::bigint - leaves - ways[1]);
  driven := private.drive(ways || 0, opens, closes, row(minutes * 60, 0, 0, 0, 0, 0)::private.route_rules, leaves, 0);
  return query
  select s.of_order, pg_catalog.to_timestamp(s.begins),
    case when s.begins > least(extract(epoch from s.planned_at)::bigint + 900, s.closes)
      then pg_catalog.ceil((s.begins - least(extract(epoch from s.planned_at)::bigint, s.closes)) / 60.0)::integer else 0 end
  from rows from (pg_catalog.unnest(orders), pg_catalog.unnest(planned), pg_catalog.unnest(driven.begins), pg_catalog.unnest(closes)) as s (of_order, planned_at, begins, closes);
end
$$;
comment on function private.arrivals_of(public.trips) is
  'When the van of a trip on the way is at each of its open stops, as plans are timed (ways, hours of the customers, minutes of a stop), but from where the van was last: its phone, else the stop or the depot that it left. late_minutes: by how much that is after the plan (from a quarter of an hour on) or after the hours of the customer, else 0.';

create function private.live_arrivals() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('trips.view');
  sees_all constant boolean := private.is_unscoped();
begin
  -- One value: rows would be cut off where a large fleet has more than a request answers.
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('trip_id', t.id, 'order_id', a.order_id, 'arrives_at', a.arrives_at, 'late_minutes', a.late_minutes)), '[]')
    from public.trips t
    cross join lateral private.arrivals_of(t) a
    where t.tenant_id = tenant and t.is_on_the_road and t.status = 'in_progress' and (sees_all or private.sees_trip(t.id, t.driver_id, t.warehouse_id))
  );
end
$$;
comment on function private.live_arrivals() is 'When the vans on the way are at their open stops, for the trips that the caller sees: [{trip_id, order_id, arrives_at as of now, late_minutes after the plan or the hours of the customer}]. Raises permission_denied.';
select private.expose('live_arrivals');

------------------------------------------------------------------------------------------------
-- Not for longer than needed
------------------------------------------------------------------------------------------------

create function private.forget_positions() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  forgotten bigint;
begin
  delete from public.vehicle_positions p
  using public.tenant_settings s
  cross join lateral (
    select o.trip_id, o.happened_at from public.vehicle_positions o
    where o.tenant_id = s.tenant_id and o.happened_at < pg_catalog.now() - pg_catalog.make_interval(days => coalesce((s.business_rules ->> 'positions.kept_days')::integer, 30))
    order by o.happened_at limit 5000
  ) old
  where p.tenant_id = s.tenant_id and p.trip_id = old.trip_id and p.happened_at = old.happened_at;
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;
comment on function private.forget_positions() is 'Maintenance: removes positions that are older than their company keeps them (business_rules."positions.kept_days", 30 without it), up to 5000 of each a minute.';
select private.maintain('forget_positions', 'positions_forgotten');

-- Family 08, delivery: at the customer's door, back at the depot, and the differences.

select private.register_error('captured_at_invalid', 422, 'The time of the delivery is before the trip started or in the future.', 'Check the clock of the phone.');

create function private.lock_delivery(tenant uuid, order_id uuid, captured_at timestamptz, out target public.orders, out trip public.trips)
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  locked_trip uuid;
begin
  locked_trip := private.lock_trip_of_order(tenant, order_id);
  target := private.lock_order(tenant, order_id, null);
  perform private.check_trip_of_order(target, locked_trip);
  select * into trip from public.trips t where t.tenant_id = tenant and t.id = locked_trip;
  if trip.id is not null and not private.drives_trip(trip) and not private.has_permission(tenant, 'trips.dispatch') then
    perform private.fail('not_the_driver', pg_catalog.jsonb_build_object('trip_id', trip.id));
  end if;
  if captured_at > pg_catalog.clock_timestamp() + interval '5 minutes' or captured_at < trip.started_at - interval '5 minutes' then
    perform private.fail('captured_at_invalid', pg_catalog.jsonb_build_object('captured_at', captured_at, 'started_at', trip.started_at));
  end if;
end
$$;
comment on function private.lock_delivery(uuid, uuid, timestamptz) is
  'Locks trip and order of a delivery for its driver or the dispatcher; a phone''s clock may be off by five minutes. Raises not_the_driver, captured_at_invalid, record_not_found.';

select private.register_error('trip_was_cancelled', 409, 'The trip was cancelled before this happened.', 'Bring the goods back to the depot; the office enters the order again.');
select private.register_error('van_is_being_counted', 409, 'The van was counted before this was known.', 'Have the count rejected, or approved with its differences, then send this again.');

create function private.failed_with_trip(target public.orders, trip public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return target.status = 'failed' and exists (
    select from public.fulfilments f
    where f.tenant_id = target.tenant_id and f.order_id = target.id and f.status = 'failed' and f.trip_id = trip.id and f.resolved_at = trip.cancelled_at
  );
end
$$;
comment on function private.failed_with_trip(public.orders, public.trips) is 'Whether an order failed because its trip was cancelled, and not at the door.';

create function private.check_door(target public.orders, trip public.trips, command text, captured_at timestamptz) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if private.failed_with_trip(target, trip) then
    -- It happened before the cancelling, which the phone had not heard of: what was done at the door counts.
    if captured_at is null or captured_at > trip.cancelled_at + interval '5 minutes' then
      perform private.fail('trip_was_cancelled', pg_catalog.jsonb_build_object('trip_id', trip.id, 'cancelled_at', trip.cancelled_at, 'reason', trip.status_reason));
    end if;
    if exists (select from public.offload_documents d where d.tenant_id = trip.tenant_id and d.trip_id = trip.id and d.status in ('submitted', 'reviewed')) then
      perform private.fail('van_is_being_counted', pg_catalog.jsonb_build_object('trip_id', trip.id));
    end if;
  elsif target.status = 'failed' then
    perform private.fail('order_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', command));
  else
    perform private.next_state('order', target.id, target.status::text, command);
  end if;
end
$$;
comment on function private.check_door(public.orders, public.trips, text, timestamptz) is
  'Whether an order can be delivered or fail now; or could when it happened, before its trip was cancelled. A phone''s clock may be off by five minutes. Raises order_transition_illegal, trip_was_cancelled, van_is_being_counted.';

create function private.metres_between(latitude numeric, longitude numeric, other_latitude numeric, other_longitude numeric) returns integer
language sql immutable parallel safe
-- The least of one and nothing is one: without both positions there would be half the earth between them.
return case when num_nonnulls(latitude, longitude, other_latitude, other_longitude) = 4 then (2 * 6371000 * pg_catalog.asin(sqrt(least(1,
  power(pg_catalog.sind((other_latitude - latitude)::double precision / 2), 2)
  + pg_catalog.cosd(latitude::double precision) * pg_catalog.cosd(other_latitude::double precision) * power(pg_catalog.sind((other_longitude - longitude)::double precision / 2), 2)
))))::integer end;
comment on function private.metres_between(numeric, numeric, numeric, numeric) is 'As the crow flies, on a sphere of 6371 km (haversine); degrees in, metres out, null without both positions.';

create function private.note_position(tenant uuid, order_id uuid, latitude numeric, longitude numeric) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if latitude is null and longitude is null then
    return;
  end if;
  perform private.require_number('latitude', latitude, -90, 90);
  perform private.require_number('longitude', longitude, -180, 180);
  update public.trip_stops s
  set arrived_latitude = latitude, arrived_longitude = longitude, metres_from_address = private.metres_between(latitude, longitude, a.latitude, a.longitude)
  from public.customer_addresses a
  where s.tenant_id = tenant and s.order_id = note_position.order_id and s.arrived_latitude is null
    and a.tenant_id = s.tenant_id and a.customer_id = s.customer_id and a.id = s.address_id;
end
$$;
comment on function private.note_position(uuid, uuid, numeric, numeric) is 'Keeps where the phone was at a stop, the first time that it says so. Raises input_invalid.';

create function private.arrive_at_stop(order_id uuid, arrived_at timestamptz default null, latitude numeric default null, longitude numeric default null) returns public.trip_stops
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deliveries.record');
  delivery record;
  stop public.trip_stops;
begin
  delivery := private.lock_delivery(tenant, order_id, arrived_at);
  if (delivery.target).status not in ('delivered', 'failed') then
    if not private.takes_in_place('order', tenant, (delivery.target).status::text, 'arrive_at_stop') then
      perform private.fail('order_transition_illegal', pg_catalog.jsonb_build_object('id', order_id, 'from', (delivery.target).status, 'command', 'arrive_at_stop'));
    end if;
  end if;
  update public.trip_stops s set status = 'arrived', arrived_at = coalesce(arrive_at_stop.arrived_at, pg_catalog.now())
  where s.tenant_id = tenant and s.order_id = arrive_at_stop.order_id and s.status = 'pending';
  if not found then
    -- Told late of a stop that failed with its trip: when the van was there is still worth knowing.
    update public.trip_stops s set arrived_at = arrive_at_stop.arrived_at
    where s.tenant_id = tenant and s.order_id = arrive_at_stop.order_id and s.arrived_at is null and s.left_at >= arrive_at_stop.arrived_at;
  end if;
  perform private.note_position(tenant, order_id, latitude, longitude);
  select * into stop from public.trip_stops s where s.tenant_id = tenant and s.order_id = arrive_at_stop.order_id;
  return stop;
end
$$;
comment on function private.arrive_at_stop(uuid, timestamptz, numeric, numeric) is 'Notes when the van reached a customer, and where the phone was then (degrees), with how far that is from the address. A stop that was reached already stays as it is. Raises not_the_driver, record_not_found, order_transition_illegal.';
select private.expose_command('arrive_at_stop');

create function private.delivery_under_way(tenant uuid, delivered_order uuid) returns table (tenant_id uuid, fulfilment_id uuid, vehicle_id uuid)
language sql stable security definer set search_path = ''
as $$
  select o.tenant_id, f.id, t.vehicle_id
  from public.orders o
  join public.fulfilments f on f.tenant_id = o.tenant_id and f.order_id = o.id
  join public.trips t on t.tenant_id = f.tenant_id and t.id = f.trip_id
  where o.tenant_id = tenant and o.id = delivered_order and (o.status = 'in_transit' or private.failed_with_trip(o, t)) and private.delivers_order(o) and private.has_permission(o.tenant_id, 'deliveries.record')
$$;
comment on function private.delivery_under_way(uuid, uuid) is 'The fulfilment of an order that the caller can deliver now, or tell late of, and its van.';

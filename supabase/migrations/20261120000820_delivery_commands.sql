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

create function private.arrive_at_stop(order_id uuid, arrived_at timestamptz default null) returns public.trip_stops
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
  where s.tenant_id = tenant and s.order_id = arrive_at_stop.order_id and s.status = 'pending'
  returning * into stop;
  if not found then
    select * into stop from public.trip_stops s where s.tenant_id = tenant and s.order_id = arrive_at_stop.order_id;
  end if;
  return stop;
end
$$;
comment on function private.arrive_at_stop(uuid, timestamptz) is 'Notes when the van reached a customer. A stop that was reached already stays as it is. Raises not_the_driver, record_not_found, order_transition_illegal.';
select private.expose_command('arrive_at_stop');

create function private.fail_delivery(order_id uuid, reason text, captured_at timestamptz default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deliveries.record');
  delivery record;
  target public.orders;
begin
  delivery := private.lock_delivery(tenant, order_id, captured_at);
  target := delivery.target;
  perform private.next_state('order', target.id, target.status::text, 'fail_delivery');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.fulfilments f set status = 'failed', reason = pg_catalog.btrim(fail_delivery.reason), resolved_at = coalesce(captured_at, pg_catalog.now())
  where f.tenant_id = tenant and f.order_id = target.id;
  update public.trip_stops s set status = 'failed', left_at = coalesce(captured_at, pg_catalog.now())
  where s.tenant_id = tenant and s.order_id = target.id;
  select * into target from public.orders o where o.tenant_id = target.tenant_id and o.id = target.id;
  return target;
end
$$;
comment on function private.fail_delivery(uuid, text, timestamptz) is
  'The customer could not be served; the goods stay on the van until the offload. Raises reason_required, not_the_driver, captured_at_invalid, order_transition_illegal.';
select private.expose_command('fail_delivery');

create function private.delivery_under_way(tenant uuid, delivered_order uuid) returns table (tenant_id uuid, fulfilment_id uuid, vehicle_id uuid)
language sql stable security definer set search_path = ''
as $$
  select o.tenant_id, f.id, t.vehicle_id
  from public.orders o
  join public.fulfilments f on f.tenant_id = o.tenant_id and f.order_id = o.id and f.status = 'in_transit'
  join public.trips t on t.tenant_id = f.tenant_id and t.id = f.trip_id
  where o.tenant_id = tenant and o.id = delivered_order and o.status = 'in_transit' and private.delivers_order(o) and private.has_permission(o.tenant_id, 'deliveries.record')
$$;
comment on function private.delivery_under_way(uuid, uuid) is 'The fulfilment of an order that the caller can deliver now, and its van.';

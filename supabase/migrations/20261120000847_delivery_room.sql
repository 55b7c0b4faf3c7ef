-- Family 08, delivery: whether a day still has room for an order, told while it is entered.

create function private.room_on(tenant uuid, warehouse uuid, on_day date) returns jsonb
language sql stable security definer set search_path = ''
as $$
  with hours as (
    select (on_day::timestamp at time zone s.timezone) as opens, ((on_day + 1)::timestamp at time zone s.timezone) as closes
    from public.tenant_settings s where s.tenant_id = tenant
  ),
  vans as (
    select count(*) as vans, coalesce(sum(v.capacity_kg), 0) as kilograms, coalesce(sum(v.capacity_l), 0) as litres, coalesce(sum(v.capacity_units), 0) as units,
      -- Ten minutes at the door and a quarter of an hour to the next one.
      coalesce(sum(pg_catalog.floor(extract(epoch from v.shift_end - v.shift_start) / 1500)), 0) as stops
    from public.vehicles v cross join hours h
    where v.tenant_id = tenant and v.home_warehouse_id = warehouse and v.is_active
      and not exists (
        select from public.trips t
        where t.tenant_id = v.tenant_id and t.vehicle_id = v.id and t.is_booked and t.planned_start_at < h.closes and t.planned_end_at > h.opens
      )
  ),
  wanted as (
    select count(*) as orders, coalesce(sum(a.weight), 0) as kilograms, coalesce(sum(a.volume), 0) as litres, coalesce(sum(a.units), 0) as units
    from public.orders o cross join lateral private.amounts_of(o.tenant_id, o.id) a
    where o.tenant_id = tenant and o.warehouse_id = warehouse and o.requested_on = on_day and o.status in ('pending_approval', 'approved', 'allocated')
      and not exists (select from public.trip_stops s join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id where s.tenant_id = o.tenant_id and s.order_id = o.id and t.is_booked)
  )
  select pg_catalog.jsonb_build_object('vans', v.vans, 'stops', v.stops - w.orders, 'kilograms', v.kilograms - w.kilograms, 'litres', v.litres - w.litres, 'units', v.units - w.units)
  from vans v cross join wanted w
$$;
comment on function private.room_on(uuid, uuid, date) is
  'What the vans of a depot that ride on no trip that day can take beyond the orders wanted then: {vans, stops, kilograms, litres, units}; below zero where more is wanted than fits.';

create function private.promise_for(tenant uuid, warehouse uuid, on_day date, weight numeric, volume numeric, units numeric) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  room constant jsonb := private.room_on(tenant, warehouse, on_day);
  short constant text := case
    when on_day < private.tenant_today(tenant) then 'day_is_over'
    when (room ->> 'vans')::integer = 0 then 'no_van'
    when (room ->> 'stops')::numeric < 1 then 'stops'
    when (room ->> 'kilograms')::numeric < weight then 'weight'
    when (room ->> 'litres')::numeric < volume then 'volume'
    when (room ->> 'units')::numeric < units then 'units'
  end;
begin
  return room || pg_catalog.jsonb_build_object('has_room', short is null, 'short_of', short);
end
$$;
comment on function private.promise_for(uuid, uuid, date, numeric, numeric, numeric) is 'private.room_on and whether an order of these amounts still fits: has_room, else short_of: day_is_over, no_van, stops, weight, volume or units.';

create function private.amounts_of_lines(tenant uuid, lines jsonb, out weight numeric, out volume numeric, out units numeric)
language plpgsql stable security definer set search_path = ''
as $$
declare
  unknown uuid[];
begin
  perform private.require_records('lines', lines, '{"product_id": "uuid", "quantity": "numeric"}');
  perform private.require_number('lines', (l ->> 'quantity')::numeric, 0, 99999999) from pg_catalog.jsonb_array_elements(lines) l;
  unknown := array(
    select distinct l.product_id from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid)
    where not exists (select from public.products p where p.tenant_id = tenant and p.id = l.product_id)
  );
  if unknown <> '{}' then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('product_ids', unknown));
  end if;
  select coalesce(sum(l.quantity * p.weight_kg), 0), coalesce(sum(l.quantity * p.volume_l), 0), coalesce(sum(l.quantity), 0) into weight, volume, units
  from pg_catalog.jsonb_to_recordset(lines) as l (product_id uuid, quantity numeric)
  join public.products p on p.tenant_id = tenant and p.id = l.product_id;
end
$$;
comment on function private.amounts_of_lines(uuid, jsonb) is 'What lines [{product_id, quantity in base units}] weigh (kg), how much room they take (l), how many units they are. Raises input_invalid, record_not_found.';

create function private.delivery_room(warehouse_id uuid, requested_on date, lines jsonb default '[]') returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.create');
  wanted record;
begin
  if not exists (select from public.warehouses w where w.tenant_id = tenant and w.id = delivery_room.warehouse_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('warehouse_id', warehouse_id));
  end if;
  if requested_on is null or requested_on not between '2000-01-01' and '2199-12-31' then
    perform private.fail('input_invalid', '{"requested_on": "a day is needed"}');
  end if;
  select * into wanted from private.amounts_of_lines(tenant, coalesce(lines, '[]'));
  return private.promise_for(tenant, warehouse_id, requested_on, wanted.weight, wanted.volume, wanted.units);
end
$$;
comment on function private.delivery_room(uuid, date, jsonb) is
  'Whether the vans of a depot can take an order of these lines [{product_id, quantity}] on a day: {has_room, short_of (day_is_over, no_van, stops, weight, volume, units; null), vans (free that day), stops, kilograms, litres, units (left before this order)}. An estimate that promises nothing and holds nothing. Raises record_not_found, input_invalid, permission_denied.';
select private.expose('delivery_room');

-- Family 08, delivery: many orders at once, each by its own command, and what they come to together.

insert into private.in_place_commands (machine, state, command, permission) values ('order', 'allocated', 'board', 'trips.edit');
select private.offer_if('order', 'private.waits_for_a_van(orders)', 'board');

create function private.board_order(order_id uuid, trip_id uuid, expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
  boarding public.orders;
  problems jsonb;
begin
  target := private.lock_trip(tenant, trip_id, null);
  if not private.takes_in_place('trip', tenant, target.status::text, 'assign_orders') then
    perform private.fail('trip_fixed', pg_catalog.jsonb_build_object('trip_id', target.id, 'status', target.status));
  end if;
  boarding := private.lock_order(tenant, order_id, expected_version);
  problems := private.unassignable_orders(tenant, target.warehouse_id, target.id, array[boarding.id], '{allocated}');
  if problems is not null then
    perform private.fail('orders_not_assignable', pg_catalog.jsonb_build_object('orders', problems));
  end if;
  insert into public.trip_stops (tenant_id, trip_id, sequence, order_id, customer_id, address_id)
  select tenant, target.id, coalesce(max(s.sequence), 0) + 1, boarding.id, boarding.customer_id, boarding.address_id
  from public.trip_stops s where s.tenant_id = tenant and s.trip_id = target.id
  having pg_catalog.bool_or(s.order_id = boarding.id) is not true;
  if not found then
    return target;
  end if;
  if target.status = 'planned' then
    perform private.check_capacity(target);
    perform private.write_load_sheet(target);
  end if;
  -- Whoever looks at an older list of stops must notice.
  update public.trips t set notes = t.notes where t.tenant_id = tenant and t.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.board_order(uuid, uuid, integer) is
  'Puts an allocated order on a draft or planned trip, as its last stop; the stops that it has keep their places and times, and a planned trip gets a new load sheet. An order that rides on it already stays where it is. expected_version: of the order. Raises trip_fixed, orders_not_assignable, trip_overloaded, record_not_found, version_conflict.';
select private.expose_command('board_order');

select private.register_error('too_many_orders', 422, 'These are more orders than are looked at together.', 'Choose at most 5,000.');

create function private.preview_orders(order_ids uuid[], trip_id uuid default null) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  sees_stock constant boolean := private.has_permission(tenant, 'inventory.view');
  blind constant uuid[] := private.counted_blind();
  -- Who enters orders is told of the credit when he does (quote_order), who approves them when he is refused.
  sees_credit constant boolean := private.has_permission(tenant, 'orders.create') or private.has_permission(tenant, 'orders.approve');
  plans constant boolean := private.has_permission(tenant, 'trips.edit');
  chosen public.orders[];
  unseen uuid[];
begin
  if pg_catalog.cardinality(order_ids) > 5000 then
    perform private.fail('too_many_orders', pg_catalog.jsonb_build_object('orders', pg_catalog.cardinality(order_ids)));
  end if;
  if trip_id is not null and not exists (
    select from public.trips t where t.tenant_id = tenant and t.id = trip_id and plans and private.sees_trip(t.id, t.driver_id, t.warehouse_id)
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('trip_id', trip_id));
  end if;
  chosen := array(
    select o from public.orders o
    where o.tenant_id = tenant and o.id = any (order_ids) and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
  );
  unseen := array(select i from pg_catalog.unnest(order_ids) i except select o.id from pg_catalog.unnest(chosen) o);
  if unseen <> '{}' then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_ids', unseen));
  end if;
  return (
    with chosen as materialized (
      select o.* from pg_catalog.unnest(chosen) o
    ), items as materialized (
      select o.warehouse_id, i.id, i.product_id, i.quantity, p.weight_kg, p.volume_l
      from chosen o
      join public.order_items i on i.tenant_id = tenant and i.order_id = o.id
      join public.products p on p.tenant_id = tenant and p.id = i.product_id
    ), goods as (
      select i.warehouse_id, i.product_id, sum(i.quantity) as wanted,
        coalesce(sum((select sum(r.quantity) from public.reservations r where r.tenant_id = tenant and r.order_item_id = i.id)), 0) as reserved
      from items i group by i.warehouse_id, i.product_id
    ), stocked as (
      select g.warehouse_id, w.name as warehouse, g.product_id, p.sku, p.name, p.unit, g.wanted, g.reserved,
        case when sees_stock and g.warehouse_id <> all (blind)
          then greatest(0, coalesce(s.available, 0) - case when p.tracking = 'batch' then private.unpickable(tenant, g.warehouse_id, g.product_id) else 0 end) end as available
      from goods g
      join public.products p on p.tenant_id = tenant and p.id = g.product_id
      join public.warehouses w on w.tenant_id = tenant and w.id = g.warehouse_id
      left join public.inventory s on s.tenant_id = tenant and s.warehouse_id = g.warehouse_id and s.product_id = g.product_id and s.condition = 'good'
    ), buyers as (
      select o.customer_id, coalesce(sum(o.subtotal + o.tax_total) filter (where not o.is_owed), 0) as added
      from chosen o group by o.customer_id
    ), owing as (
      select c.id as customer_id, c.code, c.name, c.credit_limit, u.used, b.added, greatest(0, u.used + b.added - c.credit_limit) as over
      from buyers b
      join public.customers c on c.tenant_id = tenant and c.id = b.customer_id and c.payment_terms_days > 0
      cross join lateral (select private.credit_used(tenant, c.id) as used) u
      where sees_credit
    )
    select pg_catalog.jsonb_build_object(
      'goods', (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) || pg_catalog.jsonb_build_object('missing', greatest(0, s.wanted - s.reserved - s.available))
          order by s.wanted - s.reserved > s.available desc, s.name, s.warehouse), '[]') from stocked s),
      'credit', case when sees_credit then (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o) order by o.over desc, o.name), '[]') from owing o) end,
      'load', (
        select pg_catalog.jsonb_build_object('weight_kg', coalesce(sum(i.quantity * i.weight_kg), 0), 'volume_l', coalesce(sum(i.quantity * i.volume_l), 0), 'units', coalesce(sum(i.quantity), 0))
        from items i),
      'trip', (
        select pg_catalog.jsonb_build_object('id', t.id, 'number', t.number, 'vehicle', v.name,
          'capacity_kg', v.capacity_kg, 'capacity_l', v.capacity_l, 'capacity_units', v.capacity_units,
          'weight_kg', a.weight, 'volume_l', a.volume, 'units', a.units)
        from public.trips t
        left join public.vehicles v on v.tenant_id = tenant and v.id = t.vehicle_id
        cross join lateral private.load_of(t) a
        where t.tenant_id = tenant and t.id = trip_id),
      'trips', case when plans then (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.planned_start_at, r.number), '[]')
        from (
          select t.id, t.number, t.planned_start_at, v.name as vehicle, d.name as driver
          from public.trips t
          left join public.vehicles v on v.tenant_id = tenant and v.id = t.vehicle_id
          left join public.drivers d on d.tenant_id = tenant and d.id = t.driver_id
          where t.tenant_id = tenant and t.is_done is false and t.status in ('draft', 'planned') and t.warehouse_id in (select o.warehouse_id from chosen o)
            and private.sees_trip(t.id, t.driver_id, t.warehouse_id)
          order by t.planned_start_at, t.id limit 100
        ) r) end)
  );
end
$$;
comment on function private.preview_orders(uuid[], uuid) is
  'What orders come to together, before a command is given to many: {goods [{warehouse_id, warehouse, product_id, sku, name, unit, wanted, reserved (for them), available (for others than them; null for who may not look into the depot), missing}] in base units, what is short first; credit [{customer_id, code, name, credit_limit, used, added (by those not confirmed yet), over}], null for who may not know it, without those who pay on delivery; load {weight_kg, volume_l, units}; trip: the one given, what it carries already and what its vehicle can carry, {id, number, vehicle, capacity_kg, capacity_l, capacity_units, weight_kg, volume_l, units}; trips [{id, number, planned_start_at, vehicle, driver}]: the next 100 that leave from their depots and may still be changed, null for who plans none}. Raises too_many_orders, and record_not_found for a trip and orders that the caller does not see.';
select private.expose('preview_orders');

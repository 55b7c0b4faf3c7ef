-- Family 08, delivery: what a van takes along to sell, and what of its load is free.

insert into private.in_place_commands (machine, state, command, permission) values
  ('trip', 'draft', 'take_goods', 'trips.edit'),
  ('trip', 'planned', 'take_goods', 'trips.edit');

create function private.take_goods(trip_id uuid, goods jsonb, expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
  problems jsonb;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  if not private.takes_in_place('trip', tenant, target.status::text, 'take_goods') then
    perform private.fail('trip_fixed', pg_catalog.jsonb_build_object('trip_id', target.id, 'status', target.status));
  end if;
  perform private.require_records('goods', goods, '{"product_id": "uuid", "quantity": "numeric"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', g.line, 'product_id', g.product_id, 'problem', case
    when p.id is null then 'product_unknown' when not p.is_active then 'product_inactive' when p.composition = 'bundle' then 'product_is_a_bundle'
    when (g.quantity > 0) is not true then 'quantity_not_positive'
    when g.together > 99999999 then 'quantity_too_large' else 'quantity_has_more_than_three_decimals' end)) into problems
  from (
    select w.*, sum(w.quantity) over (partition by w.product_id) as together
    from rows from (pg_catalog.jsonb_to_recordset(goods) as (product_id uuid, quantity numeric)) with ordinality as w (product_id, quantity, line)
  ) g
  left join public.products p on p.tenant_id = tenant and p.id = g.product_id
  where p.id is null or not p.is_active or p.composition = 'bundle' or (g.quantity > 0 and g.together <= 99999999 and g.quantity = round(g.quantity, 3)) is not true;
  if problems is not null then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  delete from public.trip_goods g where g.tenant_id = tenant and g.trip_id = target.id;
  insert into public.trip_goods (tenant_id, trip_id, product_id, quantity)
  select tenant, target.id, g.product_id, sum(g.quantity)
  from pg_catalog.jsonb_to_recordset(goods) as g (product_id uuid, quantity numeric)
  group by g.product_id;
  if target.status = 'planned' then
    if private.carries_nothing(target) then
      perform private.fail('trip_without_orders', pg_catalog.jsonb_build_object('trip_id', target.id));
    end if;
    perform private.check_capacity(target);
    perform private.write_load_sheet(target);
  end if;
  -- Whoever looks at an older list must notice.
  update public.trips t set notes = t.notes where t.tenant_id = target.tenant_id and t.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.take_goods(uuid, jsonb, integer) is
  'Says what a draft or planned trip takes along to sell, beyond its orders: goods [{product_id, quantity}] in base units, all of them; none takes nothing. A planned trip gets a new load sheet; the goods leave the depot when it is dispatched. Raises trip_fixed, lines_invalid, trip_overloaded, trip_without_orders, version_conflict.';
select private.expose_command('take_goods');

create function private.van_stock(trip public.trips) returns table (product_id uuid, on_van numeric, needed numeric)
language sql stable security definer set search_path = ''
as $$
  select i.product_id, i.on_hand, coalesce((
    select sum(l.quantity)
    from public.trip_stops s
    join public.order_items l on l.tenant_id = s.tenant_id and l.order_id = s.order_id and l.product_id = i.product_id
    where s.tenant_id = trip.tenant_id and s.trip_id = trip.id and s.status in ('pending', 'arrived')
  ), 0)
  from public.vehicles v
  join public.inventory i on i.tenant_id = v.tenant_id and i.warehouse_id = v.location_id and i.condition = 'good' and i.on_hand > 0
  where v.tenant_id = trip.tenant_id and v.id = trip.vehicle_id
$$;
comment on function private.van_stock(public.trips) is 'The good stock on the van of a trip by the books, and what of it the open stops still need, in base units. The rest is free to be sold.';

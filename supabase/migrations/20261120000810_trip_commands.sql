-- Family 08, delivery: building, loading and dispatching trips.

select private.register_error('orders_not_assignable', 409, 'Some orders cannot ride on this trip.', 'Look at the details: they must be allocated at the trip''s warehouse, not on hold, not on another trip, and for a customer and an address that can be served.');
select private.register_error('trip_fixed', 409, 'The trip has left the depot and can no longer be changed.', 'Plan another trip.');
select private.register_error('trip_without_orders', 409, 'The trip carries neither orders nor goods to sell.', 'Add orders or goods first.');
select private.register_error('trip_without_driver', 409, 'The trip has no driver.', 'Choose a driver.');
select private.register_error('trip_without_vehicle', 409, 'The trip has no vehicle.', 'Choose a vehicle.');
select private.register_error('vehicle_not_active', 409, 'The vehicle is out of service.', 'Choose another vehicle, or put this one back into service.');
select private.register_error('driver_not_active', 409, 'The driver no longer drives for you.', 'Choose another driver, or make this one active again.');
select private.register_error('driver_cannot_sign_in', 409, 'The driver has no account with the right to drive, so he can neither confirm the load nor set off.', 'Invite him as a driver and choose that account on his driver record, or choose another driver.');
select private.register_error('trip_overloaded', 409, 'The load is more than the vehicle can carry.', 'Take orders off the trip or choose a larger vehicle.');
select private.register_error('load_not_confirmed', 409, 'The load is not confirmed by both the depot and the driver.', 'Have both count the load.');
select private.register_error('load_count_mismatch', 409, 'The count differs from the load sheet.', 'Count again; if goods are missing, change the orders first.');
select private.register_error('load_confirmed_by_same_person', 403, 'Depot and driver must be two different people.', 'Ask a colleague to confirm for the other side.');
select private.register_error('not_the_driver', 403, 'This is not your trip.', 'Ask the dispatcher to assign it to you.');

create function private.sees_trip(trip_id uuid, driver_id uuid, warehouse_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.memberships := private.active_membership();
begin
  return me.role is distinct from 'customer'
    and (me.warehouse_id is null or me.warehouse_id = warehouse_id)
    and (me.role is distinct from 'driver' or exists (
      select from public.drivers d where d.tenant_id = me.tenant_id and d.id = driver_id and d.membership_id = me.id
    ));
end
$$;
comment on function private.sees_trip(uuid, uuid, uuid) is 'Row scope of trips: drivers see their own, limited members those of their warehouse, customers none.';

create or replace function private.drives_to_customer(driver public.memberships, customer uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.trip_stops s
    join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
    join public.drivers d on d.tenant_id = t.tenant_id and d.id = t.driver_id
    where s.tenant_id = driver.tenant_id and s.customer_id = customer and d.membership_id = driver.id
  );
end
$$;

create or replace function private.drives_order(driver public.memberships, order_id uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  return exists (
    select from public.trip_stops s
    join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
    join public.drivers d on d.tenant_id = t.tenant_id and d.id = t.driver_id
    where s.tenant_id = driver.tenant_id and s.order_id = drives_order.order_id and d.membership_id = driver.id
  );
end
$$;

create function private.drives_trip(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.drivers d join public.memberships m on m.tenant_id = d.tenant_id and m.id = d.membership_id
    where d.tenant_id = target.tenant_id and d.id = target.driver_id and m.user_id = auth.uid()
  );
end
$$;
comment on function private.drives_trip(public.trips) is 'Whether the caller is the driver of the trip.';

create function private.waits_for_a_van(target public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return not target.is_on_hold and private.why_not_served(target) is null
    and not exists (select from public.trip_stops s where s.tenant_id = target.tenant_id and s.order_id = target.id);
end
$$;
comment on function private.waits_for_a_van(public.orders) is 'Whether nothing but a trip is missing to an allocated order: nobody holds it, its customer can be served and no trip carries it yet.';

create function private.delivers_order(target public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return target.status <> 'failed' and (private.has_permission(target.tenant_id, 'trips.dispatch') or exists (
    select from public.trip_stops s join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
    where s.tenant_id = target.tenant_id and s.order_id = target.id and private.drives_trip(t)
  ));
end
$$;
comment on function private.delivers_order(public.orders) is 'Whether the caller drives the trip that carries the order, or may act for its driver. What a phone tells late of an order that failed with its trip is taken, and offered to nobody.';

create function private.lock_trip(tenant uuid, trip_id uuid, expected_version integer) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.trips;
begin
  select * into target from public.trips t where t.tenant_id = tenant and t.id = trip_id for no key update;
  if not found or not (private.is_unscoped() or private.sees_trip(target.id, target.driver_id, target.warehouse_id)) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('trip_id', trip_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_trip(uuid, uuid, integer) is 'Locks a trip that the caller sees. Trips are locked before orders, orders before balances. Raises record_not_found, version_conflict.';

------------------------------------------------------------------------------------------------
-- Load sheet
------------------------------------------------------------------------------------------------

create function private.goods_of_trip(target public.trips) returns table (product_id uuid, quantity numeric)
language sql stable security definer set search_path = ''
as $$
  select i.product_id, i.quantity
  from public.trip_stops s
  join public.order_items i on i.tenant_id = s.tenant_id and i.order_id = s.order_id
  where s.tenant_id = target.tenant_id and s.trip_id = target.id
  union all
  select g.product_id, g.quantity from public.trip_goods g where g.tenant_id = target.tenant_id and g.trip_id = target.id
$$;
comment on function private.goods_of_trip(public.trips) is 'What a trip that has not left yet carries, line by line: for its orders, and to sell.';

create function private.write_load_sheet(target public.trips) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  sheet_id uuid;
begin
  delete from public.loads l where l.tenant_id = target.tenant_id and l.trip_id = target.id;
  insert into public.loads (tenant_id, trip_id) values (target.tenant_id, target.id) returning id into sheet_id;
  insert into public.load_items (tenant_id, load_id, product_id, expected)
  select target.tenant_id, sheet_id, g.product_id, sum(g.quantity) from private.goods_of_trip(target) g group by g.product_id;
end
$$;
comment on function private.write_load_sheet(public.trips) is 'Writes the load sheet of a trip anew from its orders and what it takes along to sell; earlier counts no longer count.';

create function private.load_of(target public.trips, out weight numeric, out volume numeric, out units numeric)
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(g.quantity * p.weight_kg), 0), coalesce(sum(g.quantity * p.volume_l), 0), coalesce(sum(g.quantity), 0)
  from private.goods_of_trip(target) g
  join public.products p on p.tenant_id = target.tenant_id and p.id = g.product_id
$$;
comment on function private.load_of(public.trips) is 'What the goods of a trip weigh (kg), how much room they take (l), and how many base units they are.';

create function private.check_capacity(target public.trips) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  van public.vehicles;
  cargo record;
begin
  select * into van from public.vehicles v where v.tenant_id = target.tenant_id and v.id = target.vehicle_id;
  if not found then
    return;
  end if;
  select * into cargo from private.load_of(target);
  if cargo.weight > van.capacity_kg or cargo.volume > van.capacity_l or cargo.units > van.capacity_units then
    perform private.fail('trip_overloaded', pg_catalog.jsonb_build_object(
      'weight_kg', cargo.weight, 'capacity_kg', van.capacity_kg, 'volume_l', cargo.volume, 'capacity_l', van.capacity_l, 'units', cargo.units, 'capacity_units', van.capacity_units));
  end if;
end
$$;
comment on function private.check_capacity(public.trips) is 'Raises trip_overloaded when weight, volume or units of a trip exceed its vehicle. Without a vehicle there is nothing to check yet.';

select private.register_error('vehicle_in_repair', 409, 'The vehicle is in repair.', 'Choose another vehicle, or have it back in service first.');

create function private.vehicle_in_repair(tenant uuid, vehicle uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return null;
end
$$;
comment on function private.vehicle_in_repair(uuid, uuid) is 'Number under which a vehicle is in repair; null: it is not, as long as no family knows of repairs.';

select private.register_error('vehicle_check_missing', 409, 'The vehicle has not been checked for this trip.', 'Go through the checklist first.');
select private.register_error('vehicle_not_in_order', 409, 'Something on the vehicle that must be in order is not.', 'Have it mended and the defect cleared, or choose another vehicle.');

create function private.require_vehicle_in_order(tenant uuid, vehicle uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  van public.vehicles;
  defects jsonb;
begin
  -- A shared lock: who finds a defect on it comes before or after this step.
  select * into van from public.vehicles v where v.tenant_id = tenant and v.id = vehicle for share;
  select pg_catalog.jsonb_agg(c.item_name order by c.checked_at, c.item_name) into defects
  from public.vehicle_checks c where c.tenant_id = tenant and c.vehicle_id = vehicle and c.is_open and c.keeps_vehicle_here;
  if defects is not null then
    perform private.fail('vehicle_not_in_order', pg_catalog.jsonb_build_object('vehicle_id', van.id, 'name', van.name, 'defects', defects));
  end if;
end
$$;
comment on function private.require_vehicle_in_order(uuid, uuid) is 'Nothing that must be in order on a vehicle is not. Raises vehicle_not_in_order.';

create function private.require_fit_vehicle(tenant uuid, vehicle uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  van public.vehicles;
  repair text;
begin
  -- A shared lock: who takes the van out of service comes before or after this step.
  select * into van from public.vehicles v where v.tenant_id = tenant and v.id = vehicle for share;
  if not van.is_active then
    perform private.fail('vehicle_not_active', pg_catalog.jsonb_build_object('vehicle_id', van.id, 'name', van.name));
  end if;
  repair := private.vehicle_in_repair(tenant, vehicle);
  if repair is not null then
    perform private.fail('vehicle_in_repair', pg_catalog.jsonb_build_object('vehicle_id', van.id, 'name', van.name, 'asset', repair));
  end if;
  perform private.require_vehicle_in_order(tenant, vehicle);
end
$$;
comment on function private.require_fit_vehicle(uuid, uuid) is
  'The one place that says whether a vehicle may go on a trip: in service, not in repair, without a defect of what must be in order. No vehicle is nothing to say no to. Raises vehicle_not_active, vehicle_in_repair, vehicle_not_in_order.';

create function private.check_crew(target public.trips, is_planned boolean) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  driver public.drivers;
begin
  perform private.require_fit_vehicle(target.tenant_id, target.vehicle_id);
  select * into driver from public.drivers d where d.tenant_id = target.tenant_id and d.id = target.driver_id for share;
  if not driver.is_active or exists (
    select from public.memberships m where m.tenant_id = driver.tenant_id and m.id = driver.membership_id and m.status <> 'active'
  ) then
    perform private.fail('driver_not_active', pg_catalog.jsonb_build_object('driver_id', driver.id, 'name', driver.name));
  end if;
  if is_planned and driver.id is not null and not exists (
    select from public.memberships m
    left join public.role_permissions p on p.role = m.role and p.permission = 'trips.drive'
    left join public.tenant_role_permissions o on o.tenant_id = m.tenant_id and o.role = m.role and o.permission = 'trips.drive'
    where m.tenant_id = driver.tenant_id and m.id = driver.membership_id and coalesce(o.is_granted, p.permission is not null)
  ) then
    perform private.fail('driver_cannot_sign_in', pg_catalog.jsonb_build_object('driver_id', driver.id, 'name', driver.name));
  end if;
end
$$;
comment on function private.check_crew(public.trips, boolean) is
  'Vehicle and driver of a trip must be in service when they are chosen, when the trip is planned and when it leaves; on the road they finish it. From the plan on the driver needs an account that may drive, since the load and the start wait for him. Raises vehicle_not_active, vehicle_in_repair, vehicle_not_in_order, driver_not_active, driver_cannot_sign_in.';

------------------------------------------------------------------------------------------------
-- Building
------------------------------------------------------------------------------------------------

create function private.unassignable_orders(tenant uuid, warehouse_id uuid, trip_id uuid, order_ids uuid[], states text[]) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_id', w.id, 'number', o.number, 'problem', case
    when o.id is null then 'unknown'
    when o.status::text <> all (states) then 'not_allocated'
    when o.is_on_hold then 'on_hold'
    when o.warehouse_id <> unassignable_orders.warehouse_id then 'other_warehouse'
    else coalesce(private.why_not_served(o), 'on_another_trip') end))
  from (select distinct x as id from pg_catalog.unnest(order_ids) x) w
  left join public.orders o on o.tenant_id = tenant and o.id = w.id
  where o.id is null or o.status::text <> all (states) or o.is_on_hold or o.warehouse_id <> unassignable_orders.warehouse_id or private.why_not_served(o) is not null
    or exists (select from public.trip_stops s where s.tenant_id = o.tenant_id and s.order_id = o.id and s.trip_id is distinct from unassignable_orders.trip_id)
$$;
comment on function private.unassignable_orders(uuid, uuid, uuid, uuid[], text[]) is
  'Which of these orders cannot ride on a trip of the warehouse (the one given, null for a new one) and why, [{order_id, number, problem}]; null when all can. states: those in which an order may be.';

create function private.carries_nothing(target public.trips) returns boolean
language sql stable security definer set search_path = ''
as $$ select not exists (select from private.goods_of_trip(target)) $$;
comment on function private.carries_nothing(public.trips) is 'Whether a trip has neither orders nor goods to sell.';

create function private.set_trip_orders(target public.trips, order_ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  problems jsonb;
begin
  -- All orders in one order, so that two dispatchers cannot lock each other out.
  perform from public.orders o where o.tenant_id = target.tenant_id and o.id = any (order_ids) order by o.id for no key update;
  problems := private.unassignable_orders(target.tenant_id, target.warehouse_id, target.id, order_ids, '{allocated}');
  if problems is not null then
    perform private.fail('orders_not_assignable', pg_catalog.jsonb_build_object('orders', problems));
  end if;
  delete from public.trip_stops s where s.tenant_id = target.tenant_id and s.trip_id = target.id;
  insert into public.trip_stops (tenant_id, trip_id, sequence, order_id, customer_id, address_id)
  select target.tenant_id, target.id, pg_catalog.row_number() over (order by min(w.n)), o.id, o.customer_id, o.address_id
  from pg_catalog.unnest(order_ids) with ordinality as w (id, n)
  join public.orders o on o.tenant_id = target.tenant_id and o.id = w.id
  group by o.id, o.customer_id, o.address_id;
  if target.status = 'planned' then
    if private.carries_nothing(target) then
      perform private.fail('trip_without_orders');
    end if;
    perform private.check_capacity(target);
    perform private.write_load_sheet(target);
  end if;
end
$$;
comment on function private.set_trip_orders(public.trips, uuid[]) is 'Replaces the orders of a locked trip, in the order given. Raises orders_not_assignable, trip_overloaded.';

select private.register_error('trip_times_invalid', 422, 'A trip ends after it starts, within seven days.', 'Correct the times of the trip.');

create function private.check_trip_times(planned_start_at timestamptz, planned_end_at timestamptz) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if (planned_start_at < planned_end_at and planned_end_at <= planned_start_at + interval '7 days'
    and planned_start_at > '2000-01-01' and planned_end_at < '2200-01-01') is not true then
    perform private.fail('trip_times_invalid', pg_catalog.jsonb_build_object('planned_start_at', planned_start_at, 'planned_end_at', planned_end_at));
  end if;
end
$$;
comment on function private.check_trip_times(timestamptz, timestamptz) is 'Raises trip_times_invalid.';

create function private.create_trip(
  warehouse_id uuid, planned_start_at timestamptz, planned_end_at timestamptz, vehicle_id uuid default null, driver_id uuid default null,
  order_ids uuid[] default '{}', notes text default null
) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  created public.trips;
begin
  if not exists (
    select from public.warehouses w where w.tenant_id = tenant and w.id = warehouse_id and w.is_active and w.kind <> 'van' and private.sees_warehouse(w.id)
  ) then
    perform private.fail('warehouse_not_available', pg_catalog.jsonb_build_object('warehouse_id', warehouse_id));
  end if;
  perform private.check_trip_times(planned_start_at, planned_end_at);
  perform private.check_text('notes', notes, 2000);
  perform private.require_reference('public.trips', 'vehicle_id', tenant, vehicle_id);
  perform private.require_reference('public.trips', 'driver_id', tenant, driver_id);
  insert into public.trips (tenant_id, warehouse_id, planned_start_at, planned_end_at, vehicle_id, driver_id, notes)
  values (tenant, warehouse_id, planned_start_at, planned_end_at, vehicle_id, driver_id, notes)
  returning * into created;
  perform private.check_crew(created, false);
  perform private.set_trip_orders(created, order_ids);
  return created;
end
$$;
comment on function private.create_trip(uuid, timestamptz, timestamptz, uuid, uuid, uuid[], text) is
  'Starts a trip with allocated orders in the order of delivery. Raises trip_times_invalid, orders_not_assignable, warehouse_not_available, vehicle_not_active, vehicle_in_repair, driver_not_active.';
select private.expose_command('create_trip');

create function private.assign_orders(trip_id uuid, order_ids uuid[], expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  if not private.takes_in_place('trip', tenant, target.status::text, 'assign_orders') then
    perform private.fail('trip_fixed', pg_catalog.jsonb_build_object('trip_id', target.id, 'status', target.status));
  end if;
  perform private.set_trip_orders(target, order_ids);
  -- Whoever looks at an older list of stops must notice.
  update public.trips t set notes = t.notes where t.tenant_id = target.tenant_id and t.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.assign_orders(uuid, uuid[], integer) is
  'Replaces the orders of a draft or planned trip, in the order of delivery; a planned trip gets a new load sheet. Raises trip_fixed, orders_not_assignable, trip_overloaded, trip_without_orders.';
select private.expose_command('assign_orders');

create function private.change_trip(
  trip_id uuid, vehicle_id uuid default null, driver_id uuid default null, planned_start_at timestamptz default null, planned_end_at timestamptz default null,
  notes text default null, expected_version integer default null
) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  if not private.takes_in_place('trip', tenant, target.status::text, 'change') then
    perform private.fail('trip_fixed', pg_catalog.jsonb_build_object('trip_id', target.id, 'status', target.status));
  end if;
  perform private.check_trip_times(coalesce(planned_start_at, target.planned_start_at), coalesce(planned_end_at, target.planned_end_at));
  perform private.check_text('notes', notes, 2000);
  perform private.require_reference('public.trips', 'vehicle_id', tenant, vehicle_id);
  perform private.require_reference('public.trips', 'driver_id', tenant, driver_id);
  update public.trips t
  set vehicle_id = coalesce(change_trip.vehicle_id, t.vehicle_id), driver_id = coalesce(change_trip.driver_id, t.driver_id),
    planned_start_at = coalesce(change_trip.planned_start_at, t.planned_start_at), planned_end_at = coalesce(change_trip.planned_end_at, t.planned_end_at),
    notes = coalesce(change_trip.notes, t.notes)
  where t.tenant_id = target.tenant_id and t.id = target.id
  returning * into target;
  if change_trip.vehicle_id is not null or change_trip.driver_id is not null then
    perform private.check_crew(target, target.status = 'planned');
  end if;
  if target.status = 'planned' then
    perform private.check_capacity(target);
    -- The new driver has counted nothing yet.
    update public.loads l set driver_confirmed_by = null, driver_confirmed_at = null
    where l.tenant_id = tenant and l.trip_id = target.id and change_trip.driver_id is not null;
  end if;
  return target;
end
$$;
comment on function private.change_trip(uuid, uuid, uuid, timestamptz, timestamptz, text, integer) is
  'Changes vehicle, driver, times or notes of a draft or planned trip; null leaves a field as it is. Raises trip_fixed, trip_times_invalid, trip_overloaded, vehicle_not_active, vehicle_in_repair, driver_not_active, driver_cannot_sign_in, version_conflict.';
select private.expose_command('change_trip');

create function private.plan_trip(trip_id uuid, expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  perform private.next_state('trip', target.id, target.status::text, 'plan');
  if target.driver_id is null then
    perform private.fail('trip_without_driver', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  if private.carries_nothing(target) then
    perform private.fail('trip_without_orders', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  perform private.check_crew(target, true);
  perform private.check_capacity(target);
  update public.trips t set status = 'planned' where t.tenant_id = target.tenant_id and t.id = target.id returning * into target;
  perform private.write_load_sheet(target);
  return target;
end
$$;
comment on function private.plan_trip(uuid, integer) is
  'Fixes the plan of a trip and writes its load sheet. Raises trip_without_driver, trip_without_orders, vehicle_not_active, vehicle_in_repair, driver_not_active, driver_cannot_sign_in, trip_overloaded, trip_transition_illegal; vehicle_taken or driver_taken when one of them is on another trip at that time.';
select private.expose_command('plan_trip');

create function private.is_load_confirmed(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.loads l
    where l.tenant_id = target.tenant_id and l.trip_id = target.id and l.depot_confirmed_at is not null and l.driver_confirmed_at is not null
  );
end
$$;
comment on function private.is_load_confirmed(public.trips) is 'Whether both sides have counted the load: only then the van leaves.';

create function private.counted_for_the_other_side(target public.trips) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.loads l where l.tenant_id = target.tenant_id and l.trip_id = target.id
      and auth.uid() = case when private.drives_trip(target) then l.depot_confirmed_by else l.driver_confirmed_by end
  );
end
$$;
comment on function private.counted_for_the_other_side(public.trips) is 'Whether the caller confirmed the load for the depot while he drives the trip, or the other way round.';

create function private.confirm_load(trip_id uuid, counts jsonb) returns public.loads
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
  sheet public.loads;
  is_driver boolean;
  mismatch jsonb;
begin
  target := private.lock_trip(tenant, trip_id, null);
  if not private.takes_in_place('trip', tenant, target.status::text, 'confirm_load') then
    perform private.fail('trip_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'confirm_load'));
  end if;
  is_driver := private.drives_trip(target);
  perform private.require_permission(case when is_driver then 'trips.drive' else 'trips.load' end);
  select * into sheet from public.loads l where l.tenant_id = tenant and l.trip_id = target.id for no key update;
  if private.counted_for_the_other_side(target) then
    perform private.fail('load_confirmed_by_same_person');
  end if;
  perform private.require_records('counts', counts, '{"product_id": "uuid", "count": "numeric"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', coalesce(i.product_id, c.product_id), 'counted', c.count)
    -- Who counts blind is told where he is wrong, not what is right.
    || case when private.tenant_rule(tenant, 'trips.counts_show_expected') = 'true' then pg_catalog.jsonb_build_object('expected', coalesce(i.expected, 0)) else '{}' end)
  into mismatch
  from (select x.* from public.load_items x where x.tenant_id = tenant and x.load_id = sheet.id) i
  full join pg_catalog.jsonb_to_recordset(counts) as c (product_id uuid, count numeric) on c.product_id = i.product_id
  where i.expected is distinct from c.count;
  if mismatch is not null then
    perform private.fail('load_count_mismatch', pg_catalog.jsonb_build_object('counts', mismatch));
  end if;
  perform private.require_serials(tenant, 'trip', target.id);
  update public.load_items i
  set depot_count = case when is_driver then i.depot_count else i.expected end,
    driver_count = case when is_driver then i.expected else i.driver_count end
  where i.tenant_id = tenant and i.load_id = sheet.id;
  if is_driver then
    update public.loads l set driver_confirmed_by = auth.uid(), driver_confirmed_at = pg_catalog.now() where l.tenant_id = sheet.tenant_id and l.id = sheet.id returning * into sheet;
  else
    update public.loads l set depot_confirmed_by = auth.uid(), depot_confirmed_at = pg_catalog.now() where l.tenant_id = sheet.tenant_id and l.id = sheet.id returning * into sheet;
  end if;
  perform private.publish_event(tenant, 'trip.load_confirmed', 'trip', target.id, target.version, pg_catalog.jsonb_build_object('side', case when is_driver then 'driver' else 'depot' end));
  return sheet;
end
$$;
comment on function private.confirm_load(uuid, jsonb) is
  'Confirms the load with one''s own count [{product_id, count}]: the trip''s driver for his side, anyone with trips.load for the depot. Of products that are tracked by serial number every piece is scanned by then (scan_serials). Raises serials_needed, load_count_mismatch, load_confirmed_by_same_person, permission_denied, trip_transition_illegal.';
select private.expose_command('confirm_load');

create function private.dispatch_trip(trip_id uuid, expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
  van public.vehicles;
  problems jsonb;
  earlier text;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  perform private.next_state('trip', target.id, target.status::text, 'dispatch');
  select * into van from public.vehicles v where v.tenant_id = tenant and v.id = target.vehicle_id;
  if not found then
    perform private.fail('trip_without_vehicle', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  if private.carries_nothing(target) then
    perform private.fail('trip_without_orders', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  perform private.check_crew(target, true);
  perform private.check_capacity(target);
  perform private.require_open_depot(tenant, target.warehouse_id);
  if not private.is_load_confirmed(target) then
    perform private.fail('load_not_confirmed', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  perform from public.orders o
  where o.tenant_id = tenant and o.id in (select s.order_id from public.trip_stops s where s.tenant_id = tenant and s.trip_id = target.id)
  order by o.id for no key update;
  -- Their customers too, in one order, before the credit of each is weighed.
  perform from public.customers c
  where c.tenant_id = tenant and c.id in (select s.customer_id from public.trip_stops s where s.tenant_id = tenant and s.trip_id = target.id)
  order by c.id for no key update;
  -- Materialized: a plan that asked for the credit of the company's other orders too would lock their
  -- customers as it met them, and two trips would wait for each other.
  with aboard as materialized (
    select o as cargo
    from public.trip_stops s join public.orders o on o.tenant_id = s.tenant_id and o.id = s.order_id
    where s.tenant_id = tenant and s.trip_id = target.id
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_id', (a.cargo).id, 'number', (a.cargo).number, 'problem', case
    when (a.cargo).is_on_hold then 'on_hold'
    when (a.cargo).status <> 'allocated' then 'not_allocated'
    else coalesce(private.why_not_served(a.cargo), 'credit_exceeded') end))
  into problems
  from aboard a
  where (a.cargo).status <> 'allocated' or (a.cargo).is_on_hold or private.why_not_served(a.cargo) is not null
    or ((a.cargo).credit_override_note is null and private.credit_shortfall(a.cargo) > 0);
  if problems is not null then
    perform private.fail('orders_not_assignable', pg_catalog.jsonb_build_object('orders', problems));
  end if;

  update public.trips t set status = 'dispatched', dispatched_by = auth.uid(), dispatched_at = pg_catalog.now() where t.tenant_id = target.tenant_id and t.id = target.id returning * into target;
  update public.trip_stops s set asks_for_code = true
  where s.tenant_id = tenant and s.trip_id = target.id and private.wants_delivery_code(tenant, s.customer_id);

  delete from public.reservations r
  using public.trip_stops s join public.order_items i on i.tenant_id = s.tenant_id and i.order_id = s.order_id
  where s.tenant_id = tenant and s.trip_id = target.id and r.tenant_id = i.tenant_id and r.order_item_id = i.id;
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, occurred_at)
  select tenant, m.location_id, l.product_id, 'good', m.sign * l.expected, 'load', 'trip', target.id, target.dispatched_at
  from public.loads h
  join public.load_items l on l.tenant_id = h.tenant_id and l.load_id = h.id
  cross join lateral (values (target.warehouse_id, -1), (van.location_id, 1)) as m (location_id, sign)
  where h.tenant_id = tenant and h.trip_id = target.id;

  -- The orders follow from their fulfilments.
  earlier := private.run_as_rule('trip.dispatch');
  with sent as (
    insert into public.fulfilments (tenant_id, order_id, warehouse_id, trip_id)
    select tenant, s.order_id, target.warehouse_id, target.id
    from public.trip_stops s where s.tenant_id = tenant and s.trip_id = target.id
    returning id, order_id
  )
  insert into public.fulfilment_items (tenant_id, fulfilment_id, order_item_id, product_id, quantity)
  select tenant, f.id, i.id, i.product_id, i.quantity
  from sent f join public.order_items i on i.tenant_id = tenant and i.order_id = f.order_id;
  perform private.run_as_rule(earlier);
  return target;
end
$$;
comment on function private.dispatch_trip(uuid, integer) is
  'Sends a loaded trip on its way: reserved stock moves from the depot to the van, its orders become dispatched. Raises depot_closed, load_not_confirmed, trip_without_vehicle, vehicle_not_active, vehicle_in_repair, driver_not_active, driver_cannot_sign_in, trip_overloaded, orders_not_assignable, trip_transition_illegal.';
select private.expose_command('dispatch_trip');

create function private.start_trip(trip_id uuid, expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
  earlier text;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  perform private.next_state('trip', target.id, target.status::text, 'start');
  if not private.drives_trip(target) then
    perform private.fail('not_the_driver', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  perform private.require_vehicle_in_order(tenant, target.vehicle_id);
  if private.is_vehicle_check_missing(target) then
    perform private.fail('vehicle_check_missing', pg_catalog.jsonb_build_object('trip_id', target.id));
  end if;
  update public.trips t set status = 'in_progress', started_at = pg_catalog.now() where t.tenant_id = target.tenant_id and t.id = target.id returning * into target;
  earlier := private.run_as_rule('trip.start');
  update public.fulfilments f set status = 'in_transit' where f.tenant_id = tenant and f.trip_id = target.id and f.status = 'dispatched';
  perform private.run_as_rule(earlier);
  return target;
end
$$;
comment on function private.start_trip(uuid, integer) is 'The driver sets off with a van that is in order; his orders are in transit. Raises not_the_driver, vehicle_not_in_order, vehicle_check_missing, trip_transition_illegal.';
select private.expose_command('start_trip');

create function private.lock_open_orders(target public.trips) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform from public.orders o
  where o.tenant_id = target.tenant_id
    and o.id in (select s.order_id from public.trip_stops s where s.tenant_id = target.tenant_id and s.trip_id = target.id and s.status in ('pending', 'arrived'))
  order by o.id for no key update;
end
$$;
comment on function private.lock_open_orders(public.trips) is 'Locks the orders of a trip that are still to be delivered, in one order.';

create function private.cancel_trip(trip_id uuid, reason text, expected_version integer default null) returns public.trips
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.view');
  target public.trips;
  why text;
  earlier text;
begin
  target := private.lock_trip(tenant, trip_id, expected_version);
  perform private.next_state('trip', target.id, target.status::text, 'cancel');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  why := private.require_text('reason', reason, 500);
  if target.dispatched_at is null then
    delete from public.trip_stops s where s.tenant_id = tenant and s.trip_id = target.id;
    delete from public.loads l where l.tenant_id = tenant and l.trip_id = target.id;
  else
    perform private.lock_open_orders(target);
    earlier := private.run_as_rule('trip.cancel');
    update public.fulfilments f set status = 'failed', reason = why, resolved_at = pg_catalog.now()
    where f.tenant_id = tenant and f.trip_id = target.id and f.status in ('dispatched', 'in_transit');
    perform private.run_as_rule(earlier);
    update public.trip_stops s set status = 'failed', left_at = pg_catalog.now()
    where s.tenant_id = tenant and s.trip_id = target.id and s.status in ('pending', 'arrived');
  end if;
  update public.trips t set status = 'cancelled', status_reason = why, cancelled_by = auth.uid(), cancelled_at = pg_catalog.now()
  where t.tenant_id = target.tenant_id and t.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.cancel_trip(uuid, text, integer) is
  'Gives up a trip. Before it leaves, its orders stay allocated and are free for another. On the road its open stops fail with the reason and their goods stay stock of the van; van and driver leave on another trip once the offload is approved. What the driver did before is still taken when his phone tells it late. Raises reason_required, input_invalid, trip_transition_illegal.';
select private.expose_command('cancel_trip');

create function private.normal_plate(typed text) returns text
language sql immutable parallel safe
return pg_catalog.upper(pg_catalog.regexp_replace(typed, '[^[:alnum:]]', '', 'g'));
comment on function private.normal_plate(text) is 'A registration without spaces and dashes, in capitals: kda 101-a is KDA101A.';

create function private.find_vehicles(typed text) returns setof uuid
language plpgsql stable set search_path = ''
as $$
declare
  plate constant text := private.normal_plate(typed);
begin
  return query
  select v.id from public.vehicles v
  where v.tenant_id = private.active_tenant_id()
    and (pg_catalog.strpos(private.normal_plate(v.registration), plate) > 0 or pg_catalog.strpos(pg_catalog.lower(v.name), pg_catalog.lower(pg_catalog.btrim(typed))) > 0)
    and plate <> ''
  order by v.name, v.id limit 100;
end
$$;
comment on function private.find_vehicles(text) is
  'Vehicles of the caller''s whose registration, written with or without spaces, or whose name has what was typed; at most a hundred.';
select private.expose('find_vehicles');

-- Family 08, delivery: orders of a plan that nobody can be sent to, because their place is not known.

insert into private.in_place_commands (machine, state, command, permission)
select 'planning_session', s, 'locate_order', 'trips.edit' from pg_catalog.unnest('{draft,optimized,optimization_failed}'::text[]) s;

create function private.locate_order(planning_session_id uuid, order_id uuid, latitude numeric, longitude numeric, expected_version integer default null) returns public.planning_sessions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.edit');
  target public.planning_sessions := private.lock_plan(tenant, planning_session_id, 'locate_order', expected_version);
  address uuid;
  van uuid;
begin
  perform private.planned_orders(target, array[order_id]);
  perform private.require_number('latitude', latitude, -90, 90);
  perform private.require_number('longitude', longitude, -180, 180);
  if not private.is_position(latitude, longitude) then
    perform private.fail('input_invalid', '{"latitude": "zero, zero lies in the sea"}');
  end if;
  select o.address_id into address from public.orders o where o.tenant_id = tenant and o.id = order_id;
  update public.customer_addresses a set latitude = locate_order.latitude, longitude = locate_order.longitude where a.tenant_id = tenant and a.id = address;
  -- Other orders of the address may ride already.
  for van in
    select distinct p.vehicle_id from public.planning_orders p join public.orders o on o.tenant_id = p.tenant_id and o.id = p.order_id
    where p.tenant_id = tenant and p.planning_session_id = target.id and p.vehicle_id is not null and o.address_id = address
  loop
    perform private.time_route(target, van);
  end loop;
  update public.planning_orders p set reason = null
  from public.orders o
  where p.tenant_id = tenant and p.planning_session_id = target.id and p.reason = 'no_position' and o.tenant_id = p.tenant_id and o.id = p.order_id and o.address_id = address;
  update public.planning_sessions s set hand_changes = s.hand_changes + 1 where s.tenant_id = tenant and s.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.locate_order(uuid, uuid, numeric, numeric, integer) is
  'Sets the position of the address of an order in a plan (degrees), so that a van can be sent there; dispatchers may without changing customers otherwise. Raises plan_fixed, record_not_found, input_invalid.';
select private.expose_command('locate_order');

-- Family 07, orders: changing an order before it leaves the depot.

------------------------------------------------------------------------------------------------
-- Changing
------------------------------------------------------------------------------------------------

create function private.amend_order(
  order_id uuid, lines jsonb default null, address_id uuid default null, requested_on date default null, notes text default null,
  expected_version integer default null
) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
  trip_id uuid;
  tolerance numeric;
  was_allocated boolean;
begin
  trip_id := private.lock_trip_of_order(tenant, order_id);
  target := private.lock_order(tenant, order_id, expected_version);
  perform private.check_trip_of_order(target, trip_id);
  if not private.takes_in_place('order', tenant, target.status::text, 'amend') then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  perform private.check_order_fields(requested_on, notes, null);
  if address_id is not null and not exists (
    select from public.customer_addresses a where a.tenant_id = tenant and a.customer_id = target.customer_id and a.id = address_id and a.is_active
  ) then
    perform private.fail('address_required', pg_catalog.jsonb_build_object('address_id', address_id));
  end if;
  was_allocated := target.status = 'allocated';
  update public.orders o
  set address_id = coalesce(amend_order.address_id, o.address_id), requested_on = coalesce(amend_order.requested_on, o.requested_on), notes = coalesce(amend_order.notes, o.notes),
    amended_at = pg_catalog.clock_timestamp()
  where o.id = target.id
    and (amend_order.lines, amend_order.address_id, amend_order.requested_on, amend_order.notes) is distinct from (null::jsonb, null::uuid, null::date, null::text);
  update public.trip_stops s set address_id = amend_order.address_id
  where s.tenant_id = tenant and s.order_id = target.id and s.address_id <> amend_order.address_id;
  if lines is not null then
    -- Customers are locked before balances, here as on dispatch.
    perform from public.customers c where c.tenant_id = tenant and c.id = target.customer_id for no key update;
    if was_allocated then
      perform private.release_stock(target);
    end if;
    perform private.replace_order_items(target, lines);
  end if;
  select * into target from public.orders o where o.id = target.id;
  if lines is not null and target.status in ('approved', 'allocated') then
    tolerance := coalesce((private.tenant_rule(tenant, 'orders.amend_tolerance_percent'))::text::numeric, 0);
    if target.total > round(target.approved_total * (1 + tolerance / 100), 2)
      or (target.total > target.approved_total and private.credit_shortfall(target) > 0) then
      update public.orders o set status = 'pending_approval' where o.id = target.id returning * into target;
      perform private.leave_trip(target);
    elsif was_allocated then
      perform private.reserve_stock(target);
      perform private.refresh_load_of_order(target);
    end if;
  end if;
  return target;
end
$$;
comment on function private.amend_order(uuid, jsonb, uuid, date, text, integer) is
  'Changes an order until it is dispatched; null leaves a field as it is. The reservation and the stop on its trip follow; an increase beyond the company''s tolerance or the credit asks for approval again. Raises order_not_editable, lines_invalid, stock_short, address_required.';
select private.expose_command('amend_order');

create function private.is_reattempted(failed public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from public.orders o where o.tenant_id = failed.tenant_id and o.reattempt_of_id = failed.id);
end
$$;
comment on function private.is_reattempted(public.orders) is 'Whether a failed order was entered again already.';

create function private.reattempt_order(order_id uuid) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  failed public.orders;
  created public.orders;
begin
  failed := private.lock_order(tenant, order_id, null);
  if not private.takes_in_place('order', tenant, failed.status::text, 'reattempt') or private.is_reattempted(failed) then
    perform private.fail('order_transition_illegal', pg_catalog.jsonb_build_object('id', failed.id, 'from', failed.status, 'command', 'reattempt'));
  end if;
  created := private.insert_order(tenant, failed.customer_id, failed.warehouse_id, private.order_lines(failed),
    -- An address that is no longer in use is replaced by the one that orders without an address get.
    (select a.id from public.customer_addresses a where a.tenant_id = tenant and a.id = failed.address_id and a.is_active),
    null, failed.notes, failed.allow_backorder, null, failed.channel, false, false, private.order_lines(failed));
  update public.orders o set reattempt_of_id = failed.id where o.id = created.id returning * into created;
  return created;
end
$$;
comment on function private.reattempt_order(uuid) is 'A new draft with the lines of a failed order, linked to it, also of products no longer sold; once per failed order. Raises order_transition_illegal.';
select private.expose_command('reattempt_order');

-- Family 07, orders: changing an order before it leaves the depot.

------------------------------------------------------------------------------------------------
-- Changing
------------------------------------------------------------------------------------------------

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
  wanted public.orders;
begin
  failed := private.lock_order(tenant, order_id, null);
  if not private.takes_in_place('order', tenant, failed.status::text, 'reattempt') or private.is_reattempted(failed) then
    perform private.fail('order_transition_illegal', pg_catalog.jsonb_build_object('id', failed.id, 'from', failed.status, 'command', 'reattempt'));
  end if;
  wanted.tenant_id := tenant;
  wanted.customer_id := failed.customer_id;
  wanted.warehouse_id := failed.warehouse_id;
  -- An address that is no longer in use is replaced by the one that orders without an address get.
  select a.id into wanted.address_id from public.customer_addresses a where a.tenant_id = tenant and a.id = failed.address_id and a.is_active;
  wanted.notes := failed.notes;
  wanted.special_instructions := failed.special_instructions;
  wanted.order_type := failed.order_type;
  wanted.payment_method := failed.payment_method;
  -- It was not billed; the second attempt is.
  wanted.delivery_fee := failed.delivery_fee;
  wanted.allow_backorder := failed.allow_backorder;
  wanted.channel := failed.channel;
  wanted.reattempt_of_id := failed.id;
  return private.insert_order(wanted, private.order_lines(failed), false, false, private.order_lines(failed));
end
$$;
comment on function private.reattempt_order(uuid) is 'A new draft with the lines of a failed order, linked to it, also of products no longer sold; once per failed order. Raises order_transition_illegal.';
select private.expose_command('reattempt_order');

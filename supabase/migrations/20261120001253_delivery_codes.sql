-- Family 12, records: who is asked for a code at his door is who is told one, and how he is told it.

create or replace function private.wants_delivery_code(tenant uuid, customer uuid) returns boolean
language sql stable security definer set search_path = ''
as $$ select coalesce((private.notice_for(tenant, customer, 'order.code')).is_on, false) $$;
comment on function private.wants_delivery_code(uuid, uuid) is 'Whether a customer is asked for a code at his door: his company, or he, wants the message order.code.';

create function private.tell_delivery_code(target public.orders) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  told private.addressee := private.customer_of_order(target.tenant_id, target.id);
begin
  if coalesce(told.phone, told.email) is null or not private.wants_delivery_code(target.tenant_id, target.customer_id) then
    return null;
  end if;
  told.names := told.names || pg_catalog.jsonb_build_object('code', private.make_delivery_code(target));
  return private.tell_customer(target.tenant_id, 'order.code', told, 'order.code:' || target.id || ':' || (
    select count(*) from private.delivery_codes c where c.tenant_id = target.tenant_id and c.order_id = target.id
  ), 'order', target.id, 'users.manage');
end
$$;
comment on function private.tell_delivery_code(public.orders) is
  'Makes a code for an order whose row is locked and sends it to its customer; null where he has no address, or is not told codes any more. Nobody in the company reads that message, and its words go as it leaves.';

create function private.tell_delivery_code_of(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  target public.orders;
begin
  select * into target from public.orders o where o.tenant_id = event.tenant_id and o.id = event.entity_id for no key update;
  -- What was delivered meanwhile asks for none any more.
  if target.status in ('dispatched', 'in_transit') and private.is_code_missing(target) then
    perform private.tell_delivery_code(target);
  end if;
end
$$;
comment on function private.tell_delivery_code_of(public.event_store) is 'Effect: as an order leaves the depot, its customer is told the code that its driver will ask for.';
select private.listen('notifications', 'tell_delivery_code_of', 'order.dispatched');

insert into private.in_place_commands (machine, state, command, permission) values
  ('order', 'dispatched', 'send_delivery_code', 'trips.dispatch'),
  ('order', 'in_transit', 'send_delivery_code', 'trips.dispatch');

create function private.is_code_sendable(target public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return private.is_code_missing(target) and private.wants_delivery_code(target.tenant_id, target.customer_id)
    and exists (select from public.customers c where c.tenant_id = target.tenant_id and c.id = target.customer_id and coalesce(c.phone, c.email) is not null)
    and not exists (select from private.delivery_codes c where c.tenant_id = target.tenant_id and c.order_id = target.id and c.place = 5);
end
$$;
comment on function private.is_code_sendable(public.orders) is 'Whether the customer of an order can be sent a code: he is asked for one, has an address and had fewer than five.';
select private.offer_if('order', 'private.is_code_sendable(orders)', 'send_delivery_code');
select private.register_error('delivery_code_not_tellable', 409, 'This customer cannot be told a code.', 'Enter his telephone number or e-mail address, or deliver without a code and say why.');

create function private.send_delivery_code(order_id uuid) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('trips.dispatch');
  target public.orders;
begin
  target := private.lock_order(tenant, order_id, null);
  if not private.takes_in_place('order', tenant, target.status::text, 'send_delivery_code') then
    perform private.fail('order_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'send_delivery_code'));
  end if;
  if private.tell_delivery_code(target) is null then
    perform private.fail('delivery_code_not_tellable', pg_catalog.jsonb_build_object('customer_id', target.customer_id));
  end if;
  return target;
end
$$;
comment on function private.send_delivery_code(uuid) is
  'Sends the customer of an order another code for its delivery; those that he was sent before stay right. Who gives the command does not see it. Raises delivery_code_not_asked_for, delivery_codes_used, delivery_code_not_tellable, order_transition_illegal, record_not_found.';
select private.expose_command('send_delivery_code');

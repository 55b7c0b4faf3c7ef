-- Family 08, delivery: what people do with an order that may ride on a trip already.

select private.register_error('order_moved_to_another_trip', 409, 'Somebody moved the order to another trip in the same moment.', 'Try again.');

create function private.lock_trip_of_order(tenant uuid, order_id uuid) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  trip_id uuid;
begin
  select s.trip_id into trip_id from public.trip_stops s where s.tenant_id = tenant and s.order_id = lock_trip_of_order.order_id;
  perform from public.trips t where t.tenant_id = tenant and t.id = trip_id for no key update;
  return trip_id;
end
$$;
comment on function private.lock_trip_of_order(uuid, uuid) is 'Locks the trip that an order rides on, before the order itself is locked; null when it rides on none.';

create function private.check_trip_of_order(target public.orders, locked_trip uuid) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if locked_trip is distinct from (select s.trip_id from public.trip_stops s where s.tenant_id = target.tenant_id and s.order_id = target.id) then
    raise exception using errcode = '40001', message = 'order_moved_to_another_trip', hint = 'Somebody moved the order in the same moment. Try again.';
  end if;
end
$$;
comment on function private.check_trip_of_order(public.orders, uuid) is 'After the order is locked too: its trip must still be the one that was locked. Raises 40001, which clients retry.';

create function private.leave_trip(target public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  left_trip uuid;
begin
  delete from public.trip_stops s where s.tenant_id = target.tenant_id and s.order_id = target.id returning s.trip_id into left_trip;
  if left_trip is not null then
    perform private.write_load_sheet(t) from public.trips t where t.tenant_id = target.tenant_id and t.id = left_trip and t.status = 'planned';
  end if;
end
$$;
comment on function private.leave_trip(public.orders) is 'Takes an order off its trip and renews the load sheet.';

create function private.refresh_load_of_order(target public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.write_load_sheet(t)
  from public.trip_stops s join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id and t.status = 'planned'
  where s.tenant_id = target.tenant_id and s.order_id = target.id;
end
$$;
comment on function private.refresh_load_of_order(public.orders) is 'Renews the load sheet of the planned trip that carries an order, if there is one.';

select private.register_error('order_has_documents', 409, 'Documents hang on this order: money was taken for it, or it was billed.', 'Reject, cancel or refund the payments and void the invoices in the details first.');

-- Answered by family 09.
create function private.documents_on_order(target public.orders) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return null;
end
$$;
comment on function private.documents_on_order(public.orders) is
  'What has to be undone before an order is cancelled, [{document, id, number, status, amount}]: its payments that neither paid something else nor were given back, and its invoices; null when nothing hangs on it.';

create function private.cancel_order(order_id uuid, reason text, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
  trip_id uuid;
  documents jsonb;
begin
  trip_id := private.lock_trip_of_order(tenant, order_id);
  target := private.lock_order(tenant, order_id, expected_version);
  perform private.check_trip_of_order(target, trip_id);
  perform private.next_state('order', target.id, target.status::text, 'cancel');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  documents := private.documents_on_order(target);
  if documents is not null then
    perform private.fail('order_has_documents', pg_catalog.jsonb_build_object('order_id', target.id, 'documents', documents));
  end if;
  update public.orders o set status = 'cancelled', status_reason = pg_catalog.btrim(reason) where o.tenant_id = target.tenant_id and o.id = target.id returning * into target;
  perform private.release_stock(target);
  perform private.leave_trip(target);
  return target;
end
$$;
comment on function private.cancel_order(uuid, text, integer) is
  'Cancels an order that has not left the depot: stock is released and its trip no longer carries it. Refused, naming them, while payments or invoices hang on it. Raises reason_required, order_has_documents, order_transition_illegal.';
select private.expose_command('cancel_order');

create function private.amend_order(
  order_id uuid, lines jsonb default null, address_id uuid default null, requested_on date default null, notes text default null,
  expected_version integer default null, order_type public.order_type default null, delivery_fee numeric default null, special_instructions text default null,
  payment_method public.payment_wish default null
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
  perform private.check_order_fields(requested_on, notes, null, special_instructions, delivery_fee);
  if address_id is not null and not exists (
    select from public.customer_addresses a where a.tenant_id = tenant and a.customer_id = target.customer_id and a.id = address_id and a.is_active
  ) then
    perform private.fail('address_required', pg_catalog.jsonb_build_object('address_id', address_id));
  end if;
  was_allocated := target.status = 'allocated';
  update public.orders o
  set address_id = coalesce(amend_order.address_id, o.address_id), requested_on = coalesce(amend_order.requested_on, o.requested_on), notes = coalesce(amend_order.notes, o.notes),
    order_type = coalesce(amend_order.order_type, o.order_type), special_instructions = nullif(pg_catalog.btrim(coalesce(amend_order.special_instructions, o.special_instructions)), ''),
    payment_method = coalesce(amend_order.payment_method, o.payment_method), amended_at = pg_catalog.clock_timestamp()
  where o.tenant_id = target.tenant_id and o.id = target.id
    and num_nonnulls(amend_order.lines, amend_order.address_id, amend_order.requested_on, amend_order.notes, amend_order.order_type, amend_order.delivery_fee, amend_order.special_instructions, amend_order.payment_method) > 0;
  update public.trip_stops s set address_id = amend_order.address_id
  where s.tenant_id = tenant and s.order_id = target.id and s.address_id <> amend_order.address_id;
  if lines is not null or delivery_fee is not null then
    -- Customers are locked before balances, here as on dispatch.
    perform from public.customers c where c.tenant_id = tenant and c.id = target.customer_id for no key update;
    if lines is not null then
      if was_allocated then
        perform private.release_stock(target);
      end if;
      perform private.replace_order_items(target, lines, target.status <> 'draft');
    end if;
    perform private.charge_delivery(target, coalesce(delivery_fee, target.delivery_fee));
  end if;
  select * into target from public.orders o where o.tenant_id = target.tenant_id and o.id = target.id;
  if lines is not null or order_type is not null then
    perform private.check_containers(target);
  end if;
  if (lines is not null or delivery_fee is not null) and target.status in ('approved', 'allocated') then
    tolerance := coalesce((private.tenant_rule(tenant, 'orders.amend_tolerance_percent'))::text::numeric, 0);
    if target.total > round(target.approved_total * (1 + tolerance / 100), 2)
      or (target.total > target.approved_total and private.credit_shortfall(target) > 0) then
      update public.orders o set status = 'pending_approval' where o.tenant_id = target.tenant_id and o.id = target.id returning * into target;
      perform private.release_stock(target);
      perform private.leave_trip(target);
    elsif was_allocated and lines is not null then
      perform private.reserve_stock(target);
      perform private.refresh_load_of_order(target);
    end if;
  end if;
  return target;
end
$$;
comment on function private.amend_order(uuid, jsonb, uuid, date, text, integer, public.order_type, numeric, text, public.payment_wish) is
  'Changes an order until it is dispatched; null leaves a field as it is. The reservation and the stop on its trip follow; an increase beyond the company''s tolerance or the credit asks for approval again. Raises order_not_editable, lines_invalid, order_type_needs_containers, delivery_fee_is_bounded, stock_short, address_required.';
select private.expose_command('amend_order');

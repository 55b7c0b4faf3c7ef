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

select private.block_orders('depot_closed', '{allocated}', 'inventory.edit', 'its trip should have left, and the depot is closed.',
  $$ select w.name from public.warehouses w where w.tenant_id = o.tenant_id and w.id = o.warehouse_id and w.works_in_shifts
       and not exists (select from public.depot_shifts s where s.tenant_id = w.tenant_id and s.warehouse_id = w.id and s.is_live and s.status = 'open')
       and exists (
         select from public.trip_stops s join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
         where s.tenant_id = o.tenant_id and s.order_id = o.id and t.status in ('draft', 'planned') and t.planned_start_at <= pg_catalog.now()) $$);

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

select private.register_error('order_is_on_its_way', 409, 'The order, or a part of it, is on its way on the trip in the details.', 'Call that trip back, or let the driver record what happens at the door.');
select private.register_error('order_was_delivered', 409, 'The order was delivered.', 'Take its goods back as a return, which credits the customer; money is given back as a refund.');

create function private.refuse_open_deliveries(target public.orders) returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  on_the_road jsonb;
begin
  if target.status = 'delivered' then
    perform private.fail('order_was_delivered', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_id', o.id, 'order', o.number, 'trip_id', t.id, 'trip', t.number) order by o.number) into on_the_road
  from public.orders o
  join public.trip_stops s on s.tenant_id = o.tenant_id and s.order_id = o.id
  join public.trips t on t.tenant_id = s.tenant_id and t.id = s.trip_id
  where o.tenant_id = target.tenant_id and (o.id = target.id or o.backorder_of_id = target.id) and o.status in ('dispatched', 'in_transit');
  if on_the_road is not null then
    perform private.fail('order_is_on_its_way', pg_catalog.jsonb_build_object('order_id', target.id, 'deliveries', on_the_road));
  end if;
end
$$;
comment on function private.refuse_open_deliveries(public.orders) is
  'What left the depot is not cancelled, neither the order nor a part of it. Raises order_is_on_its_way, naming {order, trip} of each, and order_was_delivered.';

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
  perform private.refuse_open_deliveries(target);
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
  'Cancels an order that has not left the depot: stock is released and its trip no longer carries it. Refused, naming them, while payments, invoices or a part on the road hang on it. Raises reason_required, order_has_documents, order_is_on_its_way, order_was_delivered, order_transition_illegal.';
select private.expose_command('cancel_order');

select private.register_error('split_invalid', 422, 'The order cannot be split like that.', 'Choose quantities of its lines, of what each product is ordered in, and leave something on the order.');
select private.register_error('order_is_no_part', 409, 'The order is no part of one that still stands in the depot.', 'Cancel it, if its goods are not wanted any more.');

create function private.split_order(order_id uuid, items jsonb, warehouse_id uuid default null, requested_on date default null, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
  part public.orders;
  trip_id uuid;
  was_allocated boolean;
  problems jsonb;
  cover jsonb;
begin
  trip_id := private.lock_trip_of_order(tenant, order_id);
  target := private.lock_order(tenant, order_id, expected_version);
  perform private.check_trip_of_order(target, trip_id);
  if not private.takes_in_place('order', tenant, target.status::text, 'split') then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  if target.is_on_hold then
    perform private.fail('order_on_hold', pg_catalog.jsonb_build_object('order_id', target.id, 'reason', target.hold_reason));
  end if;
  perform private.check_order_fields(requested_on, null, null);
  if warehouse_id is not null then
    perform private.check_depot(tenant, warehouse_id);
  end if;
  perform private.require_records('items', items, '{"order_item_id": "uuid", "quantity": "numeric"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', w.n, 'problem', x.problem) order by w.n) into problems
  from pg_catalog.jsonb_array_elements(items) with ordinality as w (item, n)
  cross join lateral (select (w.item ->> 'quantity')::numeric as quantity) q
  left join public.order_items i on i.tenant_id = tenant and i.order_id = target.id and i.id = private.uuid_or_null(w.item ->> 'order_item_id')
  left join public.products p on p.tenant_id = tenant and p.id = i.product_id
  cross join lateral (
    select case
      when i.id is null then 'line_unknown'
      when q.quantity is null or q.quantity <= 0 then 'quantity_missing'
      when q.quantity > i.quantity then 'quantity_too_large'
      when mod(q.quantity, private.order_step(p)) <> 0 then 'quantity_not_a_multiple'
      when (select count(*) from pg_catalog.jsonb_array_elements(items) t where t ->> 'order_item_id' = w.item ->> 'order_item_id') > 1 then 'line_twice' end as problem
  ) x
  where x.problem is not null;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', i.id, 'line_number', i.line_number, 'covered', i.quantity - coalesce(w.quantity, 0), 'missing', coalesce(w.quantity, 0)))
  into cover
  from public.order_items i
  left join (
    select private.uuid_or_null(t ->> 'order_item_id') as id, max((t ->> 'quantity')::numeric) as quantity from pg_catalog.jsonb_array_elements(items) t group by 1
  ) w on w.id = i.id
  where i.tenant_id = tenant and i.order_id = target.id;
  if problems is not null or not cover @? '$[*] ? (@.missing > 0)' or not cover @? '$[*] ? (@.covered > 0)' then
    perform private.fail('split_invalid', pg_catalog.jsonb_build_object('order_id', target.id, 'items', coalesce(problems, '"something goes and something stays"')));
  end if;
  was_allocated := target.status = 'allocated';
  perform from public.customers c where c.tenant_id = tenant and c.id = target.customer_id for no key update;
  if was_allocated then
    perform private.release_stock(target);
  end if;
  part := private.part_order(target, coalesce(warehouse_id, target.warehouse_id), coalesce(requested_on, target.requested_on), cover, 'orders.split');
  if was_allocated then
    perform private.reserve_stock(target);
    perform private.refresh_load_of_order(target);
  end if;
  return part;
end
$$;
comment on function private.split_order(uuid, jsonb, uuid, date, integer) is
  'Splits an approved order that has not left: quantities of its lines, items [{order_item_id, quantity}], become a linked order at the same prices, approved as it is, from another depot or for another day where these are named. What stays keeps its stock and its place on the trip. Answers the new order. Raises split_invalid, order_not_editable, order_on_hold, warehouse_not_available, record_not_found, version_conflict, permission_denied.';
select private.expose_command('split_order');

create function private.rejoin_order(order_id uuid, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  whole_id constant uuid := (select o.backorder_of_id from public.orders o where o.tenant_id = tenant and o.id = order_id);
  part public.orders;
  whole public.orders;
  line public.order_items;
  same uuid;
  documents jsonb;
  earlier text;
begin
  -- Two trips and two orders, each in one order, so that two who put back crosswise do not wait for each other.
  perform from public.trips t
  where t.tenant_id = tenant and t.id in (select s.trip_id from public.trip_stops s where s.tenant_id = tenant and s.order_id in (rejoin_order.order_id, whole_id))
  order by t.id for no key update;
  perform from public.orders o where o.tenant_id = tenant and o.id in (order_id, whole_id) order by o.id for no key update;
  part := private.lock_order(tenant, order_id, expected_version);
  if not private.takes_in_place('order', tenant, part.status::text, 'rejoin') then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', part.id, 'status', part.status));
  end if;
  if not private.can_rejoin(part) then
    perform private.fail('order_is_no_part', pg_catalog.jsonb_build_object('order_id', part.id));
  end if;
  whole := private.lock_order(tenant, part.backorder_of_id, null);
  documents := private.documents_on_order(part);
  if documents is not null then
    perform private.fail('order_has_documents', pg_catalog.jsonb_build_object('order_id', part.id, 'documents', documents));
  end if;
  perform from public.customers c where c.tenant_id = tenant and c.id = part.customer_id for no key update;
  perform private.release_stock(part);
  perform private.leave_trip(part);
  perform private.release_stock(whole);
  for line in select * from public.order_items i where i.tenant_id = tenant and i.order_id = part.id order by i.line_number loop
    same := (
      select i.id from public.order_items i
      where i.tenant_id = tenant and i.order_id = whole.id
        and (i.product_id, i.unit_price, i.price_source, i.tax_rate, i.taxes, i.price_includes_tax, i.is_gift) = (line.product_id, line.unit_price, line.price_source, line.tax_rate, line.taxes, line.price_includes_tax, line.is_gift)
        and i.bundle_id is null
      order by i.line_number limit 1
    );
    if same is not null then
      update public.order_items i set quantity = i.quantity + line.quantity, discount_amount = i.discount_amount + line.discount_amount where i.tenant_id = tenant and i.id = same;
    else
      insert into public.order_items (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, price_source, tax_rate, taxes, price_includes_tax, discount_amount, is_gift)
      select tenant, whole.id, 1 + (select coalesce(max(i.line_number), 0) from public.order_items i where i.tenant_id = tenant and i.order_id = whole.id),
        line.product_id, line.product_sku, line.product_name, line.unit, line.quantity, line.unit_price, line.price_when_added, line.price_source, line.tax_rate, line.taxes, line.price_includes_tax, line.discount_amount, line.is_gift
      returning id into same;
    end if;
    insert into public.order_discounts as d (tenant_id, order_id, order_item_id, promotion_id, bundle_product_id, name, first_order_id, amount)
    select tenant, whole.id, same, g.promotion_id, g.bundle_product_id, g.name, g.first_order_id, g.amount
    from public.order_discounts g where g.tenant_id = tenant and g.order_item_id = line.id
    on conflict (tenant_id, order_item_id, promotion_id) do update set amount = d.amount + excluded.amount;
  end loop;
  if part.delivery_fee > 0 then
    perform private.charge_delivery(whole, whole.delivery_fee + part.delivery_fee);
  end if;
  earlier := private.run_as_rule('orders.rejoin');
  update public.orders o set status = 'cancelled', status_reason = 'Put back into ' || whole.number where o.tenant_id = tenant and o.id = part.id;
  perform private.run_as_rule(earlier);
  -- What was approved in two parts is approved as one.
  update public.orders o set approved_total = o.subtotal + o.tax_total where o.tenant_id = tenant and o.id = whole.id returning * into whole;
  if whole.status = 'allocated' then
    perform private.reserve_stock(whole);
    perform private.refresh_load_of_order(whole);
  end if;
  return whole;
end
$$;
comment on function private.rejoin_order(uuid, integer) is
  'Puts a part of an order, a backorder or what was split off, back into the order that it came from, while that one is in the depot: its lines are the order''s again, at the prices they had, and reserved with it where that is reserved; the part stays, cancelled. Answers the order. Raises order_is_no_part, order_has_documents, stock_short, order_not_editable, record_not_found, version_conflict, permission_denied.';
select private.expose_command('rejoin_order');

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

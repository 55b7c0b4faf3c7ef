-- Family 07, orders: deciding on an order and reserving its stock.

------------------------------------------------------------------------------------------------
-- Deciding
------------------------------------------------------------------------------------------------

create function private.approval_limit() returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (private.tenant_rule(private.active_tenant_id(), 'orders.approval_limits') ->> (private.active_membership()).role::text)::numeric;
end
$$;
comment on function private.approval_limit() is 'Up to which total the caller''s role may approve orders; null where the company sets no limit.';

create function private.approve_order(order_id uuid, note text default null, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
  approval_limit numeric;
  shortfall numeric;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  perform private.next_state('order', target.id, target.status::text, 'approve');
  approval_limit := private.approval_limit();
  if target.total > approval_limit then
    perform private.fail('approval_limit_exceeded', pg_catalog.jsonb_build_object('total', target.total, 'limit', approval_limit));
  end if;
  perform private.check_served(target);
  shortfall := private.credit_shortfall(target);
  if shortfall > 0 and (coalesce(pg_catalog.btrim(note), '') = '' or not private.has_permission(tenant, 'orders.override_credit')) then
    perform private.fail('credit_exceeded', pg_catalog.jsonb_build_object('order_id', target.id, 'shortfall', shortfall));
  end if;
  if private.record_approval(tenant, 'order', target.id, 'approve', target.status::text) then
    update public.orders o
    set status = 'approved', approved_by = auth.uid(), approved_at = pg_catalog.now(), approved_total = o.subtotal + o.tax_total,
      credit_override_note = case when shortfall > 0 then note end
    where o.tenant_id = target.tenant_id and o.id = target.id
    returning * into target;
  end if;
  return target;
end
$$;
comment on function private.approve_order(uuid, text, integer) is
  'Approves an order of somebody else. Above the credit limit a note and orders.override_credit are needed. Raises separation_of_duties, approval_limit_exceeded, credit_exceeded, customer_suspended, customer_inactive, address_inactive, order_transition_illegal.';
select private.expose_command('approve_order');

create function private.reject_order(order_id uuid, reason text, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  perform private.next_state('order', target.id, target.status::text, 'reject');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.orders o set status = 'rejected', status_reason = pg_catalog.btrim(reason), rejected_by = auth.uid(), rejected_at = pg_catalog.now()
  where o.tenant_id = target.tenant_id and o.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.reject_order(uuid, text, integer) is 'Refuses an order of somebody else, with a reason. Raises reason_required, separation_of_duties, order_transition_illegal.';
select private.expose_command('reject_order');

create function private.release_stock(target public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.reservations r using public.order_items i
  where i.tenant_id = target.tenant_id and i.order_id = target.id and r.tenant_id = i.tenant_id and r.order_item_id = i.id;
end
$$;
comment on function private.release_stock(public.orders) is 'Gives back everything that is reserved for an order.';

create function private.set_order_hold(order_id uuid, hold boolean, reason text, expected_version integer) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  command constant text := case when hold then 'hold_order' else 'release_order' end;
  target public.orders;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  if not private.takes_in_place('order', tenant, target.status::text, case when hold then 'hold' else 'release' end) then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  if hold and target.is_on_hold then
    perform private.fail('order_on_hold', pg_catalog.jsonb_build_object('order_id', target.id, 'reason', target.hold_reason));
  elsif not hold and not target.is_on_hold then
    perform private.fail('order_not_on_hold', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  if hold and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.orders o set is_on_hold = hold, hold_reason = case when hold then pg_catalog.btrim(reason) end where o.tenant_id = target.tenant_id and o.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.set_order_hold(uuid, boolean, text, integer) is 'Body of hold_order and release_order.';

create function private.hold_order(order_id uuid, reason text, expected_version integer default null) returns public.orders
language sql security definer set search_path = ''
as $$ select private.set_order_hold(order_id, true, reason, expected_version) $$;
comment on function private.hold_order(uuid, text, integer) is 'Keeps an order from being allocated or dispatched until it is released. Raises reason_required, order_on_hold, order_not_editable.';
select private.expose_command('hold_order');

create function private.release_order(order_id uuid, expected_version integer default null) returns public.orders
language sql security definer set search_path = ''
as $$ select private.set_order_hold(order_id, false, null, expected_version) $$;
comment on function private.release_order(uuid, integer) is 'Ends a hold. Raises order_not_on_hold, order_not_editable.';
select private.expose_command('release_order');

create function private.awaits_release(held public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return held.suspension_note is null and exists (
    select from public.customers c where c.tenant_id = held.tenant_id and c.id = held.customer_id and c.status = 'suspended'
  );
end
$$;
comment on function private.awaits_release(public.orders) is 'Whether an order does not go on because its customer is suspended.';

create function private.may_release(held public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return private.awaits_release(held) and not private.is_kept_apart('{created_by,edited_by}', pg_catalog.to_jsonb(held));
end
$$;
comment on function private.may_release(public.orders) is 'Whether an order waits for its release by somebody like the caller, who neither entered nor changed it.';

create function private.release_suspended_order(order_id uuid, note text, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  if not private.takes_in_place('order', tenant, target.status::text, 'release_suspended') then
    perform private.fail('order_not_editable', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  if private.is_kept_apart('{created_by,edited_by}', pg_catalog.to_jsonb(target)) then
    perform private.fail('separation_of_duties', '{"machine": "order", "command": "release_suspended", "separate_from": ["created_by", "edited_by"]}');
  end if;
  if not private.awaits_release(target) then
    perform private.fail('order_not_suspended', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  if (pg_catalog.length(pg_catalog.btrim(note)) between 1 and 500) is not true then
    perform private.fail('suspension_note_is_bounded', pg_catalog.jsonb_build_object('note', pg_catalog.left(note, 100)));
  end if;
  update public.orders o set suspension_note = pg_catalog.btrim(note) where o.tenant_id = target.tenant_id and o.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.release_suspended_order(uuid, text, integer) is
  'Lets an order go on that was submitted before its customer was suspended, with a note; not by who entered or changed it. Raises order_not_suspended, suspension_note_is_bounded, separation_of_duties, order_not_editable.';
select private.expose_command('release_suspended_order');

------------------------------------------------------------------------------------------------
-- Reserving
------------------------------------------------------------------------------------------------

create function private.part_order(target public.orders, depot uuid, wanted_on date, cover jsonb, rule text) returns public.orders
language plpgsql security definer set search_path = ''
as $$
declare
  part public.orders;
  earlier text;
begin
  insert into public.orders (tenant_id, customer_id, address_id, warehouse_id, currency, requested_on, notes, special_instructions, order_type, payment_method, allow_backorder, channel, backorder_of_id, suspension_note, created_by, edited_by)
  values (target.tenant_id, target.customer_id, target.address_id, depot, target.currency, wanted_on, target.notes, target.special_instructions, target.order_type, target.payment_method, target.allow_backorder, target.channel, target.id, target.suspension_note, target.created_by,
    -- Who signs in and allocates becomes the creator; the authors of the goods stay authors.
    pg_catalog.array_remove(target.edited_by || target.created_by, null))
  returning * into part;
  insert into public.order_items (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, price_source, tax_rate, taxes, price_includes_tax, discount_amount, is_gift)
  select target.tenant_id, part.id, pg_catalog.row_number() over (order by c.line_number), l.product_id, l.product_sku, l.product_name, l.unit, c.missing, l.unit_price, l.price_when_added, l.price_source, l.tax_rate, l.taxes, l.price_includes_tax,
    private.part_of_discount(l.discount_amount, l.unit_price, l.quantity, c.missing), l.is_gift
  from pg_catalog.jsonb_to_recordset(cover) as c (id uuid, line_number integer, missing numeric)
  join public.order_items l on l.tenant_id = target.tenant_id and l.id = c.id
  where c.missing > 0;
  perform private.split_discounts(target, part, cover);
  perform private.part_bundles(target, cover);
  delete from public.order_items l
  using pg_catalog.jsonb_to_recordset(cover) as c (id uuid, covered numeric)
  where l.tenant_id = target.tenant_id and l.id = c.id and c.covered = 0;
  update public.order_items l set quantity = c.covered, discount_amount = private.part_of_discount(l.discount_amount, l.unit_price, l.quantity, c.covered)
  from pg_catalog.jsonb_to_recordset(cover) as c (id uuid, covered numeric, missing numeric)
  where l.tenant_id = target.tenant_id and l.id = c.id and c.covered > 0 and c.missing > 0;
  update public.orders o set approved_total = o.subtotal + o.tax_total where o.tenant_id = target.tenant_id and o.id = target.id;
  -- The goods were approved with the order they come from; nobody has to decide again.
  earlier := private.run_as_rule(rule);
  update public.orders o set status = 'pending_approval', submitted_at = pg_catalog.now() where o.tenant_id = part.tenant_id and o.id = part.id;
  update public.orders o set status = 'approved', approved_at = pg_catalog.now(), approved_total = o.subtotal + o.tax_total, approved_by = target.approved_by
  where o.tenant_id = part.tenant_id and o.id = part.id;
  perform private.run_as_rule(earlier);
  select * into part from public.orders o where o.tenant_id = part.tenant_id and o.id = part.id;
  return part;
end
$$;
comment on function private.part_order(public.orders, uuid, date, jsonb, text) is
  'Moves what is missing of each line, [{id, line_number, covered, missing}] with all lines, into a linked, approved order at the same prices and discounts, from a depot and for a day. The order is locked and nothing is reserved for it.';

create function private.split_backorder(target public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  cover jsonb;
begin
  perform from public.inventory i
  where i.tenant_id = target.tenant_id and i.warehouse_id = target.warehouse_id and i.condition = 'good'
    and i.product_id in (select l.product_id from public.order_items l where l.tenant_id = target.tenant_id and l.order_id = target.id)
  order by i.warehouse_id, i.product_id, i.condition
  for no key update;

  -- Lines of one product share what is there, first come first served.
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', l.id, 'line_number', l.line_number, 'covered', c.covered, 'missing', l.quantity - c.covered))
  into cover
  from (
    select i.*, sum(i.quantity) over (partition by i.product_id order by i.line_number) - i.quantity as taken_before
    from public.order_items i where i.tenant_id = target.tenant_id and i.order_id = target.id
  ) l
  left join public.inventory s on s.tenant_id = target.tenant_id and s.warehouse_id = target.warehouse_id and s.product_id = l.product_id and s.condition = 'good'
  join public.products p on p.tenant_id = target.tenant_id and p.id = l.product_id
  cross join lateral (
    select greatest(0, coalesce(s.available, 0) - l.taken_before
      - case when p.tracking = 'batch' then private.unpickable(target.tenant_id, target.warehouse_id, l.product_id) else 0 end) as left_over
  ) a
  -- What is sent is a multiple of what the product is ordered in, too.
  cross join lateral (select case when a.left_over >= l.quantity then l.quantity else a.left_over - mod(a.left_over, private.order_step(p)) end as covered) c;
  if not cover @? '$[*] ? (@.missing > 0)' or not cover @? '$[*] ? (@.covered > 0)' then
    return;
  end if;

  perform private.part_order(target, target.warehouse_id, target.requested_on, cover, 'orders.backorder');
end
$$;
comment on function private.split_backorder(public.orders) is
  'Moves what the depot cannot cover into a linked, approved order at the same prices; does nothing when everything or nothing is there.';

create function private.allocate_locked_order(target public.orders) returns public.orders
language plpgsql security definer set search_path = ''
as $$
declare
  allocated public.orders;
begin
  if target.is_on_hold then
    perform private.fail('order_on_hold', pg_catalog.jsonb_build_object('order_id', target.id, 'reason', target.hold_reason));
  end if;
  perform private.check_served(target);
  if target.allow_backorder then
    perform private.split_backorder(target);
  end if;
  update public.orders o set status = 'allocated' where o.tenant_id = target.tenant_id and o.id = target.id returning * into allocated;
  perform private.reserve_stock(allocated);
  return allocated;
end
$$;
comment on function private.allocate_locked_order(public.orders) is 'Reserves every line of a locked, approved order, or nothing.';

create function private.allocate_order(order_id uuid, expected_version integer default null) returns public.orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  perform private.next_state('order', target.id, target.status::text, 'allocate');
  target := private.allocate_locked_order(target);
  return target;
end
$$;
comment on function private.allocate_order(uuid, integer) is
  'Reserves stock for every line, or for none and names every short product; with allow_backorder the shortfall becomes a linked order. Raises stock_short, order_on_hold, customer_suspended, customer_inactive, address_inactive, order_transition_illegal.';
select private.expose_command('allocate_order');

create function private.follow_up_order(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  target public.orders;
begin
  if private.tenant_rule(event.tenant_id, 'orders.auto_allocate') is distinct from 'true'::jsonb then
    return;
  end if;
  select * into target from public.orders o where o.tenant_id = event.tenant_id and o.id = event.entity_id for no key update;
  if target.status = 'approved' and not target.is_on_hold then
    begin
      perform private.allocate_locked_order(target);
    exception when sqlstate 'PT409' then
      -- Short of stock: the order stays approved and somebody allocates it when goods have come in.
      null;
    end;
  end if;
end
$$;
comment on function private.follow_up_order(public.event_store) is 'Effect: allocates an approved order where the company''s rule orders.auto_allocate is true.';
select private.listen('order_events', 'follow_up_order', 'order.approved');

-- Family 09, billing: asking for, approving, receiving and crediting returns.

create function private.request_return(
  customer_id uuid, items jsonb, reason public.return_reason, notes text default null, warehouse_id uuid default null
) returns public.returns
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('returns.create');
  created public.returns;
  problems jsonb;
begin
  if not exists (
    select from public.customers c where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  if reason is null then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  perform private.check_text('notes', notes, 1000);
  perform private.require_records('items', items, '{"order_item_id": "uuid", "quantity": "numeric"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', x.n, 'problem', x.problem) order by x.n) into problems
  from (
    select w.n, case
      when i.id is null then 'line_unknown'
      when o.status <> 'delivered' then 'not_delivered'
      when q.quantity is null or q.quantity <= 0 then 'quantity_missing'
      when q.quantity > 99999999 then 'quantity_too_large'
      when q.quantity <> round(q.quantity, 3) then 'quantity_has_more_than_three_decimals'
      when count(*) over (partition by i.id) > 1 then 'line_twice' end as problem
    from pg_catalog.jsonb_array_elements(items) with ordinality as w (item, n)
    cross join lateral (select (w.item ->> 'quantity')::numeric as quantity) q
    left join (
      public.order_items i
      join public.orders o on o.tenant_id = i.tenant_id and o.id = i.order_id and o.customer_id = request_return.customer_id
        and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id))
    ) on i.tenant_id = tenant and i.id = private.uuid_or_null(w.item ->> 'order_item_id')
  ) x
  where x.problem is not null;
  if problems is not null or pg_catalog.jsonb_array_length(items) not between 1 and 500 then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('items', coalesce(problems, '"1 to 500 lines are needed"')));
  end if;
  -- Unless said otherwise they go where the first of them came from.
  warehouse_id := coalesce(warehouse_id, (
    select o.warehouse_id from public.order_items i join public.orders o on o.tenant_id = i.tenant_id and o.id = i.order_id
    where i.tenant_id = tenant and i.id = private.uuid_or_null(items -> 0 ->> 'order_item_id')
  ));
  if not exists (select from public.warehouses w where w.tenant_id = tenant and w.id = warehouse_id and w.is_active and private.sees_warehouse(w.id)) then
    perform private.fail('warehouse_not_available', pg_catalog.jsonb_build_object('warehouse_id', warehouse_id));
  end if;
  insert into public.returns (tenant_id, customer_id, warehouse_id, reason, notes)
  values (tenant, customer_id, warehouse_id, reason, nullif(pg_catalog.btrim(notes), ''))
  returning * into created;
  insert into public.return_items (tenant_id, return_id, order_item_id, product_id, quantity)
  select tenant, created.id, i.id, i.product_id, w.quantity
  from pg_catalog.jsonb_to_recordset(items) as w (order_item_id uuid, quantity numeric)
  join public.order_items i on i.tenant_id = tenant and i.id = w.order_item_id
  order by i.id;
  return created;
end
$$;
comment on function private.request_return(uuid, jsonb, public.return_reason, text, uuid) is
  'Asks for delivered goods to be taken back: items [{order_item_id, quantity in base units}] of one or several delivered orders of the customer, to a warehouse (where the first came from, if not said). Raises return_exceeds, lines_invalid, reason_required, warehouse_not_available, record_not_found, permission_denied.';
select private.expose_command('request_return');

create function private.lock_return(tenant uuid, return_id uuid, expected_version integer) returns public.returns
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.returns;
begin
  select * into target from public.returns r where r.tenant_id = tenant and r.id = return_id for no key update;
  if not found or not private.sees_warehouse(target.warehouse_id) or not exists (
    select from public.customers c where c.tenant_id = tenant and c.id = target.customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('return_id', return_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_return(uuid, uuid, integer) is 'Locks a return. Raises record_not_found, version_conflict.';

create function private.approve_return(return_id uuid, expected_version integer default null) returns public.returns
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('returns.view');
  target public.returns;
begin
  target := private.lock_return(tenant, return_id, expected_version);
  perform private.next_state('return', target.id, target.status::text, 'approve');
  if private.record_approval(tenant, 'return', target.id, 'approve', target.status::text) then
    update public.returns r set status = 'approved', approved_by = auth.uid(), approved_at = pg_catalog.now() where r.tenant_id = target.tenant_id and r.id = target.id returning * into target;
  end if;
  return target;
end
$$;
comment on function private.approve_return(uuid, integer) is
  'Allows goods to come back that somebody else asked for. Raises separation_of_duties, return_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('approve_return');

create function private.reject_return(return_id uuid, reason text, expected_version integer default null) returns public.returns
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('returns.view');
  target public.returns;
begin
  target := private.lock_return(tenant, return_id, expected_version);
  perform private.next_state('return', target.id, target.status::text, 'reject');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.returns r set status = 'rejected', status_reason = private.require_text('reason', reason) where r.tenant_id = target.tenant_id and r.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.reject_return(uuid, text, integer) is
  'Refuses a return that somebody else asked for, with a reason, until the goods are there; its quantities can be returned again. Raises reason_required, separation_of_duties, return_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('reject_return');

create function private.credit_return(returned public.returns, of_order public.orders) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  billed public.invoices;
  note public.credit_notes;
  lines jsonb;
  earlier text;
begin
  select * into billed from public.invoices i where i.tenant_id = of_order.tenant_id and i.order_id = of_order.id and i.is_live and i.interest_of_id is null for no key update;
  if not found then
    return;
  end if;
  if billed.status = 'draft' then
    earlier := private.run_as_rule('return.receive');
    update public.invoices i set status = 'void', status_reason = 'Goods came back: ' || returned.number where i.tenant_id = billed.tenant_id and i.id = billed.id;
    perform private.run_as_rule(earlier);
    if exists (select from public.order_items i where i.tenant_id = of_order.tenant_id and i.order_id = of_order.id and i.quantity_delivered > i.quantity_returned) then
      perform private.draft_invoice(of_order);
    end if;
    return;
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('invoice_item_id', v.id, 'quantity', l.received)) into lines
  from public.return_items l
  join public.invoice_items v on v.tenant_id = l.tenant_id and v.order_item_id = l.order_item_id and v.invoice_id = billed.id
  where l.tenant_id = returned.tenant_id and l.return_id = returned.id and l.received > 0;
  if lines is not null then
    note := private.draft_credit_note(billed, returned.number || ': ' || replace(returned.reason::text, '_', ' '), lines, true);
    update public.credit_notes c set return_id = returned.id where c.tenant_id = note.tenant_id and c.id = note.id;
  end if;
end
$$;
comment on function private.credit_return(public.returns, public.orders) is
  'What the receipt of a return does to the bill of one of its orders: an invoice that is not issued is drafted anew over what stayed, an issued one gets a draft of a credit note. Order and customer are locked.';

create or replace function private.delivered_by(moved public.inventory_transactions) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  -- The orders, less what has come back of them already.
  return case when moved.kind = 'return' then array(
    select i.order_id from public.return_items l join public.order_items i on i.tenant_id = l.tenant_id and i.id = l.order_item_id
    where l.tenant_id = moved.tenant_id and l.return_id = moved.reference_id and l.product_id = moved.product_id
    union
    select o.return_id from public.return_items l join public.return_items o on o.tenant_id = l.tenant_id and o.order_item_id = l.order_item_id
    where l.tenant_id = moved.tenant_id and l.return_id = moved.reference_id and l.product_id = moved.product_id
  ) else '{}' end;
end
$$;

create or replace function private.receiver_of(moved public.inventory_transactions) returns uuid
language plpgsql stable security definer set search_path = ''
as $$
begin
  return case moved.kind
    when 'return' then (select r.customer_id from public.returns r where r.tenant_id = moved.tenant_id and r.id = moved.reference_id)
    else (select o.customer_id from public.orders o where o.tenant_id = moved.tenant_id and o.id = moved.reference_id) end;
end
$$;

select private.ask_for_serials('return', $$
  -- What of them is good is found out when they are received.
  select l.product_id, x.condition, null::numeric, null::uuid, false
  from public.returns r
  join public.return_items l on l.tenant_id = r.tenant_id and l.return_id = r.id
  join public.products p on p.tenant_id = l.tenant_id and p.id = l.product_id and p.tracking = 'serial'
  cross join pg_catalog.unnest(pg_catalog.enum_range(null::public.stock_condition)) as x (condition)
  where r.tenant_id = $1 and r.id = $2 and r.status = 'approved' and private.sees_warehouse(r.warehouse_id) and private.has_permission(r.tenant_id, 'returns.receive')
  group by l.product_id, x.condition
$$);

create function private.receive_return(return_id uuid, items jsonb, expected_version integer default null) returns public.returns
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('returns.view');
  target public.returns;
  problems jsonb;
  came_back jsonb;
  of_order public.orders;
  earlier text;
begin
  target := private.lock_return(tenant, return_id, expected_version);
  perform private.next_state('return', target.id, target.status::text, 'receive');
  perform private.require_records('items', items, '{"return_item_id": "uuid", "good": "numeric", "suspect": "numeric", "defective": "numeric"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('return_item_id', coalesce(l.id, w.return_item_id), 'quantity', l.quantity)) into problems
  from (select x.* from public.return_items x where x.tenant_id = tenant and x.return_id = target.id) l
  full join pg_catalog.jsonb_to_recordset(items) as w (return_item_id uuid, good numeric, suspect numeric, defective numeric) on w.return_item_id = l.id
  where l.id is null or num_nulls(w.good, w.suspect, w.defective) > 0 or least(w.good, w.suspect, w.defective) < 0
    or (w.good, w.suspect, w.defective) is distinct from (round(w.good, 3), round(w.suspect, 3), round(w.defective, 3));
  if problems is not null
    or pg_catalog.jsonb_array_length(items) <> (select count(*) from public.return_items x where x.tenant_id = tenant and x.return_id = target.id) then
    perform private.fail('return_counts_incomplete', pg_catalog.jsonb_build_object('items', coalesce(problems, '[]')));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('return_item_id', l.id, 'quantity', l.quantity, 'counted', w.good + w.suspect + w.defective)) into problems
  from public.return_items l
  join pg_catalog.jsonb_to_recordset(items) as w (return_item_id uuid, good numeric, suspect numeric, defective numeric) on w.return_item_id = l.id
  where l.tenant_id = tenant and l.return_id = target.id and w.good + w.suspect + w.defective > l.quantity;
  if problems is not null then
    perform private.fail('more_received_than_returned', pg_catalog.jsonb_build_object('items', problems));
  end if;

  -- Orders before their customer and their invoices, as everywhere.
  perform from public.orders o
  where o.tenant_id = tenant and o.id in (
    select i.order_id from public.return_items l join public.order_items i on i.tenant_id = l.tenant_id and i.id = l.order_item_id
    where l.tenant_id = tenant and l.return_id = target.id
  )
  order by o.id for no key update;
  perform from public.customers c where c.tenant_id = tenant and c.id = target.customer_id for no key update;

  update public.return_items l set good = w.good, suspect = w.suspect, defective = w.defective
  from pg_catalog.jsonb_to_recordset(items) as w (return_item_id uuid, good numeric, suspect numeric, defective numeric)
  where l.tenant_id = tenant and l.return_id = target.id and l.id = w.return_item_id;
  update public.returns r set status = 'received', received_by = auth.uid(), received_at = pg_catalog.now() where r.tenant_id = target.tenant_id and r.id = target.id returning * into target;
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
  select tenant, target.warehouse_id, l.product_id, f.condition, sum(f.quantity), 'return', 'return', target.id
  from public.return_items l
  cross join lateral (values ('good'::public.stock_condition, l.good), ('suspect', l.suspect), ('defective', l.defective)) as f (condition, quantity)
  where l.tenant_id = tenant and l.return_id = target.id and f.quantity > 0
  group by l.product_id, f.condition;
  update public.order_items i set quantity_returned = i.quantity_returned + l.received
  from public.return_items l
  where l.tenant_id = tenant and l.return_id = target.id and i.tenant_id = tenant and i.id = l.order_item_id and l.received > 0;

  -- Full crates come back with their crates.
  select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)) into came_back
  from private.exchange_of(tenant, target.customer_id, '[]', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', p.container_product_id, 'quantity', l.received)), '[]')
    from public.return_items l
    join public.products p on p.tenant_id = l.tenant_id and p.id = l.product_id and p.container_product_id is not null
    where l.tenant_id = tenant and l.return_id = target.id and l.received > 0
  )) x;
  perform private.move_containers(tenant, 'customer', target.customer_id, 'depot', target.warehouse_id, 'return', target.id, came_back, pg_catalog.now());

  for of_order in
    select o.* from public.orders o
    where o.tenant_id = tenant and o.id in (
      select i.order_id from public.return_items l join public.order_items i on i.tenant_id = l.tenant_id and i.id = l.order_item_id
      where l.tenant_id = tenant and l.return_id = target.id and l.received > 0
    )
    order by o.id
  loop
    perform private.credit_return(target, of_order);
  end loop;
  if not exists (select from public.credit_notes c where c.tenant_id = tenant and c.return_id = target.id and c.is_live) then
    earlier := private.run_as_rule('return.receive');
    update public.returns r set status = 'credited' where r.tenant_id = target.tenant_id and r.id = target.id returning * into target;
    perform private.run_as_rule(earlier);
  end if;
  return target;
end
$$;
comment on function private.receive_return(uuid, jsonb, integer) is
  'Counts and inspects goods that come back: items [{return_item_id, good, suspect, defective}] for every line. Stock and containers follow in the same transaction; an issued invoice gets a draft of a credit note, one that is not issued is drafted anew over what stayed. Raises return_counts_incomplete, more_received_than_returned, return_transition_illegal, record_not_found, permission_denied, version_conflict.';
select private.expose_command('receive_return');

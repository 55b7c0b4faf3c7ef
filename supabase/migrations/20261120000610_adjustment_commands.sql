-- Family 06, warehouse: manual adjustments.

select private.register_error('warehouse_not_available', 422, 'The warehouse does not exist or is not active.', 'Choose another warehouse.');

create function private.sees_warehouse(warehouse uuid) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
declare
  me constant public.memberships := private.active_membership();
begin
  return me.warehouse_id is null or me.warehouse_id = warehouse;
end
$$;
comment on function private.sees_warehouse(uuid) is 'Row scope of warehouse documents: members limited to a warehouse see that one.';

create function private.require_place(tenant uuid, field text, place uuid, takes_vans boolean default false) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.warehouses w where w.tenant_id = tenant and w.id = place and w.is_active and (takes_vans or w.kind <> 'van')
  ) then
    perform private.fail('warehouse_not_available', pg_catalog.jsonb_build_object(field, place));
  end if;
end
$$;
comment on function private.require_place(uuid, text, uuid, boolean) is 'Raises warehouse_not_available naming the field unless the company works with this place.';

create function private.require_own_place(tenant uuid, field text, place uuid, takes_vans boolean default false) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.sees_warehouse(place) then
    perform private.fail('warehouse_not_available', pg_catalog.jsonb_build_object(field, place));
  end if;
  perform private.require_place(tenant, field, place, takes_vans);
end
$$;
comment on function private.require_own_place(uuid, text, uuid, boolean) is 'Raises warehouse_not_available naming the field unless the caller works with this place.';

create function private.stock_lines(tenant uuid, items jsonb, figure text, lowest numeric default 0, takes_zero boolean default false)
returns table (product_id uuid, condition public.stock_condition, quantity numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  problems jsonb;
begin
  if pg_catalog.jsonb_typeof(items) is distinct from 'array' or pg_catalog.jsonb_array_length(items) not between 1 and 1000 then
    perform private.fail('lines_invalid', '{"items": "an array of 1 to 1000 items is needed"}');
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', x.n, 'problem', x.problem)
    || case when x.problem = 'quantity_not_whole' then pg_catalog.jsonb_build_object('allowed', private.nearest_whole(x.quantity), 'unit', x.unit) else '{}' end order by x.n) into problems
  from (
    select i.n, q.quantity, p.unit, case
      when p.id is null then 'product_unknown'
      when not pg_catalog.pg_input_is_valid(coalesce(i.item ->> 'condition', 'good'), 'public.stock_condition') then 'condition_unknown'
      when q.quantity is null or q.quantity = 0 and not takes_zero then 'quantity_missing'
      when q.quantity < lowest then 'quantity_negative'
      when pg_catalog.abs(q.quantity) > 99999999 then 'quantity_too_large'
      when q.quantity <> round(q.quantity, 3) then 'quantity_has_more_than_three_decimals'
      when not p.allows_fractions and mod(q.quantity, 1) <> 0 then 'quantity_not_whole'
      when count(*) over (partition by p.id, coalesce(i.item ->> 'condition', 'good')) > 1 then 'product_twice' end as problem
    from pg_catalog.jsonb_array_elements(items) with ordinality as i (item, n)
    cross join lateral (
      select case when pg_catalog.jsonb_typeof(i.item -> figure) = 'number' then (i.item ->> figure)::numeric end as quantity
    ) q
    left join public.products p on p.tenant_id = tenant and p.id = private.uuid_or_null(i.item ->> 'product_id')
  ) x
  where x.problem is not null;
  if problems is not null then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  return query
  select (i.item ->> 'product_id')::uuid, coalesce(i.item ->> 'condition', 'good')::public.stock_condition, (i.item ->> figure)::numeric
  from pg_catalog.jsonb_array_elements(items) as i (item)
  order by 1, 2;
end
$$;
comment on function private.stock_lines(uuid, jsonb, text, numeric, boolean) is
  'The lines of a stock document, [{product_id, condition?, <figure>}] in base units, ordered as balances are locked. lowest: what the figure may not fall below. Raises lines_invalid, which names every line and its problem, and the nearest quantities (allowed) where a part of a unit was given.';

create function private.create_adjustment(warehouse_id uuid, reason text, items jsonb) returns public.manual_adjustments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  adjustment public.manual_adjustments;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id, takes_vans => true);
  insert into public.manual_adjustments (tenant_id, warehouse_id, reason)
  values (tenant, warehouse_id, private.require_text('reason', reason))
  returning * into adjustment;
  insert into public.manual_adjustment_items (tenant_id, adjustment_id, product_id, condition, quantity)
  select tenant, adjustment.id, i.product_id, i.condition, i.quantity
  from private.stock_lines(tenant, items, 'quantity', -99999999) i;
  return adjustment;
end
$$;
comment on function private.create_adjustment(uuid, text, jsonb) is
  'Drafts a stock correction; items [{product_id, quantity (signed, base units), condition?}]. Raises warehouse_not_available, lines_invalid.';
select private.expose_command('create_adjustment');

create function private.move_adjustment(adjustment uuid, command text, reason text, expected_version integer) returns public.manual_adjustments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.manual_adjustments;
  next_state text;
begin
  select * into target from public.manual_adjustments a
  where a.tenant_id = tenant and a.id = adjustment and private.sees_warehouse(a.warehouse_id)
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('adjustment_id', adjustment));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('adjustment', target.id, target.status::text, command);
  if command = 'reject' and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command <> 'approve' or private.record_approval(tenant, 'adjustment', target.id, command, target.status::text) then
    update public.manual_adjustments a
    set status = next_state::public.adjustment_status,
      rejected_reason = case when command = 'reject' then reason end,
      approved_by = case when command = 'approve' then auth.uid() else a.approved_by end,
      approved_at = case when command = 'approve' then pg_catalog.now() else a.approved_at end,
      applied_at = case when command = 'apply' then pg_catalog.now() end
    where a.tenant_id = target.tenant_id and a.id = target.id
    returning * into target;
    if command = 'apply' then
      insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
      select tenant, target.warehouse_id, i.product_id, i.condition, i.quantity, 'adjustment', 'adjustment', target.id
      from public.manual_adjustment_items i where i.tenant_id = tenant and i.adjustment_id = target.id;
      perform private.publish_event(tenant, 'inventory.adjusted', 'adjustment', target.id, target.version);
    end if;
  end if;
  return target;
end
$$;
comment on function private.move_adjustment(uuid, text, text, integer) is 'One step of a stock adjustment; the body of the four commands below.';

create function private.submit_adjustment(adjustment_id uuid, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'submit', null, expected_version) $$;
comment on function private.submit_adjustment(uuid, integer) is 'Asks for approval of an adjustment. Raises adjustment_transition_illegal.';
select private.expose_command('submit_adjustment');

create function private.approve_adjustment(adjustment_id uuid, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'approve', null, expected_version) $$;
comment on function private.approve_adjustment(uuid, integer) is 'Approves an adjustment of somebody else. Raises separation_of_duties, adjustment_transition_illegal.';
select private.expose_command('approve_adjustment');

create function private.reject_adjustment(adjustment_id uuid, reason text, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'reject', reason, expected_version) $$;
comment on function private.reject_adjustment(uuid, text, integer) is 'Refuses an adjustment of somebody else, with a reason. Raises reason_required, separation_of_duties, adjustment_transition_illegal.';
select private.expose_command('reject_adjustment');

create function private.apply_adjustment(adjustment_id uuid, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'apply', null, expected_version) $$;
comment on function private.apply_adjustment(uuid, integer) is 'Posts an approved adjustment to the stock ledger. Raises stock_short, adjustment_transition_illegal.';
select private.expose_command('apply_adjustment');

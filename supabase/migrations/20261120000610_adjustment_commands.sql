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

select private.register_error('reason_not_available', 422, 'The reason does not exist or is not in use.', 'Choose another reason.');
select private.register_error('reason_does_not_fit', 422, 'The reason is not one for what these lines do.', 'Choose another reason, or change the quantities of the lines in the details.');
select private.register_error('adjustment_time_invalid', 422, 'An adjustment cannot have happened in the future.', 'Enter a time that has passed, or none for the moment in which it is applied.');
select private.register_error('defective_by_auditors_only', 403, 'Only an auditor calls stock defective.', 'Have an auditor decide it, or enter the goods as suspect.');

create function private.fits(effect public.adjustment_effect, quantity numeric) returns boolean
language sql immutable parallel safe
return case effect when 'increase' then quantity > 0 when 'decrease' then quantity < 0 else true end;
comment on function private.fits(public.adjustment_effect, numeric) is 'Whether a reason with this effect explains a change of this sign.';

create function private.tg_manual_adjustment_items__fit_reason() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', x.product_id, 'sku', x.sku, 'name', x.name, 'condition', x.condition, 'quantity', x.quantity, 'reason', x.reason, 'effect', x.effect)) into problems
  from (
    select i.*, p.sku, p.name, a.reason, r.effect, sum(i.quantity) over (partition by i.adjustment_id, i.product_id) as moved
    from public.manual_adjustment_items i
    join public.manual_adjustments a on a.tenant_id = i.tenant_id and a.id = i.adjustment_id
    join public.adjustment_reasons r on r.tenant_id = a.tenant_id and r.id = a.reason_id
    join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
    where (i.tenant_id, i.adjustment_id) in (select n.tenant_id, n.adjustment_id from new_rows n)
  ) x
  where not private.fits(x.effect, x.quantity) or x.effect = 'condition_change' and x.moved <> 0;
  if problems is not null then
    perform private.fail('reason_does_not_fit', pg_catalog.jsonb_build_object('items', problems));
  end if;
  return null;
end
$$;
comment on function private.tg_manual_adjustment_items__fit_reason() is
  'The lines of an adjustment do what its reason explains; goods that change their condition are as many as before. Raises reason_does_not_fit.';
create trigger _150_fit_reason after insert on public.manual_adjustment_items
referencing new table as new_rows for each statement execute function private.tg_manual_adjustment_items__fit_reason();

create function private.require_condemner(tenant uuid, adds_defective boolean) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if adds_defective and not private.has_permission(tenant, 'inventory.condemn') then
    perform private.fail('defective_by_auditors_only', '{"permission": "inventory.condemn"}');
  end if;
end
$$;
comment on function private.require_condemner(uuid, boolean) is
  'Whatever makes stock defective that is ours already is decided by somebody with inventory.condemn. Raises defective_by_auditors_only.';

create function private.adds_defective(adjustment public.manual_adjustments) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (
    select from public.manual_adjustment_items i
    where i.tenant_id = adjustment.tenant_id and i.adjustment_id = adjustment.id and i.condition = 'defective' and i.quantity > 0
  );
end
$$;
comment on function private.adds_defective(public.manual_adjustments) is 'Whether an adjustment makes stock defective.';
select private.offer_if('adjustment', 'not private.adds_defective(manual_adjustments) or private.has_permission(manual_adjustments.tenant_id, ''inventory.condemn'')', 'approve');

create function private.create_adjustment(warehouse_id uuid, reason_id uuid, items jsonb, note text default null, occurred_at timestamptz default null) returns public.manual_adjustments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  why public.adjustment_reasons;
  adjustment public.manual_adjustments;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id, takes_vans => true);
  select * into why from public.adjustment_reasons r where r.tenant_id = tenant and r.id = reason_id and r.is_active;
  if not found then
    perform private.fail('reason_not_available', pg_catalog.jsonb_build_object('reason_id', reason_id));
  end if;
  if not (occurred_at > '2000-01-01' and occurred_at <= pg_catalog.now()) then
    perform private.fail('adjustment_time_invalid', pg_catalog.jsonb_build_object('occurred_at', occurred_at));
  end if;
  insert into public.manual_adjustments (tenant_id, warehouse_id, reason_id, reason, note, occurred_at)
  values (tenant, warehouse_id, why.id, why.name, private.check_text('note', nullif(pg_catalog.btrim(note), ''), 500), occurred_at)
  returning * into adjustment;
  insert into public.manual_adjustment_items (tenant_id, adjustment_id, product_id, condition, quantity)
  select tenant, adjustment.id, i.product_id, i.condition, i.quantity
  from private.stock_lines(tenant, items, 'quantity', -99999999) i;
  perform private.name_batches(adjustment, items);
  perform private.name_costs(adjustment, items);
  return adjustment;
end
$$;
comment on function private.create_adjustment(uuid, uuid, jsonb, text, timestamptz) is
  'Drafts a stock correction for a reason of the company (adjustment_reasons); items [{product_id, quantity (signed, base units), condition?, batches? [{code, quantity, expires_on?}], unit_cost? (before tax, by people with prices.edit, of what comes in)}], which do what the reason explains; of products that are tracked by batch, what comes in names its batches. occurred_at places it in the past, as far as no count was posted since and no later balance falls below zero. Raises warehouse_not_available, reason_not_available, reason_does_not_fit, adjustment_time_invalid, lines_invalid, batches_invalid, batch_expiry_differs, costs_invalid.';
select private.expose_command('create_adjustment');

create function private.refuse_counted_since(tenant uuid, document uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  counted jsonb;
begin
  -- A count that is posted at the same time takes its turn.
  perform from public.inventory b
  where b.tenant_id = tenant and (b.warehouse_id, b.product_id, b.condition) in (
    select t.warehouse_id, t.product_id, t.condition from public.inventory_transactions t where t.tenant_id = tenant and t.reference_id = document
  )
  order by b.warehouse_id, b.product_id, b.condition
  for no key update;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'product_id', p.id, 'sku', p.sku, 'name', p.name, 'counted_at', b.last_counted_at, 'stock_count_id', c.id, 'number', c.number))
  into counted
  from public.inventory_transactions t
  join public.inventory b using (tenant_id, warehouse_id, product_id, condition)
  join public.products p on p.tenant_id = t.tenant_id and p.id = t.product_id
  join public.stock_counts c on c.tenant_id = b.tenant_id and c.id = b.last_count_id
  where t.tenant_id = tenant and t.reference_id = document and t.occurred_at <= b.last_counted_at;
  if counted is not null then
    perform private.fail('stock_was_counted', pg_catalog.jsonb_build_object('counted', counted));
  end if;
end
$$;
comment on function private.refuse_counted_since(uuid, uuid) is
  'What a count has found since says more than the document, and reversing it would correct twice. Raises stock_was_counted, which names the count.';

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
  if command in ('reject', 'reverse') and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command = 'submit' then
    perform private.require_serials(tenant, 'adjustment', target.id);
  elsif command = 'approve' then
    perform private.require_condemner(tenant, private.adds_defective(target));
  elsif command = 'reverse' then
    perform private.refuse_counted_since(tenant, target.id);
  end if;
  if command <> 'approve' or private.record_approval(tenant, 'adjustment', target.id, command, target.status::text) then
    update public.manual_adjustments a
    set status = next_state::public.adjustment_status,
      rejected_reason = case when command = 'reject' then reason end,
      reversed_reason = case when command = 'reverse' then private.require_text('reason', reason) end,
      approved_by = case when command = 'approve' then auth.uid() else a.approved_by end,
      approved_at = case when command = 'approve' then pg_catalog.now() else a.approved_at end,
      applied_at = case when command = 'apply' then pg_catalog.now() else a.applied_at end,
      reversed_at = case when command = 'reverse' then pg_catalog.now() end
    where a.tenant_id = target.tenant_id and a.id = target.id
    returning * into target;
    if command = 'apply' then
      insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, reason_id, occurred_at)
      select tenant, target.warehouse_id, i.product_id, i.condition, i.quantity,
        case r.effect when 'condition_change' then 'condition_change' else 'adjustment' end::public.movement_kind,
        'adjustment', target.id, r.id, coalesce(target.occurred_at, pg_catalog.clock_timestamp())
      from public.manual_adjustment_items i
      join public.adjustment_reasons r on r.tenant_id = tenant and r.id = target.reason_id
      where i.tenant_id = tenant and i.adjustment_id = target.id;
    elsif command = 'reverse' then
      insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id, reason_id)
      select tenant, t.warehouse_id, t.product_id, t.condition, -t.quantity, 'reversal', 'adjustment', target.id, t.reason_id
      from public.inventory_transactions t where t.tenant_id = tenant and t.reference_id = target.id;
    end if;
    if command in ('apply', 'reverse') then
      perform private.publish_event(tenant, 'inventory.adjusted', 'adjustment', target.id, target.version);
    end if;
  end if;
  return target;
end
$$;
comment on function private.move_adjustment(uuid, text, text, integer) is 'One step of a stock adjustment; the body of the five commands below.';

create function private.submit_adjustment(adjustment_id uuid, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'submit', null, expected_version) $$;
comment on function private.submit_adjustment(uuid, integer) is 'Asks for approval of an adjustment; of products that are tracked by serial number every piece is scanned by then. Raises serials_needed, adjustment_transition_illegal.';
select private.expose_command('submit_adjustment');

create function private.approve_adjustment(adjustment_id uuid, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'approve', null, expected_version) $$;
comment on function private.approve_adjustment(uuid, integer) is 'Approves an adjustment of somebody else; one that makes stock defective needs inventory.condemn. Raises separation_of_duties, defective_by_auditors_only, adjustment_transition_illegal.';
select private.expose_command('approve_adjustment');

create function private.reject_adjustment(adjustment_id uuid, reason text, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'reject', reason, expected_version) $$;
comment on function private.reject_adjustment(uuid, text, integer) is 'Refuses an adjustment of somebody else, with a reason. Raises reason_required, separation_of_duties, adjustment_transition_illegal.';
select private.expose_command('reject_adjustment');

create function private.apply_adjustment(adjustment_id uuid, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'apply', null, expected_version) $$;
comment on function private.apply_adjustment(uuid, integer) is 'Posts an approved adjustment to the stock ledger, where it happened. Raises stock_short, stock_was_counted, stock_history_negative, adjustment_transition_illegal.';
select private.expose_command('apply_adjustment');

create function private.reverse_adjustment(adjustment_id uuid, reason text, expected_version integer default null) returns public.manual_adjustments
language sql security definer set search_path = ''
as $$ select private.move_adjustment(adjustment_id, 'reverse', reason, expected_version) $$;
comment on function private.reverse_adjustment(uuid, text, integer) is
  'Takes an applied adjustment of somebody else back by movements against it, now and once, with a reason; not after its goods were counted. Raises reason_required, stock_was_counted, stock_short, separation_of_duties, adjustment_transition_illegal.';
select private.expose_command('reverse_adjustment');

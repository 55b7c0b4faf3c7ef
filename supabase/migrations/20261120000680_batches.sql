-- Family 06, warehouse: batches of the products that have them, and what is left of each (docs/decisions/0025).

create type public.batch_status as enum ('open', 'blocked');

create table public.batches (
  like private.record including defaults including indexes,
  product_id uuid not null,
  code text not null,
  status public.batch_status not null default 'open',
  expires_on date,
  blocked_reason text,
  unique (tenant_id, product_id, code),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint code_is_short check (length(code) between 1 and 40 and code = btrim(code)),
  constraint expiry_is_a_day check (expires_on between '2000-01-01' and '2199-12-31'),
  constraint blocked_reason_matches_status check ((status = 'blocked') = (blocked_reason is not null))
);
create index batches_expiry on public.batches (tenant_id, expires_on, id);
comment on table public.batches is 'What was made together and expires together, of products that are tracked by batch. It is known from the first receipt that names it.';
comment on column public.batches.code is 'What is printed on the goods.';
comment on column public.batches.expires_on is 'The last day on which it may leave a depot; null where it does not expire.';
select private.register_document('public.batches', 'batch', 'open', 'inventory.view', '/stock/batches', number_column => 'code');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('batch', 'open', 'block', 'blocked', 'inventory.approve', null, 'batch.blocked'),
  ('batch', 'blocked', 'release', 'open', 'inventory.approve', null, 'batch.released');

create table public.batch_stock (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  batch_id uuid not null,
  on_hand numeric(14,3) not null default 0,
  primary key (tenant_id, id),
  constraint batch_stock_of_one_place unique (tenant_id, warehouse_id, product_id, condition, batch_id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, batch_id) references public.batches (tenant_id, id),
  constraint on_hand_is_bounded check (on_hand between 0 and 99999999)
) with (fillfactor = 80);
create index batch_stock_product on public.batch_stock (tenant_id, product_id);
create index batch_stock_batch on public.batch_stock (tenant_id, batch_id);
comment on table public.batch_stock is 'What of a balance (inventory) is of which batch, in base units; their sum is the balance. Changed by the stock ledger alone, under the lock of that balance.';
create trigger _200_guard_balance before insert or update of on_hand on public.batch_stock for each row execute function private.tg__guard_balance();
select private.force_policies('public.batch_stock');

create table public.batch_movements (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  movement_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  batch_id uuid not null,
  quantity numeric(14,3) not null,
  kind public.movement_kind not null,
  reference_type text not null,
  reference_id uuid not null,
  occurred_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, movement_id) references public.inventory_transactions (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, batch_id) references public.batches (tenant_id, id),
  constraint quantity_is_bounded check (quantity <> 0 and quantity between -99999999 and 99999999)
);
create index batch_movements_movement on public.batch_movements (tenant_id, movement_id);
create index batch_movements_reference on public.batch_movements (tenant_id, reference_id, product_id);
create index batch_movements_batch on public.batch_movements (tenant_id, batch_id, occurred_at);
create index batch_movements_product on public.batch_movements (tenant_id, product_id);
create index batch_movements_warehouse on public.batch_movements (tenant_id, warehouse_id);
comment on table public.batch_movements is 'Movements of the stock ledger by batch, append-only: the rows of one movement sum to it.';
select private.hold_to_unit('public.batch_movements', 'quantity');
select private.protect_ledger('public.batch_movements');

create table public.adjustment_batches (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  adjustment_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  batch_id uuid not null,
  quantity numeric(14,3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, adjustment_id, product_id, condition, batch_id),
  foreign key (tenant_id, adjustment_id) references public.manual_adjustments (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, batch_id) references public.batches (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999)
);
create index adjustment_batches_product on public.adjustment_batches (tenant_id, product_id);
create index adjustment_batches_batch on public.adjustment_batches (tenant_id, batch_id);
comment on table public.adjustment_batches is 'Of which batches a line of an adjustment is, in base units without its sign, where somebody said it: always for what comes in.';
select private.hold_to_unit('public.adjustment_batches', 'quantity');
select private.manage_part('public.adjustment_batches', 'adjustment_id', 'product_id', 'condition', 'batch_id', 'quantity');

select private.register_error('batches_invalid', 422, 'The batches of some lines are not right.', 'Name each batch once, so that they sum to the line; what comes in needs one, with its last day.');
select private.register_error('batch_expiry_differs', 409, 'This batch is known with another last day.', 'Check the day that is printed on it; the details have the one that is known.');
select private.register_error('batch_missing', 422, 'It is not known of which batch these goods are.', 'Enter an adjustment that names the batch.');
select private.register_error('batch_short', 409, 'What is left of these goods is blocked, past its last day, or of another batch.', 'Reduce the quantities of the products in the details, or release the batch.');
select private.register_error('tracking_needs_no_stock', 409, 'Tracking is begun or ended while nothing of the product is in stock.', 'Bring the places in the details to 0 first.');

create function private.tg_products__keep_tracking() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  places jsonb;
begin
  -- Movements refer to the product: those that are under way end first, later ones wait.
  perform from public.products p where p.tenant_id = new.tenant_id and p.id = new.id for update;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('warehouse_id', w.id, 'name', w.name, 'condition', i.condition, 'on_hand', i.on_hand)) into places
  from public.inventory i join public.warehouses w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id
  where i.tenant_id = new.tenant_id and i.product_id = new.id and i.on_hand <> 0;
  if places is not null then
    perform private.fail('tracking_needs_no_stock', pg_catalog.jsonb_build_object('places', places));
  end if;
  return new;
end
$$;
comment on function private.tg_products__keep_tracking() is 'Stock is tracked from its first unit to its last. Raises tracking_needs_no_stock.';
create trigger _150_keep_tracking before update of tracking on public.products for each row
when (new.tracking <> old.tracking) execute function private.tg_products__keep_tracking();

create function private.is_pickable(batch public.batches) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return batch.status = 'open' and (batch.expires_on is null or batch.expires_on >= private.tenant_today(batch.tenant_id));
end
$$;
comment on function private.is_pickable(public.batches) is 'Whether goods of a batch may leave for a customer today.';

create function private.unpickable(tenant uuid, place uuid, product uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(sum(s.on_hand), 0)
    from public.batch_stock s join public.batches b on b.tenant_id = s.tenant_id and b.id = s.batch_id
    where s.tenant_id = tenant and s.warehouse_id = place and s.product_id = product and s.condition = 'good' and s.on_hand > 0 and not private.is_pickable(b)
  );
end
$$;
comment on function private.unpickable(uuid, uuid, uuid) is 'Good stock of a place that may not leave for a customer: of blocked batches, and of those past their last day.';

create function private.unpickable_once_locked(tenant uuid, place uuid, product uuid) returns numeric
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return private.unpickable(tenant, place, product);
end
$$;
comment on function private.unpickable_once_locked(uuid, uuid, uuid) is
  'The same, as it was posted by those whom its caller''s statement waited for at the lock of the balance: a volatile function sees them, a stable one does not.';

------------------------------------------------------------------------------------------------
-- Which batches a movement is of
------------------------------------------------------------------------------------------------

-- Asked here, answered where goods come back (docs/architecture.md, Families look one way).
create function private.delivered_by(moved public.inventory_transactions) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  return '{}';
end
$$;
comment on function private.delivered_by(public.inventory_transactions) is 'The documents under which returned goods left before.';

create function private.unknown_batch(moved public.inventory_transactions) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  unknown public.batches;
  earlier text;
begin
  insert into public.batches (tenant_id, product_id, code) values (moved.tenant_id, moved.product_id, 'unknown')
  on conflict on constraint batches_tenant_id_product_id_code_key do nothing
  returning * into unknown;
  if found then
    earlier := private.run_as_rule('batch.unknown');
    update public.batches b set status = 'blocked', blocked_reason = 'Nobody knows of which batch these goods are.'
    where b.tenant_id = unknown.tenant_id and b.id = unknown.id;
    perform private.run_as_rule(earlier);
  else
    select * into unknown from public.batches b where b.tenant_id = moved.tenant_id and b.product_id = moved.product_id and b.code = 'unknown';
  end if;
  return unknown.id;
end
$$;
comment on function private.unknown_batch(public.inventory_transactions) is
  'The batch of goods that are there and name none: found where none was, or given back from before the product was tracked. It is blocked until somebody has looked.';

-- Answered where counts have batches.
create function private.batches_counted(moved public.inventory_transactions) returns table (batch_id uuid, quantity numeric)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return;
end
$$;
comment on function private.batches_counted(public.inventory_transactions) is 'Of which batches a count found more, or less, than the books: those with the sign of the movement.';

-- Answered where goods are bought.
create function private.batches_received(moved public.inventory_transactions) returns table (batch_id uuid, quantity numeric)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return;
end
$$;
comment on function private.batches_received(public.inventory_transactions) is 'Of which batches goods are that a vendor has brought.';

create function private.batches_of(moved public.inventory_transactions) returns table (batch_id uuid, quantity numeric)
language plpgsql security definer set search_path = ''
as $$
begin
  if moved.kind = 'purchase' then
    return query select * from private.batches_received(moved);
    return;
  end if;
  if moved.kind = 'count' then
    return query select * from private.batches_counted(moved);
    if found then
      return;
    end if;
  end if;
  if moved.kind <> 'reversal' then
    return query
    select a.batch_id, a.quantity from public.adjustment_batches a
    where a.tenant_id = moved.tenant_id and a.adjustment_id = moved.reference_id and a.product_id = moved.product_id and a.condition = moved.condition
    order by a.id;
    if found then
      return;
    end if;
  end if;

  if moved.kind = 'reversal' or moved.kind in ('transfer', 'transfer_loss') and moved.quantity < 0 then
    -- What this document brought here, or took from here.
    return query
    select m.batch_id, -pg_catalog.sign(moved.quantity) * sum(m.quantity) from public.batch_movements m
    where m.tenant_id = moved.tenant_id and m.reference_id = moved.reference_id and m.product_id = moved.product_id
      and m.warehouse_id = moved.warehouse_id and m.condition = moved.condition
    group by m.batch_id
    having pg_catalog.sign(moved.quantity) * sum(m.quantity) < 0
    order by m.batch_id;
    if found then
      return;
    end if;
  end if;

  if moved.quantity < 0 then
    -- First expired, first out; nothing blocked or expired is loaded, or filled, for customers.
    return query
    select s.batch_id, s.on_hand
    from public.batch_stock s join public.batches b on b.tenant_id = s.tenant_id and b.id = s.batch_id
    where s.tenant_id = moved.tenant_id and s.warehouse_id = moved.warehouse_id and s.product_id = moved.product_id and s.condition = moved.condition
      and s.on_hand > 0 and (moved.kind not in ('load', 'refill', 'kitting') or private.is_pickable(b))
    order by b.status, b.expires_on nulls last, b.code, b.id;
    return;
  end if;

  -- What left elsewhere under the same document comes here; what comes back left under another.
  return query
  select m.batch_id, -sum(m.quantity) from public.batch_movements m
  where m.tenant_id = moved.tenant_id and m.reference_id = moved.reference_id and m.product_id = moved.product_id
  group by m.batch_id
  having sum(m.quantity) < 0
  order by m.batch_id;
  return query
  select m.batch_id, -sum(m.quantity) from public.batch_movements m
  where m.tenant_id = moved.tenant_id and m.reference_id = any (private.delivered_by(moved)) and m.product_id = moved.product_id
  group by m.batch_id
  having sum(m.quantity) < 0
  order by m.batch_id;
  -- The van had more than the books knew: of the batch here that lasts longest.
  if moved.kind = 'offload_variance' then
    return query
    select s.batch_id, 99999999::numeric
    from public.batch_stock s join public.batches b on b.tenant_id = s.tenant_id and b.id = s.batch_id
    where s.tenant_id = moved.tenant_id and s.warehouse_id = moved.warehouse_id and s.product_id = moved.product_id
      and s.on_hand > 0
    order by b.expires_on desc nulls first, b.id desc limit 1;
    if found then
      return;
    end if;
  end if;
  if moved.kind not in ('opening', 'adjustment', 'condition_change', 'reversal') then
    return query select private.unknown_batch(moved), 99999999::numeric;
  end if;
end
$$;
comment on function private.batches_of(public.inventory_transactions) is
  'Of which batches a movement can be, in the order in which they are taken: those that its document names or a count found; those that it moved before; out of a place, what expires first; into a place, what has just left another, or left it for the customer who gives it back; what was found on a van, the batch that lasts longest; and what else is there, an unknown one.';

create function private.batch_problem(moved public.inventory_transactions, missing numeric) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('items', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'product_id', p.id, 'sku', p.sku, 'name', p.name, 'condition', moved.condition,
      'required', pg_catalog.abs(moved.quantity), 'available', pg_catalog.abs(moved.quantity) - missing)))
    from public.products p where p.tenant_id = moved.tenant_id and p.id = moved.product_id
  );
end
$$;
comment on function private.batch_problem(public.inventory_transactions, numeric) is 'A movement whose batches are not all there, for the details of an error.';

create function private.move_batches(moved public.inventory_transactions) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  source record;
  part numeric;
  left_over numeric := pg_catalog.abs(moved.quantity);
  takes_fresh boolean := false;
begin
  for source in select * from private.batches_of(moved) loop
    exit when left_over = 0;
    part := least(left_over, source.quantity);
    if moved.quantity < 0 then
      update public.batch_stock s set on_hand = s.on_hand - part
      where s.tenant_id = moved.tenant_id and s.warehouse_id = moved.warehouse_id and s.product_id = moved.product_id and s.condition = moved.condition
        and s.batch_id = source.batch_id and s.on_hand >= part;
      continue when not found;
      takes_fresh := takes_fresh or (select private.is_pickable(b) from public.batches b where b.tenant_id = moved.tenant_id and b.id = source.batch_id);
    else
      insert into public.batch_stock as s (tenant_id, warehouse_id, product_id, condition, batch_id, on_hand)
      values (moved.tenant_id, moved.warehouse_id, moved.product_id, moved.condition, source.batch_id, part)
      on conflict on constraint batch_stock_of_one_place do update set on_hand = s.on_hand + excluded.on_hand;
    end if;
    insert into public.batch_movements (tenant_id, movement_id, warehouse_id, product_id, condition, batch_id, quantity, kind, reference_type, reference_id, occurred_at)
    values (moved.tenant_id, moved.id, moved.warehouse_id, moved.product_id, moved.condition, source.batch_id, pg_catalog.sign(moved.quantity) * part,
      moved.kind, moved.reference_type, moved.reference_id, moved.occurred_at);
    left_over := left_over - part;
  end loop;
  if left_over > 0 and moved.quantity > 0 then
    perform private.fail('batch_missing', private.batch_problem(moved, left_over));
  elsif left_over > 0 then
    perform private.fail('batch_short', private.batch_problem(moved, left_over));
  -- What is set aside for customers stays there in goods that they can get; a load is what was set aside.
  elsif takes_fresh and moved.condition = 'good' and moved.kind <> 'load' and exists (
    select from public.inventory i
    where i.tenant_id = moved.tenant_id and i.warehouse_id = moved.warehouse_id and i.product_id = moved.product_id and i.condition = 'good'
      and i.on_hand - private.unpickable(i.tenant_id, i.warehouse_id, i.product_id) < i.reserved
  ) then
    perform private.fail('batch_short', private.batch_problem(moved, pg_catalog.abs(moved.quantity)));
  end if;
end
$$;
comment on function private.move_batches(public.inventory_transactions) is
  'Posts a movement to the batches that it is of, under the lock of its balance. Raises batch_short, batch_missing.';

create function private.tg_inventory_transactions__post_tracked() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  moved public.inventory_transactions;
begin
  -- What leaves comes before what arrives of it.
  for moved in
    select n.* from new_rows n
    join public.products p on p.tenant_id = n.tenant_id and p.id = n.product_id and p.tracking <> 'none'
    order by n.quantity > 0, n.warehouse_id, n.product_id, n.condition, n.id
  loop
    if exists (select from public.products p where p.tenant_id = moved.tenant_id and p.id = moved.product_id and p.tracking = 'batch') then
      perform private.move_batches(moved);
    else
      perform private.move_serials(moved);
    end if;
  end loop;
  return null;
end
$$;
comment on function private.tg_inventory_transactions__post_tracked() is
  'Posts the movements of products that are tracked by batch or by serial number to their batches or pieces. Runs when their balances are posted and locked.';
create trigger _310_post_tracked after insert on public.inventory_transactions
referencing new table as new_rows for each statement execute function private.tg_inventory_transactions__post_tracked();

select private.derive('batch_stock', 'Stock of a batch in one place and condition: the sum of its movements.', $$
  select s.tenant_id, s.id, s.on_hand,
    (select coalesce(sum(m.quantity), 0) from public.batch_movements m
      where m.tenant_id = s.tenant_id and m.batch_id = s.batch_id and m.warehouse_id = s.warehouse_id and m.condition = s.condition)
  from public.batch_stock s
$$);
select private.derive('batches_of_stock', 'Stock of a product that is tracked by batch: the sum of its batches.', $$
  select i.tenant_id, i.id, i.on_hand,
    (select coalesce(sum(s.on_hand), 0) from public.batch_stock s
      where s.tenant_id = i.tenant_id and s.warehouse_id = i.warehouse_id and s.product_id = i.product_id and s.condition = i.condition)
  from public.inventory i join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'batch'
$$);

------------------------------------------------------------------------------------------------
-- Naming, blocking and releasing
------------------------------------------------------------------------------------------------

create function private.batches_problem(named jsonb, total numeric, figure text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return case
  when exists (
    select from pg_catalog.jsonb_array_elements(named) e
    where pg_catalog.jsonb_typeof(e) <> 'object' or pg_catalog.jsonb_typeof(e -> figure) is distinct from 'number' or (e ->> figure)::numeric <= 0
      or coalesce(pg_catalog.length(pg_catalog.btrim(e ->> 'code')), 0) not between 1 and 40
      or not pg_catalog.pg_input_is_valid(coalesce(e ->> 'expires_on', '2100-01-01'), 'date')
  ) then 'batch_not_readable'
  when exists (
    select from pg_catalog.jsonb_array_elements(named) e where (e ->> 'expires_on')::date not between '2000-01-01' and '2199-12-31'
  ) then 'batch_not_readable'
  when (select count(distinct pg_catalog.btrim(e ->> 'code')) <> count(*) from pg_catalog.jsonb_array_elements(named) e) then 'batch_twice'
  when (select sum((e ->> figure)::numeric) from pg_catalog.jsonb_array_elements(named) e) <> total then 'batches_do_not_sum' end;
end
$$;
comment on function private.batches_problem(jsonb, numeric, text) is 'What is wrong with batches that a line names, [{code, expires_on?, <figure>}], which have to sum to it; null when nothing is.';

create function private.know_batches(tenant uuid, items jsonb, figure text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  -- Two receipts of one new batch take turns at its code.
  insert into public.batches (tenant_id, product_id, code, expires_on)
  select tenant, (i.item ->> 'product_id')::uuid, pg_catalog.btrim(e ->> 'code'), max((e ->> 'expires_on')::date)
  from pg_catalog.jsonb_array_elements(items) as i (item)
  cross join lateral pg_catalog.jsonb_array_elements(coalesce(nullif(i.item -> 'batches', 'null'), '[]')) e
  where (i.item ->> figure)::numeric > 0
  group by 2, 3
  order by 2, 3
  on conflict on constraint batches_tenant_id_product_id_code_key do nothing;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.item ->> 'product_id', 'code', e ->> 'code', 'expires_on', b.expires_on)) into problems
  from pg_catalog.jsonb_array_elements(items) as i (item)
  cross join lateral pg_catalog.jsonb_array_elements(coalesce(nullif(i.item -> 'batches', 'null'), '[]')) e
  left join public.batches b on b.tenant_id = tenant and b.product_id = (i.item ->> 'product_id')::uuid and b.code = pg_catalog.btrim(e ->> 'code')
  where b.id is null or (e ->> 'expires_on')::date <> b.expires_on or e ->> 'expires_on' is not null and b.expires_on is null;
  if problems @? '$[*] ? (@.expires_on != null)' then
    perform private.fail('batch_expiry_differs', pg_catalog.jsonb_build_object('items', problems));
  elsif problems is not null then
    perform private.fail('batches_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
end
$$;
comment on function private.know_batches(uuid, jsonb, text) is
  'Makes the batches that lines [{product_id, <figure>, batches [{code, expires_on?}]}] name and that are not known yet, where the figure is above zero. Raises batches_invalid for one that stays unknown, batch_expiry_differs.';

create function private.name_batches(adjustment public.manual_adjustments, items jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', i.n, 'problem', x.problem) order by i.n) into problems
  from pg_catalog.jsonb_array_elements(items) with ordinality as i (item, n)
  join public.products p on p.tenant_id = adjustment.tenant_id and p.id = (i.item ->> 'product_id')::uuid
  join public.adjustment_reasons r on r.tenant_id = adjustment.tenant_id and r.id = adjustment.reason_id
  cross join lateral (select coalesce(nullif(i.item -> 'batches', 'null'), '[]') as named) b
  cross join lateral (select case
    when pg_catalog.jsonb_typeof(b.named) <> 'array' then 'batches_not_a_list'
    when p.tracking <> 'batch' then case when b.named <> '[]' then 'product_has_no_batches' end
    when b.named = '[]' then case when (i.item ->> 'quantity')::numeric > 0 and r.effect <> 'condition_change' then 'batch_needed' end
    else private.batches_problem(b.named, pg_catalog.abs((i.item ->> 'quantity')::numeric), 'quantity') end as problem
  ) x
  where x.problem is not null;
  if problems is not null then
    perform private.fail('batches_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  perform private.know_batches(adjustment.tenant_id, items, 'quantity');
  insert into public.adjustment_batches (tenant_id, adjustment_id, product_id, condition, batch_id, quantity)
  select adjustment.tenant_id, adjustment.id, b.product_id, coalesce(i.item ->> 'condition', 'good')::public.stock_condition, b.id, (e ->> 'quantity')::numeric
  from pg_catalog.jsonb_array_elements(items) as i (item)
  cross join lateral pg_catalog.jsonb_array_elements(coalesce(nullif(i.item -> 'batches', 'null'), '[]')) e
  join public.batches b on b.tenant_id = adjustment.tenant_id and b.product_id = (i.item ->> 'product_id')::uuid and b.code = pg_catalog.btrim(e ->> 'code');
end
$$;
comment on function private.name_batches(public.manual_adjustments, jsonb) is
  'Keeps the batches that the lines of an adjustment name, and makes those that are not known yet. Raises batches_invalid, which names every line and its problem, and batch_expiry_differs.';

create function private.move_batch(batch uuid, command text, reason text, expected_version integer) returns public.batches
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.batches;
  next_state text;
begin
  if not private.is_unscoped() then
    -- A batch lies in several places.
    perform private.fail('permission_denied', '{"permission": "inventory.approve"}');
  end if;
  -- Balances before the batch, as its movements lock them: whoever reserves or loads of it is done before, or sees it blocked.
  perform from public.inventory i
  where i.tenant_id = tenant and i.condition = 'good' and i.product_id = (select b.product_id from public.batches b where b.tenant_id = tenant and b.id = batch)
  order by i.warehouse_id, i.product_id, i.condition
  for no key update;
  select * into target from public.batches b where b.tenant_id = tenant and b.id = batch for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('batch_id', batch));
  end if;
  perform private.check_version(expected_version, target.version);
  next_state := private.next_state('batch', target.id, target.status::text, command);
  if command = 'block' and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.batches b set status = next_state::public.batch_status, blocked_reason = case when command = 'block' then private.require_text('reason', reason) end
  where b.tenant_id = target.tenant_id and b.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.move_batch(uuid, text, text, integer) is 'Blocks or releases a batch; the body of the two commands below.';

create function private.block_batch(batch_id uuid, reason text, expected_version integer default null) returns public.batches
language sql security definer set search_path = ''
as $$ select private.move_batch(batch_id, 'block', reason, expected_version) $$;
comment on function private.block_batch(uuid, text, integer) is
  'Recalls a batch, with a reason: none of it is reserved or loaded from now on, wherever it is; who got it is told by batch_recipients. Raises reason_required, batch_transition_illegal, record_not_found, permission_denied.';
select private.expose_command('block_batch');

create function private.release_batch(batch_id uuid, expected_version integer default null) returns public.batches
language sql security definer set search_path = ''
as $$ select private.move_batch(batch_id, 'release', null, expected_version) $$;
comment on function private.release_batch(uuid, integer) is 'Lets a blocked batch be sold again. Raises batch_transition_illegal, record_not_found, permission_denied.';
select private.expose_command('release_batch');

create view public.batch_balances with (security_invoker = true) as
select b.tenant_id, b.id, b.code, b.status, b.expires_on, b.expires_on - private.tenant_today(b.tenant_id) as days_left,
  b.product_id, p.name as product_name, p.sku as product_sku, p.unit,
  coalesce((select sum(s.on_hand) from public.batch_stock s where s.tenant_id = b.tenant_id and s.batch_id = b.id), 0) as on_hand, b.created_at
from public.batches b join public.products p on p.tenant_id = b.tenant_id and p.id = b.product_id;
comment on view public.batch_balances is 'What the caller sees of each batch, over all places and conditions, in base units, and the days that it lasts.';

-- Family 06, warehouse: locations, balances, the stock ledger, reservations, adjustments.

create type public.warehouse_kind as enum ('depot', 'shop', 'van', 'transit');
create type public.stock_condition as enum ('good', 'suspect', 'defective');
create type public.movement_kind as enum (
  'opening', 'adjustment', 'condition_change', 'reversal', 'load', 'delivery', 'sale', 'empties', 'offload', 'offload_variance', 'transfer', 'transfer_loss', 'count', 'return', 'refill', 'kitting', 'purchase'
);
create type public.adjustment_status as enum ('draft', 'pending_approval', 'approved', 'applied', 'reversed', 'rejected');
create type public.adjustment_effect as enum ('increase', 'decrease', 'both', 'condition_change');

create table public.warehouses (
  like private.record including defaults including indexes,
  code text not null,
  name text not null,
  kind public.warehouse_kind not null default 'depot',
  address text,
  latitude numeric(9,6),
  longitude numeric(9,6),
  works_in_shifts boolean not null default false,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, code),
  constraint code_is_short check (length(code) between 1 and 32 and code = btrim(code)),
  constraint name_is_not_blank check (btrim(name) <> '' and length(name) <= 120),
  constraint address_is_bounded check (length(address) <= 300),
  constraint position_is_on_earth check (latitude between -90 and 90 and longitude between -180 and 180),
  constraint position_is_complete check ((latitude is null) = (longitude is null)),
  constraint transit_is_never_chosen check (kind <> 'transit' or not is_active),
  constraint only_depots_work_in_shifts check (kind in ('depot', 'shop') or not works_in_shifts)
);
create unique index warehouses_transit on public.warehouses (tenant_id) where kind = 'transit';
comment on table public.warehouses is 'Every place that holds stock; each vehicle is one, of kind van, and the goods on their way between two places are in one, of kind transit.';
comment on column public.warehouses.works_in_shifts is 'It is opened and closed with a full count (depot_shifts) and ships nothing in between.';
select private.register_error('transit_is_never_chosen', 422, 'Goods on their way are in this account; nobody works there.', 'Leave it inactive: transfers use it by themselves.');
select private.register_error('only_depots_work_in_shifts', 422, 'Vans do not work in shifts.', 'Let depots and shops do so.');
select private.register_error('address_is_bounded', 422, 'The address is too long.', 'Shorten it to 300 characters.');
select private.manage_table('public.warehouses', 'warehouse');
select private.register_subject('public.warehouses', 'warehouse', 'name', 'warehouses.view', '/stock/places');
select private.set_audience('warehouse', 'warehouses.view');
select private.register_error('warehouse_code_taken', 409, 'Another warehouse or van has this code.', 'Choose another code.');
select private.refuse_taken('public.warehouses', 'warehouses_tenant_id_code_key', 'warehouse_code_taken');
select private.register_error('transit_account_taken', 409, 'The company has its account for goods on their way already.', 'Choose another kind of warehouse.');
select private.refuse_taken('public.warehouses', 'warehouses_transit', 'transit_account_taken');

create function private.tg_tenants__open_transit() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.warehouses (tenant_id, code, name, kind, is_active) values (new.id, 'TRANSIT', 'Goods on their way', 'transit', false);
  return null;
end
$$;
comment on function private.tg_tenants__open_transit() is 'Gives a new company its account for goods on their way between two places.';
create trigger _300_open_transit after insert on public.tenants for each row execute function private.tg_tenants__open_transit();

alter table public.memberships add foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id);
alter table public.invitations add foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id);
create index memberships_warehouse on public.memberships (tenant_id, warehouse_id);
create index invitations_warehouse on public.invitations (tenant_id, warehouse_id);

create table public.adjustment_reasons (
  like private.record including defaults including indexes,
  name text not null,
  effect public.adjustment_effect not null,
  is_for_counts boolean not null default false,
  is_breakage boolean not null default false,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name))
);
create unique index adjustment_reasons_counts on public.adjustment_reasons (tenant_id) where is_for_counts;
comment on table public.adjustment_reasons is 'Why stock is corrected, in the words of the company: what an adjustment and the difference of a count name.';
comment on column public.adjustment_reasons.effect is
  'What it explains: stock that is added, that is taken, either, or goods that go from one condition to another, as many in the one as out of the other. Said once; documents were judged by it.';
comment on column public.adjustment_reasons.is_for_counts is 'The one that differences of counts have unless somebody says more. Every company has it; one that is not in use is that still, and chosen nowhere else.';
comment on column public.adjustment_reasons.is_breakage is 'The containers that it takes are broken; otherwise they are lost.';
select private.manage_table('public.adjustment_reasons', 'adjustment_reason');
select private.set_audience('adjustment_reason', 'inventory.view');
select private.register_error('adjustment_reason_taken', 409, 'There is a reason of this name already.', 'Choose another name, or use that one.');
select private.refuse_taken('public.adjustment_reasons', 'adjustment_reasons_tenant_id_name_key', 'adjustment_reason_taken');

create function private.tg_tenants__give_reasons() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.adjustment_reasons (tenant_id, name, effect, is_for_counts, is_breakage) values
    (new.id, 'Damaged', 'decrease', false, true), (new.id, 'Lost', 'decrease', false, false), (new.id, 'Stolen', 'decrease', false, false),
    (new.id, 'Expired', 'decrease', false, false), (new.id, 'Own use', 'decrease', false, false), (new.id, 'Found', 'increase', false, false),
    (new.id, 'Correction', 'both', false, false), (new.id, 'Count difference', 'both', true, false), (new.id, 'Inspected', 'condition_change', false, false);
  return null;
end
$$;
comment on function private.tg_tenants__give_reasons() is 'Gives a new company the reasons to correct stock that it begins with.';
create trigger _300_give_reasons after insert on public.tenants for each row execute function private.tg_tenants__give_reasons();

create table public.inventory (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null default 'good',
  on_hand numeric(14,3) not null default 0,
  reserved numeric(14,3) not null default 0,
  available numeric(14,3) generated always as (on_hand - reserved) stored,
  reorder_point numeric(14,3) not null default 0,
  is_below boolean not null generated always as (condition = 'good' and on_hand - reserved < reorder_point) stored,
  last_counted_at timestamptz,
  last_count_id uuid,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, warehouse_id, product_id, condition),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint on_hand_is_bounded check (on_hand between 0 and 99999999),
  constraint reserved_is_covered check (reserved between 0 and on_hand),
  constraint only_good_stock_is_reserved check (condition = 'good' or reserved = 0),
  constraint reorder_point_is_bounded check (reorder_point between 0 and 99999999)
) with (fillfactor = 80);
create index inventory_product on public.inventory (tenant_id, product_id);
comment on table public.inventory is
  'Balance per location, product and condition, in base units. Changed only by the ledger (on_hand) and the reservations (reserved); the constraints make overselling impossible.';
comment on column public.inventory.is_below is 'Less is available than the reorder point asks for.';
comment on column public.inventory.last_counted_at is 'When it was counted last, by a count that is posted. What is found out later about the time before changes nothing any more: such a movement is refused.';

create table public.inventory_transactions (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null default 'good',
  quantity numeric(14,3) not null,
  kind public.movement_kind not null,
  reference_type text not null,
  reference_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by uuid default auth.uid(),
  reason_id uuid,
  primary key (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, reason_id) references public.adjustment_reasons (tenant_id, id),
  constraint quantity_is_bounded check (quantity <> 0 and quantity between -99999999 and 99999999),
  constraint occurred_at_is_finite check (occurred_at > '2000-01-01' and occurred_at < '2200-01-01')
) partition by range (id);
create index inventory_transactions_balance on public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, occurred_at, id);
create index inventory_transactions_product on public.inventory_transactions (tenant_id, product_id);
create index inventory_transactions_reason on public.inventory_transactions (tenant_id, reason_id) where reason_id is not null;
create index inventory_transactions_reference on public.inventory_transactions (tenant_id, reference_id);
comment on table public.inventory_transactions is
  'The stock ledger: every movement, signed, append-only. Their sum is the balance, always. A movement counts from when it happened (occurred_at).';
comment on column public.inventory_transactions.reason_id is 'Why stock was corrected; null where the document says it: a delivery, a load.';
select private.hold_to_unit('public.inventory_transactions', 'quantity');
select private.protect_ledger('public.inventory_transactions');
select private.keep_by_quarters('public.inventory_transactions');

select private.register_error('stock_short', 409, 'There is not enough stock.', 'Reduce the quantities of the products in the details, or allow a backorder.');
select private.register_error('stock_history_negative', 409, 'This movement happened earlier and would make a later balance negative.', 'Check the time and quantity, or correct the later movements first.');
select private.register_error('stock_was_counted', 409, 'The stock was counted after this movement happened, so it is in the count already.', 'If the count in the details is wrong, count again.');
select private.register_error('balance_is_derived', 409, 'Balances follow from the stock ledger and cannot be set.', 'Enter an adjustment.');

create function private.tg_inventory_transactions__post() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problem jsonb;
begin
  -- Rows are created and locked in one order everywhere (location, product, condition): no deadlock.
  insert into public.inventory (tenant_id, warehouse_id, product_id, condition)
  select distinct n.tenant_id, n.warehouse_id, n.product_id, n.condition from new_rows n
  where not exists (
    select from public.inventory i
    where i.tenant_id = n.tenant_id and i.warehouse_id = n.warehouse_id and i.product_id = n.product_id and i.condition = n.condition
  )
  order by 1, 2, 3, 4
  on conflict on constraint inventory_tenant_id_warehouse_id_product_id_condition_key do nothing;

  perform from public.inventory i
  where (i.tenant_id, i.warehouse_id, i.product_id, i.condition) in (select n.tenant_id, n.warehouse_id, n.product_id, n.condition from new_rows n)
  order by i.warehouse_id, i.product_id, i.condition
  for no key update;

  -- A posted count is a fixed point: what happened before it was there to be counted.
  select pg_catalog.jsonb_agg(distinct pg_catalog.jsonb_build_object(
    'product_id', p.id, 'sku', p.sku, 'name', p.name, 'counted_at', i.last_counted_at, 'stock_count_id', c.id, 'number', c.number))
  into problem
  from new_rows n
  join public.inventory i using (tenant_id, warehouse_id, product_id, condition)
  join public.products p on p.tenant_id = n.tenant_id and p.id = n.product_id
  join public.stock_counts c on c.tenant_id = n.tenant_id and c.id = i.last_count_id
  where n.occurred_at <= i.last_counted_at;
  if problem is not null then
    perform private.fail('stock_was_counted', pg_catalog.jsonb_build_object('counted', problem));
  end if;

  with moved as (
    select n.tenant_id, n.warehouse_id, n.product_id, n.condition, sum(n.quantity) as quantity
    from new_rows n group by 1, 2, 3, 4
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'product_id', m.product_id, 'sku', p.sku, 'name', p.name, 'condition', m.condition, 'required', -m.quantity, 'available', i.available))
  into problem
  from moved m
  join public.inventory i using (tenant_id, warehouse_id, product_id, condition)
  join public.products p on p.tenant_id = m.tenant_id and p.id = m.product_id
  where i.on_hand + m.quantity < i.reserved;
  if problem is not null then
    perform private.fail('stock_short', pg_catalog.jsonb_build_object('short', problem));
  end if;

  update public.inventory i set on_hand = i.on_hand + m.quantity, updated_at = pg_catalog.now()
  from (
    select n.tenant_id, n.warehouse_id, n.product_id, n.condition, sum(n.quantity) as quantity
    from new_rows n group by 1, 2, 3, 4
  ) m
  where i.tenant_id = m.tenant_id and i.warehouse_id = m.warehouse_id and i.product_id = m.product_id and i.condition = m.condition;

  -- A movement out that arrives late must not have emptied the shelf before something else was taken from it.
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', first.product_id, 'sku', p.sku, 'name', p.name,
    'balance', first.balance, 'occurred_at', first.occurred_at, 'reference_type', first.reference_type, 'reference_id', first.reference_id,
    'number', coalesce(private.number_of(first.reference_type, first.tenant_id, first.reference_id), pg_catalog.replace(first.reference_type, '_', ' '))))
  into problem
  from (
    select distinct on (late.warehouse_id, late.product_id, late.condition) late.*
    from (
      select l.tenant_id, l.warehouse_id, l.product_id, l.condition, l.id, l.occurred_at, l.reference_type, l.reference_id, o.late_from,
        sum(l.quantity) over (partition by l.tenant_id, l.warehouse_id, l.product_id, l.condition order by l.occurred_at, l.id) as balance
      from (
        select n.tenant_id, n.warehouse_id, n.product_id, n.condition, min(n.occurred_at) as late_from
        from new_rows n
        where n.quantity < 0 and exists (
          select from public.inventory_transactions x
          where x.tenant_id = n.tenant_id and x.warehouse_id = n.warehouse_id and x.product_id = n.product_id and x.condition = n.condition
            and x.occurred_at > n.occurred_at
        )
        group by 1, 2, 3, 4
      ) o
      join public.inventory_transactions l using (tenant_id, warehouse_id, product_id, condition)
    ) late
    where late.occurred_at >= late.late_from and late.balance < 0
    order by late.warehouse_id, late.product_id, late.condition, late.occurred_at, late.id
  ) first
  join public.products p on p.tenant_id = first.tenant_id and p.id = first.product_id;
  if problem is not null then
    perform private.fail('stock_history_negative', pg_catalog.jsonb_build_object('below_zero', problem));
  end if;
  return null;
end
$$;
comment on function private.tg_inventory_transactions__post() is
  'Posts new ledger rows to the balances, in lock order. Raises stock_short (names every product), stock_was_counted (names the count) and stock_history_negative (names the first document after which the balance would be below zero).';
create trigger _300_post after insert on public.inventory_transactions
referencing new table as new_rows for each statement execute function private.tg_inventory_transactions__post();

create function private.tg__guard_balance() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if pg_catalog.pg_trigger_depth() < 2 then
    perform private.fail('balance_is_derived');
  end if;
  return new;
end
$$;
comment on function private.tg__guard_balance() is 'Refuses every change of a balance that does not come from the ledger or the reservations, superuser included.';
create trigger _200_guard_balance before insert or update of on_hand, reserved on public.inventory
for each row execute function private.tg__guard_balance();
select private.register_error('reorder_point_is_bounded', 422, 'The reorder point is negative or too large.', 'Enter a quantity from 0 to 99999999.');
select private.hold_to_unit('public.inventory', 'reorder_point');
select private.force_policies('public.inventory');
select private.audit_changes('public.inventory', null, 'reorder_point');

create table public.manual_adjustments (
  like private.record including defaults including indexes,
  number text not null,
  warehouse_id uuid not null,
  status public.adjustment_status not null default 'draft',
  reason_id uuid not null,
  reason text not null,
  note text,
  occurred_at timestamptz,
  rejected_reason text,
  reversed_reason text,
  approved_by uuid,
  approved_at timestamptz,
  applied_at timestamptz,
  reversed_at timestamptz,
  unique (tenant_id, number),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, reason_id) references public.adjustment_reasons (tenant_id, id),
  constraint reason_is_not_blank check (btrim(reason) <> '' and length(reason) <= 40),
  constraint note_is_bounded check (length(note) <= 500),
  constraint occurred_at_is_past check (occurred_at > '2000-01-01' and occurred_at <= created_at),
  constraint rejected_reason_matches_status check ((status = 'rejected') = (rejected_reason is not null)),
  constraint approved_by_matches_status check (status not in ('approved', 'applied', 'reversed') or approved_at is not null),
  constraint reversal_is_recorded check ((status = 'reversed') = (reversed_at is not null) and (reversed_at is null) = (reversed_reason is null))
);
create index manual_adjustments_reason on public.manual_adjustments (tenant_id, reason_id);
create index manual_adjustments_warehouse on public.manual_adjustments (tenant_id, warehouse_id);
create index manual_adjustments_recent on public.manual_adjustments (tenant_id, created_at desc, id desc);
comment on table public.manual_adjustments is
  'Corrections of stock by hand, approved by somebody else than who entered them. A wrong one that was applied is reversed: movements are never changed, others take them back.';
comment on column public.manual_adjustments.reason is 'The reason as it was called when the adjustment was entered.';
comment on column public.manual_adjustments.occurred_at is 'When it happened, for what is found out later: its movements are placed there. Null for now, when it is applied.';
select private.register_document('public.manual_adjustments', 'adjustment', 'draft', 'inventory.view', '/stock/adjustments', prefix => 'ADJ');
insert into private.waiting_states (machine, state, permission) values ('adjustment', 'pending_approval', 'inventory.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('adjustment', 'draft', 'submit', 'pending_approval', 'inventory.edit', null, 'adjustment.submitted'),
  ('adjustment', 'pending_approval', 'approve', 'approved', 'inventory.approve', '{created_by}', 'adjustment.approved'),
  ('adjustment', 'pending_approval', 'reject', 'rejected', 'inventory.approve', '{created_by}', 'adjustment.rejected'),
  ('adjustment', 'approved', 'apply', 'applied', 'inventory.edit', null, 'adjustment.applied'),
  ('adjustment', 'applied', 'reverse', 'reversed', 'inventory.approve', '{created_by}', 'adjustment.reversed');

create table public.manual_adjustment_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  adjustment_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null default 'good',
  quantity numeric(14,3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, adjustment_id, product_id, condition),
  foreign key (tenant_id, adjustment_id) references public.manual_adjustments (tenant_id, id) on delete cascade,
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity <> 0 and quantity between -99999999 and 99999999)
);
create index manual_adjustment_items_product on public.manual_adjustment_items (tenant_id, product_id);
comment on table public.manual_adjustment_items is 'What an adjustment adds (positive) or takes (negative), in base units.';
select private.hold_to_unit('public.manual_adjustment_items', 'quantity');
select private.manage_part('public.manual_adjustment_items', 'adjustment_id', 'product_id', 'condition', 'quantity');


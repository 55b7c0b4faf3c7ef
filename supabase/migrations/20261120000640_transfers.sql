-- Family 06, warehouse: stock that goes from one place to another, in two steps.

create type public.transfer_status as enum ('draft', 'dispatched', 'partially_received', 'received', 'cancelled');

create table public.transfers (
  like private.record including defaults including indexes,
  number text not null,
  from_warehouse_id uuid not null,
  to_warehouse_id uuid not null,
  status public.transfer_status not null default 'draft',
  note text,
  dispatched_by uuid,
  dispatched_at timestamptz,
  received_at timestamptz,
  short_reason text,
  cancelled_reason text,
  unique (tenant_id, number),
  foreign key (tenant_id, from_warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, to_warehouse_id) references public.warehouses (tenant_id, id),
  constraint transfer_goes_elsewhere check (from_warehouse_id <> to_warehouse_id),
  constraint note_is_bounded check (length(note) <= 500),
  constraint received_at_matches_status check ((status = 'received') = (received_at is not null)),
  constraint what_arrives_was_dispatched check (status not in ('dispatched', 'partially_received', 'received') or dispatched_at is not null),
  constraint short_reason_is_of_what_came check (short_reason is null or status = 'received'),
  constraint cancelled_reason_matches_status check ((status = 'cancelled') = (cancelled_reason is not null))
);
create index transfers_from on public.transfers (tenant_id, from_warehouse_id);
create index transfers_to on public.transfers (tenant_id, to_warehouse_id);
create index transfers_recent on public.transfers (tenant_id, created_at desc, id desc);
comment on table public.transfers is
  'Stock that goes from one place to another: it leaves the one when it is dispatched, is in the company''s transit account while it is on its way, and is in the other when it is received. Whoever dispatched it does not receive it.';
comment on column public.transfers.short_reason is 'Why less came than was sent. What is missing has left the transit account as transfer_loss.';
select private.register_document('public.transfers', 'transfer', 'draft', 'inventory.view', '/stock/transfers', prefix => 'TRF');
insert into private.waiting_states (machine, state, permission) values
  ('transfer', 'dispatched', 'inventory.edit'),
  ('transfer', 'partially_received', 'inventory.edit');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('transfer', 'draft', 'dispatch', 'dispatched', 'inventory.edit', null, 'transfer.dispatched'),
  ('transfer', 'draft', 'cancel', 'cancelled', 'inventory.edit', null, 'transfer.cancelled'),
  ('transfer', 'dispatched', 'cancel', 'cancelled', 'inventory.edit', null, 'transfer.cancelled'),
  ('transfer', 'dispatched', 'receive_part', 'partially_received', 'inventory.edit', '{dispatched_by}', 'transfer.partially_received'),
  ('transfer', 'dispatched', 'receive', 'received', 'inventory.edit', '{dispatched_by}', 'transfer.received'),
  ('transfer', 'partially_received', 'receive', 'received', 'inventory.edit', '{dispatched_by}', 'transfer.received');
insert into private.in_place_commands (machine, state, command, permission) values ('transfer', 'partially_received', 'receive_part', 'inventory.edit');
select private.offer_if('transfer', 'private.sees_warehouse(transfers.from_warehouse_id)', 'dispatch', 'cancel');
select private.offer_if('transfer', 'private.sees_warehouse(transfers.to_warehouse_id) and transfers.dispatched_by is distinct from auth.uid()', 'receive_part', 'receive');

create table public.transfer_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  transfer_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null default 'good',
  quantity numeric(14,3) not null,
  received numeric(14,3) not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, transfer_id, product_id, condition),
  foreign key (tenant_id, transfer_id) references public.transfers (tenant_id, id) on delete cascade,
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint no_more_comes_than_was_sent check (received between 0 and quantity)
);
create index transfer_items_product on public.transfer_items (tenant_id, product_id);
comment on table public.transfer_items is
  'What a transfer takes along, in base units. People of the receiving place see it only when everything was received: they count without knowing it.';
comment on column public.transfer_items.received is 'The sum of its receipts.';
select private.hold_to_unit('public.transfer_items', 'quantity');
select private.manage_part('public.transfer_items', 'transfer_id', 'product_id', 'condition', 'quantity');

create table public.transfer_receipts (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  transfer_id uuid not null,
  product_id uuid not null,
  condition public.stock_condition not null,
  quantity numeric(14,3) not null,
  received_at timestamptz not null default now(),
  received_by uuid not null default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, transfer_id) references public.transfers (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999)
);
create index transfer_receipts_transfer on public.transfer_receipts (tenant_id, transfer_id);
create index transfer_receipts_product on public.transfer_receipts (tenant_id, product_id);
comment on table public.transfer_receipts is 'What came of a transfer, when, counted by whom, in base units; one row per product and receipt.';
select private.hold_to_unit('public.transfer_receipts', 'quantity');
select private.protect_ledger('public.transfer_receipts');

select private.register_error('transfer_goes_elsewhere', 422, 'A transfer goes from one place to another.', 'Choose two different places.');
select private.register_error('transfer_exceeds_sent', 409, 'More was counted than is on its way.', 'Count the products in the details again. If it is right, receive what was sent and enter the rest as an adjustment.');
select private.register_error('transfer_short', 409, 'Less was counted than is on its way.', 'Count again. If more comes later, receive a part; if nothing more comes, say why it is missing.');

create function private.lock_transfer(tenant uuid, transfer uuid, expected_version integer) returns public.transfers
language plpgsql security definer set search_path = ''
as $$
declare
  locked public.transfers;
begin
  select * into locked from public.transfers t
  where t.tenant_id = tenant and t.id = transfer and (private.sees_warehouse(t.from_warehouse_id) or private.sees_warehouse(t.to_warehouse_id))
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('transfer_id', transfer));
  end if;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_transfer(uuid, uuid, integer) is 'A transfer that the caller sees, under its lock. Raises record_not_found, version_conflict.';

create function private.move_in_transit(transfer public.transfers, from_id uuid, to_id uuid, goods jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
  select transfer.tenant_id, m.place, g.product_id, g.condition, m.sign * g.quantity, 'transfer', 'transfer', transfer.id
  from pg_catalog.jsonb_to_recordset(goods) as g (product_id uuid, condition public.stock_condition, quantity numeric)
  cross join lateral (values (from_id, -1), (to_id, 1)) as m (place, sign);
end
$$;
comment on function private.move_in_transit(public.transfers, uuid, uuid, jsonb) is
  'Moves goods [{product_id, condition, quantity}] of a transfer between a place and the transit account.';

create function private.transit_account(tenant uuid) returns uuid
language sql stable security definer set search_path = ''
as $$ select w.id from public.warehouses w where w.tenant_id = transit_account.tenant and w.kind = 'transit' $$;
comment on function private.transit_account(uuid) is 'Where the goods of a company are while they are on their way between two places.';

create function private.create_transfer(from_warehouse_id uuid, to_warehouse_id uuid, items jsonb, note text default null) returns public.transfers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.edit');
  transfer public.transfers;
begin
  perform private.require_own_place(tenant, 'from_warehouse_id', from_warehouse_id);
  perform private.require_place(tenant, 'to_warehouse_id', to_warehouse_id);
  if from_warehouse_id = to_warehouse_id then
    perform private.fail('transfer_goes_elsewhere', pg_catalog.jsonb_build_object('to_warehouse_id', to_warehouse_id));
  end if;
  insert into public.transfers (tenant_id, from_warehouse_id, to_warehouse_id, note)
  values (tenant, from_warehouse_id, to_warehouse_id, private.check_text('note', nullif(pg_catalog.btrim(note), ''), 500))
  returning * into transfer;
  insert into public.transfer_items (tenant_id, transfer_id, product_id, condition, quantity)
  select tenant, transfer.id, i.product_id, i.condition, i.quantity
  from private.stock_lines(tenant, items, 'quantity') i;
  return transfer;
end
$$;
comment on function private.create_transfer(uuid, uuid, jsonb, text) is
  'Drafts a transfer of stock; items [{product_id, quantity (base units), condition?}]. Nothing moves before it is dispatched. Raises warehouse_not_available, transfer_goes_elsewhere, lines_invalid.';
select private.expose_command('create_transfer');

create function private.dispatch_transfer(transfer_id uuid, expected_version integer default null) returns public.transfers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  transfer public.transfers := private.lock_transfer(tenant, transfer_id, expected_version);
  next_state constant text := private.next_state('transfer', transfer.id, transfer.status::text, 'dispatch');
begin
  perform private.require_own_place(tenant, 'from_warehouse_id', transfer.from_warehouse_id);
  perform private.require_open_depot(tenant, transfer.from_warehouse_id);
  update public.transfers t set status = next_state::public.transfer_status, dispatched_by = auth.uid(), dispatched_at = pg_catalog.now()
  where t.tenant_id = transfer.tenant_id and t.id = transfer.id
  returning * into transfer;
  perform private.move_in_transit(transfer, transfer.from_warehouse_id, private.transit_account(tenant), (
    select pg_catalog.jsonb_agg(i) from public.transfer_items i where i.tenant_id = tenant and i.transfer_id = transfer.id
  ));
  return transfer;
end
$$;
comment on function private.dispatch_transfer(uuid, integer) is
  'The goods leave: they are in the transit account from now on. By people of the place they leave. Raises depot_closed, stock_short, warehouse_not_available, transfer_transition_illegal.';
select private.expose_command('dispatch_transfer');

create function private.take_in_transfer(transfer uuid, command text, items jsonb, short_reason text, expected_version integer) returns public.transfers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  target public.transfers := private.lock_transfer(tenant, transfer, expected_version);
  came jsonb;
  problems jsonb;
  is_short boolean;
begin
  if not private.takes_in_place('transfer', tenant, target.status::text, command) then
    perform private.next_state('transfer', target.id, target.status::text, command);
  end if;
  perform private.require_own_place(tenant, 'to_warehouse_id', target.to_warehouse_id);
  -- A second part is no step of the machine, so its guard does not look at who receives it.
  if target.dispatched_by = auth.uid() then
    perform private.fail('separation_of_duties', pg_catalog.jsonb_build_object('machine', 'transfer', 'command', command, 'separate_from', '{dispatched_by}'::text[]));
  end if;
  -- Whoever found nothing at all has counted no line.
  if command = 'receive_part' or items <> '[]' then
    select pg_catalog.jsonb_agg(i) into came from private.stock_lines(tenant, items, 'quantity') i;
  end if;
  came := coalesce(came, '[]');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', c.product_id, 'condition', c.condition)) into problems
  from pg_catalog.jsonb_to_recordset(came) as c (product_id uuid, condition public.stock_condition, quantity numeric)
  left join public.transfer_items i on i.tenant_id = tenant and i.transfer_id = target.id and i.product_id = c.product_id and i.condition = c.condition
  where i.id is null or i.received + c.quantity > i.quantity;
  if problems is not null then
    perform private.fail('transfer_exceeds_sent', pg_catalog.jsonb_build_object('items', problems));
  end if;
  update public.transfer_items i set received = i.received + c.quantity
  from pg_catalog.jsonb_to_recordset(came) as c (product_id uuid, condition public.stock_condition, quantity numeric)
  where i.tenant_id = tenant and i.transfer_id = target.id and i.product_id = c.product_id and i.condition = c.condition;
  insert into public.transfer_receipts (tenant_id, transfer_id, product_id, condition, quantity)
  select tenant, target.id, c.product_id, c.condition, c.quantity
  from pg_catalog.jsonb_to_recordset(came) as c (product_id uuid, condition public.stock_condition, quantity numeric);
  select exists (select from public.transfer_items i where i.tenant_id = tenant and i.transfer_id = target.id and i.received < i.quantity) into is_short;
  if command = 'receive' and is_short and coalesce(pg_catalog.btrim(short_reason), '') = '' then
    perform private.fail('transfer_short', pg_catalog.jsonb_build_object('transfer_id', target.id));
  end if;
  perform private.move_in_transit(target, private.transit_account(tenant), target.to_warehouse_id, came);
  if command = 'receive' then
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
    select tenant, private.transit_account(tenant), i.product_id, i.condition, i.received - i.quantity, 'transfer_loss', 'transfer', target.id
    from public.transfer_items i where i.tenant_id = tenant and i.transfer_id = target.id and i.received < i.quantity;
  end if;
  update public.transfers t
  set status = case when command = 'receive' or not is_short then 'received' else 'partially_received' end::public.transfer_status,
    received_at = case when command = 'receive' or not is_short then pg_catalog.now() end,
    short_reason = case when command = 'receive' and is_short then private.require_text('short_reason', short_reason) end
  where t.tenant_id = target.tenant_id and t.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.take_in_transfer(uuid, text, jsonb, text, integer) is 'Receives goods of a transfer; the body of the two commands below.';

create function private.receive_part_transfer(transfer_id uuid, items jsonb, expected_version integer default null) returns public.transfers
language sql security definer set search_path = ''
as $$ select private.take_in_transfer(transfer_id, 'receive_part', items, null, expected_version) $$;
comment on function private.receive_part_transfer(uuid, jsonb, integer) is
  'Receives what has come so far, items [{product_id, quantity (base units), condition?}]; the rest stays on its way. By people of the receiving place, not by whoever dispatched it. When nothing is left it is received. Raises transfer_exceeds_sent, lines_invalid, separation_of_duties, warehouse_not_available, transfer_transition_illegal.';
select private.expose_command('receive_part_transfer');

create function private.receive_transfer(transfer_id uuid, items jsonb, short_reason text default null, expected_version integer default null) returns public.transfers
language sql security definer set search_path = ''
as $$ select private.take_in_transfer(transfer_id, 'receive', items, short_reason, expected_version) $$;
comment on function private.receive_transfer(uuid, jsonb, text, integer) is
  'Receives the rest, items [{product_id, quantity (base units), condition?}], none where nothing more came; nothing is on its way any more. What is missing then is lost, and short_reason says why. By people of the receiving place, not by whoever dispatched it. Raises transfer_short, transfer_exceeds_sent, lines_invalid, separation_of_duties, warehouse_not_available, transfer_transition_illegal.';
select private.expose_command('receive_transfer');

create function private.cancel_transfer(transfer_id uuid, reason text, expected_version integer default null) returns public.transfers
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('inventory.view');
  transfer public.transfers := private.lock_transfer(tenant, transfer_id, expected_version);
  next_state constant text := private.next_state('transfer', transfer.id, transfer.status::text, 'cancel');
begin
  perform private.require_own_place(tenant, 'from_warehouse_id', transfer.from_warehouse_id);
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if transfer.status = 'dispatched' then
    perform private.move_in_transit(transfer, private.transit_account(tenant), transfer.from_warehouse_id, (
      select pg_catalog.jsonb_agg(i) from public.transfer_items i where i.tenant_id = tenant and i.transfer_id = transfer.id
    ));
  end if;
  update public.transfers t set status = next_state::public.transfer_status, cancelled_reason = private.require_text('reason', reason)
  where t.tenant_id = transfer.tenant_id and t.id = transfer.id
  returning * into transfer;
  return transfer;
end
$$;
comment on function private.cancel_transfer(uuid, text, integer) is
  'Calls a transfer off, with a reason; what is on its way comes back to the place it left. Not possible once something was received. By people of the place it leaves. Raises reason_required, warehouse_not_available, transfer_transition_illegal.';
select private.expose_command('cancel_transfer');

select private.derive('transfer_received', 'What has come of a line of a transfer: the sum of its receipts.', $$
  select i.tenant_id, i.id, i.received,
    (select coalesce(sum(r.quantity), 0) from public.transfer_receipts r
      where r.tenant_id = i.tenant_id and r.transfer_id = i.transfer_id and r.product_id = i.product_id and r.condition = i.condition)
  from public.transfer_items i
$$);
select private.derive('goods_in_transit', 'Goods in the transit account: what the transfers on their way have not delivered yet.', $$
  select coalesce(i.tenant_id, o.tenant_id), coalesce(i.id, o.product_id), i.on_hand, coalesce(o.open, 0)
  from (
    select i.* from public.inventory i join public.warehouses w on w.tenant_id = i.tenant_id and w.id = i.warehouse_id and w.kind = 'transit'
  ) i
  full join (
    select l.tenant_id, l.product_id, l.condition, sum(l.quantity - l.received) as open
    from public.transfer_items l join public.transfers t on t.tenant_id = l.tenant_id and t.id = l.transfer_id
    where t.status in ('dispatched', 'partially_received')
    group by 1, 2, 3
  ) o using (tenant_id, product_id, condition)
$$);

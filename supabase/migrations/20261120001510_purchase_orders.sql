-- Family 15, operations: what is ordered from vendors, and what they bring of it (docs/decisions/0060).

create type public.purchase_order_status as enum ('draft', 'submitted', 'approved', 'partially_received', 'received', 'closed', 'rejected', 'cancelled');

create table public.purchase_orders (
  like private.record including defaults including indexes,
  number text not null,
  status public.purchase_order_status not null default 'draft',
  vendor_id uuid not null,
  warehouse_id uuid not null,
  expected_on date,
  currency text not null,
  total numeric(14,2) not null default 0,
  received_total numeric(14,2) not null default 0,
  notes text,
  status_reason text,
  approved_by uuid,
  approved_at timestamptz,
  completed_at timestamptz,
  edited_by uuid[] not null default '{}',
  is_expected boolean not null generated always as (status in ('approved', 'partially_received')) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, vendor_id) references public.vendors (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  unique (tenant_id, number),
  constraint expected_day_is_near check (expected_on between '2000-01-01' and '2100-01-01'),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint purchase_total_is_bounded check (total between 0 and 999999999999.99 and received_total between 0 and 999999999999.99),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint status_reason_matches_status check ((status in ('closed', 'rejected', 'cancelled')) = (status_reason is not null)),
  constraint approval_is_recorded check (status not in ('approved', 'partially_received', 'received', 'closed') or approved_at is not null),
  constraint completion_is_recorded check ((status in ('received', 'closed')) = (completed_at is not null))
);
create index purchase_orders_vendor on public.purchase_orders (tenant_id, vendor_id, created_at desc);
create index purchase_orders_warehouse on public.purchase_orders (tenant_id, warehouse_id) where is_expected;
create index purchase_orders_place on public.purchase_orders (tenant_id, warehouse_id);
create index purchase_orders_recent on public.purchase_orders (tenant_id, created_at desc, id desc);
comment on table public.purchase_orders is
  'What is ordered from a vendor for a depot, approved by somebody else than who entered or changed it. What comes of it is stock at what it was ordered for. Costs are before tax.';
comment on column public.purchase_orders.expected_on is 'Day on which it is expected, in the company''s time zone.';
comment on column public.purchase_orders.total is 'The sum of its lines, before tax.';
comment on column public.purchase_orders.received_total is 'What was received of it, at the costs of its lines.';
comment on column public.purchase_orders.status_reason is 'Why it was rejected, cancelled, or closed before all of it came.';
comment on column public.purchase_orders.edited_by is 'Who changed the draft besides its creator; they do not decide on it either.';
select private.register_error('expected_day_is_near', 422, 'Nothing can be expected on this day.', 'Enter a day between 2000 and 2100.');
select private.register_error('purchase_total_is_bounded', 422, 'The order is worth too much.', 'Divide it into several orders.');
select private.register_error('vendor_blocked', 409, 'Nothing is ordered from this vendor.', 'The page of the vendor says why; choose another, or have him released.');
select private.register_error('purchase_exceeds_order', 409, 'More has come than was ordered.', 'Count again. Take in what the details allow, and give the rest back or order it.');
select private.register_error('purchase_short', 409, 'Something of this order is still to come.', 'Take in the part that has come; if nothing more comes, close the order.');

select private.register_document('public.purchase_orders', 'purchase_order', 'draft', 'purchase_orders.view', '/purchases', prefix => 'PO');
insert into private.waiting_states (machine, state, permission) values
  ('purchase_order', 'submitted', 'purchase_orders.approve'), ('purchase_order', 'approved', 'purchase_orders.receive'), ('purchase_order', 'partially_received', 'purchase_orders.receive');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('purchase_order', 'draft', 'submit', 'submitted', 'purchase_orders.create', null, 'purchase_order.submitted'),
  ('purchase_order', 'draft', 'cancel', 'cancelled', 'purchase_orders.create', null, 'purchase_order.cancelled'),
  ('purchase_order', 'submitted', 'approve', 'approved', 'purchase_orders.approve', '{created_by,edited_by}', 'purchase_order.approved'),
  ('purchase_order', 'submitted', 'reject', 'rejected', 'purchase_orders.approve', '{created_by,edited_by}', 'purchase_order.rejected'),
  ('purchase_order', 'submitted', 'cancel', 'cancelled', 'purchase_orders.create', null, 'purchase_order.cancelled'),
  ('purchase_order', 'approved', 'receive_part', 'partially_received', 'purchase_orders.receive', null, 'purchase_order.partially_received'),
  ('purchase_order', 'approved', 'receive', 'received', 'purchase_orders.receive', null, 'purchase_order.received'),
  ('purchase_order', 'approved', 'cancel', 'cancelled', 'purchase_orders.approve', null, 'purchase_order.cancelled'),
  ('purchase_order', 'partially_received', 'receive', 'received', 'purchase_orders.receive', null, 'purchase_order.received'),
  ('purchase_order', 'partially_received', 'close', 'closed', 'purchase_orders.approve', null, 'purchase_order.closed');
insert into private.in_place_commands (machine, command, state, permission) values
  ('purchase_order', 'change', 'draft', 'purchase_orders.create'), ('purchase_order', 'receive_part', 'partially_received', 'purchase_orders.receive');
select private.find_by('purchase_order', 'vendor_id', 'private.vendors_meant(typed)');

select private.note_editors('public.purchase_orders', 'vendor_id', 'warehouse_id', 'expected_on', 'notes', 'total');

create table public.purchase_order_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  purchase_order_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  unit_cost numeric(14,2) not null,
  line_total numeric(14,2) not null generated always as (round(quantity * unit_cost, 2)) stored,
  most numeric(14,3) not null,
  received numeric(14,3) not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, purchase_order_id, product_id),
  foreign key (tenant_id, purchase_order_id) references public.purchase_orders (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint unit_cost_is_bounded check (unit_cost between 0 and 999999999),
  constraint no_more_comes_than_is_taken check (received between 0 and most and most between quantity and 99999999)
);
create index purchase_order_items_product on public.purchase_order_items (tenant_id, product_id);
comment on table public.purchase_order_items is 'The lines of a purchase order: good goods, in base units.';
comment on column public.purchase_order_items.unit_cost is 'Per base unit, before tax.';
comment on column public.purchase_order_items.most is 'How many are taken in at most: what was ordered, and as much more as was allowed to the vendor then.';
comment on column public.purchase_order_items.received is 'The sum of its receipts.';
select private.hold_to_unit('public.purchase_order_items', 'quantity', 'most', 'received');
select private.manage_part('public.purchase_order_items', 'purchase_order_id', 'product_id', 'quantity', 'unit_cost');

create table public.purchase_receipts (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  purchase_order_id uuid not null,
  delivery_note text,
  received_at timestamptz not null default now(),
  received_by uuid not null default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, purchase_order_id) references public.purchase_orders (tenant_id, id),
  constraint delivery_note_is_short check (length(delivery_note) <= 60)
);
create index purchase_receipts_order on public.purchase_receipts (tenant_id, purchase_order_id);
comment on table public.purchase_receipts is 'What came of a purchase order at once, and who took it in; append-only.';
comment on column public.purchase_receipts.delivery_note is 'Number of the paper that the vendor brought with it.';
select private.protect_ledger('public.purchase_receipts');

create table public.purchase_receipt_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  receipt_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  value numeric(14,2) not null,
  primary key (tenant_id, id),
  unique (tenant_id, receipt_id, product_id),
  foreign key (tenant_id, receipt_id) references public.purchase_receipts (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint value_is_bounded check (value between 0 and 999999999999.99)
);
create index purchase_receipt_items_product on public.purchase_receipt_items (tenant_id, product_id);
comment on table public.purchase_receipt_items is 'How many of each product came with a receipt, in base units; append-only. The movement of the stock ledger has the same id.';
comment on column public.purchase_receipt_items.value is 'What they cost before tax: receipts of a line add up to the cent to what all of them cost.';
select private.hold_to_unit('public.purchase_receipt_items', 'quantity');
select private.protect_ledger('public.purchase_receipt_items');

create table public.purchase_receipt_batches (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  receipt_item_id uuid not null,
  batch_id uuid not null,
  quantity numeric(14,3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, receipt_item_id, batch_id),
  foreign key (tenant_id, receipt_item_id) references public.purchase_receipt_items (tenant_id, id),
  foreign key (tenant_id, batch_id) references public.batches (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999)
);
create index purchase_receipt_batches_batch on public.purchase_receipt_batches (tenant_id, batch_id);
comment on table public.purchase_receipt_batches is 'Of which batches the goods of a receipt are, in base units, where the product is tracked by batch; append-only.';
select private.protect_ledger('public.purchase_receipt_batches');

create function private.tg_purchase_order_items__derive_total() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.purchase_orders o
  set total = coalesce((select sum(i.line_total) from public.purchase_order_items i where i.tenant_id = o.tenant_id and i.purchase_order_id = o.id), 0)
  where (o.tenant_id, o.id) in (select c.tenant_id, c.purchase_order_id from changed_rows c);
  return null;
end
$$;
comment on function private.tg_purchase_order_items__derive_total() is 'The total of a purchase order follows its lines, which are entered and taken out, never changed.';
create trigger _300_derive_total_on_insert after insert on public.purchase_order_items
referencing new table as changed_rows for each statement execute function private.tg_purchase_order_items__derive_total();
create trigger _300_derive_total_on_delete after delete on public.purchase_order_items
referencing old table as changed_rows for each statement execute function private.tg_purchase_order_items__derive_total();

select private.derive('purchase_order_total', 'Money of a purchase order before tax: the sum of its lines.', $$
  select o.tenant_id, o.id, o.total,
    (select coalesce(sum(i.line_total), 0) from public.purchase_order_items i where i.tenant_id = o.tenant_id and i.purchase_order_id = o.id)
  from public.purchase_orders o
$$);
select private.derive('purchase_order_received_total', 'What was received of a purchase order, in money: the sum of its receipts.', $$
  select o.tenant_id, o.id, o.received_total,
    (select coalesce(sum(i.value), 0) from public.purchase_receipts r
      join public.purchase_receipt_items i on i.tenant_id = r.tenant_id and i.receipt_id = r.id
      where r.tenant_id = o.tenant_id and r.purchase_order_id = o.id)
  from public.purchase_orders o
$$);
select private.derive('purchase_order_received', 'What came of a line of a purchase order: the sum of its receipts.', $$
  select l.tenant_id, l.id, l.received,
    (select coalesce(sum(i.quantity), 0) from public.purchase_receipts r
      join public.purchase_receipt_items i on i.tenant_id = r.tenant_id and i.receipt_id = r.id and i.product_id = l.product_id
      where r.tenant_id = l.tenant_id and r.purchase_order_id = l.purchase_order_id)
  from public.purchase_order_items l
$$);
select private.explain('purchase_order_total', 'purchase_order', '{purchase_orders.view}', 'its lines, before tax.', false, $$
  select o.created_at, p.name, 'purchase_order', o.id, o.number, i.line_total
  from public.purchase_orders o
  join public.purchase_order_items i on i.tenant_id = o.tenant_id and i.purchase_order_id = o.id
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where o.tenant_id = $1 and o.id = $2
$$);
select private.explain('purchase_order_received_total', 'purchase_order', '{purchase_orders.view}', 'what came of it, at the costs of its lines.', false, $$
  select r.received_at, p.name, 'purchase_order', o.id, o.number, i.value
  from public.purchase_orders o
  join public.purchase_receipts r on r.tenant_id = o.tenant_id and r.purchase_order_id = o.id
  join public.purchase_receipt_items i on i.tenant_id = r.tenant_id and i.receipt_id = r.id
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  where o.tenant_id = $1 and o.id = $2
$$);

------------------------------------------------------------------------------------------------
-- What the warehouse asks of purchases
------------------------------------------------------------------------------------------------

create or replace function private.batches_received(moved public.inventory_transactions) returns table (batch_id uuid, quantity numeric)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
  select b.batch_id, b.quantity from public.purchase_receipt_batches b where b.tenant_id = moved.tenant_id and b.receipt_item_id = moved.id order by b.id;
end
$$;

create or replace function private.purchase_value(tenant uuid, movement uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select i.value from public.purchase_receipt_items i where i.tenant_id = tenant and i.id = movement);
end
$$;

create or replace function private.ordered_from_vendors(tenant uuid, place uuid, product uuid) returns numeric
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select coalesce(sum(greatest(i.quantity - i.received, 0)), 0)
    from public.purchase_orders o
    join public.purchase_order_items i on i.tenant_id = o.tenant_id and i.purchase_order_id = o.id and i.product_id = product
    where o.tenant_id = tenant and o.warehouse_id = place and o.is_expected
  );
end
$$;

select private.ask_for_serials('purchase_order', $$
  select i.product_id, 'good'::public.stock_condition, i.most - i.received, null::uuid, true
  from public.purchase_orders o
  join public.purchase_order_items i on i.tenant_id = o.tenant_id and i.purchase_order_id = o.id and i.received < i.most
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id and p.tracking = 'serial'
  where o.tenant_id = $1 and o.id = $2 and o.is_expected and private.sees_warehouse(o.warehouse_id) and private.has_permission(o.tenant_id, 'purchase_orders.receive')
$$);

------------------------------------------------------------------------------------------------
-- Ordering
------------------------------------------------------------------------------------------------

create function private.lock_purchase_order(tenant uuid, purchase_order uuid, expected_version integer) returns public.purchase_orders
language plpgsql security definer set search_path = ''
as $$
declare
  locked public.purchase_orders;
begin
  select * into locked from public.purchase_orders o
  where o.tenant_id = tenant and o.id = purchase_order and private.sees_warehouse(o.warehouse_id)
  for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('purchase_order_id', purchase_order));
  end if;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_purchase_order(uuid, uuid, integer) is 'A purchase order that the caller sees, under its lock. Raises record_not_found, version_conflict.';

create function private.vendor_to_order_from(tenant uuid, vendor uuid) returns public.vendors
language plpgsql security definer set search_path = ''
as $$
declare
  known public.vendors;
begin
  -- Whoever blocks him waits until this order stands, or is seen here.
  select * into known from public.vendors v where v.tenant_id = tenant and v.id = vendor for share;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('vendor_id', vendor));
  end if;
  if known.status = 'blocked' then
    perform private.fail('vendor_blocked', pg_catalog.jsonb_build_object('vendor_id', vendor, 'reason', known.blocked_reason));
  end if;
  return known;
end
$$;
comment on function private.vendor_to_order_from(uuid, uuid) is 'A vendor of whom something may be ordered. Raises record_not_found, vendor_blocked.';

create function private.write_purchase_items(target public.purchase_orders, vendor public.vendors, items jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  perform private.stock_lines(target.tenant_id, items, 'quantity');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', i.n, 'problem', 'condition_unknown') order by i.n) into problems
  from pg_catalog.jsonb_array_elements(items) with ordinality as i (item, n)
  where coalesce(i.item ->> 'condition', 'good') <> 'good';
  if problems is not null then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', i.n, 'problem', 'cost_not_readable') order by i.n) into problems
  from pg_catalog.jsonb_array_elements(items) with ordinality as i (item, n)
  cross join lateral (select case when pg_catalog.jsonb_typeof(i.item -> 'unit_cost') = 'number' then (i.item ->> 'unit_cost')::numeric end as cost) c
  where c.cost is null or c.cost not between 0 and 999999999 or c.cost <> round(c.cost, 2);
  if problems is not null then
    perform private.fail('costs_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  if (select sum(round((i ->> 'quantity')::numeric * (i ->> 'unit_cost')::numeric, 2)) from pg_catalog.jsonb_array_elements(items) i) > 999999999999.99 then
    perform private.fail('purchase_total_is_bounded');
  end if;
  delete from public.purchase_order_items i where i.tenant_id = target.tenant_id and i.purchase_order_id = target.id;
  insert into public.purchase_order_items (tenant_id, purchase_order_id, product_id, quantity, unit_cost, most)
  select target.tenant_id, target.id, p.id, q.quantity, (i.item ->> 'unit_cost')::numeric,
    least(pg_catalog.trunc(q.quantity * (1 + vendor.over_receipt_percent / 100), case when p.allows_fractions then 3 else 0 end), 99999999)
  from pg_catalog.jsonb_array_elements(items) with ordinality as i (item, n)
  cross join lateral (select (i.item ->> 'quantity')::numeric as quantity) q
  join public.products p on p.tenant_id = target.tenant_id and p.id = (i.item ->> 'product_id')::uuid
  order by i.n;
end
$$;
comment on function private.write_purchase_items(public.purchase_orders, public.vendors, jsonb) is 'Writes the lines of a draft anew. Raises lines_invalid, costs_invalid, purchase_total_is_bounded.';

create function private.create_purchase_order(vendor_id uuid, warehouse_id uuid, items jsonb, expected_on date default null, notes text default null) returns public.purchase_orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('purchase_orders.create');
  made public.purchase_orders;
begin
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  insert into public.purchase_orders (tenant_id, vendor_id, warehouse_id, expected_on, currency, notes)
  select tenant, (private.vendor_to_order_from(tenant, vendor_id)).id, warehouse_id, expected_on, s.currency, private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000)
  from public.tenant_settings s where s.tenant_id = tenant
  returning * into made;
  perform private.write_purchase_items(made, private.vendor_to_order_from(tenant, vendor_id), items);
  select * into made from public.purchase_orders o where o.tenant_id = made.tenant_id and o.id = made.id;
  return made;
end
$$;
comment on function private.create_purchase_order(uuid, uuid, jsonb, date, text) is
  'Drafts an order of goods from a vendor for a depot or shop; items [{product_id, quantity (base units), unit_cost (before tax)}], each product once. Raises warehouse_not_available, record_not_found, vendor_blocked, lines_invalid, costs_invalid, expected_day_is_near, purchase_total_is_bounded.';
select private.expose_command('create_purchase_order');

create function private.change_purchase_order(purchase_order_id uuid, vendor_id uuid, warehouse_id uuid, items jsonb, expected_on date default null, notes text default null, expected_version integer default null) returns public.purchase_orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('purchase_orders.create');
  target public.purchase_orders := private.lock_purchase_order(tenant, purchase_order_id, expected_version);
begin
  if not private.takes_in_place('purchase_order', tenant, target.status::text, 'change') then
    perform private.fail('purchase_order_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'change'));
  end if;
  perform private.require_own_place(tenant, 'warehouse_id', warehouse_id);
  update public.purchase_orders o
  set vendor_id = (private.vendor_to_order_from(tenant, vendor_id)).id, warehouse_id = warehouse_id, expected_on = expected_on,
    notes = private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000),
    -- Lines that are worth the same are others, too.
    edited_by = case when auth.uid() is distinct from o.created_by and auth.uid() <> all (o.edited_by) then o.edited_by || auth.uid() else o.edited_by end
  where o.tenant_id = target.tenant_id and o.id = target.id
  returning * into target;
  perform private.write_purchase_items(target, private.vendor_to_order_from(tenant, vendor_id), items);
  select * into target from public.purchase_orders o where o.tenant_id = target.tenant_id and o.id = target.id;
  return target;
end
$$;
comment on function private.change_purchase_order(uuid, uuid, uuid, jsonb, date, text, integer) is
  'Writes a draft anew, header and lines; whoever does so does not approve it. Raises purchase_order_transition_illegal, version_conflict and the errors of create_purchase_order.';
select private.expose_command('change_purchase_order');

create function private.move_purchase_order(purchase_order uuid, command text, reason text, expected_version integer) returns public.purchase_orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('purchase_orders.view');
  target public.purchase_orders := private.lock_purchase_order(tenant, purchase_order, expected_version);
  next_state constant text := private.next_state('purchase_order', target.id, target.status::text, command);
begin
  if command in ('reject', 'cancel', 'close') and coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if command in ('submit', 'approve') then
    perform private.vendor_to_order_from(tenant, target.vendor_id);
  end if;
  if command <> 'approve' or private.record_approval(tenant, 'purchase_order', target.id, command, target.status::text) then
    update public.purchase_orders o
    set status = next_state::public.purchase_order_status,
      status_reason = case when command in ('reject', 'cancel', 'close') then private.require_text('reason', reason) end,
      approved_by = case when command = 'approve' then auth.uid() else o.approved_by end,
      approved_at = case when command = 'approve' then pg_catalog.now() else o.approved_at end,
      completed_at = case when command = 'close' then pg_catalog.now() end
    where o.tenant_id = target.tenant_id and o.id = target.id
    returning * into target;
    if command = 'close' then
      -- Nothing more comes: what was scanned for it is free again.
      delete from private.serial_scans c where c.tenant_id = target.tenant_id and c.document_id = target.id and c.is_open;
    end if;
  end if;
  return target;
end
$$;
comment on function private.move_purchase_order(uuid, text, text, integer) is 'One step of a purchase order; the body of the commands below.';

create function private.submit_purchase_order(purchase_order_id uuid, expected_version integer default null) returns public.purchase_orders
language sql security definer set search_path = ''
as $$ select private.move_purchase_order(purchase_order_id, 'submit', null, expected_version) $$;
comment on function private.submit_purchase_order(uuid, integer) is 'Asks for approval of a purchase order. Raises vendor_blocked, purchase_order_transition_illegal.';
select private.expose_command('submit_purchase_order');

create function private.approve_purchase_order(purchase_order_id uuid, expected_version integer default null) returns public.purchase_orders
language sql security definer set search_path = ''
as $$ select private.move_purchase_order(purchase_order_id, 'approve', null, expected_version) $$;
comment on function private.approve_purchase_order(uuid, integer) is 'Approves a purchase order of somebody else: its goods are expected from now on. Raises separation_of_duties, vendor_blocked, purchase_order_transition_illegal.';
select private.expose_command('approve_purchase_order');

create function private.reject_purchase_order(purchase_order_id uuid, reason text, expected_version integer default null) returns public.purchase_orders
language sql security definer set search_path = ''
as $$ select private.move_purchase_order(purchase_order_id, 'reject', reason, expected_version) $$;
comment on function private.reject_purchase_order(uuid, text, integer) is 'Refuses a purchase order of somebody else, with a reason. Raises reason_required, separation_of_duties, purchase_order_transition_illegal.';
select private.expose_command('reject_purchase_order');

create function private.cancel_purchase_order(purchase_order_id uuid, reason text, expected_version integer default null) returns public.purchase_orders
language sql security definer set search_path = ''
as $$ select private.move_purchase_order(purchase_order_id, 'cancel', reason, expected_version) $$;
comment on function private.cancel_purchase_order(uuid, text, integer) is
  'Calls a purchase order off, with a reason, before anything of it came; an approved one by those who approve. Raises reason_required, purchase_order_transition_illegal.';
select private.expose_command('cancel_purchase_order');

create function private.close_purchase_order(purchase_order_id uuid, reason text, expected_version integer default null) returns public.purchase_orders
language sql security definer set search_path = ''
as $$ select private.move_purchase_order(purchase_order_id, 'close', reason, expected_version) $$;
comment on function private.close_purchase_order(uuid, text, integer) is
  'Says that nothing more comes of an order of which a part came, with a reason. Raises reason_required, purchase_order_transition_illegal.';
select private.expose_command('close_purchase_order');

create function private.purchase_proposal(warehouse_id uuid, vendor_id uuid default null)
returns table (product_id uuid, product_name text, product_sku text, unit text, quantity numeric, unit_cost numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  tenant constant uuid := private.require_permission('purchase_orders.create');
begin
  perform private.require_own_place(tenant, 'warehouse_id', purchase_proposal.warehouse_id);
  if purchase_proposal.vendor_id is not null and not exists (select from public.vendors v where v.tenant_id = tenant and v.id = purchase_proposal.vendor_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('vendor_id', purchase_proposal.vendor_id));
  end if;
  return query
  select s.product_id, s.product_name, s.product_sku, s.unit, s.suggested, coalesce(known.unit_cost, case when private.has_permission(tenant, 'prices.edit') then c.cost_price end)
  from public.reorder_suggestions s
  left join public.product_costs c on c.tenant_id = s.tenant_id and c.product_id = s.product_id
  left join lateral (
    select i.unit_cost from public.purchase_order_items i
    join public.purchase_orders o on o.tenant_id = i.tenant_id and o.id = i.purchase_order_id and o.approved_at is not null
    where i.tenant_id = s.tenant_id and i.product_id = s.product_id
    order by o.vendor_id = purchase_proposal.vendor_id desc nulls last, o.approved_at desc
    limit 1
  ) known on true
  where s.tenant_id = tenant and s.warehouse_id = purchase_proposal.warehouse_id and s.suggested > 0
    and private.has_permission(tenant, 'inventory.view') and s.warehouse_id <> all (private.counted_blind())
  order by s.product_name, s.product_id;
end
$$;
comment on function private.purchase_proposal(uuid, uuid) is
  'What a depot or shop falls short of (reorder_suggestions), as lines of a purchase order: unit_cost is what this vendor was paid last, else another, else, for those who keep prices, what the product costs. Raises warehouse_not_available, record_not_found, permission_denied.';
select private.expose('purchase_proposal');

------------------------------------------------------------------------------------------------
-- Receiving
------------------------------------------------------------------------------------------------

create function private.take_in_purchase(purchase_order uuid, command text, items jsonb, delivery_note text, expected_version integer) returns public.purchase_orders
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('purchase_orders.view');
  target public.purchase_orders := private.lock_purchase_order(tenant, purchase_order, expected_version);
  came jsonb := items;
  receipt constant uuid := private.uuid_v7();
  problems jsonb;
  is_short boolean;
begin
  if not private.takes_in_place('purchase_order', tenant, target.status::text, command) then
    perform private.next_state('purchase_order', target.id, target.status::text, command);
  end if;
  perform private.require_own_place(tenant, 'warehouse_id', target.warehouse_id);
  if came is null then
    came := (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity - i.received))
      from public.purchase_order_items i where i.tenant_id = tenant and i.purchase_order_id = target.id and i.received < i.quantity
    );
  end if;
  perform private.stock_lines(tenant, came, 'quantity');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', c.product_id, 'sku', p.sku, 'name', p.name, 'open', coalesce(i.most - i.received, 0)) order by p.name) into problems
  from pg_catalog.jsonb_to_recordset(came) as c (product_id uuid, condition text, quantity numeric)
  join public.products p on p.tenant_id = tenant and p.id = c.product_id
  left join public.purchase_order_items i on i.tenant_id = tenant and i.purchase_order_id = target.id and i.product_id = c.product_id
  where i.id is null or i.received + c.quantity > i.most or coalesce(c.condition, 'good') <> 'good';
  if problems is not null then
    perform private.fail('purchase_exceeds_order', pg_catalog.jsonb_build_object('items', problems));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', c.n, 'problem', x.problem) order by c.n) into problems
  from pg_catalog.jsonb_array_elements(came) with ordinality as c (item, n)
  join public.products p on p.tenant_id = tenant and p.id = (c.item ->> 'product_id')::uuid
  cross join lateral (select coalesce(nullif(c.item -> 'batches', 'null'), '[]') as named) b
  cross join lateral (select case
    when pg_catalog.jsonb_typeof(b.named) <> 'array' then 'batches_not_a_list'
    when p.tracking <> 'batch' then case when b.named <> '[]' then 'product_has_no_batches' end
    when b.named = '[]' then 'batch_needed'
    else private.batches_problem(b.named, (c.item ->> 'quantity')::numeric, 'quantity') end as problem
  ) x
  where x.problem is not null;
  if problems is not null then
    perform private.fail('batches_invalid', pg_catalog.jsonb_build_object('items', problems));
  end if;
  perform private.know_batches(tenant, came, 'quantity');

  insert into public.purchase_receipts (tenant_id, id, purchase_order_id, delivery_note)
  values (tenant, receipt, target.id, private.check_text('delivery_note', nullif(pg_catalog.btrim(delivery_note), ''), 60));
  insert into public.purchase_receipt_items (tenant_id, receipt_id, product_id, quantity, value)
  select tenant, receipt, i.product_id, c.quantity, round((i.received + c.quantity) * i.unit_cost, 2) - round(i.received * i.unit_cost, 2)
  from pg_catalog.jsonb_to_recordset(came) as c (product_id uuid, quantity numeric)
  join public.purchase_order_items i on i.tenant_id = tenant and i.purchase_order_id = target.id and i.product_id = c.product_id
  order by i.product_id;
  insert into public.purchase_receipt_batches (tenant_id, receipt_item_id, batch_id, quantity)
  select tenant, r.id, b.id, (e ->> 'quantity')::numeric
  from pg_catalog.jsonb_array_elements(came) as c (item)
  join public.purchase_receipt_items r on r.tenant_id = tenant and r.receipt_id = receipt and r.product_id = (c.item ->> 'product_id')::uuid
  cross join lateral pg_catalog.jsonb_array_elements(coalesce(nullif(c.item -> 'batches', 'null'), '[]')) e
  join public.batches b on b.tenant_id = tenant and b.product_id = r.product_id and b.code = pg_catalog.btrim(e ->> 'code');
  update public.purchase_order_items i set received = i.received + r.quantity
  from public.purchase_receipt_items r
  where r.tenant_id = tenant and r.receipt_id = receipt and i.tenant_id = tenant and i.purchase_order_id = target.id and i.product_id = r.product_id;
  is_short := exists (select from public.purchase_order_items i where i.tenant_id = tenant and i.purchase_order_id = target.id and i.received < i.quantity);
  if command = 'receive' and is_short then
    perform private.fail('purchase_short', pg_catalog.jsonb_build_object('purchase_order_id', target.id));
  end if;
  -- In the order in which balances are locked.
  insert into public.inventory_transactions (id, tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
  select r.id, tenant, target.warehouse_id, r.product_id, r.quantity, 'purchase', 'purchase_order', target.id
  from public.purchase_receipt_items r where r.tenant_id = tenant and r.receipt_id = receipt
  order by r.product_id;
  update public.purchase_orders o
  set status = case when is_short then 'partially_received' else 'received' end::public.purchase_order_status,
    received_total = o.received_total + (select sum(r.value) from public.purchase_receipt_items r where r.tenant_id = tenant and r.receipt_id = receipt),
    completed_at = case when not is_short then pg_catalog.now() end
  where o.tenant_id = target.tenant_id and o.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.take_in_purchase(uuid, text, jsonb, text, integer) is 'Takes goods of a purchase order in; the body of the two commands below.';

create function private.receive_part_purchase_order(purchase_order_id uuid, items jsonb, delivery_note text default null, expected_version integer default null) returns public.purchase_orders
language sql security definer set search_path = ''
as $$ select private.take_in_purchase(purchase_order_id, 'receive_part', coalesce(items, '[]'), delivery_note, expected_version) $$;
comment on function private.receive_part_purchase_order(uuid, jsonb, text, integer) is
  'Takes in what has come so far: stock of the depot from now on, worth what it was ordered for; items [{product_id, quantity (base units), batches? [{code, quantity, expires_on?}]}]. Of products that are tracked by batch each line names its batches, of those tracked by serial number every piece was scanned. When nothing is left to come the order is received. By people of that place. Raises purchase_exceeds_order, lines_invalid, batches_invalid, batch_expiry_differs, serials_needed, warehouse_not_available, purchase_order_transition_illegal.';
select private.expose_command('receive_part_purchase_order');

create function private.receive_purchase_order(purchase_order_id uuid, items jsonb default null, delivery_note text default null, expected_version integer default null) returns public.purchase_orders
language sql security definer set search_path = ''
as $$ select private.take_in_purchase(purchase_order_id, 'receive', items, delivery_note, expected_version) $$;
comment on function private.receive_purchase_order(uuid, jsonb, text, integer) is
  'Takes in all that is still to come; items as receive_part_purchase_order, without them as it was ordered. Raises purchase_short where something is missing then, and the errors of receive_part_purchase_order.';
select private.expose_command('receive_purchase_order');

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('calendar_events', 'purchase_orders', 'public.purchase_orders', $$
  select o.tenant_id, o.id as source_id, 'purchase_order' as entity_type, o.id as entity_id, 'goods_expected' as event_type, o.number as title,
    private.midnight(o.expected_on) as starts_at, true as is_all_day, o.warehouse_id as location_id, o.status::text as status, 'info' as color, o.created_at
  from public.purchase_orders o where o.expected_on is not null and o.is_expected $$);
select private.register_registry_source('financial_ledger', 'purchase_orders', 'public.purchase_orders', $$
  select o.tenant_id, o.id as source_id, 'purchase_order' as entity_type, o.id as entity_id, 'purchase_order' as transaction_type, 'outflow' as direction,
    o.total as amount, case when o.is_expected then greatest(o.total - o.received_total, 0) else 0 end as open_amount, false as is_cash, o.currency, o.status::text as status,
    'vendor' as counterparty_type, o.vendor_id as counterparty_id, v.name as counterparty_name, o.expected_on + v.payment_terms_days as due_date, o.number as description, o.created_at
  from public.purchase_orders o join public.vendors v on v.tenant_id = o.tenant_id and v.id = o.vendor_id
  where o.approved_at is not null and o.status <> 'cancelled' $$, follows => 'vendors.vendor_id');
select private.track_status('purchase_order');

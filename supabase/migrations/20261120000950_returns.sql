-- Family 09, billing: goods that come back after they were delivered.

create type public.return_status as enum ('requested', 'approved', 'received', 'credited', 'rejected');
create type public.return_reason as enum ('damaged', 'expired', 'wrong_product', 'not_ordered', 'quality', 'unsold', 'other');

create table public.returns (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  number text not null,
  customer_id uuid not null,
  warehouse_id uuid not null,
  status public.return_status not null default 'requested',
  reason public.return_reason not null,
  notes text,
  status_reason text,
  approved_by uuid,
  approved_at timestamptz,
  received_by uuid,
  received_at timestamptz,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  is_done boolean not null generated always as (status in ('credited', 'rejected')) stored,
  primary key (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint notes_are_bounded check (length(notes) <= 1000),
  constraint reason_given_when_rejected check (status <> 'rejected' or btrim(status_reason) <> ''),
  constraint approval_is_recorded check (status not in ('approved', 'received', 'credited') or approved_at is not null),
  constraint receipt_is_recorded check ((status in ('received', 'credited')) = (received_at is not null))
);
create index returns_customer on public.returns (tenant_id, customer_id);
create index returns_warehouse on public.returns (tenant_id, warehouse_id);
create index returns_recent on public.returns (tenant_id, created_at desc, id desc);
create index returns_not_done on public.returns (tenant_id, created_at desc, id desc) where is_done is false;
comment on table public.returns is
  'Delivered goods that a customer gives back, of one or several deliveries: asked for, approved by somebody else, counted and inspected where they arrive, and credited.';
comment on column public.returns.warehouse_id is 'Where the goods are to arrive.';
comment on column public.returns.is_done is 'Credited or rejected. A list of returns in another state asks for is_done is false as well: an index answers that.';
select private.register_document('public.returns', 'return', 'requested', 'returns.view', '/returns', prefix => 'RET');
insert into private.waiting_states (machine, state, permission) values
  ('return', 'requested', 'returns.approve'), ('return', 'approved', 'returns.receive'), ('return', 'received', 'payments.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('return', 'requested', 'approve', 'approved', 'returns.approve', '{created_by}', 'return.approved'),
  ('return', 'requested', 'reject', 'rejected', 'returns.approve', '{created_by}', 'return.rejected'),
  ('return', 'approved', 'reject', 'rejected', 'returns.approve', '{created_by}', 'return.rejected'),
  ('return', 'approved', 'receive', 'received', 'returns.receive', null, 'return.received'),
  ('return', 'received', 'credit', 'credited', 'payments.approve', null, 'return.credited');
-- Credited it is when its credit notes are decided.
select private.offer_if('return', 'false', 'credit');
select private.find_by('return', 'customer_id', 'private.customers_meant(typed)');
insert into private.in_place_commands (machine, state, command, permission) values ('order', 'delivered', 'request_return', 'returns.create');

create table public.return_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  return_id uuid not null,
  order_item_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  good numeric(14,3),
  suspect numeric(14,3),
  defective numeric(14,3),
  received numeric(14,3) generated always as (good + suspect + defective) stored,
  primary key (tenant_id, id),
  unique (tenant_id, return_id, order_item_id),
  foreign key (tenant_id, return_id) references public.returns (tenant_id, id),
  foreign key (tenant_id, order_item_id) references public.order_items (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint inspected_whole check (num_nulls(good, suspect, defective) in (0, 3)),
  constraint received_within_quantity check (good >= 0 and suspect >= 0 and defective >= 0 and good + suspect + defective <= quantity)
);
create index return_items_order_item on public.return_items (tenant_id, order_item_id);
create index return_items_product on public.return_items (tenant_id, product_id);
comment on table public.return_items is 'What of which delivered line comes back, in base units, and in which condition it was found.';
comment on column public.return_items.received is 'All that was counted; null until then.';
select private.hold_to_unit('public.return_items', 'quantity', 'good', 'suspect', 'defective');
select private.manage_part('public.return_items', 'return_id', 'quantity', 'good', 'suspect', 'defective');

alter table public.credit_notes add column return_id uuid;
alter table public.credit_notes add foreign key (tenant_id, return_id) references public.returns (tenant_id, id);
create index credit_notes_return on public.credit_notes (tenant_id, return_id) where return_id is not null;
create unique index credit_notes_of_return on public.credit_notes (tenant_id, return_id, invoice_id) where is_live and return_id is not null;
comment on column public.credit_notes.return_id is 'The return that it credits, if it credits one.';

select private.register_error('return_exceeds', 409, 'More comes back than was delivered and has not come back yet.', 'Reduce the quantities of the lines in the details.');
select private.register_error('return_counts_incomplete', 422, 'Every line of the return needs a count.', 'Enter for each line how many are good, suspect and defective; 0 if none.');
select private.register_error('more_received_than_returned', 409, 'More was counted than the return allows.', 'Count again, or ask for a second return of the rest.');

create function private.tg_return_items__refuse_excess() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  -- Two returns of one line take turns.
  perform from public.order_items i
  where (i.tenant_id, i.id) in (select n.tenant_id, n.order_item_id from new_rows n)
  order by i.id for no key update;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('order_item_id', x.id, 'product', x.product_name, 'delivered', x.quantity_delivered, 'returned', x.claimed)) into problems
  from (
    select i.id, i.product_name, i.quantity_delivered, sum(coalesce(l.received, l.quantity)) as claimed
    from public.order_items i
    join public.return_items l on l.tenant_id = i.tenant_id and l.order_item_id = i.id
    join public.returns r on r.tenant_id = l.tenant_id and r.id = l.return_id and r.status <> 'rejected'
    where (i.tenant_id, i.id) in (select n.tenant_id, n.order_item_id from new_rows n)
    group by i.tenant_id, i.id
    having sum(coalesce(l.received, l.quantity)) > i.quantity_delivered
  ) x;
  if problems is not null then
    perform private.fail('return_exceeds', pg_catalog.jsonb_build_object('items', problems));
  end if;
  return null;
end
$$;
comment on function private.tg_return_items__refuse_excess() is
  'All returns of a delivered line together, those that are only asked for among them, are no more than was delivered. Raises return_exceeds.';
create trigger _300_refuse_excess after insert on public.return_items
referencing new table as new_rows for each statement execute function private.tg_return_items__refuse_excess();

create function private.tg_credit_notes__finish_return() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  -- Two notes of one return take turns; the second sees the first decided.
  perform from public.returns r where r.tenant_id = new.tenant_id and r.id = new.return_id for no key update;
  earlier := private.run_as_rule('return.credit');
  update public.returns r set status = 'credited'
  where r.tenant_id = new.tenant_id and r.id = new.return_id and r.status = 'received'
    and not exists (select from public.credit_notes c where c.tenant_id = r.tenant_id and c.return_id = r.id and c.status = 'draft');
  perform private.run_as_rule(earlier);
  return null;
end
$$;
comment on function private.tg_credit_notes__finish_return() is 'A return is credited when all its credit notes are decided.';
create trigger _500_finish_return after update of status on public.credit_notes for each row
when (new.return_id is not null and new.status <> old.status) execute function private.tg_credit_notes__finish_return();

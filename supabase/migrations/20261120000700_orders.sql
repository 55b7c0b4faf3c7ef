-- Family 07, orders: the order, its lines, its fulfilments and the stock reserved for it.

create type public.order_status as enum (
  'draft', 'pending_approval', 'approved', 'allocated', 'dispatched', 'in_transit', 'delivered', 'cancelled', 'rejected', 'failed'
);
create type public.order_channel as enum ('portal', 'import', 'whatsapp', 'phone', 'standing', 'van');
create type public.order_type as enum ('standard', 'refill', 'exchange');
create type public.payment_wish as enum ('cash', 'mpesa', 'bank_transfer', 'cheque', 'on_account');
create type public.fulfilment_status as enum ('dispatched', 'in_transit', 'delivered', 'failed');

create table public.orders (
  like private.record including defaults including indexes,
  number text not null,
  customer_id uuid not null,
  address_id uuid,
  warehouse_id uuid not null,
  status public.order_status not null default 'draft',
  channel public.order_channel not null default 'portal',
  order_type public.order_type not null default 'standard',
  payment_method public.payment_wish,
  ordered_at timestamptz not null default now(),
  requested_on date,
  currency text not null,
  delivery_fee numeric(14,2) not null default 0,
  delivery_fee_tax_rate numeric(5,2) not null default 0,
  delivery_fee_taxes jsonb not null default '[]',
  delivery_fee_includes_tax boolean not null default false,
  subtotal numeric(14,2) not null default 0,
  tax_total numeric(14,2) not null default 0,
  total numeric(14,2) generated always as (subtotal + tax_total) stored,
  is_on_hold boolean not null default false,
  hold_reason text,
  allow_backorder boolean not null default false,
  backorder_of_id uuid,
  reattempt_of_id uuid,
  external_reference text,
  notes text,
  special_instructions text,
  submitted_at timestamptz,
  approved_by uuid,
  approved_at timestamptz,
  approved_total numeric(14,2),
  rejected_by uuid,
  rejected_at timestamptz,
  credit_override_note text,
  suspension_note text,
  printed jsonb,
  status_reason text,
  delivered_at timestamptz,
  amended_at timestamptz,
  edited_by uuid[] not null default '{}',
  is_done boolean not null generated always as (status = 'delivered') stored,
  is_owed boolean not null generated always as (status in ('approved', 'allocated', 'dispatched', 'in_transit')) stored,
  unique (tenant_id, number),
  unique (tenant_id, external_reference),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, customer_id, address_id) references public.customer_addresses (tenant_id, customer_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, backorder_of_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, reattempt_of_id) references public.orders (tenant_id, id),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint subtotal_is_bounded check (subtotal between 0 and 999999999999.99),
  constraint tax_total_is_bounded check (tax_total between 0 and 999999999999.99),
  constraint requested_on_is_finite check (requested_on between '2000-01-01' and '2200-01-01'),
  constraint external_reference_is_short check (length(external_reference) between 1 and 64),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint special_instructions_are_bounded check (length(special_instructions) <= 1000),
  constraint delivery_fee_is_bounded check (delivery_fee between 0 and 999999999.99),
  constraint delivery_fee_tax_is_a_percentage check (delivery_fee_tax_rate between 0 and 100),
  constraint suspension_note_is_bounded check (length(suspension_note) between 1 and 500),
  constraint hold_has_a_reason check (not is_on_hold or btrim(hold_reason) <> ''),
  constraint reason_given_when_stopped check (status not in ('rejected', 'cancelled', 'failed') or btrim(status_reason) <> ''),
  constraint address_known_once_submitted check (status in ('draft', 'cancelled') or address_id is not null),
  constraint approved_total_is_bounded check (approved_total between 0 and 999999999999.99),
  constraint approval_is_recorded check (status not in ('approved', 'allocated', 'dispatched', 'in_transit', 'delivered', 'failed') or approved_at is not null),
  constraint rejection_is_recorded check ((status = 'rejected') = (rejected_at is not null) and (rejected_at is null) = (rejected_by is null)),
  constraint delivery_is_recorded check ((status = 'delivered') = (delivered_at is not null))
) with (fillfactor = 80);
create index orders_recent on public.orders (tenant_id, created_at desc, id desc);
-- An enum is not leakproof: behind row level security its comparison is no index condition, but a predicate
-- may stand in for it. It names booleans, not the status itself: a change of a column that any index names
-- rewrites all of them (docs/decisions/0013). Nearly all rows are delivered; who looks for others reads these.
create index orders_not_done on public.orders (tenant_id, created_at desc, id desc) where is_done is false;
create index orders_customer on public.orders (tenant_id, customer_id, created_at desc);
create index orders_address on public.orders (tenant_id, customer_id, address_id);
create index orders_warehouse on public.orders (tenant_id, warehouse_id);
create index orders_backorder_of on public.orders (tenant_id, backorder_of_id) where backorder_of_id is not null;
create unique index orders_reattempt_of on public.orders (tenant_id, reattempt_of_id) where reattempt_of_id is not null;
create index orders_owed on public.orders (tenant_id, customer_id) include (subtotal, tax_total) where is_owed;
comment on table public.orders is
  'Sales orders. Totals come from the lines, the delivery states from the fulfilments; neither can be set by hand. Money in the currency of the order.';
comment on column public.orders.order_type is 'What becomes of containers at the door: standard (empties as they come), exchange (one for one; a missing one costs its deposit) or refill (one for one; without its empty nothing is handed over).';
comment on column public.orders.payment_method is 'How the customer wants to pay; how he paid is in the payments.';
comment on column public.orders.special_instructions is 'What whoever packs and brings it has to know: on the pick list, the delivery note and the driver''s page. Notes are for the office and the customer''s papers.';
comment on column public.orders.delivery_fee is 'What bringing it costs beside the goods, as delivery_fee_includes_tax says it; part of subtotal, tax_total and total. Promotions never touch it.';
comment on column public.orders.delivery_fee_tax_rate is 'Percent of tax on the delivery fee.';
comment on column public.orders.delivery_fee_taxes is 'What delivery_fee_tax_rate is the sum of, [{name, percent}].';
comment on column public.orders.subtotal is 'Money before tax: its lines and the delivery fee.';
comment on column public.orders.warehouse_id is 'Depot that the goods come from.';
comment on column public.orders.external_reference is 'Number of the order in another system; unique per company.';
comment on column public.orders.approved_total is 'Total at the time of approval, the measure for later amendments.';
comment on column public.orders.is_done is 'Delivered, as nearly all orders are in the end. A list of orders in another state asks for is_done is false as well: an index answers that.';
comment on column public.orders.is_owed is 'Confirmed and not invoiced yet: counts towards what the customer owes.';
comment on column public.orders.amended_at is 'When lines, address, day or notes were last changed by hand.';
comment on column public.orders.suspension_note is 'Why the order goes on although its customer is suspended.';
comment on column public.orders.printed is 'The customer as the order shows him, kept as he was when it was submitted, approved or sent elsewhere: {name, code, tax_id, payment_terms_days, place (the depot''s name), address {label, street, city}, seller: the company when it was approved}. Null for drafts, which show him as he is.';
comment on column public.orders.backorder_of_id is 'The order whose part it is: what the depot could not cover when stock was set aside, or what somebody split off. Promotions, habits and warnings take both for one order.';
comment on column public.orders.edited_by is 'Who amended it besides its creator; they do not decide on it either.';
comment on column public.orders.status_reason is 'Why the order was rejected, cancelled or failed.';

select private.register_document('public.orders', 'order', 'draft', 'orders.view', '/orders', prefix => 'ORD');
insert into private.waiting_states (machine, state, permission) values ('order', 'pending_approval', 'orders.approve'), ('order', 'approved', 'orders.allocate'), ('order', 'allocated', 'trips.edit'), ('order', 'in_transit', null);
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('order', 'draft', 'submit', 'pending_approval', 'orders.create', null, 'order.submitted'),
  ('order', 'draft', 'cancel', 'cancelled', 'orders.create', null, 'order.cancelled'),
  -- What is sold from a van was handed over before anybody could decide about it.
  ('order', 'draft', 'sell', 'delivered', 'trips.sell', null, 'order.sold'),
  ('order', 'pending_approval', 'approve', 'approved', 'orders.approve', '{created_by,edited_by}', 'order.approved'),
  ('order', 'pending_approval', 'reject', 'rejected', 'orders.approve', '{created_by,edited_by}', 'order.rejected'),
  ('order', 'pending_approval', 'cancel', 'cancelled', 'orders.create', null, 'order.cancelled'),
  ('order', 'approved', 'allocate', 'allocated', 'orders.allocate', null, 'order.allocated'),
  ('order', 'approved', 'cancel', 'cancelled', 'orders.cancel_approved', null, 'order.cancelled'),
  ('order', 'approved', 'amend', 'pending_approval', 'orders.edit', null, 'order.amended'),
  ('order', 'allocated', 'cancel', 'cancelled', 'orders.cancel_approved', null, 'order.cancelled'),
  ('order', 'allocated', 'amend', 'pending_approval', 'orders.edit', null, 'order.amended'),
  ('order', 'allocated', 'dispatch', 'dispatched', 'trips.dispatch', null, 'order.dispatched'),
  ('order', 'dispatched', 'start_delivery', 'in_transit', 'trips.drive', null, 'order.delivery_started'),
  ('order', 'in_transit', 'complete_delivery', 'delivered', 'deliveries.record', null, 'order.delivered'),
  ('order', 'dispatched', 'fail_delivery', 'failed', 'deliveries.record', null, 'order.failed'),
  ('order', 'in_transit', 'fail_delivery', 'failed', 'deliveries.record', null, 'order.failed'),
  -- It failed because its trip was cancelled, and was at the customer's already: the phone told it late.
  ('order', 'failed', 'complete_delivery', 'delivered', 'deliveries.record', null, 'order.delivered');
select private.also_call('order.delivery_started', 'order.in_transit');
insert into private.in_place_commands (machine, state, command, permission) values
  ('order', 'draft', 'amend', 'orders.create'),
  ('order', 'in_transit', 'arrive_at_stop', 'deliveries.record'),
  ('order', 'failed', 'reattempt', 'orders.create'),
  ('customer', 'active', 'create_order', 'orders.create');
insert into private.in_place_commands (machine, state, command, permission)
select 'order', s, c, 'orders.edit' from pg_catalog.unnest(array['approved', 'allocated']) s, pg_catalog.unnest(array['split', 'rejoin']) c;
insert into private.in_place_commands (machine, state, command, permission)
select 'order', s, 'release_suspended', 'customers.approve' from pg_catalog.unnest(array['pending_approval', 'approved', 'allocated']) s;
insert into private.in_place_commands (machine, state, command, permission)
select 'order', s, c, 'orders.edit'
from pg_catalog.unnest(array['draft', 'pending_approval', 'approved', 'allocated']) s, pg_catalog.unnest(array['amend', 'hold', 'release']) c
where (s, c) <> ('draft', 'amend');
select private.note_editors('public.orders', 'amended_at');
select private.refuse_taken('public.orders', 'orders_tenant_id_external_reference_key', 'order_reference_taken', each_alone => true);

create table public.order_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_id uuid not null,
  line_number integer not null,
  product_id uuid not null,
  product_sku text not null,
  product_name text not null,
  unit text not null,
  quantity numeric(14,3) not null,
  unit_price numeric(14,2) not null,
  price_when_added numeric(14,2) not null,
  price_change numeric(14,2) generated always as (unit_price - price_when_added) stored,
  price_source text not null,
  tax_rate numeric(5,2) not null,
  taxes jsonb not null default '[]',
  price_includes_tax boolean not null default false,
  discount_amount numeric(14,2) not null default 0,
  is_gift boolean not null default false,
  line_total numeric(14,2) generated always as (private.line_net(quantity, unit_price, tax_rate, price_includes_tax, discount_amount)) stored,
  tax_amount numeric(14,2) generated always as (private.line_tax(quantity, unit_price, tax_rate, price_includes_tax, discount_amount)) stored,
  quantity_delivered numeric(14,3) not null default 0,
  quantity_returned numeric(14,3) not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, order_id, line_number),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint line_number_is_bounded check (line_number between 1 and 10000),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint unit_price_is_bounded check (unit_price between 0 and 999999999.99),
  constraint price_when_added_is_bounded check (price_when_added between 0 and 999999999.99),
  constraint tax_rate_is_a_percentage check (tax_rate between 0 and 100),
  constraint discount_within_line check (discount_amount between 0 and round(quantity * unit_price, 2)),
  constraint price_source_is_known check (price_source in ('customer', 'customer_type', 'territory', 'default', 'base')),
  constraint delivered_within_quantity check (quantity_delivered between 0 and quantity),
  constraint returned_within_delivered check (quantity_returned between 0 and quantity_delivered)
) with (fillfactor = 80);
create index order_items_product on public.order_items (tenant_id, product_id);
comment on table public.order_items is 'Lines of an order. Price, tax and the words for the product are those of the day when the order is submitted or its lines are changed.';
comment on column public.order_items.quantity is 'Base units ordered.';
comment on column public.order_items.taxes is 'What tax_rate is the sum of, [{name, percent}]; empty where it has no names.';
comment on column public.order_items.price_when_added is 'The price that the product had when it came onto the order.';
comment on column public.order_items.price_change is 'What its price has gone up (or down) by since.';
comment on column public.order_items.price_source is 'Where the price came from: which kind of price list, or the product''s base price.';
comment on column public.order_items.discount_amount is 'What promotions take off it, as the price says it: with the tax where that has it; the sum of public.order_discounts. Never more than it comes to.';
comment on column public.order_items.is_gift is 'Whether a promotion put it onto the order; nobody ordered it, and it costs nothing.';
comment on column public.order_items.quantity_delivered is 'What the customer took, from the delivered fulfilments.';
comment on column public.order_items.quantity_returned is 'What of it came back later, from the returns that were received.';
select private.hold_to_unit('public.order_items', 'quantity');
select private.manage_part('public.order_items', 'order_id', 'line_number', 'product_id', 'quantity', 'unit_price', 'price_source', 'tax_rate', 'taxes', 'price_includes_tax', 'discount_amount', 'is_gift');

create function private.printed_customer(tenant uuid, customer uuid, address uuid, depot uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  return (
    select pg_catalog.jsonb_build_object('name', c.name, 'code', c.code, 'tax_id', c.tax_id, 'tax_exemption', case when c.tax_exemption_reason is not null then pg_catalog.jsonb_build_object('reason', c.tax_exemption_reason, 'certificate', c.tax_exemption_certificate) end,
      'payment_terms_days', c.payment_terms_days, 'pays_at_month_end', c.pays_at_month_end,
      'place', (select w.name from public.warehouses w where w.tenant_id = tenant and w.id = depot),
      'address', (select pg_catalog.jsonb_build_object('label', a.label, 'street', pg_catalog.concat_ws(', ', a.street, a.line_2),
        'city', pg_catalog.concat_ws(', ', pg_catalog.concat_ws(' ', a.postal_code, a.city), a.region, a.country)) from public.customer_addresses a where a.tenant_id = tenant and a.id = address))
    from public.customers c where c.tenant_id = tenant and c.id = customer
  );
end
$$;
comment on function private.printed_customer(uuid, uuid, uuid, uuid) is
  'A customer, his address and the depot in the words of today, for a document to keep: {name, code, tax_id, tax_exemption {reason, certificate}, payment_terms_days, pays_at_month_end, place, address {label, street (with its second line), city (with postal code, region and country)}}.';

create function private.tg_orders__keep_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.printed := private.printed_customer(new.tenant_id, new.customer_id, new.address_id, new.warehouse_id) || case
    when new.status = 'pending_approval' then '{}'
    when new.status is distinct from old.status then pg_catalog.jsonb_build_object('seller', private.printed_seller(new.tenant_id))
    else pg_catalog.jsonb_build_object('seller', old.printed -> 'seller') end;
  return new;
end
$$;
comment on function private.tg_orders__keep_words() is 'The order keeps the words that were true when it was submitted, approved, or sent to another address; those of the seller from its approval on.';
create trigger _130_keep_words before insert on public.orders for each row
when (new.status <> 'draft') execute function private.tg_orders__keep_words();
create trigger _130_keep_new_words before update of status, address_id on public.orders for each row
when ((new.status in ('pending_approval', 'approved') and new.status <> old.status) or (old.status = 'draft' and new.status = 'delivered')
  or (new.status <> 'draft' and new.address_id is distinct from old.address_id))
execute function private.tg_orders__keep_words();

create table public.fulfilments (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_id uuid not null,
  warehouse_id uuid not null,
  trip_id uuid not null,
  status public.fulfilment_status not null default 'dispatched',
  reason text,
  resolved_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, order_id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  constraint reason_given_when_failed check (status <> 'failed' or btrim(reason) <> ''),
  constraint resolution_is_recorded check ((status in ('delivered', 'failed')) = (resolved_at is not null))
) with (fillfactor = 80);
create index fulfilments_trip on public.fulfilments (tenant_id, trip_id);
create index fulfilments_warehouse on public.fulfilments (tenant_id, warehouse_id);
comment on table public.fulfilments is
  'The attempt to bring an order to its customer: made when its trip is dispatched; how it ended decides the delivery state of the order. A failed order is tried again as a new order (reattempt_of_id).';
select private.force_policies('public.fulfilments');

create table public.fulfilment_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  fulfilment_id uuid not null,
  order_item_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  quantity_delivered numeric(14,3),
  refused_reason text,
  primary key (tenant_id, id),
  unique (tenant_id, fulfilment_id, order_item_id),
  foreign key (tenant_id, fulfilment_id) references public.fulfilments (tenant_id, id),
  foreign key (tenant_id, order_item_id) references public.order_items (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint delivered_within_quantity check (quantity_delivered between 0 and quantity),
  constraint refused_reason_is_bounded check (length(refused_reason) <= 500)
);
create index fulfilment_items_order_item on public.fulfilment_items (tenant_id, order_item_id);
create index fulfilment_items_product on public.fulfilment_items (tenant_id, product_id);
comment on table public.fulfilment_items is 'What an attempt carries per line, and what was delivered of it.';
select private.hold_to_unit('public.fulfilment_items', 'quantity', 'quantity_delivered');
select private.force_policies('public.fulfilment_items');
select private.audit_changes('public.fulfilment_items', null, 'quantity_delivered', 'refused_reason');

create table public.reservations (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  order_item_id uuid not null,
  warehouse_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  unique (tenant_id, order_item_id),
  foreign key (tenant_id, order_item_id) references public.order_items (tenant_id, id),
  foreign key (tenant_id, warehouse_id) references public.warehouses (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999)
);
create index reservations_stock on public.reservations (tenant_id, warehouse_id, product_id);
create index reservations_product on public.reservations (tenant_id, product_id);
comment on table public.reservations is 'Stock set aside per order line. Their sum is inventory.reserved, always.';
select private.hold_to_unit('public.reservations', 'quantity');
select private.force_policies('public.reservations');

------------------------------------------------------------------------------------------------
-- Derived values
------------------------------------------------------------------------------------------------

create function private.tg_reservations__reserve() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  short jsonb;
begin
  -- Balances are locked in the one order, and judged as they are once locked.
  with wanted as (
    select r.tenant_id, r.warehouse_id, r.product_id, sum(r.quantity) as quantity from new_rows r group by 1, 2, 3
  ), locked as materialized (
    select i.tenant_id, i.warehouse_id, i.product_id, i.available from public.inventory i
    where (i.tenant_id, i.warehouse_id, i.product_id) in (select w.tenant_id, w.warehouse_id, w.product_id from wanted w) and i.condition = 'good'
    order by i.warehouse_id, i.product_id, i.condition
    for no key update
  )
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'product_id', w.product_id, 'sku', p.sku, 'name', p.name, 'required', w.quantity, 'available', a.available) order by p.sku)
  into short
  from wanted w
  left join locked i using (tenant_id, warehouse_id, product_id)
  join public.products p on p.tenant_id = w.tenant_id and p.id = w.product_id
  cross join lateral (
    select coalesce(i.available, 0) - case when p.tracking = 'batch' then private.unpickable_once_locked(w.tenant_id, w.warehouse_id, w.product_id) else 0 end as available
  ) a
  where w.quantity > a.available;
  if short is not null then
    perform private.fail('stock_short', pg_catalog.jsonb_build_object('short', short));
  end if;

  update public.inventory i set reserved = i.reserved + n.quantity, updated_at = pg_catalog.now()
  from (select r.tenant_id, r.warehouse_id, r.product_id, sum(r.quantity) as quantity from new_rows r group by 1, 2, 3) n
  where i.tenant_id = n.tenant_id and i.warehouse_id = n.warehouse_id and i.product_id = n.product_id and i.condition = 'good';
  return null;
end
$$;
comment on function private.tg_reservations__reserve() is 'Moves new reservations into the balances, all or nothing. Raises stock_short naming every short product.';
create trigger _300_reserve after insert on public.reservations
referencing new table as new_rows for each statement execute function private.tg_reservations__reserve();

create function private.tg_reservations__release() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (select from old_rows) then
    return null;
  end if;
  perform from public.inventory i
  where (i.tenant_id, i.warehouse_id, i.product_id) in (select o.tenant_id, o.warehouse_id, o.product_id from old_rows o) and i.condition = 'good'
  order by i.warehouse_id, i.product_id, i.condition
  for no key update;
  update public.inventory i set reserved = i.reserved - o.quantity, updated_at = pg_catalog.now()
  from (select r.tenant_id, r.warehouse_id, r.product_id, sum(r.quantity) as quantity from old_rows r group by 1, 2, 3) o
  where i.tenant_id = o.tenant_id and i.warehouse_id = o.warehouse_id and i.product_id = o.product_id and i.condition = 'good';
  return null;
end
$$;
comment on function private.tg_reservations__release() is 'Takes deleted reservations out of the balances.';
create trigger _300_release after delete on public.reservations
referencing old table as old_rows for each statement execute function private.tg_reservations__release();
create trigger _200_refuse_update before update on public.reservations for each row execute function private.tg__refuse_change();

select private.register_error('order_line_reserved', 409, 'Stock is set aside for this line of the order.', 'Amend the order; its reservation follows.');

create function private.tg_order_items__keep_reserved() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.reservations r where r.tenant_id = old.tenant_id and r.order_item_id = old.id) then
    perform private.fail('order_line_reserved', pg_catalog.jsonb_build_object('order_id', old.order_id, 'line_number', old.line_number));
  end if;
  return new;
end
$$;
comment on function private.tg_order_items__keep_reserved() is 'What is set aside for a line is the whole of it: while there is a reservation the line asks for nothing else. Raises order_line_reserved.';
create trigger _150_keep_reserved before update of product_id, quantity on public.order_items for each row
when ((new.product_id, new.quantity) is distinct from (old.product_id, old.quantity)) execute function private.tg_order_items__keep_reserved();

create function private.fee_net(charged public.orders) returns numeric
language sql immutable parallel safe
return private.line_net(1, charged.delivery_fee, charged.delivery_fee_tax_rate, charged.delivery_fee_includes_tax);
comment on function private.fee_net(public.orders) is 'The delivery fee of an order before tax.';

create function private.fee_tax(charged public.orders) returns numeric
language sql immutable parallel safe
return private.line_tax(1, charged.delivery_fee, charged.delivery_fee_tax_rate, charged.delivery_fee_includes_tax);
comment on function private.fee_tax(public.orders) is 'The tax on the delivery fee of an order.';

create function private.derive_order_totals(tenant uuid, order_ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  stale uuid[];
begin
  select pg_catalog.array_agg(o.id) into stale
  from public.orders o
  cross join lateral (
    select private.fee_net(o) + coalesce(sum(i.line_total), 0) as subtotal, private.fee_tax(o) + coalesce(sum(i.tax_amount), 0) as tax_total
    from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id
  ) t
  where o.tenant_id = tenant and o.id = any (order_ids) and (o.subtotal, o.tax_total) is distinct from (t.subtotal, t.tax_total);
  if stale is not null then
    update public.orders o
    set (subtotal, tax_total) = (
      select private.fee_net(o) + coalesce(sum(i.line_total), 0), private.fee_tax(o) + coalesce(sum(i.tax_amount), 0)
      from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id
    )
    where o.tenant_id = tenant and o.id = any (stale);
  end if;
end
$$;
comment on function private.derive_order_totals(uuid, uuid[]) is 'Order totals from the lines and the delivery fee; touches only orders whose totals are not current.';

create function private.tg_order_items__derive_totals() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.derive_order_totals(c.tenant_id, pg_catalog.array_agg(distinct c.order_id)) from changed_rows c group by c.tenant_id;
  return null;
end
$$;
comment on function private.tg_order_items__derive_totals() is 'Order totals after lines were added or removed.';
create function private.tg_order_items__derive_changed_totals() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.derive_order_totals(n.tenant_id, pg_catalog.array_agg(distinct n.order_id))
  from new_rows n join old_rows o on o.tenant_id = n.tenant_id and o.id = n.id and (o.line_total, o.tax_amount) is distinct from (n.line_total, n.tax_amount)
  group by n.tenant_id;
  return null;
end
$$;
comment on function private.tg_order_items__derive_changed_totals() is 'Order totals after prices or quantities changed; reservations and deliveries do not concern them.';
create trigger _300_derive_totals_on_insert after insert on public.order_items
referencing new table as changed_rows for each statement execute function private.tg_order_items__derive_totals();
create trigger _300_derive_totals_on_update after update on public.order_items
referencing old table as old_rows new table as new_rows for each statement execute function private.tg_order_items__derive_changed_totals();
create trigger _300_derive_totals_on_delete after delete on public.order_items
referencing old table as changed_rows for each statement execute function private.tg_order_items__derive_totals();

create function private.tg_fulfilments__derive_order() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.order_items i set quantity_delivered = f.quantity_delivered
  from new_rows n
  join public.fulfilment_items f on f.tenant_id = n.tenant_id and f.fulfilment_id = n.id
  where n.status = 'delivered' and i.tenant_id = f.tenant_id and i.id = f.order_item_id
    and i.quantity_delivered <> f.quantity_delivered;

  update public.orders o
  set status = n.status::text::public.order_status,
    status_reason = case n.status when 'failed' then n.reason when 'delivered' then null else o.status_reason end,
    delivered_at = case when n.status = 'delivered' then n.resolved_at end
  from new_rows n
  where o.tenant_id = n.tenant_id and o.id = n.order_id and o.status::text <> n.status::text;
  return null;
end
$$;
comment on function private.tg_fulfilments__derive_order() is 'Carries the state and the delivered quantities of a fulfilment into its order, through the guard of the order.';
create trigger _300_derive_order_on_insert after insert on public.fulfilments
referencing new table as new_rows for each statement execute function private.tg_fulfilments__derive_order();
create trigger _300_derive_order_on_update after update on public.fulfilments
referencing new table as new_rows for each statement execute function private.tg_fulfilments__derive_order();

select private.register_error('order_status_derived', 409, 'The delivery state of an order follows from its deliveries and cannot be set.', 'Record the delivery instead.');

create function private.tg_orders__check_derived() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select from public.fulfilments f
    where f.tenant_id = new.tenant_id and f.order_id = new.id and f.status::text = new.status::text
  ) then
    perform private.fail('order_status_derived', pg_catalog.jsonb_build_object('id', new.id, 'status', new.status));
  end if;
  return new;
end
$$;
comment on function private.tg_orders__check_derived() is 'Refuses a delivery state that no fulfilment of the order has.';
create trigger _150_check_derived before update of status on public.orders for each row
when (new.status in ('dispatched', 'in_transit', 'delivered', 'failed') and old.status is distinct from new.status)
execute function private.tg_orders__check_derived();

select private.offer_if('order', 'not orders.is_on_hold', 'allocate', 'hold');
select private.offer_if('order', 'orders.is_on_hold', 'release');
select private.offer_if('order', 'coalesce(orders.total <= private.approval_limit(), true)', 'approve');
select private.offer_if('order', 'not private.is_reattempted(orders)', 'reattempt');
select private.offer_if('order', 'not orders.is_on_hold and private.can_be_split(orders)', 'split');
select private.offer_if('order', 'private.can_rejoin(orders)', 'rejoin');
select private.offer_if('order', 'private.may_release(orders)', 'release_suspended');
select private.find_by('order', 'external_reference', 'array[pg_catalog.btrim(typed), pg_catalog.upper(pg_catalog.btrim(typed))]');
select private.find_by('order', 'customer_id', 'private.customers_meant(typed)');

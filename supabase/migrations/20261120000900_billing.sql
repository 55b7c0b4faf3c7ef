-- Family 09, billing: invoices, payments, what pays what, statement lines, containers and deposits.

create type public.invoice_status as enum ('draft', 'issued', 'partially_paid', 'paid', 'overdue', 'void');
create type public.payment_status as enum ('pending', 'approved', 'reconciled', 'rejected', 'cancelled');
create type public.payment_method as enum ('cash', 'mpesa', 'bank_transfer', 'cheque');
create type public.container_holder as enum ('customer', 'driver', 'van', 'depot');

create table public.invoices (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null,
  number text,
  order_id uuid not null,
  customer_id uuid not null,
  status public.invoice_status not null default 'draft',
  currency text not null,
  issued_on date,
  due_on date,
  subtotal numeric(14,2) not null default 0,
  tax_total numeric(14,2) not null default 0,
  deposit_total numeric(14,2) not null default 0,
  total numeric(14,2) generated always as (subtotal + tax_total + deposit_total) stored,
  paid_total numeric(14,2) not null default 0,
  balance numeric(14,2) generated always as (subtotal + tax_total + deposit_total - paid_total) stored,
  status_reason text,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  is_done boolean not null generated always as (status = 'paid') stored,
  is_live boolean not null generated always as (status <> 'void') stored,
  unique (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint totals_are_bounded check (subtotal between 0 and 999999999999.99 and tax_total between 0 and 999999999999.99 and deposit_total between 0 and 999999999999.99),
  constraint paid_within_total check (paid_total between 0 and subtotal + tax_total + deposit_total),
  constraint numbered_once_issued check ((status = 'draft') = (number is null) or status = 'void'),
  constraint dates_set_once_issued check (status in ('draft', 'void') or (issued_on is not null and due_on >= issued_on)),
  constraint paid_matches_status check (
    case status
      when 'paid' then paid_total = subtotal + tax_total + deposit_total
      when 'partially_paid' then paid_total > 0 and paid_total < subtotal + tax_total + deposit_total
      when 'overdue' then paid_total < subtotal + tax_total + deposit_total
      else paid_total = 0
    end
  ),
  constraint void_has_a_reason check (status <> 'void' or btrim(status_reason) <> '')
);
create unique index invoices_live on public.invoices (tenant_id, order_id) where is_live;
create index invoices_recent on public.invoices (tenant_id, created_at desc, id desc);
create index invoices_not_done on public.invoices (tenant_id, due_on, id) where is_done is false;
create index invoices_order on public.invoices (tenant_id, order_id);
create index invoices_customer on public.invoices (tenant_id, customer_id, is_done);
comment on table public.invoices is 'Invoices over delivered quantities, one living invoice per order. Numbers are without gaps, drawn when issued.';
comment on column public.invoices.is_done is 'Paid, as nearly all invoices are in the end. A list of invoices in another state asks for is_done is false as well: an index answers that.';
comment on column public.invoices.is_live is 'Not void.';
insert into private.document_kinds (kind, prefix, is_gapless) values ('invoice', 'INV', true), ('payment', 'PAY', false);
select private.register_machine('invoice', 'invoices', 'draft', 'invoice', 'invoices.view', '/invoices');
insert into private.waiting_states (machine, state, permission) values ('invoice', 'draft', 'invoices.create'), ('invoice', 'overdue', 'payments.create');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('invoice', 'draft', 'issue', 'issued', 'invoices.create', null, 'invoice.issued'),
  ('invoice', 'draft', 'void', 'void', 'invoices.create', null, 'invoice.voided'),
  ('invoice', 'issued', 'void', 'void', 'invoices.create', null, 'invoice.voided'),
  ('invoice', 'issued', 'pay_part', 'partially_paid', 'payments.create', null, 'invoice.partially_paid'),
  ('invoice', 'issued', 'pay', 'paid', 'payments.create', null, 'invoice.paid'),
  ('invoice', 'issued', 'mark_overdue', 'overdue', 'invoices.create', null, 'invoice.overdue'),
  ('invoice', 'partially_paid', 'pay', 'paid', 'payments.create', null, 'invoice.paid'),
  ('invoice', 'partially_paid', 'reopen', 'issued', 'payments.create', null, 'invoice.reopened'),
  ('invoice', 'partially_paid', 'mark_overdue', 'overdue', 'invoices.create', null, 'invoice.overdue'),
  ('invoice', 'overdue', 'pay', 'paid', 'payments.create', null, 'invoice.paid'),
  ('invoice', 'paid', 'reopen_part', 'partially_paid', 'payments.create', null, 'invoice.reopened'),
  ('invoice', 'paid', 'reopen', 'issued', 'payments.create', null, 'invoice.reopened');
select private.manage_table('public.invoices', 'invoice', 'invoice');

create table public.invoice_items (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null,
  invoice_id uuid not null,
  line_number integer not null,
  product_id uuid not null,
  order_item_id uuid,
  is_deposit boolean not null default false,
  quantity numeric(14,3) not null,
  unit_price numeric(14,2) not null,
  tax_rate numeric(5,2) not null,
  line_total numeric(14,2) generated always as (round(quantity * unit_price, 2)) stored,
  tax_amount numeric(14,2) generated always as (round(round(quantity * unit_price, 2) * tax_rate / 100, 2)) stored,
  unique (tenant_id, id),
  unique (tenant_id, invoice_id, line_number),
  foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, order_item_id) references public.order_items (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint unit_price_is_bounded check (unit_price between 0 and 999999999.99),
  constraint tax_rate_is_a_percentage check (tax_rate between 0 and 100)
);
create index invoice_items_product on public.invoice_items (tenant_id, product_id);
create index invoice_items_order_item on public.invoice_items (tenant_id, order_item_id);
comment on table public.invoice_items is 'Invoice lines: delivered goods at the frozen price, and deposits on containers that stayed with the customer (untaxed). Written with the invoice, never changed.';
select private.protect_ledger('public.invoice_items');
alter table public.invoice_items enable row level security;
alter table public.invoice_items force row level security;

create table public.payments (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null,
  number text not null,
  customer_id uuid not null,
  method public.payment_method not null,
  amount numeric(14,2) not null,
  allocated_total numeric(14,2) not null default 0,
  unallocated numeric(14,2) generated always as (amount - allocated_total) stored,
  currency text not null,
  reference text,
  received_at timestamptz not null default now(),
  received_by uuid,
  trip_id uuid,
  order_id uuid,
  status public.payment_status not null default 'pending',
  approved_by uuid,
  approved_at timestamptz,
  status_reason text,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  is_done boolean not null generated always as (status <> 'pending') stored,
  is_live boolean not null generated always as (status not in ('rejected', 'cancelled')) stored,
  unique (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  constraint amount_is_bounded check (amount > 0 and amount <= 999999999999.99),
  constraint allocated_within_amount check (allocated_total between 0 and amount),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint reference_is_short check (length(reference) between 1 and 80),
  constraint received_at_is_finite check (received_at > '2000-01-01' and received_at < '2200-01-01'),
  constraint only_approved_money_pays check (status in ('approved', 'reconciled') or allocated_total = 0),
  constraint approval_is_recorded check (status not in ('approved', 'reconciled') or approved_at is not null),
  constraint reason_given_when_refused check (status not in ('rejected', 'cancelled') or btrim(status_reason) <> '')
);
create unique index payments_reference on public.payments (tenant_id, method, reference) where reference is not null and is_live;
create index payments_by_reference on public.payments (tenant_id, reference) where reference is not null;
create index payments_recent on public.payments (tenant_id, created_at desc, id desc);
create index payments_not_done on public.payments (tenant_id, created_at desc, id desc) where is_done is false;
create index payments_customer on public.payments (tenant_id, customer_id);
create index payments_trip on public.payments (tenant_id, trip_id);
create index payments_order on public.payments (tenant_id, order_id);
comment on table public.payments is 'Money received. Only approved payments pay invoices; a reference (e.g. an M-Pesa code) counts once per method.';
comment on column public.payments.is_done is 'Decided. A list of pending payments asks for is_done is false as well: an index answers that.';
comment on column public.payments.is_live is 'Neither rejected nor cancelled: its reference is taken.';
create trigger _100_number_document before insert on public.payments for each row execute function private.tg__number_document('payment');
select private.register_machine('payment', 'payments', 'pending', 'payment', 'payments.view', '/payments');
insert into private.waiting_states (machine, state, permission) values ('payment', 'pending', 'payments.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('payment', 'pending', 'approve', 'approved', 'payments.approve', '{created_by}', 'payment.approved'),
  ('payment', 'pending', 'reject', 'rejected', 'payments.approve', '{created_by}', 'payment.rejected'),
  ('payment', 'approved', 'reconcile', 'reconciled', 'payments.reconcile', null, 'payment.reconciled'),
  ('payment', 'approved', 'cancel', 'cancelled', 'payments.approve', null, 'payment.cancelled');
insert into private.in_place_commands (machine, state, command, permission) values ('payment', 'approved', 'allocate', 'payments.create');
select private.manage_table('public.payments', 'payment', 'payment');
select private.refuse_taken('public.payments', 'payments_reference', 'payment_reference_taken', each_alone => true);

create table public.payment_allocations (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null,
  payment_id uuid not null,
  invoice_id uuid not null,
  amount numeric(14,2) not null,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  unique (tenant_id, id),
  unique (tenant_id, payment_id, invoice_id),
  foreign key (tenant_id, payment_id) references public.payments (tenant_id, id),
  foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id),
  constraint amount_is_bounded check (amount > 0 and amount <= 999999999999.99)
);
create index payment_allocations_invoice on public.payment_allocations (tenant_id, invoice_id);
comment on table public.payment_allocations is 'How much of a payment pays which invoice. The sums on both sides are derived from here.';
alter table public.payment_allocations enable row level security;
alter table public.payment_allocations force row level security;
select private.audit_part('public.payment_allocations', 'payment_id', 'amount');

create table public.statement_lines (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null default private.active_tenant_id() references public.tenants (id),
  source text not null,
  reference text not null,
  amount numeric(14,2) not null,
  posted_at timestamptz not null,
  payment_id uuid,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  unique (tenant_id, id),
  unique (tenant_id, source, reference),
  unique (tenant_id, payment_id),
  foreign key (tenant_id, payment_id) references public.payments (tenant_id, id),
  constraint source_is_short check (length(source) between 1 and 40),
  constraint reference_is_short check (length(reference) between 1 and 80),
  constraint amount_is_bounded check (amount > 0 and amount <= 999999999999.99),
  constraint posted_at_is_finite check (posted_at > '2000-01-01' and posted_at < '2200-01-01')
);
comment on table public.statement_lines is 'Lines of bank and M-Pesa statements; each proves at most one payment.';
select private.register_error('amount_is_bounded', 422, 'The amount is not a sum of money that can be received.', 'Enter an amount above 0, up to 999999999999.99.');
select private.register_error('posted_at_is_finite', 422, 'The time of the line is not possible.', 'Enter a time between the years 2000 and 2200.');
select private.register_error('reference_is_short', 422, 'The reference is missing or too long.', 'Enter a reference of at most 80 characters.');
select private.register_error('source_is_short', 422, 'The source is missing or too long.', 'Enter a source of at most 40 characters, like bank.');
select private.manage_table('public.statement_lines', 'statement_line');
select private.register_error('statement_line_taken', 409, 'This statement has a line with this reference already.', 'Check the reference; a line is entered once.');
select private.refuse_taken('public.statement_lines', 'statement_lines_tenant_id_source_reference_key', 'statement_line_taken');

create table public.container_ledger (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  holder public.container_holder not null,
  holder_id uuid not null,
  product_id uuid not null,
  quantity numeric(14,3) not null,
  deposit_amount numeric(14,2) not null,
  reference_type text not null,
  reference_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  recorded_at timestamptz not null default clock_timestamp(),
  recorded_by uuid default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity <> 0 and quantity between -99999999 and 99999999),
  constraint deposit_is_bounded check (deposit_amount between -999999999999.99 and 999999999999.99),
  constraint deposit_has_the_sign_of_quantity check (deposit_amount = 0 or sign(deposit_amount) = sign(quantity))
);
create index container_ledger_balance on public.container_ledger (tenant_id, holder, holder_id, product_id);
create index container_ledger_product on public.container_ledger (tenant_id, product_id);
create index container_ledger_reference on public.container_ledger (tenant_id, reference_id);
comment on table public.container_ledger is 'Containers (crates, bottles, cylinders) and deposit money per holder, append-only; positive = the holder has more of them.';
select private.protect_ledger('public.container_ledger');
alter table public.container_ledger enable row level security;
alter table public.container_ledger force row level security;

create view public.container_balances with (security_invoker = true) as
select l.tenant_id, l.holder, l.holder_id, l.product_id, sum(l.quantity) as quantity, sum(l.deposit_amount) as deposit_amount
from public.container_ledger l
group by l.tenant_id, l.holder, l.holder_id, l.product_id;
comment on view public.container_balances is 'Containers and deposits that each holder has now.';

-- The paying and ageing edges follow from allocations and dates; people have issue and void.
select private.offer_commands('public.invoices', $$c in ('issue', 'void')$$);
select private.offer_commands('public.payments', $$c <> 'allocate' or payments.unallocated > 0$$);

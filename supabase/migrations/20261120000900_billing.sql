-- Family 09, billing: invoices, payments, what pays what, statement lines, containers and deposits.

create type public.invoice_status as enum ('draft', 'issued', 'partially_paid', 'paid', 'overdue', 'void');
create type public.payment_status as enum ('pending', 'approved', 'reconciled', 'rejected', 'cancelled');
-- Credit notes, what was written off and discounts for paying early pay as money does, and were never received.
create type public.payment_method as enum ('cash', 'mpesa', 'bank_transfer', 'cheque', 'credit_note', 'write_off', 'discount');

create type public.order_payment_state as enum ('unpaid', 'partly_paid', 'paid');
create type public.statement_line_status as enum ('open', 'matched', 'set_aside');

create table public.invoices (
  like private.record including defaults including indexes,
  number text,
  order_id uuid not null,
  customer_id uuid not null,
  status public.invoice_status not null default 'draft',
  currency text not null,
  issued_on date,
  due_on date,
  discount_until date,
  discount_amount numeric(14,2),
  subtotal numeric(14,2) not null default 0,
  tax_total numeric(14,2) not null default 0,
  deposit_total numeric(14,2) not null default 0,
  total numeric(14,2) generated always as (subtotal + tax_total + deposit_total) stored,
  paid_total numeric(14,2) not null default 0,
  balance numeric(14,2) generated always as (subtotal + tax_total + deposit_total - paid_total) stored,
  printed jsonb,
  status_reason text,
  interest_of_id uuid,
  interest_month date,
  is_done boolean not null generated always as (status = 'paid') stored,
  is_live boolean not null generated always as (status <> 'void') stored,
  unique (tenant_id, number),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, interest_of_id) references public.invoices (tenant_id, id),
  constraint interest_is_of_a_month check ((interest_of_id is null) = (interest_month is null) and interest_month = date_trunc('month', interest_month::timestamp)::date and interest_of_id <> id),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint totals_are_bounded check (subtotal between 0 and 999999999999.99 and tax_total between 0 and 999999999999.99 and deposit_total between -999999999999.99 and 999999999999.99),
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
  constraint discount_has_its_day check ((discount_until is null) = (discount_amount is null) and discount_amount between 0.01 and subtotal + tax_total),
  constraint void_has_a_reason check (status <> 'void' or btrim(status_reason) <> '')
);
create unique index invoices_live on public.invoices (tenant_id, order_id) where is_live and interest_of_id is null;
-- Void ones too: what was waived is not charged again.
create unique index invoices_interest on public.invoices (tenant_id, interest_of_id, interest_month) where interest_of_id is not null;
create index invoices_recent on public.invoices (tenant_id, created_at desc, id desc);
create index invoices_not_done on public.invoices (tenant_id, due_on, id) where is_done is false;
create index invoices_order on public.invoices (tenant_id, order_id);
create index invoices_customer on public.invoices (tenant_id, customer_id, is_done);
comment on column public.invoices.printed is 'The customer as the invoice shows him, kept as he was when it was issued, with the address of its order, like orders.printed, and the seller {legal_name, postal_address, tax_numbers, contact_line, bank_details, mpesa_till, document_terms} of that day. Null for drafts.';
comment on column public.invoices.discount_amount is 'What the customer may keep when he pays the rest until discount_until, by his terms on the day of issue.';
comment on column public.invoices.interest_of_id is 'The overdue invoice that it is interest on; null: it is no interest. It has the order of that invoice, and is not the one that bills it.';
comment on column public.invoices.interest_month is 'The first day of the month that the interest is for.';
comment on table public.invoices is 'Invoices over delivered quantities, one living invoice per order, and over interest on them. Numbers are without gaps, drawn when issued.';
comment on column public.invoices.is_done is 'Paid, as nearly all invoices are in the end. A list of invoices in another state asks for is_done is false as well: an index answers that.';
comment on column public.invoices.is_live is 'Not void.';
select private.register_document('public.invoices', 'invoice', 'draft', 'invoices.view', '/invoices', prefix => 'INV', is_gapless => true);
insert into private.waiting_states (machine, state, permission) values ('invoice', 'draft', 'invoices.create'), ('invoice', 'overdue', 'payments.create');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('invoice', 'draft', 'issue', 'issued', 'invoices.create', null, 'invoice.issued'),
  ('invoice', 'draft', 'void', 'void', 'invoices.create', null, 'invoice.voided'),
  ('invoice', 'issued', 'void', 'void', 'invoices.create', null, 'invoice.voided'),
  ('invoice', 'overdue', 'void', 'void', 'invoices.create', null, 'invoice.voided'),
  ('invoice', 'issued', 'pay_part', 'partially_paid', 'payments.create', null, 'invoice.partially_paid'),
  ('invoice', 'issued', 'pay', 'paid', 'payments.create', null, 'invoice.paid'),
  ('invoice', 'issued', 'mark_overdue', 'overdue', 'invoices.create', null, 'invoice.overdue'),
  ('invoice', 'partially_paid', 'pay', 'paid', 'payments.create', null, 'invoice.paid'),
  ('invoice', 'partially_paid', 'reopen', 'issued', 'payments.create', null, 'invoice.reopened'),
  ('invoice', 'partially_paid', 'mark_overdue', 'overdue', 'invoices.create', null, 'invoice.overdue'),
  ('invoice', 'overdue', 'pay', 'paid', 'payments.create', null, 'invoice.paid'),
  ('invoice', 'paid', 'reopen_part', 'partially_paid', 'payments.create', null, 'invoice.reopened'),
  ('invoice', 'paid', 'reopen', 'issued', 'payments.create', null, 'invoice.reopened'),
  ('invoice', 'paid', 'reopen_late', 'overdue', 'payments.create', null, 'invoice.reopened');
insert into private.in_place_commands (machine, state, command, permission) values ('order', 'delivered', 'bill', 'invoices.create');

create table public.invoice_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  invoice_id uuid not null,
  line_number integer not null,
  product_id uuid,
  product_sku text not null,
  product_name text not null,
  unit text not null,
  order_item_id uuid,
  is_deposit boolean not null default false,
  is_fee boolean not null generated always as (product_id is null) stored,
  quantity numeric(14,3) not null,
  unit_price numeric(14,2) not null,
  tax_rate numeric(5,2) not null,
  taxes jsonb not null default '[]',
  price_includes_tax boolean not null default false,
  discount_amount numeric(14,2) not null default 0,
  line_total numeric(14,2) generated always as (private.line_net(quantity, unit_price, tax_rate, price_includes_tax, discount_amount)) stored,
  tax_amount numeric(14,2) generated always as (private.line_tax(quantity, unit_price, tax_rate, price_includes_tax, discount_amount)) stored,
  primary key (tenant_id, id),
  unique (tenant_id, invoice_id, line_number),
  foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, order_item_id) references public.order_items (tenant_id, id),
  constraint quantity_is_bounded check (quantity <> 0 and quantity between -99999999 and 99999999 and (quantity > 0 or is_deposit)),
  constraint unit_price_is_bounded check (unit_price between 0 and 999999999.99),
  constraint tax_rate_is_a_percentage check (tax_rate between 0 and 100),
  constraint discount_within_line check (discount_amount = 0 or discount_amount between 0 and round(quantity * unit_price, 2))
);
create index invoice_items_product on public.invoice_items (tenant_id, product_id);
create index invoice_items_order_item on public.invoice_items (tenant_id, order_item_id);
comment on table public.invoice_items is 'Invoice lines: delivered goods at the frozen price, the delivery fee, and deposits (untaxed): on containers that stayed with the customer, below zero on those that came back. Written with the invoice, never changed.';
comment on column public.invoice_items.is_fee is 'A line of no product: the delivery fee of the order, after the goods, or (product_sku INTEREST) interest on another invoice.';
comment on column public.invoice_items.discount_amount is 'The part of the order line''s discount that falls on what was delivered and kept.';
select private.protect_ledger('public.invoice_items');

create table public.payments (
  like private.record including defaults including indexes,
  number text not null,
  customer_id uuid not null,
  method public.payment_method not null,
  amount numeric(14,2) not null,
  allocated_total numeric(14,2) not null default 0,
  refunded_total numeric(14,2) not null default 0,
  unallocated numeric(14,2) generated always as (amount - allocated_total - refunded_total) stored,
  currency text not null,
  reference text,
  reference_key text,
  received_at timestamptz not null default now(),
  received_by uuid,
  trip_id uuid,
  order_id uuid,
  waives_invoice_id uuid,
  note text,
  status public.payment_status not null default 'pending',
  approved_by uuid,
  approved_at timestamptz,
  printed jsonb,
  status_reason text,
  is_done boolean not null generated always as (status <> 'pending') stored,
  is_live boolean not null generated always as (status not in ('rejected', 'cancelled')) stored,
  is_received boolean not null generated always as (method in ('cash', 'mpesa', 'bank_transfer', 'cheque')) stored,
  unique (tenant_id, number),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, waives_invoice_id) references public.invoices (tenant_id, id),
  foreign key (tenant_id, trip_id) references public.trips (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  constraint amount_is_bounded check (amount > 0 and amount <= 999999999999.99),
  constraint spent_within_amount check (allocated_total between 0 and amount and refunded_total between 0 and amount - allocated_total),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint reference_is_short check (length(reference) between 1 and 80),
  constraint received_at_is_finite check (received_at > '2000-01-01' and received_at < '2200-01-01'),
  constraint mpesa_has_its_code check (method <> 'mpesa' or reference_key is not null),
  constraint note_is_short check (length(note) <= 500),
  constraint waived_for_an_invoice check ((method in ('write_off', 'discount')) = (waives_invoice_id is not null)),
  constraint written_off_with_a_reason check (method <> 'write_off' or btrim(note) <> ''),
  constraint only_approved_money_pays check (status in ('approved', 'reconciled') or (allocated_total = 0 and refunded_total = 0)),
  constraint approval_is_recorded check (status not in ('approved', 'reconciled') or approved_at is not null),
  constraint reason_given_when_refused check (status not in ('rejected', 'cancelled') or btrim(status_reason) <> '')
);
create unique index payments_reference on public.payments (tenant_id, reference_key) where is_live;
create index payments_by_reference on public.payments (tenant_id, reference_key) where reference_key is not null;
create index payments_recent on public.payments (tenant_id, created_at desc, id desc);
create index payments_not_done on public.payments (tenant_id, created_at desc, id desc) where is_done is false;
create index payments_customer on public.payments (tenant_id, customer_id);
create index payments_trip on public.payments (tenant_id, trip_id);
create index payments_order on public.payments (tenant_id, order_id);
create index payments_waived on public.payments (tenant_id, waives_invoice_id) where waives_invoice_id is not null;
create unique index payments_discount on public.payments (tenant_id, waives_invoice_id) where method = 'discount' and is_live;
comment on column public.payments.is_received is 'Whether it is money that came in: neither a credit note, nor written off, nor a discount. Sums of money received ask for it.';
comment on column public.payments.waives_invoice_id is 'The invoice that is written off, or whose discount for paying early this is.';
comment on column public.payments.printed is 'Who paid and who received it, as they were when it was approved, like orders.printed: {name, code, tax_id, seller}. Null before, and for what was never received.';
comment on column public.payments.note is 'Why it was written off.';
comment on table public.payments is 'Money received. Only approved payments pay invoices; a reference (e.g. an M-Pesa code) counts once per company, whatever the method.';
comment on column public.payments.reference is 'As it is shown: in capitals, an M-Pesa code without spaces and signs, any other with single spaces.';
comment on column public.payments.reference_key is 'What is compared: letters and digits of the reference.';
comment on column public.payments.refunded_total is 'What was given back of it, from the refunds.';
comment on column public.payments.unallocated is 'What neither pays an invoice nor was given back: the customer''s advance.';
comment on column public.payments.is_done is 'Decided. A list of pending payments asks for is_done is false as well: an index answers that.';
comment on column public.payments.is_live is 'Neither rejected nor cancelled: its reference is taken.';
select private.register_document('public.payments', 'payment', 'pending', 'payments.view', '/payments', prefix => 'PAY');
insert into private.waiting_states (machine, state, permission) values ('payment', 'pending', 'payments.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('payment', 'pending', 'approve', 'approved', 'payments.approve', '{created_by}', 'payment.approved'),
  ('payment', 'pending', 'reject', 'rejected', 'payments.approve', '{created_by}', 'payment.rejected'),
  ('payment', 'pending', 'confirm', 'reconciled', 'payments.approve', null, 'payment.confirmed'),
  ('payment', 'approved', 'reconcile', 'reconciled', 'payments.reconcile', null, 'payment.reconciled'),
  ('payment', 'reconciled', 'unreconcile', 'approved', 'payments.reconcile', null, 'payment.unreconciled'),
  ('payment', 'approved', 'cancel', 'cancelled', 'payments.approve', null, 'payment.cancelled'),
  ('payment', 'reconciled', 'cancel', 'cancelled', 'payments.approve', null, 'payment.cancelled');
-- Where the money came from (reconciled or not) has nothing to do with what it pays.
insert into private.in_place_commands (machine, state, command, permission)
select 'payment', s, c.command, c.permission
from pg_catalog.unnest(array['approved', 'reconciled']) s
cross join (values ('allocate', 'payments.create'), ('unallocate', 'payments.create'), ('refund', 'payments.approve')) as c (command, permission);
insert into private.in_place_commands (machine, state, command, permission)
select 'invoice', s, 'record_payment', 'payments.create' from pg_catalog.unnest(array['issued', 'partially_paid', 'overdue']) s;
select private.refuse_taken('public.payments', 'payments_reference', 'payment_reference_taken', each_alone => true);

create function private.tg__normalise_reference() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- Written as a whole: what is given is put into its form, what is missing stays missing.
  new := pg_catalog.jsonb_populate_record(new, pg_catalog.jsonb_build_object(
    'reference_key', private.reference_key(new.reference),
    'reference', case pg_catalog.to_jsonb(new) ->> 'method'
      when 'mpesa' then private.reference_key(new.reference)
      else pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.upper(new.reference), '\s+', ' ', 'g')) end));
  return new;
end
$$;
comment on function private.tg__normalise_reference() is 'Writes a reference in the form of its method, and what it is compared by.';
create trigger _120_normalise_reference before insert or update of reference, method on public.payments
for each row execute function private.tg__normalise_reference();

create function private.tg_payments__keep_words() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  new.printed := private.printed_customer(new.tenant_id, new.customer_id, null, null)
    || pg_catalog.jsonb_build_object('seller', private.printed_seller(new.tenant_id));
  return new;
end
$$;
comment on function private.tg_payments__keep_words() is 'Money that came in keeps the words that its receipt says from its approval on; what was never received has no receipt.';
create trigger _130_keep_words before insert on public.payments for each row
when (new.approved_at is not null and new.waives_invoice_id is null and new.method <> 'credit_note') execute function private.tg_payments__keep_words();
create trigger _130_keep_new_words before update of status on public.payments for each row
when (new.approved_at is not null and old.approved_at is null and new.waives_invoice_id is null) execute function private.tg_payments__keep_words();

create table public.payment_allocations (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  payment_id uuid not null,
  invoice_id uuid not null,
  amount numeric(14,2) not null,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  primary key (tenant_id, id),
  -- What is added later to the same invoice adds up.
  unique (tenant_id, payment_id, invoice_id),
  foreign key (tenant_id, payment_id) references public.payments (tenant_id, id),
  foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id),
  constraint amount_is_bounded check (amount > 0 and amount <= 999999999999.99)
);
create index payment_allocations_invoice on public.payment_allocations (tenant_id, invoice_id);
comment on table public.payment_allocations is 'How much of a payment pays which invoice. The sums on both sides are derived from here.';
select private.manage_part('public.payment_allocations', 'payment_id', 'amount');

create table public.payment_refunds (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  payment_id uuid not null,
  amount numeric(14,2) not null,
  reason text not null,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id, payment_id) references public.payments (tenant_id, id),
  constraint amount_is_bounded check (amount > 0 and amount <= 999999999999.99),
  constraint reason_is_not_blank check (btrim(reason) <> '' and length(reason) <= 500)
);
create index payment_refunds_payment on public.payment_refunds (tenant_id, payment_id);
comment on table public.payment_refunds is 'Money of a payment that was given back to the customer because it pays nothing. Currency of the payment.';
select private.protect_ledger('public.payment_refunds');

create table public.statement_lines (
  like private.record including defaults including indexes,
  source text not null,
  reference text not null,
  reference_key text not null,
  amount numeric(14,2) not null,
  posted_at timestamptz not null,
  paid_by text,
  paid_from text,
  bill_reference text,
  status public.statement_line_status not null default 'open',
  status_reason text,
  payment_id uuid,
  is_done boolean not null generated always as (status <> 'open') stored,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, source, reference_key),
  unique (tenant_id, payment_id),
  foreign key (tenant_id, payment_id) references public.payments (tenant_id, id),
  constraint source_is_short check (length(source) between 1 and 40),
  constraint reference_is_short check (length(reference) between 1 and 80),
  constraint amount_is_bounded check (amount > 0 and amount <= 999999999999.99),
  constraint posted_at_is_finite check (posted_at > '2000-01-01' and posted_at < '2200-01-01'),
  constraint payer_is_short check (length(paid_by) <= 120 and length(paid_from) <= 80 and length(bill_reference) <= 80),
  constraint matched_with_a_payment check ((status = 'matched') = (payment_id is not null)),
  constraint set_aside_has_a_reason check (status <> 'set_aside' or btrim(status_reason) <> '')
);
create index statement_lines_by_reference on public.statement_lines (tenant_id, reference_key);
create index statement_lines_recent on public.statement_lines (tenant_id, posted_at desc, id desc);
create index statement_lines_not_done on public.statement_lines (tenant_id, posted_at desc, id desc) where is_done is false;
comment on table public.statement_lines is 'Money that came in, as the statement of the bank or M-Pesa tells it; each line proves at most one payment. Somebody else than who wrote it confirms whose money it is, or sets it aside.';
comment on column public.statement_lines.source is 'The account it came to: bank, a till or a paybill, as people name it.';
comment on column public.statement_lines.paid_by is 'Who paid, as the statement names him.';
comment on column public.statement_lines.paid_from is 'The telephone it was paid from: E.164 where it was told; else as M-Pesa tells it, with stars in the middle or as the SHA-256 of its digits.';
comment on column public.statement_lines.bill_reference is 'What the payer wrote it was for: the number of an invoice or an order, a customer''s code, or anything else.';
select private.register_error('amount_is_bounded', 422, 'The amount is not a sum of money that can be received.', 'Enter an amount above 0, up to 999999999999.99.');
select private.register_error('posted_at_is_finite', 422, 'The time of the line is not possible.', 'Enter a time from the year 2000 until now.');
select private.register_error('reference_is_short', 422, 'The reference is missing or too long.', 'Enter a reference of at most 80 characters, with a letter or a digit.');
select private.register_error('source_is_short', 422, 'The source is missing or too long.', 'Enter a source of at most 40 characters, like bank.');
select private.register_error('payer_is_short', 422, 'What is known of the payer is too long.', 'Enter a name of at most 120 characters, a telephone and a reference of at most 80.');
select private.register_document('public.statement_lines', 'statement_line', 'open', 'payments.reconcile', '/payments/statement', number_column => 'reference');
insert into private.waiting_states (machine, state, permission) values ('statement_line', 'open', 'payments.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('statement_line', 'open', 'confirm', 'matched', 'payments.reconcile', null, 'statement_line.matched'),
  ('statement_line', 'matched', 'unmatch', 'open', 'payments.reconcile', null, 'statement_line.unmatched'),
  ('statement_line', 'open', 'set_aside', 'set_aside', 'payments.reconcile', null, 'statement_line.set_aside'),
  ('statement_line', 'set_aside', 'take_back', 'open', 'payments.reconcile', null, 'statement_line.taken_back');
select private.register_error('statement_line_taken', 409, 'This statement has a line with this reference already.', 'Check the reference; a line is entered once.');
select private.refuse_taken('public.statement_lines', 'statement_lines_tenant_id_source_reference_key_key', 'statement_line_taken');
create trigger _120_normalise_reference before insert or update of reference on public.statement_lines
for each row execute function private.tg__normalise_reference();

create function private.tg_statement_lines__refuse_future() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if private.is_to_come(new.tenant_id, new.posted_at) then
    perform private.fail('posted_at_is_finite', pg_catalog.jsonb_build_object('posted_at', new.posted_at));
  end if;
  if new.reference_key is null and new.reference is not null then
    perform private.fail('reference_is_short', pg_catalog.jsonb_build_object('reference', new.reference));
  end if;
  return new;
end
$$;
comment on function private.tg_statement_lines__refuse_future() is 'A statement tells what has been, under a reference that can be compared. Raises posted_at_is_finite, reference_is_short.';
create trigger _285_refuse_future before insert or update of posted_at, reference on public.statement_lines
for each row execute function private.tg_statement_lines__refuse_future();

-- The paying and ageing edges follow from allocations and dates; people have issue and void.
select private.offer_if('invoice', 'false', 'pay_part', 'pay', 'mark_overdue', 'reopen', 'reopen_part', 'reopen_late');
select private.offer_if('invoice', 'invoices.paid_total = 0', 'void');
select private.offer_if('payment', 'payments.unallocated > 0', 'allocate');
select private.offer_if('payment', 'payments.allocated_total > 0 and payments.waives_invoice_id is null', 'unallocate');
select private.offer_if('payment', 'payments.unallocated > 0 and payments.created_by is distinct from auth.uid()', 'refund');
select private.offer_if('payment', 'payments.refunded_total = 0 and (payments.is_received or payments.method = ''write_off'')', 'cancel');
select private.offer_if('payment', 'payments.is_received', 'reconcile');
-- Money that a statement proves is confirmed on its line; a match is undone on the payment.
select private.offer_if('payment', 'false', 'confirm');
select private.offer_if('statement_line', 'false', 'unmatch');
select private.offer_if('statement_line', $$statement_lines.created_by is distinct from auth.uid()
  and private.has_permission(statement_lines.tenant_id, 'payments.approve')$$, 'confirm');
select private.offer_if('order', 'not private.is_billed(orders)', 'bill');
select private.find_by('statement_line', 'reference_key', 'pg_catalog.array_remove(array[private.reference_key(typed)], null)');
select private.find_by('invoice', 'customer_id', 'private.customers_meant(typed)');
select private.find_by('payment', 'customer_id', 'private.customers_meant(typed)');
select private.find_by('payment', 'reference_key', 'pg_catalog.array_remove(array[private.reference_key(typed)], null)');

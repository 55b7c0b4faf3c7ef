-- Family 09, billing: credit notes take back what an invoice charged.

create type public.credit_note_status as enum ('draft', 'issued', 'void');

create table public.credit_notes (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  number text,
  invoice_id uuid not null,
  customer_id uuid not null,
  status public.credit_note_status not null default 'draft',
  reason text not null,
  currency text not null,
  issued_on date,
  subtotal numeric(14,2) not null default 0,
  tax_total numeric(14,2) not null default 0,
  deposit_total numeric(14,2) not null default 0,
  total numeric(14,2) generated always as (subtotal + tax_total + deposit_total) stored,
  printed jsonb,
  status_reason text,
  created_at timestamptz not null default now(),
  created_by uuid,
  updated_at timestamptz not null default now(),
  updated_by uuid,
  version integer not null default 1,
  is_done boolean not null generated always as (status <> 'draft') stored,
  is_live boolean not null generated always as (status <> 'void') stored,
  primary key (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint totals_are_bounded check (subtotal between 0 and 999999999999.99 and tax_total between 0 and 999999999999.99 and deposit_total between 0 and 999999999999.99),
  constraint numbered_once_issued check ((status = 'issued') = (number is not null)),
  constraint dates_set_once_issued check ((status = 'issued') = (issued_on is not null)),
  constraint reason_is_not_blank check (btrim(reason) <> '' and length(reason) <= 500),
  constraint void_has_a_reason check (status <> 'void' or btrim(status_reason) <> '')
);
create index credit_notes_invoice on public.credit_notes (tenant_id, invoice_id);
create index credit_notes_customer on public.credit_notes (tenant_id, customer_id);
create index credit_notes_recent on public.credit_notes (tenant_id, created_at desc, id desc);
create index credit_notes_not_done on public.credit_notes (tenant_id, created_at desc, id desc) where is_done is false;
comment on table public.credit_notes is
  'What is taken back of an issued invoice, by quantities of its lines at its prices, never more than it charged. Issued, its money is a payment of the method credit_note: it pays that invoice first, what is over is the customer''s advance. Numbers are without gaps, drawn when issued.';
comment on column public.credit_notes.printed is 'The customer as the invoice shows him; null for drafts.';
comment on column public.credit_notes.is_done is 'Decided. A list of drafts asks for is_done is false as well: an index answers that.';
comment on column public.credit_notes.is_live is 'Not void.';
select private.register_document('public.credit_notes', 'credit_note', 'draft', 'invoices.view', '/invoices/credits', prefix => 'CRN', is_gapless => true);
insert into private.waiting_states (machine, state, permission) values ('credit_note', 'draft', 'payments.approve');
insert into private.transitions (machine, from_state, command, to_state, permission, separate_from, event) values
  ('credit_note', 'draft', 'issue', 'issued', 'payments.approve', '{created_by}', 'credit_note.issued'),
  ('credit_note', 'draft', 'void', 'void', 'invoices.create', null, 'credit_note.voided');
select private.find_by('credit_note', 'customer_id', 'private.customers_meant(typed)');
insert into private.in_place_commands (machine, state, command, permission)
select 'invoice', s, 'credit', 'invoices.create' from pg_catalog.unnest(array['issued', 'partially_paid', 'paid', 'overdue']) s;

create table public.credit_note_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  credit_note_id uuid not null,
  line_number integer not null,
  invoice_item_id uuid,
  product_id uuid,
  product_sku text not null,
  product_name text not null,
  unit text not null,
  is_deposit boolean not null default false,
  is_fee boolean not null generated always as (product_id is null) stored,
  quantity numeric(14,3) not null,
  unit_price numeric(14,2) not null,
  tax_rate numeric(5,2) not null,
  taxes jsonb not null default '[]',
  price_includes_tax boolean not null default false,
  discount_amount numeric(14,2) not null default 0,
  line_total numeric(14,2) not null,
  tax_amount numeric(14,2) not null,
  primary key (tenant_id, id),
  unique (tenant_id, credit_note_id, line_number),
  foreign key (tenant_id, credit_note_id) references public.credit_notes (tenant_id, id),
  foreign key (tenant_id, invoice_item_id) references public.invoice_items (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint unit_price_is_bounded check (unit_price between 0 and 999999999.99),
  constraint tax_rate_is_a_percentage check (tax_rate between 0 and 100),
  constraint money_is_bounded check (line_total between 0 and 999999999999.99 and tax_amount between 0 and 999999999999.99 and discount_amount between 0 and 999999999999.99),
  constraint goods_name_their_line check (is_deposit = (invoice_item_id is null))
);
create index credit_note_items_invoice_item on public.credit_note_items (tenant_id, invoice_item_id);
create index credit_note_items_product on public.credit_note_items (tenant_id, product_id);
comment on table public.credit_note_items is
  'Lines of a credit note: goods or the delivery fee of a line of the invoice, and deposits (untaxed) on containers that came back. Written with the note, never changed.';
comment on column public.credit_note_items.is_fee is 'The delivery fee of the invoice.';
comment on column public.credit_note_items.discount_amount is 'The part of the invoice line''s discount that falls on it: what was not paid does not come back.';
comment on column public.credit_note_items.line_total is 'Quantity at the price of the invoice, less its discount; the part that completes a line takes what is left of it, so that the parts never sum to more.';
select private.protect_ledger('public.credit_note_items');

select private.register_error('credit_exceeds', 409, 'More is credited than the invoice charged.', 'Reduce the quantities of the lines in the details.');
select private.register_error('invoice_not_issued', 409, 'Only an issued invoice can be credited.', 'Void the draft instead; the delivery can be billed again.');
select private.register_error('invoice_is_credited', 409, 'A credit note hangs on this invoice.', 'Void its draft first; an issued one stands, and so does the invoice.');
select private.register_error('credit_note_stands', 409, 'The money of a credit note cannot be cancelled or found on a statement.', 'Take it off the invoice, give it back, or let it pay another one.');

create function private.tg_credit_note_items__refuse_excess() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  -- Two notes for one invoice take turns.
  perform from public.invoices i
  where (i.tenant_id, i.id) in (select c.tenant_id, c.invoice_id from new_rows n join public.credit_notes c on c.tenant_id = n.tenant_id and c.id = n.credit_note_id)
  order by i.id for no key update;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('invoice_item_id', x.id, 'product', x.product_name, 'invoiced', x.quantity, 'credited', x.credited)) into problems
  from (
    select i.id, i.product_name, i.quantity, sum(l.quantity) as credited
    from public.invoice_items i
    join public.credit_note_items l on l.tenant_id = i.tenant_id and l.invoice_item_id = i.id
    join public.credit_notes c on c.tenant_id = l.tenant_id and c.id = l.credit_note_id and c.is_live
    where (i.tenant_id, i.id) in (select n.tenant_id, n.invoice_item_id from new_rows n)
    group by i.tenant_id, i.id
    having sum(l.quantity) > i.quantity
  ) x;
  if problems is not null then
    perform private.fail('credit_exceeds', pg_catalog.jsonb_build_object('items', problems));
  end if;
  return null;
end
$$;
comment on function private.tg_credit_note_items__refuse_excess() is 'All credit notes of an invoice together credit no more than it charged, line by line. Raises credit_exceeds.';
create trigger _300_refuse_excess after insert on public.credit_note_items
referencing new table as new_rows for each statement execute function private.tg_credit_note_items__refuse_excess();

create function private.tg_invoices__refuse_void_of_credited() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from public.credit_notes c where c.tenant_id = new.tenant_id and c.invoice_id = new.id and c.is_live) then
    perform private.fail('invoice_is_credited', pg_catalog.jsonb_build_object('invoice_id', new.id));
  end if;
  return new;
end
$$;
comment on function private.tg_invoices__refuse_void_of_credited() is 'What was credited once is not given back a second time by voiding its invoice. Raises invoice_is_credited.';
create trigger _290_refuse_void_of_credited before update of status on public.invoices for each row
when (new.status = 'void' and old.status <> 'void') execute function private.tg_invoices__refuse_void_of_credited();

------------------------------------------------------------------------------------------------
-- The money of a credit note
------------------------------------------------------------------------------------------------

alter table public.payments add column credit_note_id uuid;
alter table public.payments add foreign key (tenant_id, credit_note_id) references public.credit_notes (tenant_id, id);
alter table public.payments add constraint credit_note_is_not_received check ((method = 'credit_note') = (credit_note_id is not null));
create unique index payments_credit_note on public.payments (tenant_id, credit_note_id) where credit_note_id is not null;
comment on column public.payments.credit_note_id is 'Not received: the money of this credit note.';

create function private.tg_payments__keep_credit() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.fail('credit_note_stands', pg_catalog.jsonb_build_object('payment_id', new.id));
  return null;
end
$$;
comment on function private.tg_payments__keep_credit() is 'What an issued credit note gave stays given. Raises credit_note_stands.';
create trigger _290_keep_credit before update of status on public.payments for each row
when (new.credit_note_id is not null and new.status <> old.status) execute function private.tg_payments__keep_credit();

create function private.count_credited_deposits(note public.credit_notes, sign integer) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  insert into private.deposit_layers as l (tenant_id, customer_id, product_id, unit_deposit, invoiced)
  select i.tenant_id, note.customer_id, i.product_id, i.unit_price, -sign * sum(i.quantity)
  from public.credit_note_items i
  where i.tenant_id = note.tenant_id and i.credit_note_id = note.id and i.is_deposit
  group by 1, 2, 3, 4
  order by 1, 2, 3, 4
  on conflict on constraint deposit_layers_pkey do update set invoiced = l.invoiced + excluded.invoiced;
end
$$;
comment on function private.count_credited_deposits(public.credit_notes, integer) is 'Takes the deposits of a credit note off what its customer was charged (sign 1), or adds them again (-1).';

create function private.tg_credit_notes__charge_deposits() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.count_credited_deposits(new, -1);
  return new;
end
$$;
comment on function private.tg_credit_notes__charge_deposits() is 'A void credit note gives nothing back.';
create trigger _300_charge_deposits after update of status on public.credit_notes for each row
when (new.status = 'void' and old.status <> 'void') execute function private.tg_credit_notes__charge_deposits();

------------------------------------------------------------------------------------------------
-- Commands
------------------------------------------------------------------------------------------------

create function private.draft_credit_note(credited public.invoices, reason text, lines jsonb, with_deposits boolean) returns public.credit_notes
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  note public.credit_notes;
begin
  insert into public.credit_notes (tenant_id, invoice_id, customer_id, currency, reason)
  values (credited.tenant_id, credited.id, credited.customer_id, credited.currency, draft_credit_note.reason)
  returning * into note;
  insert into public.credit_note_items (tenant_id, credit_note_id, line_number, invoice_item_id, product_id, product_sku, product_name, unit,
    quantity, unit_price, tax_rate, taxes, price_includes_tax, discount_amount, line_total, tax_amount)
  select i.tenant_id, note.id, pg_catalog.row_number() over (order by i.line_number), i.id, i.product_id, i.product_sku, i.product_name, i.unit,
    w.quantity, i.unit_price, i.tax_rate, i.taxes, i.price_includes_tax, d.discount, m.line_total,
    case when m.is_last then i.tax_amount - e.tax_amount else least(i.tax_amount - e.tax_amount, m.tax_amount) end
  from pg_catalog.jsonb_to_recordset(lines) as w (invoice_item_id uuid, quantity numeric)
  join public.invoice_items i on i.tenant_id = credited.tenant_id and i.invoice_id = credited.id and i.id = w.invoice_item_id
  cross join lateral (
    select coalesce(sum(l.quantity), 0) as quantity, coalesce(sum(l.line_total), 0) as line_total, coalesce(sum(l.tax_amount), 0) as tax_amount
    from public.credit_note_items l
    join public.credit_notes c on c.tenant_id = l.tenant_id and c.id = l.credit_note_id and c.is_live
    where l.tenant_id = i.tenant_id and l.invoice_item_id = i.id
  ) e
  cross join lateral (select private.part_of_discount(i.discount_amount, i.unit_price, i.quantity, least(w.quantity, i.quantity)) as discount) d
  cross join lateral (
    select e.quantity + w.quantity = i.quantity as is_last,
      -- More than is left is refused by the trigger, not counted.
      greatest(0, case when e.quantity + w.quantity = i.quantity then i.line_total - e.line_total
        else least(i.line_total - e.line_total, private.line_net(w.quantity, i.unit_price, i.tax_rate, i.price_includes_tax, d.discount)) end) as line_total,
      private.line_tax(w.quantity, i.unit_price, i.tax_rate, i.price_includes_tax, d.discount) as tax_amount
  ) m;
  if with_deposits then
    insert into public.credit_note_items (tenant_id, credit_note_id, line_number, product_id, product_sku, product_name, unit, is_deposit,
      quantity, unit_price, tax_rate, line_total, tax_amount)
    select credited.tenant_id, note.id,
      pg_catalog.row_number() over (order by d.product_id, d.unit_deposit)
        + (select count(*) from public.credit_note_items l where l.tenant_id = credited.tenant_id and l.credit_note_id = note.id),
      d.product_id, p.sku, p.name, p.unit, true, -d.quantity, d.unit_deposit, 0, round(-d.quantity * d.unit_deposit, 2), 0
    -- Given back is what was charged and is not held any more; what is held and was not charged is for the next invoice.
    from private.deposits_to_invoice(credited.tenant_id, credited.customer_id, 999999999999.99) d
    join public.products p on p.tenant_id = credited.tenant_id and p.id = d.product_id
    where d.quantity < 0;
    perform private.count_credited_deposits(note, 1);
  end if;
  update public.credit_notes c
  set subtotal = s.subtotal, tax_total = s.tax_total, deposit_total = s.deposit_total
  from (
    select coalesce(sum(l.line_total) filter (where not l.is_deposit), 0) as subtotal, coalesce(sum(l.tax_amount), 0) as tax_total,
      coalesce(sum(l.line_total) filter (where l.is_deposit), 0) as deposit_total
    from public.credit_note_items l where l.tenant_id = note.tenant_id and l.credit_note_id = note.id
  ) s
  where c.tenant_id = note.tenant_id and c.id = note.id
  returning c.* into note;
  return note;
end
$$;
comment on function private.draft_credit_note(public.invoices, text, jsonb, boolean) is
  'Drafts a credit note over lines [{invoice_item_id, quantity}] of a locked invoice; with_deposits: and over the deposits that the customer was charged and does not hold any more, for which the customer is locked. Raises credit_exceeds.';

create function private.credit_invoice(invoice_id uuid, items jsonb, reason text, expected_version integer default null) returns public.credit_notes
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.view');
  target public.invoices;
  problems jsonb;
begin
  target := private.lock_invoice(tenant, invoice_id, expected_version);
  if not private.takes_in_place('invoice', tenant, target.status::text, 'credit') then
    perform private.fail('invoice_not_issued', pg_catalog.jsonb_build_object('invoice_id', target.id, 'status', target.status));
  end if;
  perform private.require_records('items', items, '{"invoice_item_id": "uuid", "quantity": "numeric"}');
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', x.n, 'problem', x.problem) order by x.n) into problems
  from (
    select w.n, case
      when i.id is null then 'line_unknown'
      when q.quantity is null or q.quantity <= 0 then 'quantity_missing'
      when q.quantity > 99999999 then 'quantity_too_large'
      when q.quantity <> round(q.quantity, 3) then 'quantity_has_more_than_three_decimals'
      when count(*) over (partition by i.id) > 1 then 'line_twice' end as problem
    from pg_catalog.jsonb_array_elements(items) with ordinality as w (item, n)
    cross join lateral (select (w.item ->> 'quantity')::numeric as quantity) q
    left join public.invoice_items i on i.tenant_id = tenant and i.invoice_id = target.id and not i.is_deposit and i.id = private.uuid_or_null(w.item ->> 'invoice_item_id')
  ) x
  where x.problem is not null;
  if problems is not null or pg_catalog.jsonb_array_length(items) = 0 then
    perform private.fail('lines_invalid', pg_catalog.jsonb_build_object('items', coalesce(problems, '"at least one line is needed"')));
  end if;
  return private.draft_credit_note(target, private.require_text('reason', reason), items, false);
end
$$;
comment on function private.credit_invoice(uuid, jsonb, text, integer) is
  'Drafts a credit note over lines [{invoice_item_id, quantity}] of an issued invoice, at its prices, with a reason; somebody else issues it. Deposits follow the containers, not this. Raises invoice_not_issued, credit_exceeds, lines_invalid, record_not_found, permission_denied, version_conflict.';
select private.expose_command('credit_invoice');

create function private.lock_credit_note(tenant uuid, credit_note_id uuid, expected_version integer) returns public.credit_notes
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.credit_notes;
begin
  select * into target from public.credit_notes c where c.tenant_id = tenant and c.id = credit_note_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('credit_note_id', credit_note_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_credit_note(uuid, uuid, integer) is 'Locks a credit note. Credit notes are locked before payments and invoices. Raises record_not_found, version_conflict.';

create function private.issue_credit_note(credit_note_id uuid, expected_version integer default null) returns public.credit_notes
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.view');
  target public.credit_notes;
  money public.payments;
begin
  target := private.lock_credit_note(tenant, credit_note_id, expected_version);
  perform private.next_state('credit_note', target.id, target.status::text, 'issue');
  if private.record_approval(tenant, 'credit_note', target.id, 'issue', target.status::text) then
    update public.credit_notes c
    set status = 'issued', number = private.next_document_number(tenant, 'credit_note'), issued_on = private.tenant_today(tenant),
      printed = (select i.printed from public.invoices i where i.tenant_id = tenant and i.id = c.invoice_id)
    where c.tenant_id = target.tenant_id and c.id = target.id
    returning * into target;
    if target.total > 0 then
      perform private.take_steps('payment', 'approve by credit_note.issue');
      insert into public.payments (tenant_id, customer_id, method, amount, currency, reference, order_id, credit_note_id, status, approved_by, approved_at)
      select tenant, target.customer_id, 'credit_note', target.total, target.currency, target.number, i.order_id, target.id, 'approved', auth.uid(), pg_catalog.now()
      from public.invoices i where i.tenant_id = tenant and i.id = target.invoice_id
      returning * into money;
      perform private.take_steps(null);
      perform private.spend_on_invoice(money, target.invoice_id);
    end if;
  end if;
  return target;
end
$$;
comment on function private.issue_credit_note(uuid, integer) is
  'Posts a credit note that somebody else drafted: number without gaps, today''s date. Its money pays what is open of the invoice; the rest is the customer''s advance, which can pay others or be given back. Raises separation_of_duties, credit_note_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('issue_credit_note');

create function private.void_credit_note(credit_note_id uuid, reason text, expected_version integer default null) returns public.credit_notes
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.view');
  target public.credit_notes;
begin
  target := private.lock_credit_note(tenant, credit_note_id, expected_version);
  perform private.next_state('credit_note', target.id, target.status::text, 'void');
  -- Deposits of one customer are counted one after the other.
  perform from public.customers c where c.tenant_id = tenant and c.id = target.customer_id for no key update;
  update public.credit_notes c set status = 'void', status_reason = private.require_text('reason', reason) where c.tenant_id = target.tenant_id and c.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.void_credit_note(uuid, text, integer) is
  'Throws a drafted credit note away, with a reason; an issued one stands. Raises input_invalid, credit_note_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('void_credit_note');

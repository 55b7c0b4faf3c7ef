-- Family 09, billing: money as the bank and M-Pesa tell of it, and whose it is.

select private.register_error('amount_differs', 422, 'This is not the amount of the statement line.', 'Read the line again and type its amount.');
select private.register_error('statement_lines_invalid', 422, 'Some lines of the statement cannot be taken.', 'Correct the lines named in the details; none was added.');
select private.register_error('paybill_unknown', 404, 'Nobody takes money at this address.', 'Make a new address on the page of settings and register that with M-Pesa.');

create function private.lock_statement_line(tenant uuid, statement_line_id uuid, expected_version integer) returns public.statement_lines
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.statement_lines;
begin
  select * into target from public.statement_lines l where l.tenant_id = tenant and l.id = statement_line_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('statement_line_id', statement_line_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_statement_line(uuid, uuid, integer) is 'Locks a statement line. Raises record_not_found, version_conflict.';

create function private.confirm_statement_line(
  statement_line_id uuid, customer_id uuid, amount numeric, method public.payment_method default 'mpesa', invoice_ids uuid[] default '{}',
  expected_version integer default null
) returns public.statement_lines
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.reconcile');
  target public.statement_lines;
  money public.payments;
  paid uuid;
begin
  perform private.require_permission('payments.approve');
  target := private.lock_statement_line(tenant, statement_line_id, expected_version);
  perform private.next_state('statement_line', target.id, target.status::text, 'confirm');
  if target.created_by = auth.uid() then
    perform private.fail('separation_of_duties', '{"machine": "statement_line", "command": "confirm", "separate_from": ["created_by"]}');
  end if;
  if amount is distinct from target.amount then
    perform private.fail('amount_differs', pg_catalog.jsonb_build_object('amount', amount));
  end if;
  if method = 'cash' then
    perform private.fail('payment_invalid', pg_catalog.jsonb_build_object('method', method));
  end if;
  if not exists (
    select from public.customers c where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  money := private.insert_payment(tenant, customer_id, method, target.amount, target.reference, target.posted_at, null, null);
  update public.payments p set status = 'reconciled', approved_by = auth.uid(), approved_at = pg_catalog.now()
  where p.tenant_id = tenant and p.id = money.id returning * into money;
  update public.statement_lines l set status = 'matched', payment_id = money.id where l.tenant_id = tenant and l.id = target.id returning * into target;
  foreach paid in array coalesce(invoice_ids, '{}') loop
    if not exists (select from public.invoices i where i.tenant_id = tenant and i.id = paid and i.customer_id = confirm_statement_line.customer_id) then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('invoice_id', paid));
    end if;
    perform private.spend_on_invoice(money, paid);
    select * into money from public.payments p where p.tenant_id = tenant and p.id = money.id;
  end loop;
  return target;
end
$$;
comment on function private.confirm_statement_line(uuid, uuid, numeric, public.payment_method, uuid[], integer) is
  'Says whose money a statement line tells of: records the payment, approved and matched at once, and lets it pay invoices of the customer in the order given, as far as it goes; what is over is his advance. The amount is typed again. Not by who wrote the line. Raises amount_differs, separation_of_duties, payment_reference_taken, payment_invalid, mpesa_has_its_code, statement_line_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('confirm_statement_line');

create function private.set_aside_statement_line(statement_line_id uuid, reason text, expected_version integer default null) returns public.statement_lines
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.reconcile');
  target public.statement_lines;
begin
  target := private.lock_statement_line(tenant, statement_line_id, expected_version);
  perform private.next_state('statement_line', target.id, target.status::text, 'set_aside');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  perform private.check_text('reason', reason, 500);
  update public.statement_lines l set status = 'set_aside', status_reason = pg_catalog.btrim(reason) where l.tenant_id = tenant and l.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.set_aside_statement_line(uuid, text, integer) is
  'Takes a statement line out of the work because it is no customer''s money, with a reason. Raises reason_required, statement_line_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('set_aside_statement_line');

create function private.take_back_statement_line(statement_line_id uuid, expected_version integer default null) returns public.statement_lines
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.reconcile');
  target public.statement_lines;
begin
  target := private.lock_statement_line(tenant, statement_line_id, expected_version);
  perform private.next_state('statement_line', target.id, target.status::text, 'take_back');
  update public.statement_lines l set status = 'open', status_reason = null where l.tenant_id = tenant and l.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.take_back_statement_line(uuid, integer) is 'Opens a statement line that was set aside. Raises statement_line_transition_illegal, record_not_found, version_conflict.';
select private.expose_command('take_back_statement_line');

------------------------------------------------------------------------------------------------
-- Many lines at once
------------------------------------------------------------------------------------------------

create function private.lock_statement(tenant uuid) returns void
language sql set search_path = ''
as $$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('public.statement_lines' || tenant, 0)) $$;
comment on function private.lock_statement(uuid) is 'What somebody else is just writing into the statements of the company is seen after this: the lock under which private.refuse_taken looks for the same reference.';

create function private.told_phone(tenant uuid, typed text) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(private.normal_phone(pg_catalog.btrim(typed), private.tenant_country(tenant)), nullif(pg_catalog.btrim(typed), ''))
$$;
comment on function private.told_phone(uuid, text) is 'A telephone number in its one form; as it was told where it is none, with stars in the middle or as a hash.';

create function private.told_lines(tenant uuid, lines jsonb)
returns table (place bigint, reference text, reference_key text, amount numeric, posted_at timestamptz, paid_by text, paid_from text, bill_reference text, has_one_amount boolean)
language sql stable security definer set search_path = ''
as $$
  select l.n, l.reference, k.reference_key, l.amount, l.posted_at, nullif(pg_catalog.btrim(l.paid_by), ''), private.told_phone(tenant, l.paid_from),
    nullif(pg_catalog.btrim(l.bill_reference), ''), min(l.amount) over (partition by k.reference_key) = max(l.amount) over (partition by k.reference_key)
  from rows from (pg_catalog.jsonb_to_recordset(lines) as (reference text, amount numeric, posted_at timestamptz, paid_by text, paid_from text, bill_reference text))
    with ordinality as l (reference, amount, posted_at, paid_by, paid_from, bill_reference, n)
  cross join lateral (select private.reference_key(l.reference) as reference_key) k
$$;
comment on function private.told_lines(uuid, jsonb) is 'Lines of a statement as they were sent, in their places from 1. has_one_amount: all that have this reference have one amount.';

create function private.import_statement_lines(source text, lines jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.reconcile');
  account constant text := pg_catalog.btrim(source);
  problems jsonb;
  differing jsonb;
  wanted integer;
  added integer;
begin
  perform private.require_records('lines', lines,
    '{"reference": "text", "amount": "numeric", "posted_at": "timestamptz", "paid_by": "text", "paid_from": "text", "bill_reference": "text"}');
  wanted := pg_catalog.jsonb_array_length(lines);
  if wanted not between 1 and 5000 then
    perform private.fail('input_invalid', '{"lines": "from 1 to 5000 at once"}');
  end if;
  if coalesce(pg_catalog.length(account), 0) not between 1 and 40 then
    perform private.fail('source_is_short', pg_catalog.jsonb_build_object('source', source));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('line', p.place, 'field', p.field) order by p.place) into problems
  from (
    select t.place, case
      when t.reference_key is null or pg_catalog.length(t.reference) > 80 or not t.has_one_amount then 'reference'
      when (t.amount > 0 and t.amount <= 999999999999.99 and t.amount = round(t.amount, 2)) is not true then 'amount'
      when (t.posted_at > '2000-01-02' and not private.is_to_come(tenant, t.posted_at)) is not true then 'posted_at'
      when pg_catalog.length(t.paid_by) > 120 then 'paid_by'
      when pg_catalog.length(t.paid_from) > 80 then 'paid_from'
      when pg_catalog.length(t.bill_reference) > 80 then 'bill_reference'
      end as field
    from private.told_lines(tenant, lines) t
  ) p
  where p.field is not null;
  if problems is not null then
    perform private.fail('statement_lines_invalid', pg_catalog.jsonb_build_object('lines', problems));
  end if;
  perform private.lock_statement(tenant);
  insert into public.statement_lines (tenant_id, source, reference, amount, posted_at, paid_by, paid_from, bill_reference)
  select distinct on (t.reference_key) tenant, account, t.reference, t.amount, t.posted_at, t.paid_by, t.paid_from, t.bill_reference
  from private.told_lines(tenant, lines) t
  where not exists (select from public.statement_lines l where l.tenant_id = tenant and l.source = account and l.reference_key = t.reference_key)
  order by t.reference_key, t.place;
  get diagnostics added = row_count;
  select coalesce(pg_catalog.jsonb_agg(distinct pg_catalog.jsonb_build_object('reference', l.reference, 'amount', t.amount, 'known_amount', l.amount)), '[]') into differing
  from private.told_lines(tenant, lines) t
  join public.statement_lines l on l.tenant_id = tenant and l.source = account and l.reference_key = t.reference_key and l.amount <> t.amount;
  return pg_catalog.jsonb_build_object('added', added, 'known', wanted - added, 'differing', differing);
end
$$;
comment on function private.import_statement_lines(text, jsonb) is
  'Takes lines of a statement in: [{reference, amount, posted_at, paid_by?, paid_from?, bill_reference?}], at most 5000, all or none. A reference that the account has already is left as it is, so the same file can be sent again. Amounts above 0 in the company''s currency. Answers {added, known, differing: [{reference, amount, known_amount}]}. Raises statement_lines_invalid {lines: [{line, field}]}, source_is_short, input_invalid.';
select private.expose_command('import_statement_lines');

------------------------------------------------------------------------------------------------
-- Whose it may be
------------------------------------------------------------------------------------------------

create function private.number_written(document_kind text, typed text) returns text
language sql stable security definer set search_path = ''
as $$
  select private.document_number(k.prefix, pg_catalog.substring(pg_catalog.upper(typed), '^\s*(?:#|' || k.prefix || '[- ]?)?([0-9]{1,12})\s*$')::bigint)
  from private.document_kinds k where k.kind = document_kind
$$;
comment on function private.number_written(text, text) is 'The number of a document as somebody outside writes it: "123", "inv 123" and "INV-000123" are INV-000123. Null when it is none.';

create function private.statement_line_candidates(statement_line_id uuid)
returns table (reason text, customer_id uuid, customer_name text, payment_id uuid, payment_number text, payment_status text, invoice_id uuid, invoice_number text, balance numeric)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  tenant constant uuid := private.require_permission('payments.reconcile');
  line public.statement_lines;
  digits text;
  bill_key text;
begin
  select * into line from public.statement_lines l where l.tenant_id = tenant and l.id = statement_line_candidates.statement_line_id;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('statement_line_id', statement_line_id));
  end if;
  digits := pg_catalog.ltrim(line.paid_from, '+');
  bill_key := private.reference_key(line.bill_reference);
  return query
  with guesses as (
    select 1 as rank, 'reference' as reason, p.customer_id, p.id as payment_id, null::uuid as invoice_id
    from public.payments p
    where p.tenant_id = tenant and p.reference_key = line.reference_key and p.status in ('pending', 'approved') and p.amount = line.amount
    union all
    select 2, 'invoice', i.customer_id, null, i.id
    from public.invoices i
    where i.tenant_id = tenant and i.number = private.number_written('invoice', line.bill_reference) and i.status in ('issued', 'partially_paid', 'overdue')
    union all
    select 3, 'order', o.customer_id, null, i.id
    from public.orders o
    left join public.invoices i on i.tenant_id = o.tenant_id and i.order_id = o.id and i.interest_of_id is null and i.status in ('issued', 'partially_paid', 'overdue')
    where o.tenant_id = tenant and o.number = private.number_written('order', line.bill_reference)
    union all
    select 4, 'customer', c.id, null, null
    from public.customers c
    where c.tenant_id = tenant and pg_catalog.lower(c.code) = pg_catalog.lower(pg_catalog.btrim(line.bill_reference))
    union all
    select 5, 'phone', c.id, null, null
    from public.customers c
    where c.tenant_id = tenant and c.phone is not null and case
      when line.paid_from like '+%' then c.phone = line.paid_from
      when digits ~ '^[0-9a-fA-F]{64}$' then pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.ltrim(c.phone, '+'), 'UTF8')), 'hex') = pg_catalog.lower(digits)
      when digits ~ '^[0-9]{3,}\*+[0-9]{3,}$' then pg_catalog.ltrim(c.phone, '+') like pg_catalog.regexp_replace(digits, '\*+', '%')
      else false end
    union all
    select 5, 'phone', c.customer_id, null, null
    from public.contacts c
    where c.tenant_id = tenant and line.paid_from like '+%' and c.phone = line.paid_from and c.customer_id is not null
    union all
    (select 6, 'amount', i.customer_id, null, i.id
    from public.invoices i
    where i.tenant_id = tenant and i.is_done is false and i.balance = line.amount and i.status in ('issued', 'partially_paid', 'overdue')
    order by i.due_on, i.id limit 10)
  ), best as (
    select distinct on (g.customer_id, g.payment_id, g.invoice_id) g.* from guesses g order by g.customer_id, g.payment_id, g.invoice_id, g.rank
  )
  select b.reason, c.id, c.name, p.id, p.number, p.status::text, i.id, i.number, i.balance
  from best b
  join public.customers c on c.tenant_id = tenant and c.id = b.customer_id
  left join public.payments p on p.tenant_id = tenant and p.id = b.payment_id
  left join public.invoices i on i.tenant_id = tenant and i.id = b.invoice_id
  where private.is_unscoped() or private.sees_customer(c.id, c.territory_id)
  order by b.rank, i.due_on nulls last, c.name, c.id
  limit 20;
end
$$;
comment on function private.statement_line_candidates(uuid) is
  'Whose money a statement line may tell of, the likeliest first, at most 20: reason reference (a recorded payment of this reference and amount), invoice, order or customer (named by the payer), phone (he paid from a customer''s telephone), amount (an open invoice of just this balance). Raises record_not_found.';
select private.expose('statement_line_candidates');

create function private.match_statement(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  line_key text;
  money public.payments;
  line public.statement_lines;
begin
  if event.entity_type = 'payment' then
    select * into money from public.payments p where p.tenant_id = event.tenant_id and p.id = event.entity_id and p.status = 'approved' for no key update;
  else
    select l.reference_key into line_key from public.statement_lines l where l.tenant_id = event.tenant_id and l.id = event.entity_id and l.status = 'open';
    select * into money from public.payments p where p.tenant_id = event.tenant_id and p.reference_key = line_key and p.status = 'approved' for no key update;
  end if;
  if money.is_received is not true or money.method = 'cash' then
    return;
  end if;
  select * into line from public.statement_lines l
  where l.tenant_id = money.tenant_id and l.reference_key = money.reference_key and l.amount = money.amount and l.status = 'open'
  order by l.posted_at, l.id limit 1 for no key update;
  if found then
    update public.statement_lines l set payment_id = money.id, status = 'matched' where l.tenant_id = line.tenant_id and l.id = line.id;
    update public.payments p set status = 'reconciled' where p.tenant_id = money.tenant_id and p.id = money.id;
  end if;
end
$$;
comment on function private.match_statement(public.event_store) is
  'Consumer: an approved payment and an open statement line of the same reference and amount are one. Whichever of the two comes last finds the other. The table makes sure that a line proves one payment only.';
select private.create_queue('money_events', 'process-events');
select private.listen('money_events', 'match_statement', 'payment.approved', 'statement_line.created');

------------------------------------------------------------------------------------------------
-- Paybills and tills: M-Pesa tells of every payment
------------------------------------------------------------------------------------------------

create table public.paybills (
  like private.record including defaults including indexes,
  name text not null,
  short_code text not null,
  refuses_unknown boolean not null default false,
  is_active boolean not null default true,
  has_address boolean not null default false,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, short_code),
  unique (tenant_id, name),
  constraint paybill_name_is_short check (btrim(name) <> '' and length(name) <= 40),
  constraint short_code_is_a_short_code check (short_code ~ '^[0-9]{5,7}$')
);
comment on table public.paybills is 'Paybills and tills of M-Pesa whose payments are told to this company as they come in. Who tells of one is known by the secret in the address that M-Pesa calls.';
comment on column public.paybills.name is 'The source of its statement lines.';
comment on column public.paybills.refuses_unknown is 'Whether M-Pesa is asked to refuse a payment for an account that is no invoice, order or customer here (where Safaricom has switched validation on).';
comment on column public.paybills.has_address is 'Whether there is an address that M-Pesa may call.';
select private.register_error('paybill_name_is_short', 422, 'The paybill has no name, or a long one.', 'Enter a name of at most 40 characters.');
select private.register_error('short_code_is_a_short_code', 422, 'This is no short code of M-Pesa.', 'Enter the five to seven digits of the paybill or till.');
select private.register_error('short_code_taken', 409, 'There is a paybill with this short code already.', 'Use that one.');
select private.register_error('paybill_name_taken', 409, 'There is a paybill with this name already.', 'Choose another name.');
select private.manage_table('public.paybills', 'paybill');
select private.set_audience('paybill', 'payments.reconcile');
select private.refuse_taken('public.paybills', 'paybills_tenant_id_short_code_key', 'short_code_taken');
select private.refuse_taken('public.paybills', 'paybills_tenant_id_name_key', 'paybill_name_taken');

create table private.paybill_addresses (
  tenant_id uuid not null,
  paybill_id uuid not null,
  token_hash text not null,
  primary key (tenant_id, paybill_id),
  foreign key (tenant_id, paybill_id) references public.paybills (tenant_id, id),
  constraint token_hash_is_a_hash check (token_hash ~ '^[0-9a-f]{64}$')
);
create index paybill_addresses_hash on private.paybill_addresses (token_hash);
select private.force_policies('private.paybill_addresses');
comment on table private.paybill_addresses is 'SHA-256 (hex) of the secret in the address of each paybill. The secret itself is with M-Pesa only.';

create function private.set_paybill_address(paybill_id uuid, token_hash text) returns public.paybills
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  target public.paybills;
begin
  select * into target from public.paybills p where p.tenant_id = tenant and p.id = paybill_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('paybill_id', paybill_id));
  end if;
  if token_hash !~ '^[0-9a-f]{64}$' or token_hash is null then
    perform private.fail('input_invalid', '{"token_hash": "a SHA-256 in hexadecimal digits is needed"}');
  end if;
  insert into private.paybill_addresses as a (paybill_id, tenant_id, token_hash) values (target.id, tenant, token_hash)
  on conflict on constraint paybill_addresses_pkey do update set token_hash = excluded.token_hash;
  update public.paybills p set has_address = true where p.tenant_id = tenant and p.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.set_paybill_address(uuid, text) is
  'Gives a paybill a new secret address, known by the SHA-256 of its secret; the old one takes nothing any more. Raises record_not_found, input_invalid, permission_denied.';
select private.expose_command('set_paybill_address');

create function private.paybill_at(token_hash text, short_code text) returns public.paybills
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.paybills;
begin
  select p.* into target
  from private.paybill_addresses a
  join public.paybills p on p.tenant_id = a.tenant_id and p.id = a.paybill_id and p.is_active
  join public.tenants t on t.id = p.tenant_id and t.status = 'active'
  where a.token_hash = paybill_at.token_hash;
  if not found or target.short_code is distinct from short_code then
    perform private.fail('paybill_unknown');
  end if;
  return target;
end
$$;
comment on function private.paybill_at(text, text) is 'The active paybill with this secret and this short code. Raises paybill_unknown.';

create function private.check_paybill_payment(token_hash text, short_code text, bill_reference text) returns text
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target constant public.paybills := private.paybill_at(token_hash, short_code);
begin
  return case
    when not target.refuses_unknown
      or exists (select from public.invoices i where i.tenant_id = target.tenant_id and i.number = private.number_written('invoice', bill_reference))
      or exists (select from public.orders o where o.tenant_id = target.tenant_id and o.number = private.number_written('order', bill_reference))
      or exists (select from public.customers c where c.tenant_id = target.tenant_id and pg_catalog.lower(c.code) = pg_catalog.lower(pg_catalog.btrim(bill_reference)))
    then 'accepted' else 'account_unknown' end;
end
$$;
comment on function private.check_paybill_payment(text, text, text) is
  'Whether a payment may be made for what the payer wrote: accepted or account_unknown. For the edge function that M-Pesa asks (service role). Raises paybill_unknown.';
select private.expose('check_paybill_payment', 'service_role');

create function private.receive_paybill_payment(
  token_hash text, short_code text, reference text, amount numeric, posted_at timestamptz, bill_reference text default null, paid_from text default null, paid_by text default null
) returns text
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target constant public.paybills := private.paybill_at(token_hash, short_code);
  known numeric;
begin
  perform private.lock_statement(target.tenant_id);
  select l.amount into known from public.statement_lines l
  where l.tenant_id = target.tenant_id and l.source = target.name and l.reference_key = private.reference_key(reference);
  if found then
    return case when known = amount then 'known' else 'differs' end;
  end if;
  insert into public.statement_lines (tenant_id, source, reference, amount, posted_at, paid_by, paid_from, bill_reference)
  values (target.tenant_id, target.name, reference, amount, posted_at, pg_catalog.left(nullif(pg_catalog.btrim(paid_by), ''), 120),
    pg_catalog.left(private.told_phone(target.tenant_id, paid_from), 80), pg_catalog.left(nullif(pg_catalog.btrim(bill_reference), ''), 80));
  return 'taken';
end
$$;
comment on function private.receive_paybill_payment(text, text, text, numeric, timestamptz, text, text, text) is
  'Writes down that M-Pesa tells of a payment: taken; known when it has told of it before, however often and at how many doors at once; differs when it then told another amount, and the first stays. For the edge function that M-Pesa calls (service role). Raises paybill_unknown, posted_at_is_finite, reference_is_short, amount_is_bounded.';
select private.expose('receive_paybill_payment', 'service_role');

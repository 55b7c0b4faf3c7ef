-- Family 09, billing: payments and what they pay.

------------------------------------------------------------------------------------------------
-- Payments
------------------------------------------------------------------------------------------------

create function private.insert_payment(
  tenant uuid, customer_id uuid, method public.payment_method, amount numeric, reference text, received_at timestamptz, trip_id uuid, order_id uuid
) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  created public.payments;
  wrong jsonb;
begin
  select pg_catalog.jsonb_object_agg(w.field, w.value) into wrong
  from (values
    ('method', pg_catalog.to_jsonb(method), method is null or method in ('credit_note', 'write_off', 'discount')),
    ('amount', pg_catalog.to_jsonb(amount), (amount > 0 and amount <= 999999999999.99 and amount = round(amount, 2)) is not true),
    ('reference', pg_catalog.to_jsonb(pg_catalog.left(reference, 100)), pg_catalog.length(reference) > 80)
  ) w (field, value, is_wrong)
  where w.is_wrong;
  if wrong is not null then
    perform private.fail('payment_invalid', wrong);
  end if;
  if received_at < '2000-01-02' or private.is_to_come(tenant, received_at) then
    perform private.fail('received_at_invalid', pg_catalog.jsonb_build_object('received_at', received_at));
  end if;
  if method = 'mpesa' and private.reference_key(reference) is null then
    perform private.fail('mpesa_has_its_code', pg_catalog.jsonb_build_object('reference', reference));
  end if;
  insert into public.payments (tenant_id, customer_id, method, amount, currency, reference, received_at, received_by, trip_id, order_id)
  values (tenant, customer_id, method, amount, (select s.currency from public.tenant_settings s where s.tenant_id = tenant), reference,
    coalesce(received_at, pg_catalog.now()), auth.uid(), trip_id, order_id)
  returning * into created;
  perform private.publish_event(tenant, 'payment.recorded', 'payment', created.id, created.version);
  return created;
end
$$;
comment on function private.insert_payment(uuid, uuid, public.payment_method, numeric, text, timestamptz, uuid, uuid) is 'A pending payment. Raises payment_invalid, received_at_invalid, mpesa_has_its_code, payment_reference_taken.';

create function private.read_payment(payment jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
  if payment is null or pg_catalog.jsonb_typeof(payment) = 'null' then
    return null;
  end if;
  if pg_catalog.jsonb_typeof(payment) <> 'object'
    or not pg_catalog.pg_input_is_valid(coalesce(payment ->> 'method', ''), 'public.payment_method')
    or not pg_catalog.pg_input_is_valid(coalesce(payment ->> 'amount', ''), 'numeric') then
    perform private.fail('payment_invalid', pg_catalog.jsonb_build_object('payment', payment));
  end if;
  return payment;
end
$$;
comment on function private.read_payment(jsonb) is 'Money as a phone tells of it, {method, amount, reference?}; null where there was none. Raises payment_invalid.';

select private.register_error('order_takes_no_payment', 409, 'This order was cancelled or rejected.', 'Record the payment without an order, or for another one.');

create or replace function private.documents_on_order(target public.orders) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) order by d.document, d.number)
    from (
      select 'payment' as document, p.id, p.number, p.status::text, p.amount from public.payments p
      where p.tenant_id = target.tenant_id and p.order_id = target.id and p.is_live and p.unallocated > 0
      union all
      select 'invoice', i.id, i.number, i.status::text, i.total from public.invoices i
      where i.tenant_id = target.tenant_id and i.order_id = target.id and i.is_live
    ) d
  );
end
$$;

create function private.payment_state(paid public.orders) returns public.order_payment_state
language plpgsql stable security definer set search_path = ''
as $$
declare
  asked public.orders;
  owed numeric;
  money numeric;
begin
  select * into asked from public.orders o
  where o.tenant_id = private.tenant_id('orders.view') and o.id = paid.id
    and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id));
  if asked.id is null then
    return null;
  end if;
  select i.total, i.paid_total into owed, money from public.invoices i where i.tenant_id = asked.tenant_id and i.order_id = asked.id and i.is_live and i.interest_of_id is null;
  if not found then
    -- Not billed yet: what was given for it beforehand.
    select asked.total, coalesce(sum(p.unallocated), 0) into owed, money
    from public.payments p where p.tenant_id = asked.tenant_id and p.order_id = asked.id and p.status in ('approved', 'reconciled');
    if money = 0 and asked.status in ('draft', 'rejected', 'cancelled', 'failed') then
      return null;
    end if;
  end if;
  return case when money >= owed then 'paid' when money > 0 then 'partly_paid' else 'unpaid' end;
end
$$;
comment on function private.payment_state(public.orders) is
  'How far an order that the caller sees is paid: by what pays its invoice, before there is one by the approved money for it. Null where nothing is owed: drafts, and what was rejected, cancelled or failed. A computed field: select=*,payment_state.';
select private.expose('payment_state');

create function private.record_payment(
  customer_id uuid, method public.payment_method, amount numeric, reference text default null, received_at timestamptz default null, order_id uuid default null
) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.create');
  paid_for public.orders;
  created public.payments;
begin
  if not exists (
    select from public.customers c where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  if order_id is not null then
    -- Whoever cancels the order now sees the payment, or is seen here.
    select * into paid_for from public.orders o where o.tenant_id = tenant and o.id = order_id and o.customer_id = record_payment.customer_id for share;
    if not found then
      perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
    end if;
    if paid_for.status in ('cancelled', 'rejected') then
      perform private.fail('order_takes_no_payment', pg_catalog.jsonb_build_object('order_id', order_id, 'status', paid_for.status));
    end if;
  end if;
  created := private.insert_payment(tenant, customer_id, method, amount, nullif(pg_catalog.btrim(reference), ''), received_at, null, order_id);
  return created;
end
$$;
comment on function private.record_payment(uuid, public.payment_method, numeric, text, timestamptz, uuid) is
  'Records money received, to be approved by somebody else. Tenant currency. With an order it pays the invoice of that order, once it is issued. Raises payment_invalid, received_at_invalid, mpesa_has_its_code, payment_reference_taken, order_takes_no_payment, record_not_found.';
select private.expose_command('record_payment');

create function private.derive_payment_state(tenant uuid, payment_ids uuid[], invoice_ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  update public.payments p set allocated_total = s.total
  from (
    select x as id, coalesce((select sum(a.amount) from public.payment_allocations a where a.tenant_id = tenant and a.payment_id = x), 0) as total
    from pg_catalog.unnest(payment_ids) x
  ) s
  where p.tenant_id = tenant and p.id = s.id and p.allocated_total <> s.total;
  earlier := private.run_as_rule('payment.allocate');
  update public.invoices i
  set paid_total = s.total,
    status = case
      when s.total = i.total then 'paid'::public.invoice_status
      when i.status = 'overdue' or i.due_on < private.tenant_today(tenant) then 'overdue'
      when s.total > 0 then 'partially_paid'
      else 'issued' end
  from (
    select x as id, coalesce((select sum(a.amount) from public.payment_allocations a where a.tenant_id = tenant and a.invoice_id = x), 0) as total
    from pg_catalog.unnest(invoice_ids) x
  ) s
  where i.tenant_id = tenant and i.id = s.id and i.paid_total <> s.total;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.derive_payment_state(uuid, uuid[], uuid[]) is 'Sums of allocations into payments and invoices, and the paid state of the invoices, through their guard.';

create function private.tg_payment_allocations__derive() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  touched record;
begin
  for touched in
    select c.tenant_id, pg_catalog.array_agg(distinct c.payment_id) as payment_ids, pg_catalog.array_agg(distinct c.invoice_id) as invoice_ids
    from changed_rows c group by c.tenant_id
  loop
    perform private.derive_payment_state(touched.tenant_id, touched.payment_ids, touched.invoice_ids);
  end loop;
  return null;
end
$$;
comment on function private.tg_payment_allocations__derive() is 'Keeps payments and invoices in step with the allocations.';
create trigger _300_derive_on_insert after insert on public.payment_allocations
referencing new table as changed_rows for each statement execute function private.tg_payment_allocations__derive();
create trigger _300_derive_on_delete after delete on public.payment_allocations
referencing old table as changed_rows for each statement execute function private.tg_payment_allocations__derive();
create trigger _300_derive_on_update after update on public.payment_allocations
referencing new table as changed_rows for each statement execute function private.tg_payment_allocations__derive();

create function private.insert_allocations(payment public.payments, allocations jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
  wanted numeric;
begin
  perform private.require_records('allocations', allocations, '{"invoice_id": "uuid", "amount": "numeric"}');
  perform from public.invoices i
  where i.tenant_id = payment.tenant_id and i.id in (select a.invoice_id from pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid))
  order by i.id for no key update;
  select pg_catalog.jsonb_agg(a.invoice_id) into problems
  from pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid, amount numeric)
  left join public.invoices i on i.tenant_id = payment.tenant_id and i.id = a.invoice_id
  where i.id is null or i.customer_id <> payment.customer_id or i.status not in ('issued', 'partially_paid', 'overdue');
  if problems is not null or payment.status not in ('approved', 'reconciled') then
    perform private.fail('allocation_not_possible', pg_catalog.jsonb_build_object('invoice_ids', coalesce(problems, '[]'), 'payment_status', payment.status));
  end if;
  if exists (
    select from pg_catalog.jsonb_to_recordset(allocations) as a (amount numeric)
    where (a.amount > 0 and a.amount <= 999999999999.99 and a.amount = round(a.amount, 2)) is not true
  ) then
    perform private.fail('input_invalid', '{"allocations": "amounts above 0 with two decimals are needed"}');
  end if;
  select sum(a.amount), pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('invoice_id', a.invoice_id, 'amount', a.amount, 'balance', a.balance)) filter (where a.amount > a.balance)
  into wanted, problems
  from (
    select i.id as invoice_id, sum(w.amount) as amount, min(i.balance) as balance
    from pg_catalog.jsonb_to_recordset(allocations) as w (invoice_id uuid, amount numeric)
    join public.invoices i on i.tenant_id = payment.tenant_id and i.id = w.invoice_id
    group by i.id
  ) a;
  if problems is not null or wanted > payment.unallocated then
    perform private.fail('allocation_exceeds', pg_catalog.jsonb_build_object('allocations', coalesce(problems, '[]'), 'wanted', wanted, 'unallocated', payment.unallocated));
  end if;
  insert into public.payment_allocations as p (tenant_id, payment_id, invoice_id, amount)
  select payment.tenant_id, payment.id, a.invoice_id, sum(a.amount)
  from pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid, amount numeric)
  group by a.invoice_id
  on conflict (tenant_id, payment_id, invoice_id) do update set amount = p.amount + excluded.amount;
  if payment.is_received then
    perform private.grant_discount(payment, a.invoice_id)
    from (select distinct r.invoice_id from pg_catalog.jsonb_to_recordset(allocations) as r (invoice_id uuid)) a
    order by a.invoice_id;
  end if;
end
$$;
comment on function private.insert_allocations(public.payments, jsonb) is
  'Lets a locked, approved payment pay invoices [{invoice_id, amount}]; several amounts for one invoice, now or earlier, add up. Raises allocation_not_possible, allocation_exceeds, input_invalid.';

create function private.spend_on_invoice(payment public.payments, invoice_id uuid) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  balance numeric;
begin
  select i.balance into balance from public.invoices i
  where i.tenant_id = payment.tenant_id and i.id = invoice_id and i.status in ('issued', 'partially_paid', 'overdue')
  for no key update;
  if found and least(balance, payment.unallocated) > 0 then
    perform private.insert_allocations(payment, pg_catalog.jsonb_build_array(
      pg_catalog.jsonb_build_object('invoice_id', invoice_id, 'amount', least(balance, payment.unallocated))));
  end if;
end
$$;
comment on function private.spend_on_invoice(public.payments, uuid) is 'Pays as much of an issued invoice as is left of a locked, approved payment; nothing where either is used up.';

create function private.lock_payment(tenant uuid, payment_id uuid, expected_version integer) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.payments;
begin
  select * into target from public.payments p where p.tenant_id = tenant and p.id = payment_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('payment_id', payment_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_payment(uuid, uuid, integer) is 'Locks a payment. Raises record_not_found, version_conflict.';

create function private.approve_payment(payment_id uuid, expected_version integer default null) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.view');
  target public.payments;
  open_invoice uuid;
begin
  target := private.lock_payment(tenant, payment_id, expected_version);
  perform private.next_state('payment', target.id, target.status::text, 'approve');
  if private.record_approval(tenant, 'payment', target.id, 'approve', target.status::text) then
    update public.payments p set status = 'approved', approved_by = auth.uid(), approved_at = pg_catalog.now() where p.tenant_id = target.tenant_id and p.id = target.id returning * into target;
    target := private.write_off(target);
    -- Money for an order pays its invoice, if that is issued by now; else it does when it is.
    for open_invoice in
      select i.id from public.invoices i
      where i.tenant_id = tenant and i.order_id = any (private.attempts_at(tenant, target.order_id)) and i.status in ('issued', 'partially_paid', 'overdue')
      order by i.issued_on, i.id
    loop
      perform private.spend_on_invoice(target, open_invoice);
      select * into target from public.payments p where p.tenant_id = target.tenant_id and p.id = target.id;
    end loop;
  end if;
  return target;
end
$$;
comment on function private.approve_payment(uuid, integer) is
  'Confirms a payment that somebody else recorded; it pays the invoice of its order as soon as that is issued, the rest stays the customer''s advance. Raises separation_of_duties, payment_transition_illegal.';
select private.expose_command('approve_payment');

create function private.allocate_payment(payment_id uuid, allocations jsonb, expected_version integer default null) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.view');
  target public.payments;
begin
  target := private.lock_payment(tenant, payment_id, expected_version);
  if not private.takes_in_place('payment', tenant, target.status::text, 'allocate') then
    perform private.fail('allocation_not_possible', pg_catalog.jsonb_build_object('payment_id', target.id, 'payment_status', target.status));
  end if;
  perform private.insert_allocations(target, allocations);
  select * into target from public.payments p where p.tenant_id = target.tenant_id and p.id = target.id;
  return target;
end
$$;
comment on function private.allocate_payment(uuid, jsonb, integer) is
  'Lets an approved payment pay issued invoices of its customer: [{invoice_id, amount}]; several amounts for one invoice add up. Raises allocation_not_possible, allocation_exceeds, version_conflict.';
select private.expose_command('allocate_payment');

create function private.unallocate_payment(payment_id uuid, invoice_id uuid, expected_version integer default null) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.view');
  target public.payments;
begin
  target := private.lock_payment(tenant, payment_id, expected_version);
  if target.waives_invoice_id is not null or not private.takes_in_place('payment', tenant, target.status::text, 'unallocate') then
    perform private.fail('allocation_not_possible', pg_catalog.jsonb_build_object('payment_id', target.id, 'payment_status', target.status));
  end if;
  perform from public.invoices i where i.tenant_id = tenant and i.id = invoice_id for no key update;
  delete from public.payment_allocations a where a.tenant_id = tenant and a.payment_id = target.id and a.invoice_id = unallocate_payment.invoice_id;
  if not found then
    perform private.fail('nothing_allocated', pg_catalog.jsonb_build_object('payment_id', target.id, 'invoice_id', invoice_id));
  end if;
  perform private.withdraw_discounts(tenant, array[invoice_id]);
  select * into target from public.payments p where p.tenant_id = target.tenant_id and p.id = target.id;
  return target;
end
$$;
comment on function private.unallocate_payment(uuid, uuid, integer) is
  'Takes a payment off an invoice, which is open again; the money is free for others. Raises nothing_allocated, allocation_not_possible, version_conflict.';
select private.expose_command('unallocate_payment');

create function private.refund_payment(payment_id uuid, amount numeric, reason text, expected_version integer default null) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.view');
  target public.payments;
begin
  target := private.lock_payment(tenant, payment_id, expected_version);
  if not private.takes_in_place('payment', tenant, target.status::text, 'refund') then
    perform private.fail('payment_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'refund'));
  end if;
  -- Who wrote down that money came in does not hand it out.
  if target.created_by = auth.uid() then
    perform private.fail('separation_of_duties', '{"machine": "payment", "command": "refund", "separate_from": ["created_by"]}');
  end if;
  perform private.require_number('amount', amount, 0.01, 999999999999.99);
  if amount <> round(amount, 2) then
    perform private.fail('input_invalid', '{"amount": "two decimals at most are needed"}');
  end if;
  if amount > target.unallocated then
    perform private.fail('refund_exceeds', pg_catalog.jsonb_build_object('payment_id', target.id, 'amount', amount, 'unallocated', target.unallocated));
  end if;
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  perform private.check_text('reason', reason, 500);
  insert into public.payment_refunds (tenant_id, payment_id, amount, reason) values (tenant, target.id, amount, pg_catalog.btrim(reason));
  update public.payments p set refunded_total = p.refunded_total + amount where p.tenant_id = target.tenant_id and p.id = target.id returning * into target;
  perform private.publish_event(tenant, 'payment.refunded', 'payment', target.id, target.version);
  return target;
end
$$;
comment on function private.refund_payment(uuid, numeric, text, integer) is
  'Gives back to the customer what a payment does not pay, with a reason; not by who recorded it. Raises refund_exceeds, reason_required, separation_of_duties, payment_transition_illegal, input_invalid.';
select private.expose_command('refund_payment');

create function private.free_statement_line(matched public.payments) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  earlier := private.run_as_rule('payment.free');
  update public.statement_lines l set payment_id = null, status = 'open' where l.tenant_id = matched.tenant_id and l.payment_id = matched.id;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.free_statement_line(public.payments) is 'The statement line that a payment was matched with can prove another.';

create function private.refuse_payment(payment uuid, command text, reason text, expected_version integer) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.view');
  target public.payments;
  next_state text;
  paid uuid[];
begin
  target := private.lock_payment(tenant, payment, expected_version);
  if target.method = 'discount' then
    perform private.fail('discount_follows', pg_catalog.jsonb_build_object('payment_id', target.id, 'invoice_id', target.waives_invoice_id));
  end if;
  next_state := private.next_state('payment', target.id, target.status::text, command);
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  if target.refunded_total > 0 then
    perform private.fail('payment_has_refunds', pg_catalog.jsonb_build_object('payment_id', target.id, 'refunded_total', target.refunded_total));
  end if;
  perform from public.invoices i
  where i.tenant_id = tenant and i.id in (select a.invoice_id from public.payment_allocations a where a.tenant_id = tenant and a.payment_id = target.id)
  order by i.id for no key update;
  with taken as (
    delete from public.payment_allocations a where a.tenant_id = tenant and a.payment_id = target.id returning a.invoice_id
  )
  select pg_catalog.array_agg(t.invoice_id) into paid from taken t;
  perform private.withdraw_discounts(tenant, paid);
  perform private.free_statement_line(target);
  update public.payments p set status = next_state::public.payment_status, status_reason = pg_catalog.btrim(reason) where p.tenant_id = target.tenant_id and p.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.refuse_payment(uuid, text, text, integer) is 'Body of reject_payment and cancel_payment.';

create function private.reject_payment(payment_id uuid, reason text, expected_version integer default null) returns public.payments
language sql security definer set search_path = ''
as $$ select private.refuse_payment(payment_id, 'reject', reason, expected_version) $$;
comment on function private.reject_payment(uuid, text, integer) is 'Refuses a payment that somebody else recorded. Raises reason_required, separation_of_duties, payment_transition_illegal.';
select private.expose_command('reject_payment');

create function private.cancel_payment(payment_id uuid, reason text, expected_version integer default null) returns public.payments
language sql security definer set search_path = ''
as $$ select private.refuse_payment(payment_id, 'cancel', reason, expected_version) $$;
comment on function private.cancel_payment(uuid, text, integer) is 'Takes an approved payment back; the invoices it paid are open again, and the statement line it was matched with proves no payment. Raises reason_required, payment_has_refunds, payment_transition_illegal.';
select private.expose_command('cancel_payment');

create function private.reconcile_payment(payment_id uuid, statement_line_id uuid, expected_version integer default null) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.reconcile');
  target public.payments;
begin
  target := private.lock_payment(tenant, payment_id, expected_version);
  perform private.next_state('payment', target.id, target.status::text, 'reconcile');
  if not target.is_received then
    perform private.fail('statement_line_mismatch', pg_catalog.jsonb_build_object('statement_line_id', statement_line_id, 'method', target.method));
  end if;
  update public.statement_lines l set payment_id = target.id, status = 'matched'
  where l.tenant_id = tenant and l.id = statement_line_id and l.status = 'open' and l.amount = target.amount;
  if not found then
    perform private.fail('statement_line_mismatch', pg_catalog.jsonb_build_object('statement_line_id', statement_line_id, 'amount', target.amount));
  end if;
  update public.payments p set status = 'reconciled' where p.tenant_id = target.tenant_id and p.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.reconcile_payment(uuid, uuid, integer) is 'Matches an approved payment to the statement line that proves it: same amount, not used before. What it pays has nothing to do with it. Raises statement_line_mismatch, payment_transition_illegal.';
select private.expose_command('reconcile_payment');

create function private.unreconcile_payment(payment_id uuid, expected_version integer default null) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.view');
  target public.payments;
begin
  target := private.lock_payment(tenant, payment_id, expected_version);
  perform private.next_state('payment', target.id, target.status::text, 'unreconcile');
  perform private.free_statement_line(target);
  update public.payments p set status = 'approved' where p.tenant_id = target.tenant_id and p.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.unreconcile_payment(uuid, integer) is
  'Undoes the match of a payment with its statement line; what the payment pays stays paid. Raises payment_transition_illegal, version_conflict.';
select private.expose_command('unreconcile_payment');

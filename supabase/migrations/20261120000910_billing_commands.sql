-- Family 09, billing: invoices, payments and what pays what.

select private.register_error('invoice_has_payments', 409, 'The invoice is already paid in part or in full.', 'Cancel the payment first.');
select private.register_error('payment_invalid', 422, 'The payment is not complete.', 'Give a method (cash, mpesa, bank_transfer, cheque), a positive amount, and a reference of 80 characters at most.');
select private.register_error('payment_reference_taken', 409, 'A payment with this reference was recorded already.', 'Check the reference; the same money cannot count twice.');
select private.register_error('allocation_exceeds', 409, 'More is allocated than the payment or the invoice still has open.', 'Reduce the amount.');
select private.register_error('allocation_not_possible', 409, 'Only approved payments can pay issued invoices of the same customer.', 'Approve the payment and issue the invoice first.');
select private.register_error('statement_line_mismatch', 409, 'The statement line does not fit this payment or proves another one.', 'Choose the line with the same amount.');

create function private.tenant_today(tenant uuid) returns date
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (pg_catalog.now() at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = tenant))::date;
end
$$;
comment on function private.tenant_today(uuid) is 'The date in the company''s time zone.';

create function private.lock_invoice(tenant uuid, invoice_id uuid, expected_version integer) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.invoices;
begin
  select * into target from public.invoices i where i.tenant_id = tenant and i.id = invoice_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('invoice_id', invoice_id));
  end if;
  perform private.check_version(expected_version, target.version);
  return target;
end
$$;
comment on function private.lock_invoice(uuid, uuid, integer) is 'Locks an invoice. Payments are locked before invoices. Raises record_not_found, version_conflict.';

create function private.move_containers(
  tenant uuid, from_holder public.container_holder, from_id uuid, to_holder public.container_holder, to_id uuid,
  reference_type text, reference_id uuid, items jsonb, occurred_at timestamptz
) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if coalesce(pg_catalog.jsonb_array_length(items), 0) = 0 then
    return;
  end if;
  insert into public.container_ledger (tenant_id, holder, holder_id, product_id, quantity, deposit_amount, reference_type, reference_id, occurred_at)
  select tenant, m.holder, m.holder_id, i.product_id, m.sign * sum(i.quantity),
    case when m.holder = 'customer' then m.sign * coalesce(sum(i.deposit), 0) else 0 end, reference_type, reference_id, occurred_at
  from pg_catalog.jsonb_to_recordset(items) as i (product_id uuid, quantity numeric, deposit numeric)
  cross join lateral (values (from_holder, from_id, -1), (to_holder, to_id, 1)) as m (holder, holder_id, sign)
  group by m.holder, m.holder_id, m.sign, i.product_id
  having sum(i.quantity) <> 0;
end
$$;
comment on function private.move_containers(uuid, public.container_holder, uuid, public.container_holder, uuid, text, uuid, jsonb, timestamptz) is
  'Books containers from one holder to another; items [{product_id, quantity, deposit?}]. Deposit money is booked on customers only.';

create function private.draft_invoice(target public.orders, returned jsonb) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
declare
  drafted public.invoices;
begin
  insert into public.invoices (tenant_id, order_id, customer_id, currency)
  values (target.tenant_id, target.id, target.customer_id, target.currency)
  returning * into drafted;
  insert into public.invoice_items (tenant_id, invoice_id, line_number, product_id, order_item_id, is_deposit, quantity, unit_price, tax_rate)
  select target.tenant_id, drafted.id, pg_catalog.row_number() over (order by b.is_deposit, b.line_number, b.product_id), b.product_id, b.order_item_id, b.is_deposit, b.quantity, b.unit_price, b.tax_rate
  from (
    select i.line_number, i.product_id, i.id as order_item_id, false as is_deposit, i.quantity_delivered as quantity, i.unit_price, i.tax_rate
    from public.order_items i
    where i.tenant_id = target.tenant_id and i.order_id = target.id and i.quantity_delivered > 0
    union all
    select 0, c.id, null, true, sum(i.quantity_delivered) - coalesce(max(r.quantity), 0), c.deposit_amount, 0
    from public.order_items i
    join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
    join public.products c on c.tenant_id = p.tenant_id and c.id = p.container_product_id and c.deposit_amount > 0
    left join pg_catalog.jsonb_to_recordset(returned) as r (product_id uuid, quantity numeric) on r.product_id = c.id
    where i.tenant_id = target.tenant_id and i.order_id = target.id
    group by c.id, c.deposit_amount
    having sum(i.quantity_delivered) > coalesce(max(r.quantity), 0)
  ) b;
  update public.invoices v
  set subtotal = t.subtotal, tax_total = t.tax_total, deposit_total = t.deposit_total
  from (
    select coalesce(sum(i.line_total) filter (where not i.is_deposit), 0) as subtotal, coalesce(sum(i.tax_amount), 0) as tax_total,
      coalesce(sum(i.line_total) filter (where i.is_deposit), 0) as deposit_total
    from public.invoice_items i where i.tenant_id = target.tenant_id and i.invoice_id = drafted.id
  ) t
  where v.id = drafted.id
  returning v.* into drafted;
  return drafted;
end
$$;
comment on function private.draft_invoice(public.orders, jsonb) is
  'Drafts the invoice of a delivered order: delivered quantities at the frozen prices, and deposits on the containers that were not exchanged for empties. returned: [{product_id, quantity}] of refunded containers.';

create function private.issue_invoice(invoice_id uuid, expected_version integer default null) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.create');
  today constant date := private.tenant_today(tenant);
  target public.invoices;
begin
  target := private.lock_invoice(tenant, invoice_id, expected_version);
  perform private.next_state('invoice', target.id, target.status::text, 'issue');
  update public.invoices i
  set status = 'issued', number = private.next_document_number(tenant, 'invoice'), issued_on = today,
    due_on = today + (select c.payment_terms_days from public.customers c where c.tenant_id = tenant and c.id = i.customer_id)
  where i.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.issue_invoice(uuid, integer) is 'Posts a drafted invoice: number without gaps, today''s date, due after the customer''s terms. Raises invoice_transition_illegal, record_not_found.';
select private.expose_command('issue_invoice');

create function private.void_invoice(invoice_id uuid, reason text, expected_version integer default null) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.create');
  target public.invoices;
begin
  target := private.lock_invoice(tenant, invoice_id, expected_version);
  if target.paid_total > 0 then
    perform private.fail('invoice_has_payments', pg_catalog.jsonb_build_object('invoice_id', target.id, 'paid_total', target.paid_total));
  end if;
  perform private.next_state('invoice', target.id, target.status::text, 'void');
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"field": "reason"}');
  end if;
  update public.invoices i set status = 'void', status_reason = pg_catalog.btrim(reason) where i.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.void_invoice(uuid, text, integer) is 'Voids an unpaid invoice with a reason; it keeps its number. Raises invoice_has_payments, reason_required, invoice_transition_illegal.';
select private.expose_command('void_invoice');

create function private.mark_overdue_invoices() returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  marked integer;
begin
  perform private.run_as_rule('invoices.mark_overdue');
  update public.invoices i set status = 'overdue'
  where i.status in ('issued', 'partially_paid') and i.balance > 0 and i.due_on < private.tenant_today(i.tenant_id);
  get diagnostics marked = row_count;
  perform private.run_as_rule(null);
  return marked;
end
$$;
comment on function private.mark_overdue_invoices() is 'Marks open invoices past their due date, in each company''s own time zone. Called by maintenance.';

create function private.customer_credit(customer_id uuid) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('customers.view');
  buyer public.customers;
  used numeric;
begin
  -- Those who sell to him or write to him about money; whoever only drives there need not know.
  if not private.has_permission(tenant, 'orders.create') then
    perform private.require_permission('invoices.view');
  end if;
  select * into buyer from public.customers c
  where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  used := private.credit_used(tenant, buyer.id);
  return pg_catalog.jsonb_build_object(
    'limit', case when buyer.payment_terms_days > 0 then buyer.credit_limit end,
    'used', used,
    'left', case when buyer.payment_terms_days > 0 then buyer.credit_limit - used end,
    'overdue', coalesce((
      select sum(i.balance) from public.invoices i
      where i.tenant_id = tenant and i.customer_id = buyer.id and i.status in ('issued', 'partially_paid', 'overdue')
        and i.due_on < private.tenant_today(tenant)
    ), 0)
  );
end
$$;
comment on function private.customer_credit(uuid) is
  'Credit of a customer in the company''s currency: {limit, used, left, overdue}. used: unpaid invoices and confirmed orders without one; limit and left are null for customers who pay on delivery. For those who sell or see invoices. Raises record_not_found, permission_denied.';
select private.expose('customer_credit');

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
begin
  if method is null or amount is null or amount <= 0 or amount > 999999999999.99 or amount <> round(amount, 2)
    or pg_catalog.length(reference) > 80 or received_at not between '2000-01-02' and '2199-12-31' then
    perform private.fail('payment_invalid', pg_catalog.jsonb_build_object('method', method, 'amount', amount, 'reference', reference, 'received_at', received_at));
  end if;
  insert into public.payments (tenant_id, customer_id, method, amount, currency, reference, received_at, received_by, trip_id, order_id)
  values (tenant, customer_id, method, amount, (select s.currency from public.tenant_settings s where s.tenant_id = tenant), reference,
    coalesce(received_at, pg_catalog.now()), auth.uid(), trip_id, order_id)
  returning * into created;
  perform private.publish_event(tenant, 'payment.recorded', 'payment', created.id, created.version);
  return created;
end
$$;
comment on function private.insert_payment(uuid, uuid, public.payment_method, numeric, text, timestamptz, uuid, uuid) is 'A pending payment. Raises payment_invalid, payment_reference_taken.';

create function private.record_payment(
  customer_id uuid, method public.payment_method, amount numeric, reference text default null, received_at timestamptz default null, order_id uuid default null
) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.create');
  created public.payments;
begin
  if not exists (
    select from public.customers c where c.tenant_id = tenant and c.id = customer_id and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
  ) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('customer_id', customer_id));
  end if;
  if order_id is not null and not exists (select from public.orders o where o.tenant_id = tenant and o.id = record_payment.order_id and o.customer_id = record_payment.customer_id) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
  end if;
  created := private.insert_payment(tenant, customer_id, method, amount, nullif(pg_catalog.btrim(reference), ''), received_at, null, order_id);
  return created;
end
$$;
comment on function private.record_payment(uuid, public.payment_method, numeric, text, timestamptz, uuid) is
  'Records money received, to be approved by somebody else. Tenant currency. Raises payment_invalid, payment_reference_taken, record_not_found.';
select private.expose_command('record_payment');

create function private.derive_payment_state(tenant uuid, payment_ids uuid[], invoice_ids uuid[]) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.payments p set allocated_total = s.total
  from (
    select x as id, coalesce((select sum(a.amount) from public.payment_allocations a where a.tenant_id = tenant and a.payment_id = x), 0) as total
    from pg_catalog.unnest(payment_ids) x
  ) s
  where p.tenant_id = tenant and p.id = s.id and p.allocated_total <> s.total;
  perform private.run_as_rule('payment.allocate');
  update public.invoices i
  set paid_total = s.total,
    status = case
      when s.total = i.total then 'paid'::public.invoice_status
      when i.status = 'overdue' then 'overdue'
      when s.total > 0 then 'partially_paid'
      else 'issued' end
  from (
    select x as id, coalesce((select sum(a.amount) from public.payment_allocations a where a.tenant_id = tenant and a.invoice_id = x), 0) as total
    from pg_catalog.unnest(invoice_ids) x
  ) s
  where i.tenant_id = tenant and i.id = s.id and i.paid_total <> s.total;
  perform private.run_as_rule(null);
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
create trigger _200_refuse_update before update on public.payment_allocations for each row execute function private.tg__refuse_change();

create function private.insert_allocations(payment public.payments, allocations jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  problems jsonb;
begin
  perform private.require_records('allocations', allocations, '{"invoice_id": "uuid", "amount": "numeric"}');
  perform from public.invoices i
  where i.tenant_id = payment.tenant_id and i.id in (select a.invoice_id from pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid))
  order by i.id for no key update;
  select pg_catalog.jsonb_agg(a.invoice_id) into problems
  from pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid, amount numeric)
  left join public.invoices i on i.tenant_id = payment.tenant_id and i.id = a.invoice_id
  where i.id is null or i.customer_id <> payment.customer_id or i.status not in ('issued', 'partially_paid', 'overdue');
  if problems is not null or payment.status <> 'approved' then
    perform private.fail('allocation_not_possible', pg_catalog.jsonb_build_object('invoice_ids', coalesce(problems, '[]'), 'payment_status', payment.status));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('invoice_id', a.invoice_id, 'amount', a.amount, 'balance', i.balance)) into problems
  from pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid, amount numeric)
  join public.invoices i on i.tenant_id = payment.tenant_id and i.id = a.invoice_id
  where a.amount is null or a.amount <= 0 or a.amount > i.balance or a.amount <> round(a.amount, 2);
  if problems is not null
    or (select sum(a.amount) from pg_catalog.jsonb_to_recordset(allocations) as a (amount numeric)) > payment.unallocated
    or exists (
      select from public.payment_allocations p join pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid) on a.invoice_id = p.invoice_id
      where p.tenant_id = payment.tenant_id and p.payment_id = payment.id
    ) then
    perform private.fail('allocation_exceeds', pg_catalog.jsonb_build_object('allocations', coalesce(problems, '[]'), 'unallocated', payment.unallocated));
  end if;
  insert into public.payment_allocations (tenant_id, payment_id, invoice_id, amount)
  select payment.tenant_id, payment.id, a.invoice_id, a.amount
  from pg_catalog.jsonb_to_recordset(allocations) as a (invoice_id uuid, amount numeric);
end
$$;
comment on function private.insert_allocations(public.payments, jsonb) is 'Lets a locked, approved payment pay invoices [{invoice_id, amount}]. Raises allocation_not_possible, allocation_exceeds.';

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
  open_invoice public.invoices;
begin
  target := private.lock_payment(tenant, payment_id, expected_version);
  perform private.next_state('payment', target.id, target.status::text, 'approve');
  if private.record_approval(tenant, 'payment', target.id, 'approve', target.status::text) then
    update public.payments p set status = 'approved', approved_by = auth.uid(), approved_at = pg_catalog.now() where p.id = target.id returning * into target;
    -- Money taken at the door pays the invoice of that delivery, if it is issued by now.
    select * into open_invoice from public.invoices i
    where i.tenant_id = tenant and i.order_id = target.order_id and i.status in ('issued', 'partially_paid', 'overdue') and i.balance > 0
    for no key update;
    if found then
      perform private.insert_allocations(target, pg_catalog.jsonb_build_array(
        pg_catalog.jsonb_build_object('invoice_id', open_invoice.id, 'amount', least(open_invoice.balance, target.unallocated))));
      select * into target from public.payments p where p.id = target.id;
    end if;
  end if;
  return target;
end
$$;
comment on function private.approve_payment(uuid, integer) is
  'Confirms a payment that somebody else recorded; it pays the issued invoice of its order, the rest stays unallocated. Raises separation_of_duties, payment_transition_illegal.';
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
  select * into target from public.payments p where p.id = target.id;
  return target;
end
$$;
comment on function private.allocate_payment(uuid, jsonb, integer) is
  'Lets an approved payment pay issued invoices of its customer: [{invoice_id, amount}]. Raises allocation_not_possible, allocation_exceeds, version_conflict.';
select private.expose_command('allocate_payment');

create function private.refuse_payment(payment uuid, command text, reason text, expected_version integer) returns public.payments
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('payments.view');
  target public.payments;
  next_state text;
begin
  target := private.lock_payment(tenant, payment, expected_version);
  next_state := private.next_state('payment', target.id, target.status::text, command);
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"field": "reason"}');
  end if;
  perform from public.invoices i
  where i.tenant_id = tenant and i.id in (select a.invoice_id from public.payment_allocations a where a.tenant_id = tenant and a.payment_id = target.id)
  order by i.id for no key update;
  delete from public.payment_allocations a where a.tenant_id = tenant and a.payment_id = target.id;
  update public.payments p set status = next_state::public.payment_status, status_reason = pg_catalog.btrim(reason) where p.id = target.id returning * into target;
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
comment on function private.cancel_payment(uuid, text, integer) is 'Takes an approved payment back; the invoices it paid are open again. Raises reason_required, payment_transition_illegal.';
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
  update public.statement_lines l set payment_id = target.id
  where l.tenant_id = tenant and l.id = statement_line_id and l.payment_id is null and l.amount = target.amount;
  if not found then
    perform private.fail('statement_line_mismatch', pg_catalog.jsonb_build_object('statement_line_id', statement_line_id, 'amount', target.amount));
  end if;
  update public.payments p set status = 'reconciled' where p.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.reconcile_payment(uuid, uuid, integer) is 'Matches an approved payment to the statement line that proves it: same amount, not used before. Raises statement_line_mismatch, payment_transition_illegal.';
select private.expose_command('reconcile_payment');

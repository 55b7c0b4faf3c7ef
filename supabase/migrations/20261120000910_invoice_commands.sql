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

create function private.mark_overdue_invoices() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  marked bigint;
  earlier text;
begin
  earlier := private.run_as_rule('invoices.mark_overdue');
  update public.invoices i set status = 'overdue'
  where i.is_done is false and i.status in ('issued', 'partially_paid') and i.balance > 0 and i.due_on < private.tenant_today(i.tenant_id);
  get diagnostics marked = row_count;
  perform private.run_as_rule(earlier);
  return marked;
end
$$;
comment on function private.mark_overdue_invoices() is 'Marks open invoices past their due date, in each company''s own time zone. Called by maintenance.';
select private.maintain('mark_overdue_invoices', 'overdue');

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
      where i.tenant_id = tenant and i.customer_id = buyer.id and i.is_done is false and i.status in ('issued', 'partially_paid', 'overdue')
        and i.due_on < private.tenant_today(tenant)
    ), 0)
  );
end
$$;
comment on function private.customer_credit(uuid) is
  'Credit of a customer in the company''s currency: {limit, used, left, overdue}. used: unpaid invoices and confirmed orders without one; limit and left are null for customers who pay on delivery. For those who sell or see invoices. Raises record_not_found, permission_denied.';
select private.expose('customer_credit');

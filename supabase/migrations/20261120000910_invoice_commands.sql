-- Family 09, billing: invoices, payments and what pays what.

select private.register_error('invoice_has_payments', 409, 'The invoice is already paid in part or in full.', 'Take the payment off the invoice first, or cancel it.');
select private.register_error('invoice_has_interest', 409, 'Interest was charged on this invoice.', 'Void the interest first; the details name it.');
select private.register_error('payment_invalid', 422, 'The payment is not complete.', 'Give a method (cash, mpesa, bank_transfer, cheque), a positive amount, and a reference of 80 characters at most.');
select private.register_error('mpesa_has_its_code', 422, 'An M-Pesa payment has a code.', 'Enter the code from the M-Pesa message, like SK71AB2CD3.');
select private.register_error('received_at_invalid', 422, 'The money cannot have been received at that time.', 'Enter a day from the year 2000 until today.');
select private.register_error('payment_has_refunds', 409, 'A part of this money was given back.', 'Refund the rest instead.');
select private.register_error('refund_exceeds', 409, 'More is given back than is left of the payment.', 'Reduce the amount, or take the payment off an invoice first.');
select private.register_error('nothing_allocated', 409, 'The payment does not pay this invoice.', 'Reload the payment and choose one of its invoices.');
select private.register_error('order_already_billed', 409, 'The order has an invoice already.', 'Open that invoice; void it if it is wrong.');
select private.register_error('nothing_to_bill', 409, 'All that was delivered came back.', 'There is nothing to bill; leave the order as it is.');
select private.register_error('order_not_delivered', 409, 'The order is not delivered.', 'Record the delivery first; the invoice is drafted with it.');
select private.register_error('payment_reference_taken', 409, 'A payment with this reference was recorded already.', 'Check the reference; the same money cannot count twice.');
select private.register_error('allocation_exceeds', 409, 'More is allocated than the payment or the invoice still has open.', 'Reduce the amount.');
select private.register_error('allocation_not_possible', 409, 'Only approved payments can pay issued invoices of the same customer.', 'Approve the payment and issue the invoice first.');
select private.register_error('statement_line_mismatch', 409, 'The statement line does not fit this payment or proves another one.', 'Choose the line with the same amount.');

create or replace view private.credit_uses as
select o.tenant_id, o.customer_id, 'order_to_be_billed' as what, 'order' as document, o.id as document_id, o.number, o.created_at as happened_at, o.subtotal + o.tax_total as amount
from public.orders o where o.is_owed
union all
select i.tenant_id, i.customer_id, 'open_invoice', 'invoice', i.id, i.number, i.created_at, i.balance
from public.invoices i where i.is_done is false and i.is_live
union all
-- What was delivered and not brought back, and waits to be billed again because its invoice is void: with tax, without deposits.
select o.tenant_id, o.customer_id, 'order_to_be_billed', 'order', o.id, o.number, o.created_at,
  private.fee_net(o) + private.fee_tax(o) + sum(private.line_net(k.kept, l.unit_price, l.tax_rate, l.price_includes_tax, k.discount) + private.line_tax(k.kept, l.unit_price, l.tax_rate, l.price_includes_tax, k.discount))
from (select distinct i.tenant_id, i.customer_id, i.order_id from public.invoices i where i.is_done is false and not i.is_live and i.interest_of_id is null) v
join public.orders o on o.tenant_id = v.tenant_id and o.customer_id = v.customer_id and o.id = v.order_id
join public.order_items l on l.tenant_id = o.tenant_id and l.order_id = o.id and l.quantity_delivered > l.quantity_returned
cross join lateral (
  select l.quantity_delivered - l.quantity_returned as kept,
    private.part_of_discount(l.discount_amount, l.unit_price, l.quantity, l.quantity_delivered - l.quantity_returned) as discount
) k
where not exists (select from public.invoices n where n.tenant_id = o.tenant_id and n.order_id = o.id and n.is_live and n.interest_of_id is null)
group by o.tenant_id, o.customer_id, o.id;

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

create function private.draft_invoice(target public.orders) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
declare
  drafted public.invoices;
begin
  insert into public.invoices (tenant_id, order_id, customer_id, currency)
  values (target.tenant_id, target.id, target.customer_id, target.currency)
  returning * into drafted;
  insert into public.invoice_items (tenant_id, invoice_id, line_number, product_id, product_sku, product_name, unit, order_item_id, quantity, unit_price, tax_rate, taxes, price_includes_tax, discount_amount)
  select target.tenant_id, drafted.id, pg_catalog.row_number() over (order by i.line_number), i.product_id, i.product_sku, i.product_name, i.unit, i.id, i.quantity_delivered - i.quantity_returned,
    i.unit_price, i.tax_rate, i.taxes, i.price_includes_tax, private.part_of_discount(i.discount_amount, i.unit_price, i.quantity, i.quantity_delivered - i.quantity_returned)
  from public.order_items i
  where i.tenant_id = target.tenant_id and i.order_id = target.id and i.quantity_delivered > i.quantity_returned;
  insert into public.invoice_items (tenant_id, invoice_id, line_number, product_sku, product_name, unit, quantity, unit_price, tax_rate, taxes, price_includes_tax)
  select target.tenant_id, drafted.id, 1 + (select count(*) from public.invoice_items i where i.tenant_id = target.tenant_id and i.invoice_id = drafted.id),
    'DELIVERY', 'Delivery', '', 1, target.delivery_fee, target.delivery_fee_tax_rate, target.delivery_fee_taxes, target.delivery_fee_includes_tax
  where target.delivery_fee > 0;
  select coalesce(sum(i.line_total), 0), coalesce(sum(i.tax_amount), 0) into drafted.subtotal, drafted.tax_total
  from public.invoice_items i where i.tenant_id = target.tenant_id and i.invoice_id = drafted.id;
  with deposits as (
    insert into public.invoice_items (tenant_id, invoice_id, line_number, product_id, product_sku, product_name, unit, is_deposit, quantity, unit_price, tax_rate)
    select target.tenant_id, drafted.id,
      pg_catalog.row_number() over (order by d.product_id, d.unit_deposit)
        + (select count(*) from public.invoice_items i where i.tenant_id = target.tenant_id and i.invoice_id = drafted.id),
      d.product_id, p.sku, p.name, p.unit, true, d.quantity, d.unit_deposit, 0
    from private.deposits_to_invoice(target.tenant_id, target.customer_id, drafted.subtotal + drafted.tax_total) d
    join public.products p on p.tenant_id = target.tenant_id and p.id = d.product_id
    returning line_total
  )
  select coalesce(sum(d.line_total), 0) into drafted.deposit_total from deposits d;
  perform private.count_invoiced_deposits(drafted, 1);
  update public.invoices v set subtotal = drafted.subtotal, tax_total = drafted.tax_total, deposit_total = drafted.deposit_total
  where v.tenant_id = drafted.tenant_id and v.id = drafted.id
  returning v.* into drafted;
  return drafted;
end
$$;
comment on function private.draft_invoice(public.orders) is
  'Drafts the invoice of a delivered order: delivered quantities that did not come back, at the frozen prices, its delivery fee, and the deposits that bring what the customer was charged to what he holds. The customer is locked.';

create function private.attempts_at(tenant uuid, order_id uuid) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  return array(
    with recursive earlier as (
      select o.id, o.reattempt_of_id from public.orders o where o.tenant_id = tenant and o.id = order_id
      union all
      select o.id, o.reattempt_of_id from earlier e join public.orders o on o.tenant_id = tenant and o.id = e.reattempt_of_id
    ), later as (
      select order_id as id
      union all
      select o.id from later l join public.orders o on o.tenant_id = tenant and o.reattempt_of_id = l.id
    )
    select e.id from earlier e union select l.id from later l
  );
end
$$;
comment on function private.attempts_at(uuid, uuid) is 'An order with the failed ones that it tries again and those that try it again: money for one of them is for all.';

create function private.due_date(issued date, days integer, at_month_end boolean) returns date
language sql immutable parallel safe
return case when at_month_end
  then (pg_catalog.date_trunc('month', (issued + days)::timestamp) + interval '1 month - 1 day')::date
  else issued + days end;
comment on function private.due_date(date, integer, boolean) is
  'When an invoice of that day is due: so many days later, or on the last day of the month in which they end.';

create function private.issue_invoice(invoice_id uuid, expected_version integer default null) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.create');
  today constant date := private.tenant_today(tenant);
  paid_for constant uuid[] := private.attempts_at(tenant, (select i.order_id from public.invoices i where i.tenant_id = tenant and i.id = invoice_id));
  target public.invoices;
  advance public.payments;
begin
  -- Payments are locked before invoices, the pending ones too: one that is approved in the same moment
  -- sees the issued invoice, or is seen here.
  perform from public.payments p where p.tenant_id = tenant and p.order_id = any (paid_for) order by p.id for no key update;
  target := private.lock_invoice(tenant, invoice_id, expected_version);
  perform private.next_state('invoice', target.id, target.status::text, 'issue');
  update public.invoices i
  set status = 'issued', number = private.next_document_number(tenant, 'invoice'), issued_on = today,
    due_on = (select private.due_date(today, c.payment_terms_days, c.pays_at_month_end) from public.customers c where c.tenant_id = tenant and c.id = i.customer_id),
    discount_until = case when d.amount > 0 then today + d.days end, discount_amount = nullif(d.amount, 0),
    -- Customer and seller as they are today, at the place and the address of the order.
    printed = (select private.printed_customer(tenant, o.customer_id, o.address_id, o.warehouse_id)
        || pg_catalog.jsonb_build_object('place', o.printed -> 'place', 'address', o.printed -> 'address', 'seller', private.printed_seller(tenant))
      from public.orders o where o.tenant_id = tenant and o.id = i.order_id)
  from public.customers b
  cross join lateral (
    select b.discount_days as days, least(coalesce(b.discount_fixed, round((target.subtotal + target.tax_total) * b.discount_percent / 100, 2), 0), target.subtotal + target.tax_total) as amount
  ) d
  where i.tenant_id = target.tenant_id and i.id = target.id and b.tenant_id = target.tenant_id and b.id = target.customer_id
  returning i.* into target;
  for advance in
    select * from public.payments p
    where p.tenant_id = tenant and p.order_id = any (paid_for) and p.status in ('approved', 'reconciled') and p.unallocated > 0
    order by p.received_at, p.id
  loop
    perform private.spend_on_invoice(advance, target.id);
  end loop;
  select * into target from public.invoices i where i.tenant_id = target.tenant_id and i.id = target.id;
  return target;
end
$$;
comment on function private.issue_invoice(uuid, integer) is
  'Posts a drafted invoice: number without gaps, today''s date, due after the customer''s terms; approved money for its order pays it. Raises invoice_transition_illegal, record_not_found.';
select private.expose_command('issue_invoice');

create function private.quote_delivery(order_id uuid, items jsonb, empties jsonb default '[]') returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deliveries.record');
  target public.orders;
  answer jsonb;
  goods numeric;
  fee numeric;
  deposits numeric;
  prepaid numeric;
begin
  select * into target from public.orders o
  where o.tenant_id = tenant and o.id = order_id and (private.is_unscoped() or private.sees_order(o.id, o.customer_id, o.warehouse_id));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('order_id', order_id));
  end if;
  perform private.require_records('items', items, '{"order_item_id": "uuid", "delivered": "numeric"}');
  perform private.require_records('empties', coalesce(empties, '[]'), '{"product_id": "uuid", "quantity": "numeric"}');
  perform private.require_number('items', (i ->> 'delivered')::numeric, 0, 99999999) from pg_catalog.jsonb_array_elements(items) i;
  perform private.require_number('empties', (e ->> 'quantity')::numeric, 0, 99999999) from pg_catalog.jsonb_array_elements(coalesce(empties, '[]')) e;
  with lines as (
    select i.product_id, g.delivered as quantity, private.line_net(g.delivered, i.unit_price, i.tax_rate, i.price_includes_tax, d.discount)
      + private.line_tax(g.delivered, i.unit_price, i.tax_rate, i.price_includes_tax, d.discount) as with_tax
    from pg_catalog.jsonb_to_recordset(items) as g (order_item_id uuid, delivered numeric)
    join public.order_items i on i.tenant_id = tenant and i.order_id = target.id and i.id = g.order_item_id
    cross join lateral (select private.part_of_discount(i.discount_amount, i.unit_price, i.quantity, g.delivered) as discount) d
  )
  select coalesce(sum(l.with_tax), 0),
    coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', l.product_id, 'quantity', l.quantity)), '[]')
  into goods, answer
  from lines l;
  fee := private.fee_net(target) + private.fee_tax(target);
  select coalesce(sum(round(d.quantity * d.unit_deposit, 2)), 0) into deposits
  from private.deposits_to_invoice(tenant, target.customer_id, goods + fee, (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(x)), '[]') from private.exchange_of(tenant, target.customer_id, answer, coalesce(empties, '[]')) x
  )) d;
  select coalesce(sum(p.unallocated), 0) into prepaid
  from public.payments p
  where p.tenant_id = tenant and p.order_id = any (private.attempts_at(tenant, target.id)) and p.status in ('pending', 'approved', 'reconciled');
  return pg_catalog.jsonb_build_object('goods', goods, 'delivery_fee', fee, 'deposits', deposits, 'total', goods + fee + deposits, 'prepaid', least(prepaid, goods + fee + deposits),
    'to_collect', case when (select c.payment_terms_days from public.customers c where c.tenant_id = tenant and c.id = target.customer_id) > 0 then 0
      else greatest(0, goods + fee + deposits - prepaid) end);
end
$$;
comment on function private.quote_delivery(uuid, jsonb, jsonb) is
  'What the invoice of a delivery would come to: items [{order_item_id, delivered}], empties [{product_id, quantity}] → {goods (with tax), delivery_fee (with tax), deposits (below zero: given back), total, prepaid (money recorded for the order), to_collect (0 for customers with days to pay)}. Currency of the order. Raises record_not_found, permission_denied, input_invalid.';
select private.expose('quote_delivery');

create function private.is_billed(delivered public.orders) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from public.invoices i where i.tenant_id = delivered.tenant_id and i.order_id = delivered.id and i.status <> 'void' and i.interest_of_id is null);
end
$$;
comment on function private.is_billed(public.orders) is 'Whether an order has an invoice that is not void.';

create function private.bill_order(order_id uuid, expected_version integer default null) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('orders.view');
  target public.orders;
begin
  target := private.lock_order(tenant, order_id, expected_version);
  if not private.takes_in_place('order', tenant, target.status::text, 'bill') then
    perform private.fail('order_not_delivered', pg_catalog.jsonb_build_object('order_id', target.id, 'status', target.status));
  end if;
  if private.is_billed(target) then
    perform private.fail('order_already_billed', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  if not exists (select from public.order_items i where i.tenant_id = tenant and i.order_id = target.id and i.quantity_delivered > i.quantity_returned) then
    perform private.fail('nothing_to_bill', pg_catalog.jsonb_build_object('order_id', target.id));
  end if;
  perform from public.customers c where c.tenant_id = tenant and c.id = target.customer_id for no key update;
  return private.draft_invoice(target);
end
$$;
comment on function private.bill_order(uuid, integer) is
  'Drafts the invoice of a delivered order anew, over what was delivered, after the one before was voided. Raises order_not_delivered, order_already_billed, nothing_to_bill, record_not_found, permission_denied.';
select private.expose_command('bill_order');

create function private.void_invoice(invoice_id uuid, reason text, expected_version integer default null) returns public.invoices
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('invoices.create');
  target public.invoices;
  interest jsonb;
begin
  target := private.lock_invoice(tenant, invoice_id, expected_version);
  if target.paid_total > 0 then
    perform private.fail('invoice_has_payments', pg_catalog.jsonb_build_object('invoice_id', target.id, 'paid_total', target.paid_total));
  end if;
  perform private.next_state('invoice', target.id, target.status::text, 'void');
  select pg_catalog.jsonb_agg(i.number order by i.number) into interest
  from public.invoices i where i.tenant_id = tenant and i.interest_of_id = target.id and i.is_live;
  if interest is not null then
    perform private.fail('invoice_has_interest', pg_catalog.jsonb_build_object('invoice_id', target.id, 'invoices', interest));
  end if;
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  update public.invoices i set status = 'void', status_reason = pg_catalog.btrim(reason) where i.tenant_id = target.tenant_id and i.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.void_invoice(uuid, text, integer) is 'Voids an unpaid invoice with a reason; it keeps its number, and what was delivered waits to be billed again. Interest that is void is waived: it is not charged again. Raises invoice_has_payments, invoice_has_interest, reason_required, invoice_transition_illegal.';
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

create function private.overdue_of(tenant uuid, customers uuid[] default null) returns table (customer_id uuid, overdue numeric, oldest_due_on date)
language sql stable security definer set search_path = ''
as $$
  select i.customer_id, sum(i.balance), min(i.due_on)
  from public.invoices i
  where i.tenant_id = tenant and i.is_done is false and i.status in ('issued', 'partially_paid', 'overdue') and i.balance > 0
    and i.due_on < (select private.tenant_today(tenant)) and (customers is null or i.customer_id = any (customers))
  group by i.customer_id
$$;
comment on function private.overdue_of(uuid, uuid[]) is 'What is open of invoices after their due day, of some customers or of all.';

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
    'overdue', coalesce((select o.overdue from private.overdue_of(tenant, array[buyer.id]) o), 0)
  );
end
$$;
comment on function private.customer_credit(uuid) is
  'Credit of a customer in the company''s currency: {limit, used, left, overdue}. used: unpaid invoices and confirmed orders without one; limit and left are null for customers who pay on delivery. For those who sell or see invoices. Raises record_not_found, permission_denied.';
select private.expose('customer_credit');

create function private.what_hangs_on(customer public.customers) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  hanging jsonb;
begin
  select pg_catalog.jsonb_object_agg(d.kind, d.numbers) into hanging
  from (
    select x.kind, pg_catalog.jsonb_agg(x.number order by x.number) as numbers
    from (
      select 'orders' as kind, o.number from public.orders o
      where o.tenant_id = customer.tenant_id and o.customer_id = customer.id and o.status in ('pending_approval', 'approved', 'allocated', 'dispatched', 'in_transit')
      union all
      -- A draft has no number; its order has.
      select 'invoices', coalesce(i.number, o.number) from public.invoices i join public.orders o on o.tenant_id = i.tenant_id and o.id = i.order_id
      where i.tenant_id = customer.tenant_id and i.customer_id = customer.id and (i.status = 'draft' or (i.status in ('issued', 'partially_paid', 'overdue') and i.balance > 0))
      union all
      select 'payments', p.number from public.payments p
      where p.tenant_id = customer.tenant_id and p.customer_id = customer.id and (p.status = 'pending' or (p.status in ('approved', 'reconciled') and p.unallocated > 0))
    ) x
    group by x.kind
  ) d;
  return hanging;
end
$$;
comment on function private.what_hangs_on(public.customers) is
  'Numbers of what is open with a customer: {orders, invoices (a draft by the number of its order), payments}; null when nothing is.';

select private.register_error('customer_has_open_documents', 409, 'Orders, invoices or money of this customer are still open.', 'Finish or cancel what the details name, then close the customer.');
create function private.tg_customers__refuse_open() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  hanging constant jsonb := private.what_hangs_on(new);
begin
  if hanging is not null then
    perform private.fail('customer_has_open_documents', pg_catalog.jsonb_build_object('customer_id', new.id) || hanging);
  end if;
  return new;
end
$$;
comment on function private.tg_customers__refuse_open() is 'A customer is closed when nothing is open with him, whichever way he is closed. Raises customer_has_open_documents.';
create trigger _290_refuse_open before update of status on public.customers for each row
when (new.status = 'inactive' and old.status <> 'inactive') execute function private.tg_customers__refuse_open();

-- Family 09, billing: totals of invoices and payments, against their lines and what paid what.

select private.derive('invoice_total', 'Money of an invoice, in its currency: its lines with their tax.', $$
  select i.tenant_id, i.id, i.total,
    (select coalesce(sum(l.line_total + l.tax_amount), 0) from public.invoice_items l where l.tenant_id = i.tenant_id and l.invoice_id = i.id)
  from public.invoices i
$$);

select private.derive('invoice_paid', 'What was paid of an invoice: the sum of the payments'' parts for it.', $$
  select i.tenant_id, i.id, i.paid_total,
    (select coalesce(sum(a.amount), 0) from public.payment_allocations a where a.tenant_id = i.tenant_id and a.invoice_id = i.id)
  from public.invoices i
$$);

select private.derive('payment_allocated', 'What of a payment has paid invoices: the sum of its parts.', $$
  select p.tenant_id, p.id, p.allocated_total,
    (select coalesce(sum(a.amount), 0) from public.payment_allocations a where a.tenant_id = p.tenant_id and a.payment_id = p.id)
  from public.payments p
$$);

select private.derive('payment_refunded', 'What was given back of a payment, in its currency: the sum of its refunds.', $$
  select p.tenant_id, p.id, p.refunded_total,
    (select coalesce(sum(r.amount), 0) from public.payment_refunds r where r.tenant_id = p.tenant_id and r.payment_id = p.id)
  from public.payments p
$$);

select private.derive('containers_held', 'Containers of one kind and deposit that a customer has: the sum of the container ledger.', $$
  select tenant_id, holder_id, sum(kept), sum(derived)
  from (
    select l.tenant_id, l.customer_id as holder_id, l.product_id, l.unit_deposit, l.held as kept, 0 as derived from private.deposit_layers l
    union all
    select c.tenant_id, c.holder_id, c.product_id, c.unit_deposit, 0, c.quantity from public.container_ledger c where c.holder = 'customer'
  ) sums
  group by tenant_id, holder_id, product_id, unit_deposit
$$);

select private.derive('containers_kept', 'Containers of one kind that are gone at a customer''s, who answers for them: those of his write-offs that are approved.', $$
  select tenant_id, customer_id, sum(kept), sum(derived)
  from (
    select l.tenant_id, l.customer_id, l.product_id, l.kept, 0 as derived from private.deposit_layers l
    union all
    select w.tenant_id, w.customer_id, w.product_id, 0, w.quantity from public.container_write_offs w where w.status = 'approved' and w.keeps_deposit
  ) sums
  group by tenant_id, customer_id, product_id
$$);

select private.derive('containers_invoiced', 'Containers of one kind and deposit that a customer was charged for: the deposit lines of his invoices that are not void, less those of his credit notes.', $$
  select tenant_id, customer_id, sum(kept), sum(derived)
  from (
    select l.tenant_id, l.customer_id, l.product_id, l.unit_deposit, l.invoiced as kept, 0 as derived from private.deposit_layers l
    union all
    select i.tenant_id, v.customer_id, i.product_id, i.unit_price, 0, i.quantity
    from public.invoice_items i
    join public.invoices v on v.tenant_id = i.tenant_id and v.id = i.invoice_id and v.is_live
    where i.is_deposit
    union all
    select c.tenant_id, c.customer_id, l.product_id, l.unit_price, 0, -l.quantity
    from public.credit_note_items l
    join public.credit_notes c on c.tenant_id = l.tenant_id and c.id = l.credit_note_id and c.is_live
    where l.is_deposit
  ) sums
  group by tenant_id, customer_id, product_id, unit_deposit
$$);

select private.derive('credit_note_total', 'Money of a credit note, in its currency: its lines with their tax.', $$
  select c.tenant_id, c.id, c.total,
    (select coalesce(sum(l.line_total + l.tax_amount), 0) from public.credit_note_items l where l.tenant_id = c.tenant_id and l.credit_note_id = c.id)
  from public.credit_notes c
$$);

select private.derive('credit_note_money', 'What an issued credit note gave to its customer, in its currency: its payment.', $$
  select c.tenant_id, c.id, case when c.status = 'issued' then c.total else 0 end,
    (select coalesce(sum(p.amount), 0) from public.payments p where p.tenant_id = c.tenant_id and p.credit_note_id = c.id and p.is_live)
  from public.credit_notes c
$$);

select private.derive('settlement_cash', 'Cash of a trip whose settlement is approved, in the company''s currency: what was recorded at its doors.', $$
  select s.tenant_id, s.id, s.cash,
    (select coalesce(sum(p.amount), 0) from public.payments p where p.tenant_id = s.tenant_id and p.trip_id = s.trip_id and p.is_live and p.method = 'cash')
  from public.settlements s
  where s.status = 'approved'
$$);

select private.derive('order_line_returned', 'What of an order line came back, in base units: the lines of the returns that were received.', $$
  select i.tenant_id, i.id, i.quantity_returned,
    (select coalesce(sum(l.received), 0) from public.return_items l
      join public.returns r on r.tenant_id = l.tenant_id and r.id = l.return_id and r.status in ('received', 'credited')
      where l.tenant_id = i.tenant_id and l.order_item_id = i.id)
  from public.order_items i
  where i.quantity_delivered > 0
$$);

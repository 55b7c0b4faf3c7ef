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

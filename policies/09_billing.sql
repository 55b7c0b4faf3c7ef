-- Family 09, billing.

grant execute on function private.is_billed, private.is_ready_to_settle, private.tenant_today to authenticated;

grant select on public.invoices, public.invoice_items, public.payments, public.payment_allocations, public.payment_refunds to authenticated;
create policy select_readers on public.invoices for select to authenticated
using (
  tenant_id = (select private.tenant_id('invoices.view'))
  and ((select private.is_unscoped()) or exists (select from public.orders o where o.tenant_id = invoices.tenant_id and o.id = order_id))
);
create policy select_readers on public.invoice_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('invoices.view'))
  and ((select private.is_unscoped()) or exists (select from public.invoices i where i.tenant_id = invoice_items.tenant_id and i.id = invoice_id))
);
create policy select_readers on public.payments for select to authenticated
using (
  tenant_id = (select private.tenant_id('payments.view'))
  and ((select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = payments.tenant_id and c.id = customer_id))
);
create policy select_readers on public.payment_allocations for select to authenticated
using (
  tenant_id = (select private.tenant_id('payments.view'))
  and ((select private.is_unscoped()) or exists (select from public.payments p where p.tenant_id = payment_allocations.tenant_id and p.id = payment_id))
);
create policy select_readers on public.payment_refunds for select to authenticated
using (
  tenant_id = (select private.tenant_id('payments.view'))
  and ((select private.is_unscoped()) or exists (select from public.payments p where p.tenant_id = payment_refunds.tenant_id and p.id = payment_id))
);

grant select on public.statement_lines to authenticated;
grant insert (source, reference, amount, posted_at, paid_by, paid_from, bill_reference) on public.statement_lines to authenticated;
create policy select_readers on public.statement_lines for select to authenticated
using (tenant_id = (select private.tenant_id('payments.reconcile')));
create policy insert_editors on public.statement_lines for insert to authenticated
with check (tenant_id = (select private.tenant_id('payments.reconcile')));
select private.let_edit('public.paybills', 'payments.reconcile', 'settings.manage', '{short_code}', 'name', 'refuses_unknown', 'is_active');

grant select on public.credit_notes, public.credit_note_items, public.receivables to authenticated;
create policy select_readers on public.credit_notes for select to authenticated
using (
  tenant_id = (select private.tenant_id('invoices.view'))
  and ((select private.is_unscoped()) or exists (select from public.invoices i where i.tenant_id = credit_notes.tenant_id and i.id = invoice_id))
);
create policy select_readers on public.credit_note_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('invoices.view'))
  and ((select private.is_unscoped()) or exists (select from public.credit_notes c where c.tenant_id = credit_note_items.tenant_id and c.id = credit_note_id))
);

grant select on public.returns, public.return_items to authenticated;
create policy select_readers on public.returns for select to authenticated
using (
  tenant_id = (select private.tenant_id('returns.view'))
  and ((select private.is_unscoped()) or (
    ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
    and exists (select from public.customers c where c.tenant_id = returns.tenant_id and c.id = customer_id)
  ))
);
create policy select_readers on public.return_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('returns.view'))
  and ((select private.is_unscoped()) or exists (select from public.returns r where r.tenant_id = return_items.tenant_id and r.id = return_id))
);

grant select on public.settlements to authenticated;
create policy select_readers on public.settlements for select to authenticated
using (
  tenant_id = (select private.tenant_id('trips.view'))
  and ((select private.is_unscoped()) or exists (select from public.trips t where t.tenant_id = settlements.tenant_id and t.id = trip_id))
);

grant select on public.months, public.late_postings to authenticated;
create policy select_readers on public.months for select to authenticated
using (tenant_id = (select private.tenant_id('months.view')));
create policy select_readers on public.late_postings for select to authenticated
using (tenant_id = (select private.tenant_id('months.view')));

grant select on public.container_write_offs to authenticated;
create policy select_readers on public.container_write_offs for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = container_write_offs.tenant_id and c.id = customer_id))
);

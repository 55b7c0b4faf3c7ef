-- Family 09, billing.

grant execute on function
  public.customer_credit, private.customer_credit, public.issue_invoice, private.issue_invoice, public.void_invoice, private.void_invoice, public.record_payment, private.record_payment,
  public.approve_payment, private.approve_payment, public.allocate_payment, private.allocate_payment, public.reject_payment, private.reject_payment,
  public.cancel_payment, private.cancel_payment, public.reconcile_payment, private.reconcile_payment,
  public.unreconcile_payment, private.unreconcile_payment, public.unallocate_payment, private.unallocate_payment,
  public.refund_payment, private.refund_payment, public.bill_order, private.bill_order,
  public.quote_delivery, private.quote_delivery
to authenticated;
grant execute on function private.is_billed to authenticated;
grant execute on function public.allowed_commands (public.invoices), public.allowed_commands (public.payments) to authenticated;

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
grant insert (source, reference, amount, posted_at) on public.statement_lines to authenticated;
create policy select_readers on public.statement_lines for select to authenticated
using (tenant_id = (select private.tenant_id('payments.reconcile')));
create policy insert_editors on public.statement_lines for insert to authenticated
with check (tenant_id = (select private.tenant_id('payments.reconcile')));

grant select on public.container_ledger, public.container_balances to authenticated;
create policy select_readers on public.container_ledger for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.is_unscoped())
    or (holder in ('van', 'depot') and holder_id = (select private.scope_warehouse_id()))
    or (holder = 'customer' and exists (select from public.customers c where c.tenant_id = container_ledger.tenant_id and c.id = holder_id)))
);

-- Family 15, operations.

grant execute on function private.vendors_meant to authenticated;
-- The list of what falls short runs with its reader's rights and asks what vendors bring.
grant execute on function private.ordered_from_vendors to authenticated;

select private.let_edit('public.vendors', 'vendors.view', 'vendors.manage', '{}',
  'name', 'tax_id', 'phone', 'email', 'address', 'payment_terms_days', 'over_receipt_percent', 'notes');

grant select on public.purchase_orders, public.purchase_order_items, public.purchase_receipts, public.purchase_receipt_items, public.purchase_receipt_batches to authenticated;
create policy select_readers on public.purchase_orders for select to authenticated
using (
  tenant_id = (select private.tenant_id('purchase_orders.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
);
create policy select_readers on public.purchase_order_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('purchase_orders.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.purchase_orders o where o.tenant_id = purchase_order_items.tenant_id and o.id = purchase_order_id
  ))
);
create policy select_readers on public.purchase_receipts for select to authenticated
using (
  tenant_id = (select private.tenant_id('purchase_orders.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.purchase_orders o where o.tenant_id = purchase_receipts.tenant_id and o.id = purchase_order_id
  ))
);
create policy select_readers on public.purchase_receipt_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('purchase_orders.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.purchase_receipts r where r.tenant_id = purchase_receipt_items.tenant_id and r.id = receipt_id
  ))
);
create policy select_readers on public.purchase_receipt_batches for select to authenticated
using (
  tenant_id = (select private.tenant_id('purchase_orders.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.purchase_receipt_items i where i.tenant_id = purchase_receipt_batches.tenant_id and i.id = receipt_item_id
  ))
);

select private.let_edit('public.expense_categories', 'expenses.view', 'settings.manage', '{}', 'name', 'is_active');

grant select on public.expenses to authenticated;
grant execute on function private.accounts_for_expense to authenticated;
create policy select_readers on public.expenses for select to authenticated
using (
  tenant_id = (select private.tenant_id('expenses.view'))
  and (created_by = (select auth.uid()) or payee_id = (select auth.uid()) or (select private.tenant_id('expenses.view_all')) is not null)
);

grant execute on function private.assets_meant to authenticated;
-- The calendar runs with its reader's rights.
grant execute on function private.away to authenticated;

select private.let_edit('public.asset_kinds', 'assets.view', 'settings.manage', '{}', 'name', 'is_active');

grant select on public.assets, public.maintenance_jobs to authenticated;
create policy select_readers on public.assets for select to authenticated
using (
  tenant_id = (select private.tenant_id('assets.view'))
  and (holder_id = (select auth.uid()) or (select private.tenant_id('assets.view_all')) is not null)
);
create policy select_readers on public.maintenance_jobs for select to authenticated
using (
  tenant_id = (select private.tenant_id('assets.view'))
  and ((select private.tenant_id('assets.view_all')) is not null or exists (
    select from public.assets a where a.tenant_id = maintenance_jobs.tenant_id and a.id = asset_id
  ))
);
select private.let_write('public.maintenance_plans', '{asset_id,starts_on}', 'name', 'every_days', 'is_active');
grant select on public.maintenance_plans to authenticated;
create policy select_readers on public.maintenance_plans for select to authenticated
using (
  tenant_id = (select private.tenant_id('assets.view'))
  and ((select private.tenant_id('assets.view_all')) is not null or exists (
    select from public.assets a where a.tenant_id = maintenance_plans.tenant_id and a.id = asset_id
  ))
);
create policy insert_editors on public.maintenance_plans for insert to authenticated
with check (tenant_id = (select private.tenant_id('assets.manage')));
create policy update_editors on public.maintenance_plans for update to authenticated
using (tenant_id = (select private.tenant_id('assets.manage'))) with check (tenant_id = (select private.tenant_id('assets.manage')));

select private.let_write('public.shifts', '{}', 'person_id', 'warehouse_id', 'starts_at', 'ends_at', 'note');
grant select, delete on public.shifts to authenticated;
create policy select_readers on public.shifts for select to authenticated
using (
  tenant_id = (select private.tenant_id('shifts.view'))
  and (person_id = (select auth.uid()) or (select private.tenant_id('shifts.view_all')) is not null)
);
create policy insert_editors on public.shifts for insert to authenticated
with check (tenant_id = (select private.tenant_id('shifts.manage')));
create policy update_editors on public.shifts for update to authenticated
using (tenant_id = (select private.tenant_id('shifts.manage'))) with check (tenant_id = (select private.tenant_id('shifts.manage')));
create policy delete_editors on public.shifts for delete to authenticated
using (tenant_id = (select private.tenant_id('shifts.manage')));

grant select on public.leave_requests to authenticated;
create policy select_readers on public.leave_requests for select to authenticated
using (
  tenant_id = (select private.tenant_id('leave.view'))
  and (person_id = (select auth.uid()) or created_by = (select auth.uid()) or (select private.tenant_id('leave.view_all')) is not null)
);

select private.let_edit('public.ticket_categories', 'tickets.view', 'settings.manage', '{}', 'name', 'is_active');

grant select on public.tickets to authenticated;
-- A ticket is made with the rights of whoever sees what it is made of.
grant execute on function private.write_ticket to authenticated;
-- Whether a ticket is offered to be taken up again is worked out with its reader's rights.
grant execute on function private.reopens to authenticated;
create policy select_readers on public.tickets for select to authenticated
using (
  tenant_id = (select private.tenant_id('tickets.view'))
  and (assignee_id is null or assignee_id = any ((select private.my_line())::uuid[]) or created_by = (select auth.uid()) or (select private.tenant_id('tickets.view_all')) is not null)
);

select private.let_edit('public.contract_kinds', 'contracts.view', 'settings.manage', '{is_exclusive}', 'name', 'is_active');

grant select on public.contracts, public.contract_terms to authenticated;
create policy select_readers on public.contracts for select to authenticated
using (
  tenant_id = (select private.tenant_id('contracts.view'))
  and (owner_id = any ((select private.my_line())::uuid[]) or (select private.tenant_id('contracts.view_all')) is not null)
);
create policy select_readers on public.contract_terms for select to authenticated
using (
  tenant_id = (select private.tenant_id('contracts.view'))
  and ((select private.tenant_id('contracts.view_all')) is not null or exists (
    select from public.contracts c where c.tenant_id = contract_terms.tenant_id and c.id = contract_id
  ))
);

grant select on public.proposals, public.proposal_items to authenticated;
create policy select_readers on public.proposals for select to authenticated
using (
  tenant_id = (select private.tenant_id('deals.view'))
  and ((select private.tenant_id('deals.view_all')) is not null or exists (
    select from public.deals d where d.tenant_id = proposals.tenant_id and d.id = deal_id
  ))
);
create policy select_readers on public.proposal_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('deals.view'))
  and ((select private.tenant_id('deals.view_all')) is not null or exists (
    select from public.proposals p where p.tenant_id = proposal_items.tenant_id and p.id = proposal_id
  ))
);

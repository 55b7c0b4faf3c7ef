-- Family 06, warehouse. Members limited to a warehouse see that one.

grant execute on function private.sees_warehouse, private.counted_blind to authenticated;

grant execute on function private.adds_defective(public.manual_adjustments), private.adds_defective(public.stock_counts) to authenticated;

select private.let_edit('public.adjustment_reasons', 'inventory.view', 'settings.manage', '{effect}', 'name', 'is_breakage', 'is_active');
select private.let_edit('public.warehouses', 'warehouses.view', 'warehouses.edit', '{kind}', 'code', 'name', 'address', 'latitude', 'longitude', 'works_in_shifts', 'is_active');

-- Whoever counts a place does not see what the books say of it before he is done.
grant select on public.inventory to authenticated;
grant update (reorder_point) on public.inventory to authenticated;
create policy select_readers on public.inventory for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
  and warehouse_id <> all ((select private.counted_blind())::uuid[])
);
create policy update_editors on public.inventory for update to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.edit'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
)
with check (tenant_id = (select private.tenant_id('inventory.edit')));

grant select on public.inventory_transactions to authenticated;
create policy select_readers on public.inventory_transactions for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
  and warehouse_id <> all ((select private.counted_blind())::uuid[])
);

grant select on public.manual_adjustments, public.manual_adjustment_items to authenticated;
create policy select_readers on public.manual_adjustments for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
);
create policy select_readers on public.manual_adjustment_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.manual_adjustments a where a.tenant_id = manual_adjustment_items.tenant_id and a.id = adjustment_id
  ))
);

grant select on public.reorder_suggestions to authenticated;

-- A batch is of all places; what is where, and the adjustments that name it, are of theirs.
grant execute on function private.tenant_today to authenticated;
grant select on public.batches, public.batch_stock, public.batch_movements, public.adjustment_batches, public.batch_balances to authenticated;
create policy select_readers on public.batches for select to authenticated
using (tenant_id = (select private.tenant_id('inventory.view')));
create policy select_readers on public.batch_stock for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
  and warehouse_id <> all ((select private.counted_blind())::uuid[])
);
create policy select_readers on public.batch_movements for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
  and warehouse_id <> all ((select private.counted_blind())::uuid[])
);
create policy select_readers on public.adjustment_batches for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.manual_adjustments a where a.tenant_id = adjustment_batches.tenant_id and a.id = adjustment_id
  ))
);

-- A piece is where it is, or with a customer; movements are of their place.
grant select on public.serials, public.serial_movements to authenticated;
create policy select_readers on public.serials for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
  and (warehouse_id is null or warehouse_id <> all ((select private.counted_blind())::uuid[]))
  and (customer_id is null or (select private.is_unscoped()) or exists (select from public.customers c where c.tenant_id = serials.tenant_id and c.id = customer_id))
);
create policy select_readers on public.serial_movements for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
  and warehouse_id <> all ((select private.counted_blind())::uuid[])
);

-- What stock is worth is for people who see reports; what came in cost is for those who say what products cost, too.
grant select on public.stock_values, public.adjustment_costs, public.stock_valuation to authenticated;
create policy select_readers on public.stock_values for select to authenticated
using (
  tenant_id = (select private.tenant_id('reports.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
  and warehouse_id <> all ((select private.counted_blind())::uuid[])
);
create policy select_readers on public.adjustment_costs for select to authenticated
using (
  (tenant_id = (select private.tenant_id('prices.edit')) or tenant_id = (select private.tenant_id('reports.view')))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.manual_adjustments a where a.tenant_id = adjustment_costs.tenant_id and a.id = adjustment_id
  ))
);

grant select on public.container_ledger, public.container_balances to authenticated;
create policy select_readers on public.container_ledger for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.is_unscoped())
    or (holder in ('van', 'depot') and holder_id = (select private.scope_warehouse_id()))
    or (holder = 'customer' and exists (select from public.customers c where c.tenant_id = container_ledger.tenant_id and c.id = holder_id)))
);

-- A transfer is of both places. Those who receive it count without knowing what was sent.
grant select on public.transfers, public.transfer_items, public.transfer_receipts to authenticated;
create policy select_readers on public.transfers for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or (select private.scope_warehouse_id()) in (from_warehouse_id, to_warehouse_id))
);
create policy select_readers on public.transfer_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.transfers t where t.tenant_id = transfer_items.tenant_id and t.id = transfer_id
      and (t.from_warehouse_id = (select private.scope_warehouse_id()) or t.status = 'received')
  ))
);
create policy select_readers on public.transfer_receipts for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.transfers t where t.tenant_id = transfer_receipts.tenant_id and t.id = transfer_id
  ))
);

grant select on public.refills to authenticated;
create policy select_readers on public.refills for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
);
grant select on public.kittings to authenticated;
create policy select_readers on public.kittings for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
);

grant select on public.depot_shifts to authenticated;
create policy select_readers on public.depot_shifts for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
);

-- A line of a count has no expected figure before it is counted: there is nothing to hide.
grant select on public.stock_counts, public.stock_count_items, public.stock_count_batches to authenticated;
create policy select_readers on public.stock_counts for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
);
create policy select_readers on public.stock_count_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.stock_counts c where c.tenant_id = stock_count_items.tenant_id and c.id = stock_count_id
  ))
);
create policy select_readers on public.stock_count_batches for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or exists (
    select from public.stock_counts c where c.tenant_id = stock_count_batches.tenant_id and c.id = stock_count_id
  ))
);

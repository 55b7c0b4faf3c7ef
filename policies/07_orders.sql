-- Family 07, orders. Orders are written by commands only.

grant execute on function private.sees_order, private.approval_limit, private.is_reattempted, private.can_be_split, private.can_rejoin, private.may_release, private.looks_similar, private.why_blocked to authenticated;
grant execute on function private.create_drafts to authenticated;

grant select on public.orders, public.order_items, public.fulfilments, public.fulfilment_items, public.reservations to authenticated;
create policy select_readers on public.orders for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or private.sees_order(id, customer_id, warehouse_id))
);
create policy select_readers on public.order_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.orders o where o.tenant_id = order_items.tenant_id and o.id = order_id))
);
grant select on public.order_bundles to authenticated;
create policy select_readers on public.order_bundles for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.orders o where o.tenant_id = order_bundles.tenant_id and o.id = order_id))
);
grant select on public.order_discounts to authenticated;
create policy select_readers on public.order_discounts for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.orders o where o.tenant_id = order_discounts.tenant_id and o.id = order_id))
);
create policy select_readers on public.fulfilments for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.orders o where o.tenant_id = fulfilments.tenant_id and o.id = order_id))
);
create policy select_readers on public.fulfilment_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.fulfilments f where f.tenant_id = fulfilment_items.tenant_id and f.id = fulfilment_id))
);
create policy select_readers on public.reservations for select to authenticated
using (
  tenant_id = (select private.tenant_id('inventory.view'))
  and ((select private.scope_warehouse_id()) is null or warehouse_id = (select private.scope_warehouse_id()))
);

grant select on public.batch_recipients to authenticated;

select private.let_edit('public.holidays', 'orders.view', 'settings.manage', '{day}', 'name');
grant delete on public.holidays to authenticated;
create policy delete_editors on public.holidays for delete to authenticated
using (tenant_id = (select private.tenant_id('settings.manage')));

grant select on public.order_templates, public.order_template_items, public.standing_orders to authenticated;
create policy select_readers on public.order_templates for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or private.sees_order(id, customer_id, warehouse_id))
);
create policy select_readers on public.order_template_items for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.order_templates t where t.tenant_id = order_template_items.tenant_id and t.id = template_id))
);
create policy select_readers on public.standing_orders for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.order_templates t where t.tenant_id = standing_orders.tenant_id and t.id = template_id))
);

grant select on public.similar_orders to authenticated;
create policy select_readers on public.similar_orders for select to authenticated
using (
  tenant_id = (select private.tenant_id('orders.view'))
  and ((select private.is_unscoped()) or exists (select from public.orders o where o.tenant_id = similar_orders.tenant_id and o.id = order_id))
);

grant select on public.order_exceptions to authenticated;

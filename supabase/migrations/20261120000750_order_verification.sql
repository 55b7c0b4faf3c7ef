-- Family 07, orders: what is kept of orders, against their lines, reservations and deliveries.

select private.derive('inventory_reserved', 'Stock set aside in one place: the sum of the reservations.', $$
  select i.tenant_id, i.id, i.reserved,
    case i.condition when 'good' then (
      select coalesce(sum(r.quantity), 0) from public.reservations r
      where r.tenant_id = i.tenant_id and r.warehouse_id = i.warehouse_id and r.product_id = i.product_id
    ) else 0 end
  from public.inventory i
  union all
  select r.tenant_id, r.product_id, null, sum(r.quantity)
  from public.reservations r
  where not exists (
    select from public.inventory i
    where i.tenant_id = r.tenant_id and i.warehouse_id = r.warehouse_id and i.product_id = r.product_id and i.condition = 'good'
  )
  group by r.tenant_id, r.warehouse_id, r.product_id
$$);

select private.derive('order_item_reserved', 'What is set aside for an order line: the whole of it.', $$
  select r.tenant_id, r.order_item_id, r.quantity, i.quantity
  from public.reservations r
  join public.order_items i on i.tenant_id = r.tenant_id and i.id = r.order_item_id
$$);

select private.derive('order_item_delivered', 'What the customer took of an order line: its delivered fulfilment.', $$
  select i.tenant_id, i.id, i.quantity_delivered, coalesce((
    select sum(f.quantity_delivered)
    from public.fulfilment_items f
    join public.fulfilments d on d.tenant_id = f.tenant_id and d.id = f.fulfilment_id and d.status = 'delivered'
    where f.tenant_id = i.tenant_id and f.order_item_id = i.id
  ), 0)
  from public.order_items i
$$);

select private.derive('order_subtotal', 'Money of an order before tax, in its currency: the sum of its lines and the delivery fee.', $$
  select o.tenant_id, o.id, o.subtotal,
    private.fee_net(o) + (select coalesce(sum(i.line_total), 0) from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id)
  from public.orders o
$$);

select private.derive('order_tax', 'Tax of an order, in its currency: the sum of its lines and that of the delivery fee.', $$
  select o.tenant_id, o.id, o.tax_total,
    private.fee_tax(o) + (select coalesce(sum(i.tax_amount), 0) from public.order_items i where i.tenant_id = o.tenant_id and i.order_id = o.id)
  from public.orders o
$$);

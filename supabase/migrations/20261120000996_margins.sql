-- Family 09, billing: what stock is worth and what a sale leaves, taken apart.

select private.explain('stock_value', 'inventory', '{inventory.view,reports.view}', 'what the movements of a product in a condition at a place brought and took in money.', true, $$
  select t.occurred_at, t.kind::text, t.reference_type, t.reference_id, private.number_of(t.reference_type, t.tenant_id, t.reference_id), m.value
  from public.inventory i
  join public.inventory_transactions t on t.tenant_id = i.tenant_id and t.warehouse_id = i.warehouse_id and t.product_id = i.product_id and t.condition = i.condition
  join private.movement_values m on m.tenant_id = t.tenant_id and m.movement_id = t.id
  where i.tenant_id = $1 and i.id = $2
$$);
-- Of what stayed with the customer: delivered, less what came back, which brought its cost back.
select private.explain('order_margin', 'order', '{orders.view,reports.view}', 'the price before tax of what stayed with the customer, line by line, and of bringing it, less what those goods cost.', false, $$
  select null::timestamptz, 'line', null::text, null::uuid, l.product_name,
    round(l.line_total * (l.quantity_delivered - l.quantity_returned) / l.quantity, 2)
  from public.order_items l
  where l.tenant_id = $1 and l.order_id = $2 and l.quantity_delivered > l.quantity_returned
  union all
  select null::timestamptz, 'delivery_fee', null, null, null, private.fee_net(o)
  from public.orders o where o.tenant_id = $1 and o.id = $2 and o.is_done and o.delivery_fee > 0
  union all
  select t.occurred_at, 'cost', t.reference_type, t.reference_id, p.name, m.value
  from public.inventory_transactions t
  join private.movement_values m on m.tenant_id = t.tenant_id and m.movement_id = t.id
  join public.products p on p.tenant_id = t.tenant_id and p.id = t.product_id
  where t.tenant_id = $1 and t.reference_id = $2 and t.kind in ('delivery', 'sale')
  union all
  -- A return may be of several orders: each has its part.
  select t.occurred_at, 'cost_returned', t.reference_type, t.reference_id, p.name, round(m.value * b.here / b.everywhere, 2)
  from (
    select l.return_id, l.product_id, sum(l.received) filter (where i.order_id = $2) as here, sum(l.received) as everywhere
    from public.return_items l
    join public.order_items i on i.tenant_id = l.tenant_id and i.id = l.order_item_id
    where l.tenant_id = $1 and l.return_id in (
      select o.return_id from public.return_items o join public.order_items x on x.tenant_id = o.tenant_id and x.id = o.order_item_id
      where o.tenant_id = $1 and x.order_id = $2
    )
    group by l.return_id, l.product_id
    having sum(l.received) filter (where i.order_id = $2) > 0
  ) b
  join public.inventory_transactions t on t.tenant_id = $1 and t.reference_id = b.return_id and t.product_id = b.product_id and t.kind = 'return'
  join private.movement_values m on m.tenant_id = t.tenant_id and m.movement_id = t.id
  join public.products p on p.tenant_id = t.tenant_id and p.id = t.product_id
$$);
select private.explain('invoice_margin', 'invoice', '{invoices.view,reports.view}', 'its lines before tax without deposits, less credit notes on them, and less what the goods of its order cost.', false, $$
  select null::timestamptz, 'line', null::text, null::uuid, l.product_name, l.line_total
  from public.invoice_items l
  where l.tenant_id = $1 and l.invoice_id = $2 and not l.is_deposit and l.line_total <> 0
  union all
  select c.created_at, 'credit_note', 'credit_note', c.id, c.number, -c.subtotal
  from public.credit_notes c where c.tenant_id = $1 and c.invoice_id = $2 and c.status = 'issued' and c.subtotal <> 0
  union all
  select g.happened_at, g.what, g.document, g.document_id, g.number, g.amount
  from public.invoices i
  cross join lateral private.figure_order_margin(i.tenant_id, i.order_id) g
  where i.tenant_id = $1 and i.id = $2 and i.is_live and i.interest_of_id is null and g.what not in ('line', 'delivery_fee')
$$);

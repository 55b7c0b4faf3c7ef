-- Family 07, orders: who got goods of a batch.

create view public.batch_recipients with (security_invoker = true) as
select m.tenant_id, m.batch_id, o.id as order_id, o.number as order_number, o.customer_id, c.name as customer_name,
  max(m.occurred_at) as delivered_at, -sum(m.quantity) as quantity
from public.batch_movements m
join public.orders o on o.tenant_id = m.tenant_id and o.id = m.reference_id
join public.customers c on c.tenant_id = o.tenant_id and c.id = o.customer_id
where m.kind in ('delivery', 'sale')
group by m.tenant_id, m.batch_id, o.id, o.number, o.customer_id, c.name;
comment on view public.batch_recipients is 'For a recall: which customers got how much of a batch (base units), by which orders, when.';
comment on column public.batch_recipients.quantity is 'What was delivered, also where some of it has come back since.';

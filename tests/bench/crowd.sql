-- The bench company in a crowd: `total` orders over 200 companies, a tenth of them its own, with two
-- lines, an invoice, an event, an audit row and a step of history each. Past days, written without the
-- work that commands would do.

create function pg_temp.add_crowd(total integer) returns void
language plpgsql
as $$
declare
  bench constant uuid := (select t.id from public.tenants t where t.slug = 'bench');
  neighbours uuid[];
begin
  perform private.new_tenant('neighbour-' || n, 'Neighbour ' || n, 'KES', 'Africa/Nairobi', 'en-KE') from generate_series(1, 199) n;
  neighbours := array(select t.id from public.tenants t where t.slug like 'neighbour-%' order by t.slug);
  create temporary table crowd on commit drop as
  select n, private.uuid_v7() as id, private.uuid_v7() as invoice_id,
    case when n % 10 = 0 then bench else neighbours[1 + n % 199] end as tenant_id,
    (case when n % 100 = 10 then 'pending_approval' when n % 100 = 20 then 'approved' else 'delivered' end)::public.order_status as status,
    now() - n * interval '3 seconds' as at
  from generate_series(1, total) n;
  create temporary table places on commit drop as
  select t.id as tenant_id,
    coalesce((select w.id from public.warehouses w where w.tenant_id = t.id and w.kind = 'depot' limit 1), private.uuid_v7()) as warehouse_id,
    coalesce((select array_agg(c.id) from public.customers c where c.tenant_id = t.id), array(select private.uuid_v7() from generate_series(1, 200))) as customers,
    coalesce((select array_agg(p.id) from public.products p where p.tenant_id = t.id), array(select private.uuid_v7() from generate_series(1, 200))) as products
  from public.tenants t;

  perform set_config('session_replication_role', 'replica', true);
  insert into public.orders (id, tenant_id, number, customer_id, address_id, warehouse_id, status, currency, subtotal, submitted_at, approved_at, delivered_at, created_at, ordered_at)
  select c.id, c.tenant_id, 'OLD-' || lpad(c.n::text, 7, '0'), p.customers[1 + c.n % cardinality(p.customers)], c.id, p.warehouse_id, c.status, 'KES', 100 + c.n % 9000, c.at,
    case when c.status <> 'pending_approval' then c.at end, case when c.status = 'delivered' then c.at end, c.at, c.at
  from crowd c join places p using (tenant_id);
  insert into public.order_items (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, price_source, tax_rate)
  select c.tenant_id, c.id, k, p.products[1 + (c.n + k) % cardinality(p.products)], 'OLD', 'Of old', 'crate', 1 + c.n % 9, 100, 100, 'base', 16
  from crowd c join places p using (tenant_id) cross join generate_series(1, 2) k;
  insert into public.invoices (id, tenant_id, number, order_id, customer_id, status, currency, issued_on, due_on, subtotal, paid_total, created_at)
  select c.invoice_id, c.tenant_id, 'OLD-' || lpad(c.n::text, 7, '0'), c.id, p.customers[1 + c.n % cardinality(p.customers)],
    (case when c.n % 50 = 0 then 'overdue' else 'paid' end)::public.invoice_status, 'KES', c.at::date, c.at::date + 30, 100, case when c.n % 50 = 0 then 0 else 100 end, c.at
  from crowd c join places p using (tenant_id) where c.status = 'delivered';
  insert into public.event_store (tenant_id, event_type, entity_type, entity_id, entity_version, machine, from_state, step, to_state, created_at)
  select c.tenant_id, 'order.delivered', 'order', c.id, 5, 'order', 'in_transit', 'complete_delivery', 'delivered', c.at from crowd c;
  insert into public.event_store (tenant_id, event_type, entity_type, entity_id, entity_version, old_values, new_values, created_at)
  select c.tenant_id, 'order.updated', 'order', c.id, 5, '{"delivered_at": null}', pg_catalog.jsonb_build_object('delivered_at', c.at), c.at from crowd c;
end
$$;

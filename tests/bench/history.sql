-- Orders of the past, delivered, five lines each, without the work that commands would do: what lists
-- have to page through. Called with the numbers of the first and the last order.

create function pg_temp.add_history(first_number integer, last_number integer) returns void
language plpgsql
as $$
declare
  tenant constant uuid := (select t.id from public.tenants t where t.slug = 'bench');
  depot constant uuid := (select w.id from public.warehouses w where w.tenant_id = tenant and w.code = 'DEPOT');
  customers constant uuid[] := array(select c.id from public.customers c where c.tenant_id = tenant order by c.code);
  products constant uuid[] := array(select p.id from public.products p where p.tenant_id = tenant order by p.sku);
begin
  create temporary table history on commit drop as
  select n, private.uuid_v7() as id, customers[1 + (n * 7919) % cardinality(customers)] as customer_id,
    now() - n * interval '10 seconds' as at
  from generate_series(first_number, last_number) n;
  create temporary table history_lines on commit drop as
  select h.id as order_id, k as line_number, products[1 + (h.n * 31 + k * 97) % cardinality(products)] as product_id, 1 + (h.n + k) % 10 as quantity
  from history h cross join generate_series(1, 5) k;

  perform set_config('session_replication_role', 'replica', true);
  insert into public.orders (id, tenant_id, number, customer_id, address_id, warehouse_id, status, currency, subtotal, tax_total,
    submitted_at, approved_at, delivered_at, created_at, ordered_at)
  select h.id, tenant, 'OLD-' || lpad(h.n::text, 6, '0'), h.customer_id, a.id, depot, 'delivered', 'KES', t.subtotal, t.tax, h.at, h.at, h.at, h.at, h.at
  from history h
  join public.customer_addresses a on a.tenant_id = tenant and a.customer_id = h.customer_id
  join (
    select l.order_id, sum(l.quantity * p.base_price) as subtotal, sum(round(l.quantity * p.base_price * p.tax_rate / 100, 2)) as tax
    from history_lines l join public.products p on p.id = l.product_id group by l.order_id
  ) t on t.order_id = h.id;
  insert into public.order_items (tenant_id, order_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_when_added, price_source, tax_rate, quantity_delivered)
  select tenant, l.order_id, l.line_number, l.product_id, p.sku, p.name, p.unit, l.quantity, p.base_price, p.base_price, 'base', p.tax_rate, l.quantity
  from history_lines l join public.products p on p.id = l.product_id;

  insert into ceiling.orders (id, tenant_id, customer_id, status, total, created_by, created_at)
  select h.id, tenant, h.customer_id, 'delivered', o.total, h.customer_id, h.at
  from history h join public.orders o on o.id = h.id;
  insert into ceiling.order_lines (tenant_id, order_id, line_number, product_id, quantity, price, tax_rate)
  select tenant, l.order_id, l.line_number, l.product_id, l.quantity, p.price, p.tax_rate
  from history_lines l join ceiling.products p on p.id = l.product_id;
end
$$;

-- The company that the bench works in: 500 products, 2,000 customers, one depot with plenty of stock,
-- and one van with its driver for each of 32 clients. Small orders are approved by a rule.

do $$
declare
  tenant constant uuid := (private.new_tenant('bench', 'Bench Distribution', 'KES', 'Africa/Nairobi', 'en-KE')).id;
  depot uuid;
  account uuid;
  van record;
begin
  update public.tenant_settings s
  set business_rules = '{"orders.auto_approve": {"<=": [{"var": "order.total"}, 100000]}}'
  where s.tenant_id = tenant;

  for van in
    select r.role, r.role || '@bench.test' as email from unnest(enum_range(null::public.member_role)) as r (role)
    where r.role not in ('customer', 'driver')
    union all
    select 'driver', 'driver' || n || '@bench.test' from generate_series(1, 32) n
  loop
    account := private.create_account(van.email, 'mzigo-bench-2026', van.email);
    insert into public.memberships (tenant_id, user_id, role) values (tenant, account, van.role);
    update public.users u set active_tenant_id = tenant where u.id = account;
  end loop;

  insert into public.warehouses (tenant_id, code, name) values (tenant, 'DEPOT', 'Depot') returning id into depot;
  insert into public.vehicles (tenant_id, registration, name, home_warehouse_id, location_id, capacity_kg, capacity_l, capacity_units)
  select tenant, 'VAN ' || n, 'Van ' || n, depot, null, 100000, 1000000, 1000000 from generate_series(1, 32) n;
  insert into public.drivers (tenant_id, membership_id, name)
  select tenant, m.id, u.email
  from public.memberships m join public.users u on u.id = m.user_id
  where m.tenant_id = tenant and m.role = 'driver';

  insert into public.products (tenant_id, sku, name, base_price, tax_rate, weight_kg, volume_l)
  select tenant, 'P' || lpad(n::text, 3, '0'), 'Product ' || n, 10 + n, 16, 0.1, 0.1 from generate_series(1, 500) n;
  insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
  select tenant, depot, p.id, 50000000, 'opening', 'warehouse', depot from public.products p where p.tenant_id = tenant;

  insert into public.customers (tenant_id, code, name, customer_type)
  select tenant, 'C' || n, 'Customer ' || n, 'retail' from generate_series(1, 2000) n;
  insert into public.customer_addresses (tenant_id, customer_id, label, street, city, is_default)
  select tenant, c.id, 'Shop', 'Moi Avenue 1', 'Nairobi', true from public.customers c where c.tenant_id = tenant;
  update public.customers c set status = 'pending_approval' where c.tenant_id = tenant;
  update public.customers c set status = 'active' where c.tenant_id = tenant;
end
$$;

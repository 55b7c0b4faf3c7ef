-- Products and prices of the demo companies, in Kenyan shillings.

do $$
declare
  acme constant uuid := (select t.id from public.tenants t where t.slug = 'acme');
  globex constant uuid := (select t.id from public.tenants t where t.slug = 'globex');
  list uuid;
begin
  insert into public.products (tenant_id, sku, name, category, unit, base_price, tax_rate, weight_kg, volume_l, deposit_amount) values
    (acme, 'EMP-CRATE24', 'Empty crate with 24 bottles', 'Empties', 'crate', 0, 0, 9, 28, 400),
    (globex, 'EMP-CYL06', 'Empty cylinder 6 kg', 'Empties', 'cylinder', 0, 0, 7, 14, 1800),
    (globex, 'EMP-CYL13', 'Empty cylinder 13 kg', 'Empties', 'cylinder', 0, 0, 14, 30, 3000);
  insert into public.products (tenant_id, sku, name, category, unit, base_price, tax_rate, weight_kg, volume_l, container_product_id)
  select v.tenant_id, v.sku, v.name, v.category, v.unit, v.price, 16, v.weight, v.volume,
    (select c.id from public.products c where c.tenant_id = v.tenant_id and c.sku = v.container)
  from (values
    (acme, 'COL-300', 'Cola 300 ml, crate of 24', 'Soft drinks', 'crate', 780.00, 17.0, 28, 'EMP-CRATE24'),
    (acme, 'ORG-300', 'Orange 300 ml, crate of 24', 'Soft drinks', 'crate', 780.00, 17.0, 28, 'EMP-CRATE24'),
    (acme, 'GIN-300', 'Ginger ale 300 ml, crate of 24', 'Soft drinks', 'crate', 820.00, 17.0, 28, 'EMP-CRATE24'),
    (acme, 'TON-300', 'Tonic 300 ml, crate of 24', 'Soft drinks', 'crate', 820.00, 17.0, 28, 'EMP-CRATE24'),
    (acme, 'LAG-500', 'Lager 500 ml, crate of 24', 'Beer', 'crate', 3600.00, 22.0, 34, 'EMP-CRATE24'),
    (acme, 'WAT-500', 'Water 500 ml, pack of 24', 'Water', 'pack', 420.00, 12.5, 14, null),
    (acme, 'WAT-1500', 'Water 1.5 l, pack of 12', 'Water', 'pack', 540.00, 18.5, 20, null),
    (acme, 'JUI-1000', 'Mango juice 1 l, carton of 12', 'Juice', 'carton', 1680.00, 12.8, 14, null),
    (acme, 'ENE-250', 'Energy drink 250 ml, tray of 24', 'Energy', 'tray', 2160.00, 6.6, 8, null),
    (acme, 'SOD-2000', 'Soda 2 l, pack of 6', 'Soft drinks', 'pack', 870.00, 12.4, 14, null),
    (globex, 'GAS-06', 'Gas refill 6 kg', 'Gas', 'cylinder', 1150.00, 13.0, 14, 'EMP-CYL06'),
    (globex, 'GAS-13', 'Gas refill 13 kg', 'Gas', 'cylinder', 2450.00, 27.0, 30, 'EMP-CYL13'),
    (globex, 'BRN-02', 'Burner, double', 'Accessories', 'piece', 2900.00, 3.2, 12, null)
  ) as v (tenant_id, sku, name, category, unit, price, weight, volume, container);
  insert into public.taxes (tenant_id, name, percent) values (acme, 'Standard VAT', 16), (globex, 'Standard VAT', 16);
  update public.products p set tax_ids = array[t.id]
  from public.taxes t
  where t.tenant_id = p.tenant_id and p.base_price > 0 and (p.tenant_id = globex or p.category in ('Beer', 'Juice', 'Energy'));
  insert into public.product_costs (tenant_id, product_id, cost_price)
  select p.tenant_id, p.id, round(p.base_price * 0.78, 2) from public.products p where p.base_price > 0;
  insert into public.product_packs (tenant_id, product_id, name, factor)
  select p.tenant_id, p.id, 'pallet', 60 from public.products p where p.unit in ('crate', 'pack', 'carton');
  -- Numbers from 200 to 299 are each company's own (GS1), like those of a shop's scales.
  insert into public.product_barcodes (tenant_id, product_id, pack_id, code)
  select c.tenant_id, c.product_id, c.pack_id, c.digits || private.check_digit(c.digits)
  from (
    select p.tenant_id, p.id as product_id, k.id as pack_id,
      '200' || pg_catalog.lpad((pg_catalog.row_number() over (partition by p.tenant_id order by k.id is not null, p.sku))::text, 9, '0') as digits
    from public.products p
    left join public.product_packs k on k.tenant_id = p.tenant_id and k.product_id = p.id
    where p.base_price > 0
    union all
    select p.tenant_id, p.id, null, '201' || pg_catalog.lpad((pg_catalog.row_number() over (partition by p.tenant_id order by p.sku))::text, 9, '0')
    from public.products p
    where p.base_price > 0 and exists (select from public.product_packs k where k.tenant_id = p.tenant_id and k.product_id = p.id)
  ) c;

  insert into public.price_lists (tenant_id, name, customer_type, valid_from) values (acme, 'Wholesale', 'wholesale', '2026-01-01') returning id into list;
  insert into public.price_list_items (tenant_id, price_list_id, product_id, min_quantity, price)
  select acme, list, p.id, q.min_quantity, round(p.base_price * q.factor, 0)
  from public.products p
  cross join (values (1, 0.95), (50, 0.92)) as q (min_quantity, factor)
  where p.tenant_id = acme and p.base_price > 0;
  insert into public.price_lists (tenant_id, name, territory_id, valid_from)
  values (acme, 'Coast', (select y.id from public.territories y where y.tenant_id = acme and y.code = 'KLF'), '2026-01-01') returning id into list;
  insert into public.price_list_items (tenant_id, price_list_id, product_id, price)
  select acme, list, p.id, round(p.base_price * 1.03, 0) from public.products p where p.tenant_id = acme and p.base_price > 0;

  -- For later in the year: a week of juice, and a box for Christmas.
  insert into public.promotions (tenant_id, name, kind, percent, valid_from, budget_amount, is_active)
  select t, 'Juice week', 'line_percent', 10, '2026-01-01', 5000, false from pg_catalog.unnest(array[acme, globex]) t;
  insert into public.promotion_products (tenant_id, promotion_id, category) select p.tenant_id, p.id, 'Juice' from public.promotions p;
  insert into public.products (tenant_id, sku, name, category, unit, base_price, composition, costs_its_parts, is_active)
  select t, 'XMAS-BOX', 'Christmas box', 'Boxes', 'box', 0, 'bundle', true, false from pg_catalog.unnest(array[acme, globex]) t;
  insert into public.product_components (tenant_id, product_id, component_id, quantity)
  select b.tenant_id, b.id, p.id, p.n from public.products b
  cross join lateral (select c.id, pg_catalog.row_number() over (order by c.sku) as n from public.products c where c.tenant_id = b.tenant_id and c.base_price > 0 order by c.sku limit 2) p
  where b.sku = 'XMAS-BOX';
end
$$;

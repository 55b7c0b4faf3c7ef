-- Depots and opening stock of the demo companies.

do $$
declare
  tenant uuid;
begin
  for tenant in select t.id from public.tenants t where t.slug in ('acme', 'globex') order by t.slug loop
    insert into public.warehouses (tenant_id, code, name, kind, address, latitude, longitude) values
      (tenant, 'NBO', 'Nairobi depot', 'depot', 'Enterprise Road, Industrial Area, Nairobi', -1.3085, 36.8510),
      (tenant, 'KLF', 'Kilifi depot', 'depot', 'Malindi Road, Kilifi', -3.6300, 39.8500);
    insert into public.inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
    select tenant, w.id, p.id, case when w.code = 'NBO' then 400 else 120 end, 'opening', 'warehouse', w.id, now() - interval '30 days'
    from public.warehouses w join public.products p on p.tenant_id = w.tenant_id
    where w.tenant_id = tenant and w.kind = 'depot' and p.category <> 'Empties';
    update public.inventory i set reorder_point = 40 where i.tenant_id = tenant;
  end loop;
end
$$;

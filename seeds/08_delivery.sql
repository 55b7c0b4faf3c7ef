-- Vans and drivers of the demo companies.

do $$
declare
  tenant record;
begin
  for tenant in select t.id, t.slug from public.tenants t where t.slug in ('acme', 'globex') order by t.slug loop
    insert into public.vehicles (tenant_id, registration, name, home_warehouse_id, location_id, capacity_kg, capacity_l, capacity_units, cost_per_km)
    select tenant.id, v.registration, v.name, w.id, null, v.kg, v.l, v.units, 45
    from (values
      ('acme', 'KDA 101A', 'Isuzu NQR 5 t', 'NBO', 5000, 18000, 250),
      ('acme', 'KDB 202B', 'Canter 3 t', 'NBO', 3000, 12000, 160),
      ('acme', 'KDC 303C', 'Canter 3 t Kilifi', 'KLF', 3000, 12000, 160),
      ('globex', 'KDG 404G', 'Gas truck 4 t', 'NBO', 4000, 16000, 120),
      ('globex', 'KDH 505H', 'Gas pickup 1 t', 'KLF', 1000, 4000, 40)
    ) as v (slug, registration, name, depot, kg, l, units)
    join public.warehouses w on w.tenant_id = tenant.id and w.code = v.depot
    where v.slug = tenant.slug;
    insert into public.drivers (tenant_id, membership_id, name, phone, licence_number)
    select tenant.id, m.id, u.full_name, case tenant.slug when 'acme' then '+254722000301' else '+254722000302' end, 'DL-' || upper(tenant.slug) || '-1'
    from public.memberships m join public.users u on u.id = m.user_id
    where m.tenant_id = tenant.id and m.role = 'driver';
    insert into public.drivers (tenant_id, name, phone, licence_number) values (tenant.id, 'Elijah Musyoka', '+254722000303', 'DL-' || upper(tenant.slug) || '-2');
  end loop;
end
$$;

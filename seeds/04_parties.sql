-- Customers of the demo companies, around Nairobi and Kilifi. Acting as the companies' own people is
-- left to the tests; here the rows are entered by the system and approved along the machine's edges.

do $$
declare
  tenant uuid;
  entry record;
  customer uuid;
begin
  for tenant in select t.id from public.tenants t where t.slug in ('acme', 'globex') order by t.slug loop
    insert into public.territories (tenant_id, code, name, area) values
      (tenant, 'NBO', 'Nairobi', '{"type": "Polygon", "coordinates": [[[36.66, -1.20], [36.74, -1.13], [36.98, -1.12], [37.08, -1.25], [37.02, -1.39], [36.79, -1.42], [36.67, -1.33], [36.66, -1.20]]]}'),
      (tenant, 'KLF', 'Kilifi', '{"type": "Polygon", "coordinates": [[[39.70, -3.78], [39.72, -3.45], [39.98, -3.40], [39.96, -3.62], [39.88, -3.80], [39.70, -3.78]]]}');
    for entry in
      select * from (values
        ('Mama Njeri Shop', 'Njeri Mwangi', '+254711000101', 'retail', 0, 0, 'Kenyatta Avenue 12', 'Nairobi', -1.2841, 36.8233, 'acme'),
        ('Kilimani Mini Mart', 'Tom Odhiambo', '+254711000102', 'retail', 50000, 14, 'Argwings Kodhek Road 40', 'Nairobi', -1.2921, 36.7856, 'acme'),
        ('Westlands Wholesalers', 'Priya Shah', '+254711000103', 'wholesale', 400000, 30, 'Woodvale Grove 7', 'Nairobi', -1.2676, 36.8108, 'acme'),
        ('Gikomba Traders', 'Joseph Kariuki', '+254711000104', 'wholesale', 250000, 30, 'Gikomba Market, Row C', 'Nairobi', -1.2869, 36.8387, 'acme'),
        ('Java Corner Cafe', 'Linda Wekesa', '+254711000105', 'horeca', 120000, 14, 'Mombasa Road 210', 'Nairobi', -1.3190, 36.8510, 'acme'),
        ('Karen Country Kiosk', 'Ann Mbugua', '+254711000106', 'retail', 0, 0, 'Karen Road 3', 'Nairobi', -1.3226, 36.7073, 'acme'),
        ('Eastleigh Superstore', 'Abdi Warsame', '+254711000107', 'wholesale', 500000, 30, 'First Avenue 88', 'Nairobi', -1.2747, 36.8500, 'acme'),
        ('Ngong View Bar', 'Dennis Kimani', '+254711000108', 'horeca', 80000, 7, 'Ngong Road 155', 'Nairobi', -1.3003, 36.7650, 'acme'),
        ('Kilifi Beach Hotel', 'Fatma Said', '+254711000109', 'horeca', 300000, 30, 'Bofa Road', 'Kilifi', -3.6100, 39.8690, 'acme'),
        ('Mnarani Stores', 'Kazungu Charo', '+254711000110', 'retail', 60000, 14, 'Mnarani Road 5', 'Kilifi', -3.6450, 39.8410, 'acme'),
        ('Malindi Road Depot Shop', 'Halima Bakari', '+254711000111', 'wholesale', 200000, 30, 'Malindi Road 61', 'Kilifi', -3.6210, 39.8520, 'acme'),
        ('Thika Road Grocers', 'Peter Njoroge', '+254711000112', 'retail', 0, 0, 'Thika Road 300', 'Nairobi', -1.2190, 36.8890, 'acme'),
        ('Ruiru Kitchen Gas', 'Jane Wambui', '+254711000201', 'retail', 0, 0, 'Ruiru Town', 'Nairobi', -1.1470, 36.9600, 'globex'),
        ('Coast Hotels Supply', 'Omar Mwinyi', '+254711000202', 'horeca', 350000, 30, 'Kilifi Bypass 9', 'Kilifi', -3.6300, 39.8450, 'globex'),
        ('South B Gas Point', 'Alice Nyambura', '+254711000203', 'retail', 40000, 14, 'Mukenia Road 2', 'Nairobi', -1.3100, 36.8400, 'globex')
      ) as c (name, contact_name, phone, customer_type, credit_limit, terms, street, city, latitude, longitude, slug)
      where c.slug = (select t.slug from public.tenants t where t.id = tenant)
    loop
      -- The territory follows from the address.
      insert into public.customers (tenant_id, code, name, contact_name, phone, customer_type, credit_limit, payment_terms_days, sales_rep_id)
      values (tenant, null, entry.name, entry.contact_name, entry.phone, entry.customer_type, entry.credit_limit, entry.terms,
        (select m.id from public.memberships m where m.tenant_id = tenant and m.role = 'sales' order by m.created_at, m.id limit 1))
      returning id into customer;
      insert into public.customer_addresses (tenant_id, customer_id, label, street, city, latitude, longitude, is_default)
      values (tenant, customer, 'Shop', entry.street, entry.city, entry.latitude, entry.longitude, true);
    end loop;
    update public.customers c set status = 'pending_approval' where c.tenant_id = tenant;
    update public.customers c set status = 'active' where c.tenant_id = tenant and c.name <> 'Thika Road Grocers';
    insert into public.memberships (tenant_id, user_id, role, customer_id)
    select tenant, u.id, 'customer', (select c.id from public.customers c where c.tenant_id = tenant and c.status = 'active' order by c.code limit 1)
    from public.users u where u.email = 'customer@' || (select t.slug from public.tenants t where t.id = tenant) || '.test';
  end loop;
end
$$;

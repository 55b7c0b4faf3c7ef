-- Demo companies and their cast: one account per role, all with the published demo password.
-- Known passwords have no place on a server that others can reach, so this refuses to run anywhere
-- but on the embedded stack, which sets mzigo.embedded while it seeds.

do $$
begin
  if coalesce(pg_catalog.current_setting('mzigo.embedded', true), '') <> 'on' then
    raise exception using
      errcode = 'PT403',
      message = 'demo_data_refused',
      hint = 'The demo companies are for the embedded stack only. Switch [db.seed] off for this project.';
  end if;
end
$$;

do $$
declare
  company record;
  tenant public.tenants;
  member public.member_role;
  account uuid;
begin
  for company in
    select * from (values
      ('acme', 'Acme Beverages', array[
        'Otieno Owuor', 'Amina Abdi', 'Mary Wanjiru', 'Sam Kiprotich', 'Grace Achieng', 'Peter Mutua', 'Joyce Njeri',
        'Daniel Kamau', 'Ruth Chebet', 'Faith Naliaka', 'Brian Omondi', 'Lucy Wairimu', 'Hassan Ali'
      ]),
      ('globex', 'Globex Gas', array[
        'Njoki Maina', 'Ali Said', 'Moses Kibet', 'Esther Moraa', 'Kevin Onyango', 'Zainab Omar', 'John Mwangi',
        'Caleb Rotich', 'Agnes Nduta', 'Paul Barasa', 'Sarah Atieno', 'Victor Kimani', 'Leila Yusuf'
      ])
    ) as c (slug, name, people)
  loop
    tenant := private.new_tenant(company.slug, company.name, 'KES', 'Africa/Nairobi', 'en-KE');
    foreach member in array enum_range(null::public.member_role) loop
      account := private.create_account(
        member || '@' || company.slug || '.test', 'mzigo-demo-2026', company.people[array_position(enum_range(null::public.member_role), member)]);
      -- The customer's membership follows with his customer (04_parties).
      if member <> 'customer' then
        insert into public.memberships (tenant_id, user_id, role) values (tenant.id, account, member);
      end if;
      update public.users u set active_tenant_id = tenant.id where u.id = account;
    end loop;
  end loop;

  account := private.create_account('super@mzigo.test', 'mzigo-demo-2026', 'Super Admin');
  insert into private.platform_admins (user_id) values (account);
  update public.users u set active_tenant_id = (select t.id from public.tenants t where t.slug = 'acme') where u.id = account;
  -- This password stands in the README: a slow hash of it protects nobody and keeps every demo and test waiting.
  update auth.users u set encrypted_password = extensions.crypt('mzigo-demo-2026', extensions.gen_salt('bf', 4));
end
$$;

update public.tenant_settings s
set business_rules = '{"orders.approval_limits": {"manager": 1000000}, "orders.amend_tolerance_percent": 5}',
  type_definitions = '{"customer_type": ["retail", "wholesale", "horeca"]}'
from public.tenants t
where t.id = s.tenant_id and t.slug in ('acme', 'globex');

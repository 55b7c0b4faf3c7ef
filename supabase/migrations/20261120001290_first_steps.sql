-- Family 12, records: what a new company has to do first, as far as its records show that it is done.

create function private.first_steps() returns table (step text, is_done boolean)
language plpgsql stable set search_path = ''
as $$
declare
  tenant constant uuid := private.tenant_id('settings.manage');
begin
  if tenant is null or exists (
    select from public.tenant_settings s where s.tenant_id = tenant and s.feature_flags -> 'first_steps' = '"closed"'
  ) then
    return;
  end if;
  return query values
    ('company', exists (select from public.tenant_settings s where s.tenant_id = tenant and coalesce(s.legal_name, s.postal_address, s.tax_numbers) is not null)),
    ('depot', exists (select from public.warehouses w where w.tenant_id = tenant and w.kind = 'depot' and w.is_active)),
    ('products', exists (select from public.products p where p.tenant_id = tenant and p.is_active)),
    ('customers', exists (select from public.customers c where c.tenant_id = tenant)),
    ('people', (select count(*) from public.memberships m where m.tenant_id = tenant and m.status = 'active') > 1
      or exists (select from public.invitations i where i.tenant_id = tenant and i.status = 'pending')),
    ('order', exists (select from public.orders o where o.tenant_id = tenant));
end
$$;
comment on function private.first_steps() is
  'What a new company does first (company, depot, products, customers, people, order) and what of it is done, read from its records; nothing for those who do not manage it, or where somebody has closed the list.';
select private.expose('first_steps');

create function private.close_first_steps() returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('settings.manage');
begin
  update public.tenant_settings s set feature_flags = s.feature_flags || '{"first_steps": "closed"}'
  where s.tenant_id = tenant and s.feature_flags -> 'first_steps' is distinct from '"closed"';
  return true;
end
$$;
comment on function private.close_first_steps() is 'Nobody of the company is shown the first steps any more. Raises permission_denied.';
select private.expose_command('close_first_steps');

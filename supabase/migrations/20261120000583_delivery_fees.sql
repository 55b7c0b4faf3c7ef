-- Family 05, catalogue: the tax on the delivery fee is one of the company's.

create function private.tg_tenant_settings__know_fee_tax() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  named constant uuid := (new.business_rules -> 'orders.delivery_fee' ->> 'tax_id')::uuid;
begin
  if named is not null and not exists (select from public.taxes t where t.tenant_id = new.tenant_id and t.id = named) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('business_rules.orders.delivery_fee', named));
  end if;
  return new;
end
$$;
comment on function private.tg_tenant_settings__know_fee_tax() is 'The rule orders.delivery_fee names a tax of the company, or none. Raises record_not_found.';
create trigger _160_know_fee_tax before insert or update of business_rules on public.tenant_settings
for each row execute function private.tg_tenant_settings__know_fee_tax();

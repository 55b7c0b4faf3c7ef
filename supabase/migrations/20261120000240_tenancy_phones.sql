-- Family 02, tenancy: telephone numbers are kept in their one form, as the country of the company dials.

create function private.tenant_country(tenant uuid) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select pg_catalog.substring(s.locale, '-([A-Z]{2})(?:-|$)') from public.tenant_settings s where s.tenant_id = tenant);
end
$$;
comment on function private.tenant_country(uuid) is 'The country of a company''s locale, e.g. KE; null when the locale names none.';

create function private.tg__normalise_phone() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  -- A person belongs to no company of his own; he dials as the one where he works now.
  tenant constant uuid := coalesce(pg_catalog.to_jsonb(new) ->> 'tenant_id', pg_catalog.to_jsonb(new) ->> 'active_tenant_id')::uuid;
  normal text;
begin
  if pg_catalog.btrim(new.phone) = '' then
    new.phone := null;
    return new;
  end if;
  normal := private.normal_phone(new.phone, private.tenant_country(tenant));
  if normal is null then
    perform private.fail('phone_is_e164', private.values_of(pg_catalog.to_jsonb(new), 'phone'));
  end if;
  new.phone := normal;
  return new;
end
$$;
comment on function private.tg__normalise_phone() is 'Writes the telephone number of a row in its one form (E.164); an empty one is none. Raises phone_is_e164.';

create function private.normalise_phones(managed regclass) returns void
language plpgsql set search_path = ''
as $$
begin
  execute pg_catalog.format(
    'create trigger _120_normalise_phone before insert or update of phone on %s for each row when (new.phone is not null) execute function private.tg__normalise_phone()', managed);
end
$$;
comment on function private.normalise_phones(regclass) is 'Has the column phone of a table kept in its one form, whichever way it is written. Called by migrations.';

select private.normalise_phones('public.users');

create function private.find_phone(typed text) returns text[]
language sql stable security definer set search_path = ''
as $$ select private.phone_parts(typed, private.tenant_country(private.active_tenant_id())) $$;
comment on function private.find_phone(text) is
  'Digits to look for in telephone numbers, any of which will do, when somebody types one or a part of one as it is dialled where the company is: 0711 000 gives 0711000 and 254711000. None for what is no part of a number.';
select private.expose('find_phone');

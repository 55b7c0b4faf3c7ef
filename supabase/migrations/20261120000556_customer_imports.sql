-- Family 05, catalogue: customers with their addresses, contacts and price lists out of files.

create function private.import_customers(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  item private.import_item;
  line jsonb;
  written record;
  part uuid;
  added jsonb;
begin
  foreach item in array items loop
    line := item.rows -> 0;
    select w.* into written from private.write_imported('public.customers', item.existing, pg_catalog.jsonb_strip_nulls(
      private.columns_given(item, 'code', 'name', 'phone', 'email', 'tax_id', 'customer_type', 'category', 'credit_limit', 'payment_terms_days', 'notes')
      || pg_catalog.jsonb_build_object(
        'territory_id', private.import_reference('public.territories', 'code', 'territory', line ->> 'territory'),
        'price_list_id', private.import_reference('public.price_lists', 'name', 'price_list', line ->> 'price_list')))) w;
    added := '[]';
    for line in select r from pg_catalog.jsonb_array_elements(item.rows) r loop
      if num_nonnulls(line ->> 'street', line ->> 'city') > 0 and not exists (
        select from public.customer_addresses a
        where a.tenant_id = private.active_tenant_id() and a.customer_id = written.record_id and (a.street, a.city) is not distinct from (line ->> 'street', line ->> 'city')
      ) then
        insert into public.customer_addresses (customer_id, label, street, line_2, city, region, postal_code, country, contact_name, phone, instructions, latitude, longitude, is_default)
        values (written.record_id, coalesce(line ->> 'address_label', line ->> 'street'), line ->> 'street', line ->> 'line_2', line ->> 'city', line ->> 'region', line ->> 'postal_code',
          pg_catalog.upper(line ->> 'country'), line ->> 'contact_name', line ->> 'address_phone', line ->> 'instructions',
          (line ->> 'latitude')::numeric, (line ->> 'longitude')::numeric,
          not exists (select from public.customer_addresses a where a.tenant_id = private.active_tenant_id() and a.customer_id = written.record_id and a.is_default))
        returning id into part;
        added := added || pg_catalog.jsonb_build_object('table', 'customer_addresses', 'id', part);
      end if;
      if line ->> 'contact' is not null and not exists (
        select from public.contacts c where c.tenant_id = private.active_tenant_id() and c.customer_id = written.record_id and c.name = line ->> 'contact'
      ) then
        insert into public.contacts (customer_id, name, role, phone, email)
        values (written.record_id, line ->> 'contact', line ->> 'contact_role', line ->> 'contact_phone', line ->> 'contact_email')
        returning id into part;
        added := added || pg_catalog.jsonb_build_object('table', 'contacts', 'id', part);
      end if;
    end loop;
    return next row(item.place, written.record_id, written.before, nullif(added, '[]'))::private.import_result;
  end loop;
end
$$;
comment on function private.import_customers(private.import_item[]) is
  'Importer of customers: drafts, like those of the form. The first row of a code tells the customer; every row may bring an address and a contact, those that he has are left as they are. His first address is his default one. Raises import_reference_unknown and what the forms of customer, address and contact raise.';

select private.import_into('customer', 'public.customers', 'customers.create', '/customers', 'import_customers', '[
  {"field": "code", "kind": "code", "names": ["customer code", "customer number", "customer id", "account", "outlet code", "outlet id"]},
  {"field": "name", "is_required": true, "names": ["customer", "customer name", "outlet", "outlet name", "company", "shop"]},
  {"field": "phone", "kind": "code", "names": ["telephone", "mobile", "phone number"]},
  {"field": "email", "names": ["e-mail", "mail"]},
  {"field": "tax_id", "kind": "code", "names": ["pin", "kra pin", "vat number", "tax number"]},
  {"field": "customer_type", "names": ["type", "channel"]},
  {"field": "category", "names": ["group", "class"]},
  {"field": "territory", "kind": "code", "names": ["route", "territory code"]},
  {"field": "price_list", "names": ["prices"]},
  {"field": "credit_limit", "kind": "numeric", "names": ["credit"]},
  {"field": "payment_terms_days", "kind": "integer", "names": ["terms", "payment terms", "days"]},
  {"field": "address_label", "names": ["address name", "label"]},
  {"field": "street", "names": ["address", "address line 1", "road"]},
  {"field": "line_2", "names": ["address line 2", "building"]},
  {"field": "city", "names": ["town"]},
  {"field": "region", "names": ["county", "state", "province"]},
  {"field": "postal_code", "kind": "code", "names": ["postcode", "zip", "zip code"]},
  {"field": "country", "kind": "code", "names": ["country code"]},
  {"field": "contact_name", "names": ["ask for", "person at the address"]},
  {"field": "address_phone", "kind": "code", "names": ["phone at the address"]},
  {"field": "instructions", "names": ["directions", "landmark"]},
  {"field": "latitude", "kind": "numeric", "names": ["lat"]},
  {"field": "longitude", "kind": "numeric", "names": ["lng", "lon", "long"]},
  {"field": "contact", "names": ["contact person"]},
  {"field": "contact_role", "names": ["position"]},
  {"field": "contact_phone", "kind": "code"},
  {"field": "contact_email"},
  {"field": "notes", "names": ["remarks", "comment"]}
]', key_field => 'code', grouped_by => 'code', takes_updates => true);

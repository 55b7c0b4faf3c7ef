-- Family 13, registries: finding documents by what people type of their number, their customer or their van.

create function private.number_candidates(document_kind text, typed text) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
  numbered private.document_kinds;
  digits text;
  newest bigint;
  step bigint;
begin
  select * into numbered from private.document_kinds k where k.kind = document_kind and k.kind in ('order', 'payment', 'invoice', 'trip', 'offload');
  if not found then
    perform private.fail('input_invalid', '{"document_kind": "order, payment, invoice, trip or offload"}');
  end if;
  digits := pg_catalog.substring(pg_catalog.upper(typed), '^\s*(?:#|' || numbered.prefix || '[- ]?)?([0-9]{1,12})\s*$');
  if tenant is null or digits is null then
    return '{}';
  end if;
  if numbered.is_gapless then
    select c.last_number into newest from private.document_counters c where c.tenant_id = tenant and c.kind = document_kind;
  else
    execute 'select s.last_value from ' || private.document_sequence(tenant, document_kind) || ' s' into newest;
  end if;
  step := 10::bigint ^ pg_catalog.length(digits);
  return array(
    select private.document_number(numbered.prefix, digits::bigint)
    union
    (select private.document_number(numbered.prefix, pg_catalog.generate_series(newest - (newest - digits::bigint) % step, digits::bigint + step, -step)) limit 99)
  );
end
$$;
comment on function private.number_candidates(text, text) is
  'The numbers of the company that end in the digits typed: the one with no others before them and the newest 99. "123", "#123" and "ORD-123" mean ORD-000123 and those like ORD-045123; anything else is no number and gives none. Raises input_invalid.';

create function private.customers_meant(typed text) returns uuid[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.tenant_id('customers.view');
  words constant text := pg_catalog.btrim(typed);
  -- Fewer digits are the end of a document's number; as a part of a telephone number they would mean everybody.
  parts constant text[] := case when pg_catalog.length(pg_catalog.regexp_replace(words, '[^0-9]', '', 'g')) >= 6 then private.find_phone(words) else '{}' end;
  wanted text[] := array(select '%' || d || '%' from pg_catalog.unnest(parts) d);
begin
  if tenant is null or pg_catalog.length(words) < 3 then
    return '{}';
  end if;
  if wanted = '{}' and words ~ '[^0-9#]' then
    wanted := array['%' || pg_catalog.regexp_replace(words, '([\\%_])', '\\\1', 'g') || '%'];
  end if;
  return array(
    select c.id from public.customers c
    where c.tenant_id = tenant and (c.name || ' ' || c.code || ' ' || coalesce(c.phone, '')) ilike any (wanted)
      and (private.is_unscoped() or private.sees_customer(c.id, c.territory_id))
    order by c.name, c.id limit 100
  );
end
$$;
comment on function private.customers_meant(text) is
  'Customers of the caller''s whose name, code or telephone number has what was typed, at most a hundred: three letters or more, or six digits of a telephone number, however it is written.';

create function private.normal_plate(typed text) returns text
language sql immutable parallel safe
return pg_catalog.upper(pg_catalog.regexp_replace(typed, '[^[:alnum:]]', '', 'g'));
comment on function private.normal_plate(text) is 'A registration without spaces and dashes, in capitals: kda 101-a is KDA101A.';

create function private.find_vehicles(typed text) returns setof uuid
language plpgsql stable set search_path = ''
as $$
declare
  plate constant text := private.normal_plate(typed);
begin
  return query
  select v.id from public.vehicles v
  where v.tenant_id = private.active_tenant_id()
    and (pg_catalog.strpos(private.normal_plate(v.registration), plate) > 0 or pg_catalog.strpos(pg_catalog.lower(v.name), pg_catalog.lower(pg_catalog.btrim(typed))) > 0)
    and plate <> ''
  order by v.name, v.id limit 100;
end
$$;
comment on function private.find_vehicles(text) is
  'Vehicles of the caller''s whose registration, written with or without spaces, or whose name has what was typed; at most a hundred.';
select private.expose('find_vehicles');

create function private.find_numbers(document_kind text, typed text) returns setof text
language plpgsql stable set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
  candidates constant text[] := private.number_candidates(document_kind, typed);
  references_meant constant text[] := array[pg_catalog.btrim(typed), pg_catalog.upper(pg_catalog.btrim(typed))];
  buyers constant uuid[] := private.customers_meant(typed);
  vans constant uuid[] := case when document_kind = 'trip' and pg_catalog.length(private.normal_plate(typed)) >= 3 then array(select private.find_vehicles(typed)) else '{}' end;
begin
  -- Equality of text is leakproof: behind row level security it may choose rows by an index, a pattern may not.
  return query
  select d.number from public.orders d
  where document_kind = 'order' and d.tenant_id = tenant and (d.number = any (candidates) or d.external_reference = any (references_meant))
  union
  select d.number from public.payments d
  where document_kind = 'payment' and d.tenant_id = tenant and (d.number = any (candidates) or d.reference_key = private.reference_key(typed))
  union
  select d.number from public.invoices d where document_kind = 'invoice' and d.tenant_id = tenant and d.number = any (candidates)
  union
  select d.number from public.trips d where document_kind = 'trip' and d.tenant_id = tenant and d.number = any (candidates)
  union
  select d.number from public.offload_documents d where document_kind = 'offload' and d.tenant_id = tenant and d.number = any (candidates)
  union
  (select d.number from public.orders d
    where document_kind = 'order' and d.tenant_id = tenant and d.customer_id = any (buyers) order by d.created_at desc limit 100)
  union
  (select d.number from public.payments d
    where document_kind = 'payment' and d.tenant_id = tenant and d.customer_id = any (buyers) order by d.created_at desc limit 100)
  union
  (select d.number from public.invoices d
    where document_kind = 'invoice' and d.tenant_id = tenant and d.customer_id = any (buyers) and d.number is not null order by d.created_at desc limit 100)
  union
  (select d.number from public.trips d
    where document_kind = 'trip' and d.tenant_id = tenant and (d.vehicle_id = any (vans)
      or d.id in (select s.trip_id from public.trip_stops s where s.tenant_id = tenant and s.customer_id = any (buyers)))
    order by d.planned_start_at desc limit 100);
end
$$;
comment on function private.find_numbers(text, text) is
  'Numbers of the caller''s documents of one kind (order, payment, invoice, trip, offload) that end in the digits typed, at most a hundred; of those whose reference is what was typed; and the newest hundred of the customers, of trips also of the vehicles, that were meant by it. For number=in.(…) of a list. Raises input_invalid.';
select private.expose('find_numbers');
